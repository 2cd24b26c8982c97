"""An agent is read once until the directory changes; a change shows within a second, here at once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from app.domain.answers import Result
from app.domain.errors import RefusedError, StoreUnavailableError
from app.services.connect_agent import ConnectAgent, Line
from app.services.remember_line import REMEMBERED_FOR, UNSEEN_FOR, RememberLine
from app.storage.database import Database
from tests.services.desk import AGENT, ORG, Desk


class Looks:
    """ConnectAgent, and how often it was asked."""

    def __init__(self, desk: Desk) -> None:
        self._connect_agent = ConnectAgent(read_unit=desk.database.reading_unit)
        self.number = 0

    def __call__(self, org_id: str, agent_id: str) -> Line:
        self.number += 1
        return self._connect_agent(org_id, agent_id)


@pytest.fixture
def looks(desk: Desk) -> Looks:
    return Looks(desk)


@pytest.fixture
def remember(desk: Desk, looks: Looks) -> RememberLine:
    remembered = RememberLine(connect_agent=looks, read_unit=desk.database.reading_unit, clock=desk.clock)
    desk.database.when_directory_changes(remembered.forget)
    return remembered


def rename(database: Database, name: str) -> None:
    with database.unit() as unit:
        agent = unit.directory.agent(AGENT)
        assert agent is not None
        unit.directory.save_agent(replace(agent, name=name))
        unit.commit()


def test_a_burst_reads_the_agent_once(remember: RememberLine, looks: Looks) -> None:
    assert len({remember(ORG, AGENT).agent.name for _ in range(20)}) == 1
    assert looks.number == 1


def test_it_is_not_read_again_while_nothing_changes(desk: Desk, remember: RememberLine, looks: Looks) -> None:
    for _ in range(10):
        remember(ORG, AGENT)
        desk.later(UNSEEN_FOR.total_seconds() + 0.001)
    assert looks.number == 1


def test_in_the_end_it_is_read_again(desk: Desk, remember: RememberLine, looks: Looks) -> None:
    """A process of an older version changes agents and does not count it."""
    remember(ORG, AGENT)
    desk.later(REMEMBERED_FOR.total_seconds() + 0.001)
    remember(ORG, AGENT)
    assert looks.number == 2


def test_a_change_of_another_process_shows_within_a_second(desk: Desk, remember: RememberLine, tmp_path: Path) -> None:
    remember(ORG, AGENT)
    other = Database(f"sqlite:///{tmp_path}/ringbook.db", secret_keys=(Fernet.generate_key().decode(),))
    rename(other, "Dr. Chang")
    other.dispose()
    desk.later(UNSEEN_FOR.total_seconds() + 0.001)
    assert remember(ORG, AGENT).agent.name == "Dr. Chang"


def test_without_the_database_nothing_is_taken_for_unchanged(
    desk: Desk, remember: RememberLine, tmp_path: Path
) -> None:
    remember(ORG, AGENT)
    desk.later(UNSEEN_FOR.total_seconds() + 0.001)
    desk.database.dispose()
    (tmp_path / "ringbook.db").rename(tmp_path / "gone.db")
    for _ in range(2):
        with pytest.raises(StoreUnavailableError):
            remember(ORG, AGENT)


def test_a_change_of_this_process_shows_at_once(desk: Desk, remember: RememberLine) -> None:
    remember(ORG, AGENT)
    rename(desk.database, "Dr. Chang")
    assert remember(ORG, AGENT).agent.name == "Dr. Chang"


def test_what_a_new_colleague_books_shows_at_once(desk: Desk, remember: RememberLine) -> None:
    assert len(remember(ORG, AGENT).event_types) == 1
    with desk.database.unit() as unit:
        agent = unit.directory.agent(AGENT)
        assert agent is not None
        unit.directory.save_agent(replace(agent, id="colleague", event_type=replace(agent.event_type, id=102)))
        unit.commit()
    assert [each.id for each in remember(ORG, AGENT).event_types] == [101, 102]


def test_a_change_that_is_rolled_back_is_none(desk: Desk, remember: RememberLine, looks: Looks) -> None:
    remember(ORG, AGENT)
    with desk.database.unit() as unit:
        agent = unit.directory.agent(AGENT)
        assert agent is not None
        unit.directory.save_agent(replace(agent, name="Dr. Nobody"))
    assert remember(ORG, AGENT).agent.name != "Dr. Nobody"
    assert looks.number == 1


def test_what_was_read_before_a_change_is_not_kept_after_it(desk: Desk) -> None:
    def look_while_it_changes(org_id: str, agent_id: str) -> Line:
        line = ConnectAgent(read_unit=desk.database.reading_unit)(org_id, agent_id)
        rename(desk.database, "Dr. Chang")
        return line

    read_unit = desk.database.reading_unit
    remembered = RememberLine(connect_agent=look_while_it_changes, read_unit=read_unit, clock=desk.clock)
    desk.database.when_directory_changes(remembered.forget)
    remembered(ORG, AGENT)
    assert remembered(ORG, AGENT).agent.name == "Dr. Chang"


def test_a_refusal_is_found_out_anew_each_time(remember: RememberLine, looks: Looks) -> None:
    for _ in range(3):
        with pytest.raises(RefusedError) as refused:
            remember("another", AGENT)
        assert refused.value.result is Result.FORBIDDEN
    assert looks.number == 3
