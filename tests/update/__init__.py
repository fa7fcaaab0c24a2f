"""What happens to projects when their template changes."""
