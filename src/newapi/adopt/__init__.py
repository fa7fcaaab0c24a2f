"""Make a project updatable that has no answers file: find its release and its answers."""
