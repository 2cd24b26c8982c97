"""The Cal.com client: its tables, its reading and writing, its behaviour on bad connections."""
