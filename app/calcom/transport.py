"""Carries one request to Cal.com and one answer back: session, key, version, time limits, size limit."""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit
from weakref import WeakSet

import requests
import structlog
from urllib3.exceptions import HTTPError, ReadTimeoutError
from urllib3.util import Timeout

from app.calcom.calls import Call, Operation
from app.calcom.connections import new_session, trusted
from app.domain.directory import Access

log = structlog.get_logger(__name__)

MAX_BODY = 5 * 1024 * 1024
CHUNK = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeLimits:
    """Seconds. The three reads are for head and body of an answer together; the totals include connecting.

    A listing of several pages and a write with the look that may follow it must fit into a job's lease together.
    """

    connect: float = 3.0
    slots_read: float = 8.0
    look_read: float = 8.0
    write_read: float = 40.0
    look_total: float = 10.0
    write_total: float = 45.0
    listing_total: float = 20.0

    def read(self, operation: Operation) -> float:
        if operation.is_write:
            return self.write_read
        return self.slots_read if operation is Operation.OPENINGS else self.look_read

    def total(self, operation: Operation) -> float:
        return self.write_total if operation.is_write else self.look_total


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer. `body` is its JSON, None where it is none; header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: object

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300

    @property
    def data(self) -> object:
        """What a success carries; None where the body is not Cal.com's envelope."""
        return self.body.get("data") if isinstance(self.body, dict) and self.body.get("status") == "success" else None


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


class Transport:
    """Reads share one session a thread and keep connections open. A write opens a connection of its own.

    On a kept connection that the server closes at that moment, nobody can tell whether a request arrived; for a read
    that costs one more try, for a write it would be an unknown outcome. A handshake more is the smaller price.
    """

    def __init__(self, limits: TimeLimits, user_agent: str) -> None:
        self._limits = limits
        self._user_agent = user_agent
        self._trust = trusted()
        self._local = threading.local()
        self._sessions: WeakSet[requests.Session] = WeakSet()
        self._lock = threading.Lock()

    def close(self) -> None:
        with self._lock:
            for session in self._sessions:
                session.close()

    def send(self, access: Access, call: Call, *, within: float | None = None) -> Reply:
        """Send once (a read whose connection breaks: twice). Raises NotSentError or NoAnswerError.

        `within`: seconds this call may take at most, where that is less than its own limit.
        """
        _check(access)
        total = self._limits.total(call.operation)
        until = time.monotonic() + (total if within is None else min(total, within))
        if call.operation.is_write:
            with new_session(self._trust) as session:
                return self._exchange(session, access, call, until)
        try:
            return self._exchange(self._session(), access, call, until)
        except NoAnswerError as error:
            if error.code != "cut_off":
                raise
        return self._exchange(self._session(), access, call, until)

    def _exchange(self, session: requests.Session, access: Access, call: Call, until: float) -> Reply:
        request_id = uuid.uuid4().hex
        started = time.monotonic()
        known = {"operation": call.operation.value, "account_id": access.account_id, "request_id": request_id}
        try:
            reply = self._attempt(session, access, call, request_id, until - started)
        except (NotSentError, NoAnswerError) as error:
            log.warning("calcom_did_not_answer", code=error.code, reason=error.reason, **known)
            raise
        theirs = reply.headers.get("x-request-id", "")
        seconds = round(time.monotonic() - started, 3)
        log.debug("calcom_answered", status=reply.status, seconds=seconds, their_request_id=theirs, **known)
        return reply

    def _attempt(self, session: requests.Session, access: Access, call: Call, request_id: str, seconds: float) -> Reply:
        if seconds <= 0:
            raise NotSentError("not_connected", "NoTimeLeft")
        limits = Timeout(total=seconds, connect=self._limits.connect, read=self._limits.read(call.operation))
        try:
            with session.request(
                call.method,
                access.base_url.rstrip("/") + call.path,
                params=call.query,
                data=json.dumps(call.body).encode() if call.body is not None else None,
                headers=self._headers(call, request_id),
                auth=_Key(access.api_key),
                timeout=limits,  # type: ignore[arg-type]
                allow_redirects=False,
                stream=True,
            ) as response:
                content = _read(response)
                headers = {name.lower(): value for name, value in response.headers.items()}
                return Reply(status=response.status_code, headers=headers, body=_parse(content))
        except (OSError, HTTPError) as error:
            raise _classified(error) from error

    def _headers(self, call: Call, request_id: str) -> dict[str, str]:
        headers = {"Accept": "application/json", "User-Agent": self._user_agent, "X-Request-Id": request_id}
        if call.version:
            headers["cal-api-version"] = call.version
        if call.body is not None:
            headers["Content-Type"] = "application/json"
        if call.operation.is_write:
            headers["Connection"] = "close"
        return headers

    def _session(self) -> requests.Session:
        session: requests.Session | None = getattr(self._local, "session", None)
        if session is None:
            session = self._local.session = new_session(self._trust)
            with self._lock:
                self._sessions.add(session)
        return session


class _Key(requests.auth.AuthBase):
    def __init__(self, key: str) -> None:
        self._key = key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._key}"
        return request


def _check(access: Access) -> None:
    """Refuse what would fail half-way, or put the key where it does not belong."""
    if not (access.api_key.isascii() and access.api_key.isprintable() and access.api_key.strip() == access.api_key):
        raise NotSentError("bad_key")
    try:
        url = urlsplit(access.base_url)
        usable = url.scheme in {"http", "https"} and bool(url.hostname) and (url.port or 1) > 0
    except ValueError:
        usable = False
    if not usable or "@" in url.netloc or url.query or url.fragment:
        raise NotSentError("bad_url")


def _read(response: requests.Response) -> bytes:
    content = bytearray()
    for chunk in response.iter_content(CHUNK):
        content += chunk
        if len(content) > MAX_BODY:
            raise NoAnswerError("too_large")
    return bytes(content)


def _parse(content: bytes) -> object:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def _classified(error: Exception) -> NotSentError | NoAnswerError:
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
