"""The stores, each test on SQLite and on PostgreSQL."""
