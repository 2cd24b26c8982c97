"""Wakes workers (publisher) and waiting requests (doorbell), and shows who is at work (signs of life).

All may fail at any time; the database is the record.
"""
