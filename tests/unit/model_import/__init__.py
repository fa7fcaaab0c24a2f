"""Tests of reading other data models."""
