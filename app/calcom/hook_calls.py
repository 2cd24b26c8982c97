"""The requests by which Cal.com is told where to tell us of bookings."""

from __future__ import annotations

from urllib.parse import quote

from app.calcom.calls import Call, Operation
from app.domain.ports import HookWish

PAGE = 250

PAYLOADS = "2021-10-20"
"""The form of payloads that every server knows; newer ones have others besides."""


def hooks(*, skip: int) -> Call:
    query = {"take": str(PAGE), "skip": str(skip)}
    return Call(operation=Operation.HOOKS, path="/webhooks", query=query)


def add_hook(wish: HookWish) -> Call:
    return Call(operation=Operation.ADD_HOOK, path="/webhooks", body=_body(wish))


def change_hook(hook_id: str, wish: HookWish) -> Call:
    return Call(operation=Operation.CHANGE_HOOK, path=_path(hook_id), body=_body(wish))


def remove_hook(hook_id: str) -> Call:
    return Call(operation=Operation.REMOVE_HOOK, path=_path(hook_id))


def _path(hook_id: str) -> str:
    return f"/webhooks/{quote(hook_id, safe='')}"


def _body(wish: HookWish) -> dict[str, object]:
    return {
        "subscriberUrl": wish.url,
        "triggers": list(wish.triggers),
        "active": True,
        "secret": wish.secret,
        "version": PAYLOADS,
    }
