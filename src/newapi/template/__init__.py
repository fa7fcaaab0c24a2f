"""The template: its questions and features, where it comes from, and rendering it."""
