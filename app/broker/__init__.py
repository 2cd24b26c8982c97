"""Wakes workers (publisher) and waiting requests (doorbell). Both may fail at any time; the database is the record."""
