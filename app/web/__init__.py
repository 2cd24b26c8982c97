"""What every answer of the web process has in common, whichever application gives it."""
