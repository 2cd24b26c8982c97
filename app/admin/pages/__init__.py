"""The desk's pages, one family a file."""
