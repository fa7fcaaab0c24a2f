"""Plan what `newapi generate` adds to a project."""
