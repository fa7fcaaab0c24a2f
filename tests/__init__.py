"""The tests of newapi and of the template it ships."""
