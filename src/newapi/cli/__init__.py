"""The command line: the commands with their options, and the entry point."""
