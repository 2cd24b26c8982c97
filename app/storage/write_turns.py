"""Who writes next to SQLite: one thread of each process waits for the file, the others wait for that thread.

SQLite alone lets every waiting connection sleep up to a tenth of a second between two looks, so that under load some
wait for seconds while the file is free most of the time.
"""

from __future__ import annotations

import sqlite3
import threading
import time

LOOK_EVERY = 0.001
"""Seconds between two looks at the file. A write takes a few times as long."""


class WriteTurns:
    """One per database and process. A connection's own busy time-out says for how long it waits."""

    def __init__(self) -> None:
        self._turn = threading.Lock()

    def begin(self, connection: sqlite3.Connection) -> bool:
        """Begin a writing transaction; False where others wrote all the time. Raises sqlite3.OperationalError."""
        patience = connection.execute("PRAGMA busy_timeout").fetchone()[0]
        until = time.monotonic() + patience / 1000
        if not self._turn.acquire(timeout=patience / 1000):
            return False
        try:
            connection.execute("PRAGMA busy_timeout = 0")
            while not _begins(connection):
                if time.monotonic() > until:
                    return False
                time.sleep(LOOK_EVERY)
        finally:
            self._turn.release()
            connection.execute(f"PRAGMA busy_timeout = {patience}")
        return True


def _begins(connection: sqlite3.Connection) -> bool:
    try:
        connection.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:  # the lower byte: whatever else it says of being busy
            raise
        return False
    return True
