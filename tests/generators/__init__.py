"""Tests of the template of a resource."""
