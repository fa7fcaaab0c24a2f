"""The questions of `newapi create`: asking them, and reading answers from anywhere."""
