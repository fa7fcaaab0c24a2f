"""Update a project: plan, merge, and write the result with a journal."""
