"""Generated projects, checked by the commands that they document themselves."""
