"""Servers that cannot be reached or trusted: nothing was sent, and that is known."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from ipaddress import ip_address
from pathlib import Path

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from app.calcom.client import CalcomCalendar
from app.calcom.connections import NotConnectedError, _connected, new_session
from app.domain.errors import CalendarError
from app.domain.outcomes import Outcome
from tests.calcom.conftest import access_to
from tests.calcom.examples import AT, HOUR, WISH, closed_port
from tests.calcom.scripted_server import (
    ScriptedServer,
    answer,
    close,
    data,
)
from tests.calcom.told import told


def test_a_refused_connection_is_known_to_have_sent_nothing(calendar: CalcomCalendar) -> None:
    outcome = calendar.book(access_to(closed_port()), WISH)
    assert (told(outcome), outcome.trace.code, outcome.trace.detail) == (
        "retry",
        "not_connected",
        "ConnectionRefusedError",
    )


def test_a_name_that_does_not_resolve_is_known_to_have_sent_nothing(calendar: CalcomCalendar) -> None:
    outcome = calendar.cancel(access_to("http://calcom.invalid/v2"), "abc", "")
    assert (told(outcome), outcome.trace.code) == ("retry", "not_connected")


def test_a_connection_that_is_never_taken_is_known_to_have_sent_nothing(calendar: CalcomCalendar) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(full.getsockname())
        outcome = calendar.book(access_to(f"http://127.0.0.1:{full.getsockname()[1]}/v2"), WISH)
        for one in waiting:
            one.close()
    assert (told(outcome), outcome.trace.code) == ("retry", "not_connected")


def test_a_server_without_tls_is_known_to_have_been_sent_nothing(calendar: CalcomCalendar) -> None:
    with ScriptedServer(answer(200, {})) as server:
        outcome = calendar.book(access_to(server.url.replace("http:", "https:")), WISH)
        assert (told(outcome), outcome.trace.code) == ("retry", "not_connected")
        assert server.requests == []


def one_tls_request(folder: Path, send: Callable[[int], None]) -> list[bytes]:
    """What a server with a certificate of its own making is sent by `send(port)`; it answers with an empty success."""
    received: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with suppress(OSError), self_signed(folder).wrap_socket(listener.accept()[0], server_side=True) as tls:
                received.append(tls.recv(65536))
                data({})(tls)

        thread = threading.Thread(target=serve)
        thread.start()
        send(listener.getsockname()[1])
        thread.join(5)
    return [request for request in received if request]


def test_a_certificate_nobody_vouches_for_is_refused_before_anything_is_sent(
    calendar: CalcomCalendar, tmp_path: Path
) -> None:
    outcomes: list[Outcome] = []
    received = one_tls_request(
        tmp_path, lambda port: outcomes.append(calendar.book(access_to(f"https://127.0.0.1:{port}/v2"), WISH))
    )
    assert [(told(outcome), outcome.trace.detail) for outcome in outcomes] == [("retry", "SSLCertVerificationError")]
    assert received == []


@pytest.mark.parametrize(("host", "accepted"), [("127.0.0.1", True), ("localhost", False)])
def test_a_certificate_somebody_vouches_for_is_taken_for_its_own_host_only(
    tmp_path: Path, host: str, accepted: bool
) -> None:
    self_signed(tmp_path)
    own = ssl.create_default_context(cafile=tmp_path / "server.pem")

    def send(port: int) -> None:
        with suppress(requests.ConnectionError), new_session(own) as session:
            session.get(f"https://{host}:{port}/v2/me", timeout=2)

    assert bool(one_tls_request(tmp_path, send)) is accepted


def self_signed(folder: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "server.pem"
    if not pem.exists():
        secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        pem.write_bytes(secret + certificate.public_bytes(Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context


def test_a_connection_that_took_too_long_to_make_is_not_used() -> None:
    with pytest.raises(NotConnectedError):
        _connected(partial(time.sleep, 0.05), slowest=0.01)
    _connected(partial(time.sleep, 0.01), slowest=5.0)


def test_an_error_handled_by_the_caller_does_not_make_a_lost_write_look_unsent(calendar: CalcomCalendar) -> None:
    with ScriptedServer(close) as server:
        try:
            calendar.openings(access_to(closed_port()), 7, AT, AT + HOUR)
        except CalendarError:
            assert told(calendar.book(access_to(server.url), WISH)) == "unknown"
