"""What the template renders, on every row of a covering array."""
