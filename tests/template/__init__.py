"""Tests of rendered projects, on every row of a covering array."""
