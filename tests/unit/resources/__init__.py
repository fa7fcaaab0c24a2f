"""Definitions of resources."""
