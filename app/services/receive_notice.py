"""Take what Cal.com tells of a booking: check who tells it, keep it, wake a worker, and be done."""

from __future__ import annotations

import hashlib
import hmac
from contextlib import suppress
from dataclasses import dataclass, field

from app.domain.answers import Result
from app.domain.errors import RefusedError, StoreUnavailableError
from app.domain.identifiers import new_hook_secret, new_notice_id
from app.domain.notices import Notice, read_told
from app.domain.ports import Clock, NoticePublisher
from app.domain.stores import OpenUnit

IGNORED = "ignored"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveNotice:
    """Cal.com waits for the end of this before it answers the request that caused it: nothing is looked up here.

    Raises RefusedError for a wrong signature, and in the same way for an account without a hook or not there at all;
    StoreUnavailableError where nothing was kept. Cal.com does not tell twice: the sweep finds what was refused.
    """

    open_unit: OpenUnit
    read_unit: OpenUnit
    publisher: NoticePublisher
    clock: Clock
    decoy: str = field(default_factory=new_hook_secret, repr=False)

    def __call__(self, account_id: str, raw: bytes, signature: str) -> None:
        now = self.clock()
        with self.read_unit() as unit:
            hook = unit.hooks.get(account_id)
        signed = is_signed(raw, signature, hook.accepted(now) if hook else (self.decoy,))
        if hook is None or not signed:
            raise RefusedError(Result.FORBIDDEN)
        notice = Notice(
            id=new_notice_id(),
            account_id=account_id,
            body_hash=hashlib.sha256(raw).hexdigest(),
            told=read_told(raw),
            received_at=now,
            next_attempt_at=now,
        )
        if self._keep(notice) and notice.told.is_followed and not self.publisher.publish_notice(notice.id):
            self._mark_unpublished(notice)

    def _keep(self, notice: Notice) -> bool:
        """False if it was told before."""
        with self.open_unit() as unit:
            is_new = unit.notices.add(notice)
            if is_new and not notice.told.is_followed:
                unit.notices.finish(notice, now=notice.received_at, outcome=IGNORED)
            unit.commit()
        return is_new

    def _mark_unpublished(self, notice: Notice) -> None:
        """So that the scheduler does not wait for the message first."""
        with suppress(StoreUnavailableError), self.open_unit() as unit:
            unit.notices.mark_published([notice.id], now=None)
            unit.commit()


def is_signed(raw: bytes, signature: str, secrets: tuple[str, ...]) -> bool:
    """Lower-case hex HMAC-SHA256 over the body as it came (facts.md, section 12), compared in constant time."""
    given = signature.encode("utf-8", "replace")
    wanted = [hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest().encode() for secret in secrets]
    return any(hmac.compare_digest(each, given) for each in wanted)
