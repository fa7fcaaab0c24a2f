"""Work on many checkouts at once: a branch with the update in each."""
