"""Who renews the hook of one account at one time with others leaves one hook, and one that is listened to."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from app.domain.answers import Result
from app.domain.directory import Access
from app.domain.errors import CalendarError, RefusedError
from app.domain.notices import Hook
from app.domain.outcomes import Failed, Trace
from app.domain.ports import HookFound, HookWish
from app.domain.stores import UnitOfWork
from app.services.connect_hook import TRIES, ConnectHook
from app.storage.database import Database
from tests.storage.held_up import is_kept_waiting
from tests.storage.rows import NOW, at_once
from tests.storage.test_directory_store import ACCOUNT, API_KEY, CLINIC
from tests.support.waiting import eventually

ORG_ID, ACCOUNT_ID = (f"00000000-0000-4000-8000-00000000000{number}" for number in range(2))
ROUNDS = 10
RENEWALS = 3


class OneHookDesk:
    """Cal.com's webhooks of one account, of which it has one an address; `on_the_way` before each change arrives."""

    def __init__(self) -> None:
        self.given: dict[str, str] = {}
        self.on_the_way: list[Callable[[], object]] = []

    def hooks(self, access: Access) -> list[HookFound]:
        return [HookFound(id=url, url=url, active=True, triggers=frozenset()) for url in list(self.given)]

    def add(self, access: Access, wish: HookWish) -> HookFound:
        if self.given.setdefault(wish.url, wish.secret) != wish.secret:
            raise CalendarError(Failed(result=Result.UPSTREAM_REFUSED, trace=Trace(http_status=409)))
        return HookFound(id=wish.url, url=wish.url, active=True, triggers=frozenset())

    def change(self, access: Access, hook_id: str, wish: HookWish) -> bool:
        if self.on_the_way:
            self.on_the_way.pop()()
        self.given[hook_id] = wish.secret
        return True

    def remove(self, access: Access, hook_id: str) -> bool:
        return self.given.pop(hook_id, None) is not None


class Overtaken:
    """A unit of work in which something happens between what it reads of a hook and what it saves."""

    def __init__(self, unit: UnitOfWork, meanwhile: Callable[[], object]) -> None:
        self._unit = unit
        self._meanwhile = meanwhile
        self.hooks = self

    def __enter__(self) -> Overtaken:
        self._unit.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self._unit.__exit__(*error)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._unit, name)

    def get(self, account_id: str) -> Hook | None:
        found = self._unit.hooks.get(account_id)
        self._meanwhile()
        return found

    def save(self, hook: Hook) -> None:
        self._unit.hooks.save(hook)


@pytest.fixture
def desk() -> OneHookDesk:
    return OneHookDesk()


@pytest.fixture
def connect(database: Database, desk: OneHookDesk) -> ConnectHook:
    with database.unit() as unit:
        unit.directory.save_organization(replace(CLINIC, id=ORG_ID))
        unit.directory.save_account(replace(ACCOUNT, id=ACCOUNT_ID, org_id=ORG_ID), API_KEY)
        unit.commit()
    return ConnectHook(
        open_unit=database.unit,
        read_unit=database.reading_unit,
        desk=desk,
        clock=lambda: NOW,
        public_url="https://ringbook.example",
    )


def kept(database: Database) -> Hook:
    with database.reading_unit() as unit:
        hook = unit.hooks.get(ACCOUNT_ID)
    assert hook is not None
    return hook


def test_a_secret_that_arrives_after_a_newer_one_does_not_stay(
    database: Database, desk: OneHookDesk, connect: ConnectHook
) -> None:
    connect(ACCOUNT_ID)
    desk.on_the_way.append(lambda: connect(ACCOUNT_ID, new_secret=True))
    connect(ACCOUNT_ID)
    hook = kept(database)
    assert (list(desk.given.values()), hook.registered_at) == ([hook.secret], NOW)


def test_until_cal_com_has_the_newer_one_the_one_that_came_after_it_is_taken(
    database: Database, desk: OneHookDesk, connect: ConnectHook
) -> None:
    def refused() -> None:
        raise CalendarError(Failed(result=Result.UPSTREAM_REFUSED))

    connect(ACCOUNT_ID)
    desk.on_the_way = [refused, lambda: None, lambda: connect(ACCOUNT_ID, new_secret=True)]
    with pytest.raises(CalendarError):
        connect(ACCOUNT_ID)
    hook = kept(database)
    (signs_with,) = desk.given.values()
    assert (hook.accepted(NOW), hook.registered_at) == ((hook.secret, signs_with), None)


def test_who_never_comes_last_is_told_so_and_the_kept_secret_stays(
    database: Database, desk: OneHookDesk, connect: ConnectHook
) -> None:
    def renewed_twice() -> None:
        for _ in range(2):
            connect(ACCOUNT_ID, new_secret=True)

    connect(ACCOUNT_ID)
    desk.on_the_way = [lambda: None, lambda: None, renewed_twice] * TRIES
    with pytest.raises(RefusedError):
        connect(ACCOUNT_ID)
    assert not desk.on_the_way
    hook = kept(database)
    (signs_with,) = desk.given.values()
    assert hook.accepted(NOW) == (hook.secret, signs_with)


@pytest.mark.parametrize("lot", range(ROUNDS))
@pytest.mark.parametrize("is_there", [False, True])
def test_renewals_at_one_time_leave_the_secret_that_is_kept(
    database: Database, desk: OneHookDesk, connect: ConnectHook, lot: int, is_there: bool
) -> None:
    if is_there:
        connect(ACCOUNT_ID)
    at_once(RENEWALS, lambda number: connect(ACCOUNT_ID, new_secret=number > 0))
    hook = kept(database)
    assert (list(desk.given.values()), hook.registered_at) == ([hook.secret], NOW)


def test_a_confirmation_does_not_undo_a_newer_secret(
    database: Database, desk: OneHookDesk, connect: ConnectHook
) -> None:
    connect(ACCOUNT_ID)
    with ThreadPoolExecutor() as pool:

        def renew_meanwhile() -> None:
            renewal = pool.submit(connect, ACCOUNT_ID, new_secret=True)
            eventually(lambda: renewal.done() or is_kept_waiting(database))

        moments: list[Callable[[], object]] = [renew_meanwhile, lambda: None]

        def open_unit() -> Any:
            return Overtaken(database.unit(), moments.pop())

        replace(connect, open_unit=open_unit)(ACCOUNT_ID)
    hook = kept(database)
    assert (list(desk.given.values()), hook.registered_at) == ([hook.secret], NOW)
