"""Resources: entities that `newapi generate resource` defines, and what their definitions allow."""
