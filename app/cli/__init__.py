"""The `ringbook` command line."""
