"""Sends one signed request to one endpoint within a bounded time, and says what came of it."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import parsedate_to_datetime
from http.client import HTTPException

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, NewConnectionError
from urllib3.exceptions import TimeoutError as UrllibTimeoutError

from app.domain.sending import Message, Receipt, TargetError
from app.webhooks.signing import signed_headers
from app.webhooks.targets import Target, TargetRules

KEPT_BYTES = 4096
"""Of an answer; no more of it is read."""

LONGEST_PAUSE = 24 * 3600.0
"""Seconds of a Retry-After that are honoured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Seconds. `total` holds from the look-up of the name to the end of the answer."""

    connect: float = 3.0
    read: float = 10.0
    total: float = 15.0


class WebhookSender:
    """Opens a connection for each request; follows no redirect and takes no proxy from the environment."""

    def __init__(
        self, rules: TargetRules, *, trust: ssl.SSLContext, user_agent: str, limits: Limits | None = None
    ) -> None:
        self._rules = rules
        self._trust = trust
        self._user_agent = user_agent
        self._limits = limits or Limits()

    def check(self, url: str) -> None:
        self._rules.admit(url)

    def send(self, url: str, message: Message, secrets: Sequence[str]) -> Receipt:
        started = time.monotonic()
        try:
            receipt = self._exchange(self._rules.admit(url), message, secrets, started)
        except TargetError as refused:
            receipt = Receipt(code=refused.code)
        return replace(receipt, duration_ms=round((time.monotonic() - started) * 1000))

    def _exchange(self, target: Target, message: Message, secrets: Sequence[str], started: float) -> Receipt:
        until = started + self._limits.total
        try:
            connection = self._connected(target, until)
        except (OSError, HTTPError) as error:
            return Receipt(code=_failure(error, connecting=True))
        with closing(connection), _cut_off(connection.sock, until - time.monotonic()) as is_late:
            try:
                receipt = self._ask(connection, target, message, secrets)
            except (OSError, HTTPError, HTTPException, ValueError) as error:
                receipt = Receipt(code=_failure(error))
            return Receipt(code="timed_out") if is_late.is_set() else receipt  # a cut answer may look like a whole one

    def _connected(self, target: Target, until: float) -> HTTPConnection:
        """To the first of the checked addresses that takes a connection. Raises OSError or HTTPError."""
        failure: Exception = TimeoutError("no time left")
        for address in target.addresses:
            left = until - time.monotonic()
            if left <= 0:
                break
            connection = self._connection(target, address, min(left, self._limits.connect))
            try:
                connection.connect()
            except (OSError, HTTPError) as error:
                connection.close()
                failure = error
            else:
                return connection
        raise failure

    def _connection(self, target: Target, address: str, patience: float) -> HTTPConnection:
        """The certificate is that of the host's name, although the connection goes to its address."""
        if target.scheme == "http":
            return HTTPConnection(address, target.port, timeout=patience)
        return HTTPSConnection(
            address,
            target.port,
            timeout=patience,
            server_hostname=target.host,
            ssl_context=self._trust,
        )

    def _ask(self, connection: HTTPConnection, target: Target, message: Message, secrets: Sequence[str]) -> Receipt:
        connection.timeout = self._limits.read
        headers = {
            "Host": target.host_header,
            "Content-Type": "application/json",
            "User-Agent": self._user_agent,
            "Accept-Encoding": "identity",
            "Connection": "close",
            **signed_headers(message, secrets),
        }
        connection.request("POST", target.path, body=message.body, headers=headers, preload_content=False)
        answer = connection.getresponse()
        kept = answer.read(KEPT_BYTES, decode_content=False)
        return Receipt(
            http_status=answer.status,
            code=_judged(answer.status),
            response=kept.decode("utf-8", "replace"),
            retry_after=_seconds(answer.headers.get("Retry-After"), message.sent_at),
        )


@contextmanager
def _cut_off(sock: socket.socket, seconds: float) -> Iterator[threading.Event]:
    """Ends the connection after that time, however little arrives at a time: a socket's own time-out begins anew
    with every byte. The event tells whether that happened.
    """
    is_late = threading.Event()

    def cut() -> None:
        is_late.set()
        with suppress(OSError):  # it is closed already
            socket.socket.shutdown(sock, socket.SHUT_RDWR)  # past TLS, which the other thread is in the middle of

    timer = threading.Timer(max(seconds, 0.0), cut)
    timer.daemon = True
    timer.start()
    try:
        yield is_late
    finally:
        timer.cancel()


def _judged(status: int) -> str:
    """Why an answer is none that counts; empty for 2xx."""
    if 200 <= status < 300:
        return ""
    if 300 <= status < 400:
        return "redirected"
    return "gone" if status == 410 else "refused" if status < 500 else "failed"


def _failure(error: Exception, *, connecting: bool = False) -> str:
    if isinstance(error, NewConnectionError):
        return "not_connected"
    if isinstance(error, TimeoutError | UrllibTimeoutError):
        return "connect_timed_out" if connecting else "timed_out"
    if isinstance(error, ssl.SSLError):
        return "tls_failed"
    return "not_connected" if connecting else "cut_off"


def _seconds(header: str | None, now: datetime) -> float | None:
    """Retry-After as seconds or as a date (RFC 9110 10.2.3); None for anything else."""
    if header is None:
        return None
    text = header.strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:9]), LONGEST_PAUSE)
    try:
        wait = (parsedate_to_datetime(text) - now).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(wait, 0.0), LONGEST_PAUSE)
