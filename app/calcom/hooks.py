"""The `HookDesk` port over Cal.com's /v2/webhooks: which addresses it tells of bookings, and with which secret."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from app.calcom import hook_calls
from app.calcom.asking import ask, understood
from app.calcom.calls import Call
from app.calcom.transport import Reply, Transport
from app.calcom.wire import UnreadableError
from app.domain.directory import Access
from app.domain.errors import CalendarError
from app.domain.outcomes import Failed, Trace, Unknown
from app.domain.ports import HookFound, HookWish
from app.domain.traffic import Priority

MAX_PAGES = 8


class CalcomHooks:
    """Safe to share between threads, and to repeat: a hook is known by its address, of which Cal.com has one each."""

    def __init__(self, transport: Transport, priority: Priority) -> None:
        self._transport = transport
        self._priority = priority

    def hooks(self, access: Access) -> list[HookFound]:
        found: list[HookFound] = []
        for number in range(MAX_PAGES):
            reply = self._ask(access, hook_calls.hooks(skip=number * hook_calls.PAGE))
            page = understood(reply, lambda answer: list(_read_page(answer)))
            found += page
            if len(page) < hook_calls.PAGE:
                return found
        raise CalendarError(Unknown(trace=Trace(code="endless_list")))

    def add(self, access: Access, wish: HookWish) -> HookFound:
        return understood(self._ask(access, hook_calls.add_hook(wish)), lambda reply: _read(reply.data))

    def change(self, access: Access, hook_id: str, wish: HookWish) -> bool:
        return self._found(access, hook_calls.change_hook(hook_id, wish))

    def remove(self, access: Access, hook_id: str) -> bool:
        return self._found(access, hook_calls.remove_hook(hook_id))

    def _found(self, access: Access, call: Call) -> bool:
        try:
            self._ask(access, call)
        except CalendarError as error:
            if isinstance(error.outcome, Failed) and error.outcome.trace.http_status == 404:
                return False
            raise
        return True

    def _ask(self, access: Access, call: Call) -> Reply:
        return ask(self._transport, access, call, self._priority)


def _read_page(reply: Reply) -> Iterator[HookFound]:
    rows = reply.data
    if not isinstance(rows, list):
        raise UnreadableError("no list in the answer")
    return map(_read, rows)


def _read(row: Any) -> HookFound:
    """Ids are texts or numbers, depending on the server. The secret, which comes along, is left where it is."""
    if not isinstance(row, Mapping) or not isinstance(row.get("id"), str | int):
        raise UnreadableError("a webhook without id")
    triggers = row.get("triggers")
    return HookFound(
        id=str(row["id"]),
        url=str(row.get("subscriberUrl") or ""),
        active=row.get("active") is True,
        triggers=frozenset(map(str, triggers if isinstance(triggers, list) else ())),
    )
