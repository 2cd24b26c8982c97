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
from urllib3.exceptions import HTTPError
from urllib3.util import Timeout

from app.calcom.calls import Call, Operation
from app.calcom.connections import new_session, trusted
from app.calcom.pace import sample_of
from app.calcom.silence import NoAnswerError, NotSentError, classified
from app.calcom.write_sessions import WriteSessions
from app.domain.directory import Access
from app.domain.errors import PostponedError
from app.domain.ports import Aside
from app.domain.traffic import Priority, Sample, Traffic

log = structlog.get_logger(__name__)

MAX_BODY = 5 * 1024 * 1024
CHUNK = 64 * 1024

OUR_OWN = {"bad_url", "bad_key"}
"""Failures that tell nothing about Cal.com."""


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


class Transport:
    """Reads share one session a thread and keep connections open. Writes keep theirs for a moment only.

    On a kept connection that the server closes at that moment, nobody can tell whether a request arrived; for a read
    that costs one more try, for a write it is an unknown outcome.
    """

    def __init__(self, limits: TimeLimits, user_agent: str, traffic: Traffic, aside: Aside) -> None:
        self._limits = limits
        self._user_agent = user_agent
        self._traffic = traffic
        self._aside = aside
        self._trust = trusted()
        self._writes = WriteSessions(self._trust)
        self._local = threading.local()
        self._sessions: WeakSet[requests.Session] = WeakSet()
        self._lock = threading.Lock()

    def close(self) -> None:
        self._writes.close()
        with self._lock:
            for session in self._sessions:
                session.close()

    def send(self, access: Access, call: Call, priority: Priority, *, within: float | None = None) -> Reply:
        """Send once (a read whose connection breaks: twice). Raises NotSentError, NoAnswerError or PostponedError.

        `within`: seconds this call may take at most, where that is less than its own limit. Each read takes leave of
        the traffic first; for a write its caller has done so, before marking it as sent.
        """
        _check(access)
        total = self._limits.total(call.operation)
        until = time.monotonic() + (total if within is None else min(total, within))
        with self._aside():
            if call.operation.is_write:
                return self._write(access, call, until)
            return self._look(access, call, priority, until)

    def _write(self, access: Access, call: Call, until: float) -> Reply:
        with self._writes.session(access.base_url) as session:
            return self._exchange(session, access, call, until)

    def _look(self, access: Access, call: Call, priority: Priority, until: float) -> Reply:
        try:
            return self._read(access, call, priority, until)
        except NoAnswerError as error:
            if error.code != "cut_off":
                raise
        return self._read(access, call, priority, until)

    def _read(self, access: Access, call: Call, priority: Priority, until: float) -> Reply:
        if time.monotonic() >= until:
            raise NotSentError("not_connected", "NoTimeLeft")
        wait = self._traffic.take(access, priority)
        if wait > 0:
            raise PostponedError(wait)
        return self._exchange(self._session(), access, call, until)

    def _exchange(self, session: requests.Session, access: Access, call: Call, until: float) -> Reply:
        request_id = uuid.uuid4().hex
        started = time.monotonic()
        known = {"operation": call.operation.value, "account_id": access.account_id, "request_id": request_id}
        try:
            reply = self._attempt(session, access, call, request_id, until - started)
        except (NotSentError, NoAnswerError) as error:
            log.warning("calcom_did_not_answer", code=error.code, reason=error.reason, **known)
            if error.code not in OUR_OWN:
                self._traffic.record(access, Sample(failed=True, seconds=time.monotonic() - started))
            raise
        seconds = time.monotonic() - started
        self._traffic.record(access, sample_of(reply.status, reply.headers, seconds))
        theirs = reply.headers.get("x-request-id", "")
        log.debug("calcom_answered", status=reply.status, seconds=round(seconds, 3), their_request_id=theirs, **known)
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
                content = _content(response)
                headers = {name.lower(): value for name, value in response.headers.items()}
                return Reply(status=response.status_code, headers=headers, body=_parse(content))
        except (OSError, HTTPError) as error:
            raise classified(error) from error

    def _headers(self, call: Call, request_id: str) -> dict[str, str]:
        headers = {"Accept": "application/json", "User-Agent": self._user_agent, "X-Request-Id": request_id}
        if call.version:
            headers["cal-api-version"] = call.version
        if call.body is not None:
            headers["Content-Type"] = "application/json"
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


def _content(response: requests.Response) -> bytes:
    if response.status_code < 200:  # http.client takes a 103 for the answer, which is still to come
        raise NoAnswerError("cut_off", "InterimResponse")
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
