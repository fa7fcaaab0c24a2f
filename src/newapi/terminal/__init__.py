"""The world outside the process: the terminal, other programs and signals."""
