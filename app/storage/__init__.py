"""Where jobs, appointments and the directory are kept: SQLite or PostgreSQL, one unit of work per transaction."""
