"""Commands for maintainers: freeze and verify releases."""
