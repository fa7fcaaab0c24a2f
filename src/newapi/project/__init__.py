"""An existing project: its files, its git repository, its answers and its migrations."""
