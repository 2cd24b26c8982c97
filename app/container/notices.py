"""What is done with what Cal.com tells: handled, looked for, and rescued when a message got lost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from app.container.adapters import Adapters
from app.domain.identifiers import new_owner_id
from app.domain.traffic import Priority
from app.services.handle_notice import HandleNotice
from app.services.rescue_notices import RescueNotices
from app.services.sweep_account import SweepAccount


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeCases:
    """The use cases behind the tasks and rounds for events from Cal.com."""

    handle: HandleNotice
    sweep: SweepAccount
    rescue: RescueNotices


def bind_notices(adapters: Adapters, *, sweep_every: timedelta) -> NoticeCases:
    shared: dict[str, Any] = {
        "open_unit": adapters.open_unit,
        "read_unit": adapters.read_unit,
        "clock": adapters.clock,
    }
    return NoticeCases(
        handle=HandleNotice(
            **shared,
            calendar=adapters.calendar_at(Priority.NEWS),
            cache=adapters.cache,
            publisher=adapters.publisher,
        ),
        sweep=SweepAccount(
            **shared,
            calendar=adapters.calendar_at(Priority.REFRESH),
            cache=adapters.cache,
            publisher=adapters.notice_publisher,
            every=sweep_every,
        ),
        rescue=RescueNotices(
            **shared, publisher=adapters.notice_publisher, owner=new_owner_id(), sweep_every=sweep_every
        ),
    )
