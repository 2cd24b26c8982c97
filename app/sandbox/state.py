"""The stand-in's memory: what is committed is on disk before anybody hears of it, and survives a restart."""

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from app.sandbox import errors
from app.sandbox.clock import Clock
from app.sandbox.journal import Journal
from app.sandbox.records import Booking, Reservation, Webhook

Kept = Booking | Reservation | Webhook
_KINDS: dict[str, type[Kept]] = {"booking": Booking, "reservation": Reservation, "webhook": Webhook}


class Disk:
    """One SQLite table of JSON rows; without a path it forgets everything at the end of the process."""

    def __init__(self, path: Path | None) -> None:
        self._db = sqlite3.connect(path or ":memory:", check_same_thread=False, isolation_level=None)
        if path is not None:
            self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("CREATE TABLE IF NOT EXISTS kept (kind TEXT, key TEXT, row TEXT, PRIMARY KEY (kind, key))")

    def load(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        for kind, key, row in self._db.execute("SELECT kind, key, row FROM kept ORDER BY rowid"):
            yield kind, key, json.loads(row)

    def apply(self, puts: list[tuple[str, str, dict[str, Any]]], drops: list[tuple[str, str]]) -> None:
        rows = [(kind, key, json.dumps(row)) for kind, key, row in puts]
        self._db.execute("BEGIN IMMEDIATE")
        with self._db:  # commits, or rolls back if anything below fails
            self._db.executemany(
                "INSERT INTO kept VALUES (?, ?, ?) ON CONFLICT (kind, key) DO UPDATE SET row = excluded.row", rows
            )
            self._db.executemany("DELETE FROM kept WHERE kind = ? AND key = ?", drops)

    def wipe(self) -> None:
        self._db.execute("DELETE FROM kept")

    def close(self) -> None:
        self._db.close()


class Batch:
    """What one request changes; it becomes true all at once or not at all."""

    def __init__(self, store: "Store") -> None:
        self.store = store
        self.puts: list[tuple[str, str, Kept]] = []
        self.drops: list[tuple[str, str]] = []

    def put_booking(self, booking: Booking, *, unique: bool = True) -> None:
        if unique and booking.unique_key is not None and self._taken(booking):
            raise errors.raw(409, "booking_conflict_error")
        self.puts.append(("booking", booking.uid, booking))

    def put(self, kind: str, key: str, kept: Kept) -> None:
        self.puts.append((kind, key, kept))

    def drop(self, kind: str, key: str) -> None:
        self.drops.append((kind, key))

    def _taken(self, booking: Booking) -> bool:
        changed = {kept.uid: kept for _, _, kept in self.puts if isinstance(kept, Booking)}
        rivals = [
            b for b in self.store.bookings.values() if b.unique_key == booking.unique_key and b.uid not in changed
        ]
        rivals += [b for b in changed.values() if b.unique_key == booking.unique_key]
        return any(b.uid != booking.uid for b in rivals)


class Store:
    def __init__(self, clock: Clock, journal: Journal, path: Path | None = None) -> None:
        self._clock = clock
        self._journal = journal
        self._disk = Disk(path)
        self._lock = threading.RLock()
        self._last_id = 0
        self._history: dict[str, list[tuple[datetime, Booking]]] = {}
        self.bookings: dict[str, Booking] = {}
        self.reservations: dict[str, Reservation] = {}
        self.webhooks: dict[str, Webhook] = {}
        for kind, key, row in self._disk.load():
            self._shelf(kind)[key] = _KINDS[kind].from_json(row)
        for booking in self.bookings.values():
            self._history[booking.uid] = [(booking.created_at, booking)]
        self._last_id = max([0, *(b.id for b in self.bookings.values()), *self._attendee_ids()])

    @contextmanager
    def write(self) -> Iterator[Batch]:
        """Serialises commits; leaving the block with an exception commits nothing."""
        with self._lock:
            batch = Batch(self)
            yield batch
            self._commit(batch)

    def next_id(self) -> int:
        with self._lock:
            self._last_id += 1
            return self._last_id

    def live_bookings(self) -> list[Booking]:
        return [b for b in list(self.bookings.values()) if b.live]

    def bookings_as_of(self, at: datetime) -> dict[str, Booking]:
        """The past, as a lagging read replica would show it."""
        with self._lock:
            past = {uid: [b for when, b in versions if when <= at] for uid, versions in self._history.items()}
        return {uid: versions[-1] for uid, versions in past.items() if versions}

    def everything(self) -> dict[str, list[dict[str, Any]]]:
        with self._lock:
            return {f"{kind}s": [kept.to_json() for kept in self._shelf(kind).values()] for kind in _KINDS}

    def wipe(self) -> None:
        with self._lock:
            self._disk.wipe()
            for kind in _KINDS:
                self._shelf(kind).clear()
            self._history.clear()
            self._last_id = 0

    def close(self) -> None:
        self._disk.close()

    def _commit(self, batch: Batch) -> None:
        self._disk.apply([(kind, key, kept.to_json()) for kind, key, kept in batch.puts], batch.drops)
        now = self._clock.now()
        for kind, key, kept in batch.puts:
            self._shelf(kind)[key] = kept
            if isinstance(kept, Booking):
                self._history.setdefault(kept.uid, []).append((now, kept))
            self._journal.note("commit", record=kind, key=key, status=getattr(kept, "status", None))
        for kind, key in batch.drops:
            self._shelf(kind).pop(key, None)
            self._history.pop(key, None)
            self._journal.note("commit", record=kind, key=key, status="deleted")

    def _shelf(self, kind: str) -> dict[str, Any]:
        shelves: dict[str, dict[str, Any]] = {
            "booking": self.bookings,
            "reservation": self.reservations,
            "webhook": self.webhooks,
        }
        return shelves[kind]

    def _attendee_ids(self) -> list[int]:
        return [attendee.id for booking in self.bookings.values() for attendee in booking.attendees]
