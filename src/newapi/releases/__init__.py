"""Every released version of the template, frozen: one append-only JSON file each."""
