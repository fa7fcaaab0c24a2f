"""One module per command: parse, delegate, report."""
