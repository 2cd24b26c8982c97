"""Writers of one SQLite file take turns, wait no longer than told, and none of them is forgotten."""

from __future__ import annotations

import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.storage.write_turns import WriteTurns


def opened(path: Path, patience: int = 5000) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute(f"PRAGMA busy_timeout = {patience}")
    return connection


@pytest.fixture
def file(tmp_path: Path) -> Path:
    opened(tmp_path / "file.db").execute("CREATE TABLE counts (number INTEGER)")
    return tmp_path / "file.db"


def test_all_who_write_at_once_get_their_turn(file: Path) -> None:
    processes = WriteTurns(), WriteTurns()  # which know nothing of each other

    def add(number: int) -> bool:
        connection = opened(file)
        begun = processes[number % 2].begin(connection)
        connection.execute("INSERT INTO counts VALUES (?)", (number,))
        connection.execute("COMMIT")
        connection.close()
        return begun

    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(add, range(200)))
    assert opened(file).execute("SELECT count(DISTINCT number) FROM counts").fetchone() == (200,)


def test_a_file_that_stays_locked_is_given_up_in_time(file: Path) -> None:
    stranger, connection = opened(file), opened(file, patience=50)
    stranger.execute("BEGIN IMMEDIATE")
    began = time.monotonic()

    assert not WriteTurns().begin(connection)

    assert 0.05 <= time.monotonic() - began < 2
    assert connection.execute("PRAGMA busy_timeout").fetchone() == (50,)
    assert not connection.in_transaction


def test_who_waits_for_a_thread_that_waits_gives_up_in_time_too(file: Path) -> None:
    turns, stranger = WriteTurns(), opened(file)
    stranger.execute("BEGIN IMMEDIATE")
    patient = threading.Thread(target=turns.begin, args=(opened(file, patience=1000),))
    patient.start()

    assert not turns.begin(opened(file, patience=50))

    stranger.execute("ROLLBACK")
    patient.join()


def test_a_fault_of_another_kind_is_raised_and_hands_the_turn_on(file: Path) -> None:
    turns, connection = WriteTurns(), opened(file)
    connection.execute("BEGIN")
    with pytest.raises(sqlite3.OperationalError, match="within a transaction"):
        turns.begin(connection)
    connection.close()
    assert turns.begin(opened(file))
