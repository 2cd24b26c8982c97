"""The directory's revision is another number after each commit that changed it, and after no other."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest

from app.domain.directory_store import Directory
from app.storage.database import Database
from tests.storage.rows import NOW
from tests.storage.test_directory_store import ACCOUNT, AGENT, CLINIC, filled

__all__ = ["filled"]

CHANGES: dict[str, Callable[[Directory], None]] = {
    "organization": lambda directory: directory.save_organization(replace(CLINIC, name="Practice")),
    "account": lambda directory: directory.save_account(replace(ACCOUNT, name="Back desk"), None),
    "account without its key": lambda directory: directory.disconnect_account(ACCOUNT.id, now=NOW),
    "agent": lambda directory: directory.save_agent(replace(AGENT, name="Dr. Chang")),
}


def revision(database: Database) -> int:
    with database.reading_unit() as unit:
        return unit.directory.revision()


def test_it_is_there_before_anything_is(database: Database) -> None:
    assert revision(database) == 0


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_it_grows_with_each_change(filled: Database, change: Callable[[Directory], None]) -> None:
    before = revision(filled)
    with filled.unit() as unit:
        change(unit.directory)
        unit.commit()
    assert revision(filled) == before + 1


def test_it_stays_with_a_change_that_is_rolled_back(filled: Database) -> None:
    before = revision(filled)
    with filled.unit() as unit:
        unit.directory.save_agent(replace(AGENT, name="Dr. Nobody"))
    assert revision(filled) == before


def test_it_stays_with_a_commit_that_left_the_directory_alone(filled: Database) -> None:
    before = revision(filled)
    with filled.unit() as unit:
        unit.directory.agent(AGENT.id)
        unit.commit()
    assert revision(filled) == before


def test_those_who_change_at_once_are_all_counted(filled: Database) -> None:
    before, together = revision(filled), Barrier(4)

    def change(number: int) -> None:
        together.wait(timeout=10)
        with filled.unit() as unit:
            unit.directory.save_agent(replace(AGENT, name=f"Dr. {number}"))
            unit.directory.save_organization(replace(CLINIC, name=f"Practice {number}"))
            unit.commit()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(change, range(4)))
    assert revision(filled) == before + 4
