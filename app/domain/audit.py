"""The record of what people and the scheduler did: who, when, to what, and why. It tells nobody's name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Deed(StrEnum):
    """What is recorded."""

    ERASE = "erase"  # one person's data
    PRUNE = "prune"  # everybody's, by age
    REQUEUE = "requeue"  # a job, as it was
    AMEND = "amend"  # a job, with another time or contact
    DISCARD = "discard"  # a job
    EXPORT = "export"  # jobs, with whom they are for; `counts` says how many got out
    BULK_START = "bulk_start"  # a run over many jobs was made: it collects and checks them
    BULK_CHECK = "bulk_check"  # they are checked once more
    BULK_CONFIRM = "bulk_confirm"  # it may act on them; `counts` says on how many
    BULK_PAUSE = "bulk_pause"
    BULK_RESUME = "bulk_resume"
    BULK_CANCEL = "bulk_cancel"
    SIGN_IN = "sign_in"
    SIGN_IN_REFUSED = "sign_in_refused"
    SIGN_OUT = "sign_out"  # of one session, or of all: `counts` says how many
    OPERATOR_ADD = "operator_add"
    OPERATOR_CHANGE = "operator_change"  # its role, or whether it may sign in
    OPERATOR_LINK = "operator_link"  # a link was made by which a password is set
    CALLBACK_CLAIM = "callback_claim"  # a caller to call back, by the id of their job
    CALLBACK_RELEASE = "callback_release"
    CALLBACK_DONE = "callback_done"
    ENDPOINT_ADD = "endpoint_add"
    ENDPOINT_CHANGE = "endpoint_change"  # where it is, or what it is told
    ENDPOINT_VERIFY = "endpoint_verify"  # a challenge was sent, or one that came back was handed in
    ENDPOINT_ENABLE = "endpoint_enable"
    ENDPOINT_DISABLE = "endpoint_disable"
    ENDPOINT_REMOVE = "endpoint_remove"
    ENDPOINT_ROTATE = "endpoint_rotate"  # it has a new secret
    ENDPOINT_TEST = "endpoint_test"  # an event that means nothing was sent there
    ENDPOINT_RECOVER = "endpoint_recover"  # what it missed since a time was sent again
    DELIVERY_REPLAY = "delivery_replay"  # one delivery, or those of one event, were sent again
    CACHE_PURGE = "cache_purge"  # the free times kept of an account
    PASSWORD_SET = "password_set"  # noqa: S105 - the name of a deed


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """Who did what, when and why. `target` is the id of what it was done to; `org_id` is empty where it is of none.

    `counts` says how many of what. `target_hash` stands for a person: it lets whoever knows them show that they were
    meant, and nobody else find out who it was.
    """

    id: str
    at: datetime
    actor: str
    deed: Deed
    org_id: str = ""
    target: str = ""
    target_hash: str = ""
    reason: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    """Which entries to list: newest first, `limit` of them, older than the entry `before`."""

    deed: Deed | None = None
    actor: str = ""
    target: str = ""
    limit: int = 50
    before: str | None = None


class AuditStore(Protocol):
    """Entries are added, never taken away."""

    def save(self, entry: AuditEntry) -> None: ...

    def search(self, wanted: AuditFilter) -> list[AuditEntry]:
        """Empty behind an entry that is not there."""
        ...
