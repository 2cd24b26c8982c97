"""Asks Cal.com something and reads the answer, or says with a CalendarError why there is none."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from app.calcom.calls import Call
from app.calcom.failures import outcome_of, outcome_of_silence
from app.calcom.noting import noted
from app.calcom.silence import NoAnswerError, NotSentError
from app.calcom.transport import Reply, Transport
from app.calcom.wire import UnreadableError
from app.domain.directory import Access
from app.domain.errors import CalendarError
from app.domain.outcomes import Trace, Unknown
from app.domain.traffic import Priority

Read = TypeVar("Read")


def ask(transport: Transport, access: Access, call: Call, priority: Priority, *, within: float | None = None) -> Reply:
    """A success. Raises CalendarError."""
    began = time.monotonic()
    try:
        reply = transport.send(access, call, priority, within=within)
    except (NotSentError, NoAnswerError) as error:
        silence = outcome_of_silence(error, call.operation)
        raise CalendarError(noted(silence, call, began=began)) from error
    if not reply.is_success:
        refused = outcome_of(reply, call.operation, uid=call.uid, key=access.api_key)
        raise CalendarError(noted(refused, call, began=began))
    return reply


def understood(reply: Reply, read: Callable[[Reply], Read]) -> Read:
    """What `read` makes of the answer. Raises CalendarError where it is not what Cal.com answers."""
    try:
        return read(reply)
    except UnreadableError as error:
        raise CalendarError(Unknown(trace=unreadable(reply, error))) from error


def unreadable(reply: Reply, error: UnreadableError) -> Trace:
    """Another version of the API, or a proxy that answers for it."""
    return Trace(http_status=reply.status, code="unreadable", detail=str(error))
