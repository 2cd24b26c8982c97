"""The tasks, one room's work a file."""
