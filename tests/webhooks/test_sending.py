"""One request to one endpoint: what leaves, what is kept of the answer, and how long it may take at most."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from email.utils import format_datetime

import pytest
import trustme
from standardwebhooks import Webhook

from app.webhooks.sender import WebhookSender
from tests.support.receiver import Receiver, Reply
from tests.webhooks.messages import BODY, MESSAGE, OTHER_SECRET, SECRET

HERE = ["127.0.0.0/8"]


@contextmanager
def speaking(pieces: Iterator[bytes], *, pause: float) -> Iterator[int]:
    """A server that sends these pieces, one after each pause, to whoever connects; yields its port."""
    over = threading.Event()
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = server.accept()
        with connection:
            try:
                for piece in pieces:
                    connection.sendall(piece)
                    if over.wait(pause):
                        return
            except OSError:
                return

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield server.getsockname()[1]
    finally:
        over.set()
        server.close()
        thread.join(5)


def test_a_request_carries_the_exact_body_signed_with_every_secret(sender_with: Callable[..., WebhookSender]) -> None:
    with Receiver() as receiver:
        receipt = sender_with(allowed=HERE).send(receiver.url + "?tenant=7", MESSAGE, [SECRET, OTHER_SECRET])
    (received,) = receiver.received
    assert (received.path, received.body) == ("/hook?tenant=7", BODY)
    assert received.headers["host"] == f"127.0.0.1:{receiver.port}"
    assert received.headers["content-type"] == "application/json"
    assert received.headers["user-agent"] == "Ringbook/test"
    assert received.headers["webhook-id"] == MESSAGE.id
    assert len(received.headers["webhook-signature"].split()) == 2
    for secret in (SECRET, OTHER_SECRET):
        headers = Webhook(secret).sign(MESSAGE.id, MESSAGE.sent_at, BODY.decode())
        assert headers in received.headers["webhook-signature"].split()
    assert (receipt.http_status, receipt.code, receipt.is_success) == (204, "", True)


@pytest.mark.parametrize(
    ("status", "code"), [(200, ""), (299, ""), (400, "refused"), (404, "refused"), (410, "gone"), (500, "failed")]
)
def test_only_2xx_counts(sender_with: Callable[..., WebhookSender], status: int, code: str) -> None:
    with Receiver(lambda _: Reply(status, b"said")) as receiver:
        receipt = sender_with(allowed=HERE).send(receiver.url, MESSAGE, [SECRET])
    assert (receipt.http_status, receipt.code, receipt.response) == (status, code, "said")


def test_of_an_answer_the_first_four_kilobytes_are_kept(sender_with: Callable[..., WebhookSender]) -> None:
    with Receiver(lambda _: Reply(200, b"x" * 5_000_000)) as receiver:
        receipt = sender_with(allowed=HERE).send(receiver.url, MESSAGE, [SECRET])
    assert (receipt.code, receipt.response) == ("", "x" * 4096)


def test_an_answer_that_is_no_text_is_kept_as_far_as_it_can_be_read(sender_with: Callable[..., WebhookSender]) -> None:
    with Receiver(lambda _: Reply(200, b"a\xff\x00b")) as receiver:
        receipt = sender_with(allowed=HERE).send(receiver.url, MESSAGE, [SECRET])
    assert (receipt.code, receipt.response) == ("", "a\N{REPLACEMENT CHARACTER}\x00b")


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("30", 30.0),
        ("999999999", 86400.0),
        (format_datetime(MESSAGE.sent_at + timedelta(minutes=2), usegmt=True), 120.0),
        (format_datetime(MESSAGE.sent_at - timedelta(minutes=2), usegmt=True), 0.0),
        ("soon", None),
        ("-5", None),
        ("Mon, 01 Jan 2024 00:00:00 +99999999999999", None),
    ],
)
def test_a_retry_after_is_read(sender_with: Callable[..., WebhookSender], said: str, seconds: float | None) -> None:
    with Receiver(lambda _: Reply(429, headers=(("Retry-After", said),))) as receiver:
        receipt = sender_with(allowed=HERE).send(receiver.url, MESSAGE, [SECRET])
    assert (receipt.code, receipt.retry_after) == ("refused", seconds)


def test_nobody_there_is_told_apart_from_nobody_answering(sender_with: Callable[..., WebhookSender]) -> None:
    with Receiver() as receiver:
        url = receiver.url
    gone = sender_with(allowed=HERE).send(url, MESSAGE, [SECRET])
    assert (gone.code, gone.http_status) == ("not_connected", None)
    with speaking(iter([b""]), pause=0.0) as port:
        cut = sender_with(allowed=HERE).send(f"http://127.0.0.1:{port}/", MESSAGE, [SECRET])
    assert cut.code == "cut_off"


def test_another_checked_address_is_tried_where_the_first_takes_no_connection(
    sender_with: Callable[..., WebhookSender],
) -> None:
    with Receiver(host="127.0.0.2") as receiver:
        sender = sender_with(allowed=HERE, names=lambda host, port: ["127.0.0.3", "127.0.0.2"])
        receipt = sender.send(receiver.url_at("two.example"), MESSAGE, [SECRET])
    assert (receipt.code, len(receiver.received)) == ("", 1)


def test_a_receiver_that_says_nothing_is_given_up_in_time(sender_with: Callable[..., WebhookSender]) -> None:
    with speaking(iter([b"", b""]), pause=20) as port:
        began = time.monotonic()
        receipt = sender_with(allowed=HERE, read=0.5).send(f"http://127.0.0.1:{port}/", MESSAGE, [SECRET])
        took = time.monotonic() - began
    assert receipt.code == "timed_out"
    assert 0.5 <= took < 2
    assert 500 <= receipt.duration_ms < 2000


@pytest.mark.parametrize("start", [b"HTTP/1.1 200 OK\r\nX-Long: ", b"HTTP/1.1 200 OK\r\nContent-Length: 4000\r\n\r\n"])
def test_a_receiver_that_says_one_byte_at_a_time_is_given_up_in_time(
    sender_with: Callable[..., WebhookSender], start: bytes
) -> None:
    def drip() -> Iterator[bytes]:
        yield start
        while True:
            yield b"x"

    with speaking(drip(), pause=0.1) as port:
        began = time.monotonic()
        receipt = sender_with(allowed=HERE, read=0.5, total=1.0).send(f"http://127.0.0.1:{port}/", MESSAGE, [SECRET])
        took = time.monotonic() - began
    assert receipt.code == "timed_out"
    assert 1.0 <= took < 3


@pytest.mark.parametrize("garbage", [b"SSH-2.0-OpenSSH_9.6\r\n", b"HTTP/1.1 abc\r\n\r\n", b"\x00" * 100, b"X" * 70_000])
def test_garbage_is_a_failure_and_no_fault_of_ours(sender_with: Callable[..., WebhookSender], garbage: bytes) -> None:
    with speaking(iter([garbage]), pause=0.0) as port:
        receipt = sender_with(allowed=HERE, read=1.0).send(f"http://127.0.0.1:{port}/", MESSAGE, [SECRET])
    assert receipt.code == "cut_off"


def test_tls_goes_to_the_checked_address_under_the_name_of_the_host(
    sender_with: Callable[..., WebhookSender], authority: trustme.CA
) -> None:
    with Receiver(tls=server_tls(authority, "hooks.example")) as receiver:
        sender = sender_with(allowed=HERE, names=lambda host, port: ["127.0.0.1"])
        right = sender.send(receiver.url_at("hooks.example"), MESSAGE, [SECRET])
        wrong = sender.send(receiver.url_at("other.example"), MESSAGE, [SECRET])
    assert (right.code, wrong.code) == ("", "tls_failed")
    (received,) = receiver.received
    assert received.headers["host"] == f"hooks.example:{receiver.port}"


def test_a_certificate_of_an_unknown_authority_is_refused(sender_with: Callable[..., WebhookSender]) -> None:
    with Receiver(tls=server_tls(trustme.CA(), "hooks.example")) as receiver:
        sender = sender_with(allowed=HERE, names=lambda host, port: ["127.0.0.1"])
        receipt = sender.send(receiver.url_at("hooks.example"), MESSAGE, [SECRET])
    assert (receipt.code, receiver.received) == ("tls_failed", [])


def server_tls(authority: trustme.CA, host: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(host).configure_cert(context)
    return context
