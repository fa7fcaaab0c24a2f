"""Create a project: render it beside its target, then move it there in one step."""
