"""The two ways in which a request stays without an answer, told apart by the error behind it."""

from __future__ import annotations

import requests
from urllib3.exceptions import ReadTimeoutError


class NotSentError(Exception):
    """Nothing left for Cal.com. `code`: not_connected, bad_url or bad_key; `reason` names the error behind it."""

    def __init__(self, code: str, reason: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.reason = reason


class NoAnswerError(Exception):
    """The request may have arrived, a whole answer did not. `code`: timed_out, cut_off or too_large."""

    def __init__(self, code: str, reason: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.reason = reason


def classified(error: Exception) -> NotSentError | NoAnswerError:
    """Only a failure to connect proves that nothing was sent.

    Texts are not kept, they may hold the key. Nor is `__context__` looked at: it may lead to an error of another call.
    """
    inner = _inner(error)
    if isinstance(error, requests.ConnectTimeout):
        return NotSentError("not_connected", getattr(inner, "reason", "") or type(inner).__name__)
    if isinstance(error, requests.exceptions.InvalidURL):
        return NotSentError("bad_url")
    if isinstance(inner, ReadTimeoutError):
        return NoAnswerError("timed_out")
    return NoAnswerError("cut_off", type(inner).__name__)


def _inner(error: BaseException) -> BaseException:
    """The error that requests and urllib3 wrapped: a wrapper holds the next one as `reason` or last argument."""
    while True:
        wrapped = getattr(error, "reason", None) or (error.args[-1] if error.args else None)
        if not isinstance(wrapped, BaseException):
            return error
        error = wrapped
