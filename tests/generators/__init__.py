"""What the template of a resource renders."""
