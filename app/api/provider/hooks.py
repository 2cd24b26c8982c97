"""Has Cal.com tell of an account that was just connected; where it cannot, sweeps find what changes there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from app.domain.directory import Account
from app.domain.errors import CalendarError, RefusedError

if TYPE_CHECKING:
    from app.container.providers import ProviderCases

log = structlog.get_logger(__name__)


def connect_if_possible(cases: ProviderCases, account: Account) -> None:
    """The account is saved already, so that a fault here is none of the request's."""
    try:
        cases.operators.connect_hook(account.id)
    except RefusedError:
        log.info("hook_not_possible", account_id=account.id)
    except CalendarError as error:
        log.warning("hook_not_connected", account_id=account.id, outcome=error.outcome.name)
