"""Operators, sessions, links and wrong passwords come back as saved, and are found and deleted as they must be."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from app.domain.operators import FREE_TRIES, LONGEST_WAIT, Link, Operator, Role, Session, Tries
from app.storage.database import Database
from tests.storage.rows import NOW, SECOND

JANE = Operator(id="oper_1", name="jane", role=Role.OPERATOR, created_at=NOW, password_hash="$argon2id$x")
ADAM = Operator(id="oper_2", name="adam", role=Role.ADMIN, created_at=NOW)
OF_JANE = Session(
    id="h1", operator_id="oper_1", csrf="c", created_at=NOW, seen_at=NOW, address="192.0.2.1", browser="Firefox"
)


def add_both(database: Database) -> None:
    with database.unit() as unit:
        assert unit.operators.add(JANE)
        assert unit.operators.add(ADAM)
        unit.commit()


def test_operators_come_back_as_they_were_added_and_saved(database: Database) -> None:
    add_both(database)
    changed = replace(JANE, role=Role.VIEWER, disabled_at=NOW, signed_in_at=NOW)
    with database.unit() as unit:
        assert unit.operators.get("oper_1") == JANE
        assert unit.operators.named("adam") == ADAM
        assert unit.operators.named("eve") is None
        unit.operators.save(changed)
        unit.commit()
    with database.reading_unit() as unit:
        assert unit.operators.all() == [ADAM, changed]


def test_two_operators_cannot_have_one_name(database: Database) -> None:
    add_both(database)
    with database.unit() as unit:
        assert not unit.operators.add(replace(ADAM, id="oper_3"))


def test_a_session_is_found_with_its_operator_until_it_ends(database: Database) -> None:
    add_both(database)
    with database.unit() as unit:
        unit.operators.begin_session(OF_JANE)
        unit.operators.note_use("h1", now=NOW + SECOND)
        unit.operators.note_use("h1", now=NOW)
        assert unit.operators.session("h1") == (replace(OF_JANE, seen_at=NOW + SECOND), JANE)
        assert unit.operators.session("h2") is None
        assert unit.operators.end_session("h1")
        assert not unit.operators.end_session("h1")
        assert unit.operators.session("h1") is None


def test_all_sessions_of_one_operator_end_at_once(database: Database) -> None:
    add_both(database)
    with database.unit() as unit:
        for number, operator in enumerate(("oper_1", "oper_1", "oper_2")):
            seen_at = NOW + number * SECOND
            unit.operators.begin_session(replace(OF_JANE, id=f"h{number}", operator_id=operator, seen_at=seen_at))
        assert [session.id for session in unit.operators.sessions_of("oper_1")] == ["h1", "h0"]
        assert unit.operators.end_sessions_of("oper_1") == 2
        assert [session.id for session in unit.operators.sessions_of("oper_2")] == ["h2"]


def test_an_operator_has_one_link_and_it_works_once(database: Database) -> None:
    add_both(database)
    first = Link(id="l1", operator_id="oper_1", expires_at=NOW)
    second = Link(id="l2", operator_id="oper_1", expires_at=NOW + SECOND)
    with database.unit() as unit:
        unit.operators.add_link(first)
        unit.operators.add_link(second)
        assert unit.operators.link("l1") is None
        assert unit.operators.link("l2") == second
        assert unit.operators.use_link("l2")
        assert not unit.operators.use_link("l2")


def test_wrong_passwords_are_counted_by_name_until_one_fits(database: Database) -> None:
    with database.unit() as unit:
        for number in range(3):
            unit.operators.note_try("eve", now=NOW + number * SECOND)
        assert unit.operators.tries("eve") == Tries(count=3, last_at=NOW + 2 * SECOND)
        assert unit.operators.hold_tries("eve", now=NOW) == Tries(count=3, last_at=NOW + 2 * SECOND)
        assert unit.operators.tries("jane") is None
        assert unit.operators.hold_tries("jane", now=NOW) == Tries(count=0, last_at=NOW)
        unit.operators.forget_tries("eve")
        assert unit.operators.tries("eve") is None


def test_the_wait_doubles_with_each_try_up_to_a_limit() -> None:
    waits = [(Tries(count=count, last_at=NOW).locked_until() - NOW).total_seconds() for count in range(20)]
    assert waits[: FREE_TRIES + 4] == [0] * (FREE_TRIES + 1) + [2, 4, 8]
    assert waits[-1] == LONGEST_WAIT.total_seconds()


def test_what_is_over_is_pruned(database: Database) -> None:
    add_both(database)
    later = NOW + timedelta(days=1)
    with database.unit() as unit:
        unit.operators.begin_session(OF_JANE)
        unit.operators.begin_session(replace(OF_JANE, id="h2", seen_at=later))
        unit.operators.add_link(Link(id="l1", operator_id="oper_1", expires_at=NOW))
        unit.operators.note_try("eve", now=NOW)
        assert unit.operators.prune(before=NOW) == 0
        assert unit.operators.prune(before=later) == 3
        assert unit.operators.session("h2") is not None
