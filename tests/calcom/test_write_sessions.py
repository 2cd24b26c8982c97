"""Which connection a write goes over: one of a moment ago, where that is there, and none that is older or failed."""

from __future__ import annotations

import socket
from threading import Barrier, Thread

import pytest
import requests
from urllib3.util.wait import wait_for_read

import app.calcom.write_sessions
from app.calcom.client import CalcomCalendar
from app.calcom.connections import trusted
from app.calcom.write_sessions import WriteSessions
from tests.calcom.conftest import access_to
from tests.calcom.examples import WISH, row
from tests.calcom.scripted_server import ScriptedServer, Step, answer, close, data, silence, then_close
from tests.calcom.told import told

BOOKED = data(row(), 201)
HERE, ELSEWHERE = "https://api.cal.example/v2", "https://calcom.clinic.example/v2"


@pytest.fixture
def sessions() -> WriteSessions:
    return WriteSessions(trusted())


@pytest.fixture
def grown_old(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.calcom.write_sessions, "KEPT_SECONDS", 0.0)


def test_writes_of_one_moment_share_a_connection(calendar: CalcomCalendar) -> None:
    with ScriptedServer(BOOKED) as server:
        outcomes = [told(calendar.book(access_to(server.url), WISH)) for _ in range(3)]
        assert (outcomes, server.connections) == (["succeeded abc"] * 3, 1)


@pytest.mark.usefixtures("grown_old")
def test_a_connection_that_was_not_used_for_a_while_is_not_used_again(calendar: CalcomCalendar) -> None:
    with ScriptedServer(BOOKED) as server:
        for _ in range(3):
            calendar.book(access_to(server.url), WISH)
        assert server.connections == 3


def test_a_connection_that_the_server_has_closed_is_opened_anew(calendar: CalcomCalendar) -> None:
    with ScriptedServer(then_close(BOOKED), BOOKED) as server:
        here = access_to(server.url)
        assert told(calendar.book(here, WISH)) == "succeeded abc"
        (kept,) = calendar._transport._writes._free[server.url]
        (pool,) = kept[1].get_adapter(server.url).poolmanager.pools._container.values()  # type: ignore[attr-defined]
        assert wait_for_read(pool.pool.queue[-1].sock, timeout=10)  # the news of its end has come
        assert told(calendar.book(here, WISH)) == "succeeded abc"
        assert (len(server.requests), server.connections) == (2, 2)


def test_a_write_on_a_connection_that_closes_meanwhile_is_unknown_and_the_host_gets_no_other_such(
    calendar: CalcomCalendar, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is sent once: it may have arrived."""
    with ScriptedServer(BOOKED, close, BOOKED) as server:
        here = access_to(server.url)
        outcomes = [told(calendar.book(here, WISH)) for _ in range(4)]
        assert outcomes == ["succeeded abc", "unknown", "succeeded abc", "succeeded abc"]
        assert (len(server.requests), server.connections) == (4, 3)
        monkeypatch.setitem(calendar._transport._writes._none_kept_until, server.url, 0.0)
        for _ in range(3):
            calendar.book(here, WISH)
        assert server.connections == 4


@pytest.mark.parametrize("interim", [102, 103])
def test_an_answer_that_is_only_interim_is_nobodys(calendar: CalcomCalendar, interim: int) -> None:
    """The one that follows would be taken for that of the next write."""

    def both(connection: socket.socket) -> None:
        connection.sendall(f"HTTP/1.1 {interim} Wait\r\n\r\n".encode())
        BOOKED(connection)

    with ScriptedServer(both, data(row(uid="xyz"), 201)) as server:
        here = access_to(server.url)
        assert [told(calendar.book(here, WISH)) for _ in range(2)] == ["unknown", "succeeded xyz"]
        assert server.connections == 2


def test_a_look_with_an_interim_answer_is_asked_once_more_elsewhere(calendar: CalcomCalendar) -> None:
    def both(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 103 Early Hints\r\n\r\n")
        data(row())(connection)

    with ScriptedServer(both, data(row(uid="xyz"))) as server:
        found = calendar.booking(access_to(server.url), "abc")
        assert found is not None
        assert (found.uid, server.connections) == ("xyz", 2)


@pytest.mark.parametrize("answered", [silence, answer(201, b"[" + b"0," * 3_000_000 + b"0]")], ids=["late", "too much"])
def test_a_write_that_fails_otherwise_says_nothing_against_keeping(calendar: CalcomCalendar, answered: Step) -> None:
    with ScriptedServer(BOOKED, answered, BOOKED) as server:
        for connections in (1, 1, 2, 2):
            calendar.book(access_to(server.url), WISH)
            assert server.connections == connections


def test_a_connection_is_kept_after_a_no_and_not_after_silence(calendar: CalcomCalendar) -> None:
    no = answer(400, {"status": "error", "error": {"message": "no"}})
    with ScriptedServer(no, silence, BOOKED) as server:
        for connections in (1, 1, 2):
            calendar.book(access_to(server.url), WISH)
            assert server.connections == connections


def test_two_writes_at_a_time_have_a_connection_each(sessions: WriteSessions) -> None:
    with sessions.session(HERE) as one, sessions.session(HERE) as other:
        assert one is not other
    with sessions.session(HERE) as again:
        assert again is one  # it was given back last


def test_each_host_has_its_own(sessions: WriteSessions) -> None:
    with sessions.session(HERE) as one:
        pass
    with sessions.session(ELSEWHERE) as other:
        assert other is not one


def test_those_that_grew_old_are_closed_when_another_is_given_back(
    sessions: WriteSessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sessions.session(HERE) as one:
        pass
    closed: list[requests.Session] = []
    monkeypatch.setattr(one, "close", lambda: closed.append(one))
    monkeypatch.setattr(app.calcom.write_sessions, "KEPT_SECONDS", 0.0)
    with sessions.session(ELSEWHERE):
        pass
    assert closed == [one]
    assert not any(sessions._free.values())


def test_many_threads_leave_no_more_than_there_were_writes_at_a_time(sessions: WriteSessions) -> None:
    all_at_it = Barrier(8)

    def write() -> None:
        for _ in range(20):
            with sessions.session(HERE):
                all_at_it.wait(30)

    threads = [Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not all_at_it.broken
    assert 0 < len(sessions._free[HERE]) <= 8
