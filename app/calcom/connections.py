"""Connections that keep two promises: an error while connecting is told apart, and an answer ends within its time."""

from __future__ import annotations

import http.client
import io
import socket
import ssl
import time
from collections.abc import Callable
from functools import cache
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.cookies import RequestsCookieJar
from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, HTTPError

SLOWEST_CONNECT = 10.0
"""Seconds after which a connection that did come about is no longer used: looking up a name knows no time-out, and
what is sent late could outlive the lease it is sent under."""


class NotConnectedError(ConnectTimeoutError):
    """Name, connection or TLS failed, so that nothing was sent; `reason` names the error."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class _TimedReader(io.RawIOBase):
    """Reads a socket until a moment (monotonic seconds), however little arrives at a time.

    A socket's own time-out starts anew with every byte, so that a slow sender could hold us for ever.
    """

    def __init__(self, raw: io.RawIOBase, sock: socket.socket, until: float) -> None:
        self._raw, self._sock, self._until = raw, sock, until

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError("the answer took too long")
        self._sock.settimeout(left)
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _TimedResponse(http.client.HTTPResponse):
    """An answer whose head and body together may take what its socket's time-out says when reading begins."""

    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        limit = sock.gettimeout()
        if limit is not None:
            raw = self.fp.detach()
            self.fp = io.BufferedReader(_TimedReader(raw, sock, time.monotonic() + limit))


def _connected(connect: Callable[[], None], *, slowest: float = SLOWEST_CONNECT) -> None:
    started = time.monotonic()
    try:
        connect()
    except (OSError, HTTPError, ValueError) as error:
        raise NotConnectedError(type(error.__cause__ or error).__name__) from error
    if time.monotonic() - started > slowest:
        raise NotConnectedError("TooSlowToConnect")


class _Plain(HTTPConnection):
    response_class = _TimedResponse

    def connect(self) -> None:
        _connected(super().connect)


class _Secure(HTTPSConnection):
    response_class = _TimedResponse

    def connect(self) -> None:
        _connected(super().connect)


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _Secure


class _TimedAdapter(HTTPAdapter):
    """Makes a requests session use these connections. It never tries again by itself."""

    def __init__(self, trust: ssl.SSLContext) -> None:
        self._trust = trust
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, ssl_context=self._trust, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _SecurePool}

    def cert_verify(self, conn: Any, url: str, verify: object, cert: object) -> None:
        """The context verifies. Requests would load the authorities into it again with every connection: 40 ms."""
        conn.cert_reqs = "CERT_REQUIRED"


class _Session(requests.Session):
    """Never follows a redirect (it would carry the key elsewhere), nor reads the body of one unasked."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        return None


class _NoCookies(RequestsCookieJar):
    """One thread serves many accounts: what a proxy sets for one is not sent for another."""

    def set_cookie(self, cookie: object, *args: object, **kwargs: object) -> None:
        return None


@cache
def trusted() -> ssl.SSLContext:
    """The usual authorities; made once and shared, for it takes some 40 ms."""
    return ssl.create_default_context(cafile=DEFAULT_CA_BUNDLE_PATH)


def new_session(trust: ssl.SSLContext) -> requests.Session:
    """A session that takes nothing from the environment: no proxy, no netrc, no other certificates."""
    session = _Session()
    session.trust_env = False
    session.cookies = _NoCookies()
    adapter = _TimedAdapter(trust)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session
