"""Behind gunicorn, on a real socket: what only shows when bytes arrive one way or another."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from app.services.work_turns import AT_ONCE, PATIENCE
from tests.api.doubles import BOOK, URL

ROOT = Path(__file__).parents[2]
BODY = json.dumps(BOOK).encode()


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """Gunicorn takes over a socket that is already bound, so no other process can get its port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        command = [sys.executable, "-m", "gunicorn", "--bind", f"fd://{listener.fileno()}", "--worker-class", "gthread"]
        command += ["--threads", str(3 * AT_ONCE), "--no-control-socket", "tests.api.served_app:application"]
        server = subprocess.Popen(
            command, cwd=ROOT, pass_fds=[listener.fileno()], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            port = listener.getsockname()[1]
            exchange(port, post("Content-Type: text/plain"), within=60)  # waits in the backlog until gunicorn takes it
            yield port
        finally:
            server.terminate()
            server.wait(10)


def exchange(port: int, *sent: bytes, finish: bool = False, within: float = 30) -> tuple[int, dict[str, str], bytes]:
    """Send bytes as they are, and read one answer. `finish` closes our side first, as a broken caller does.

    Raises TimeoutError where nothing comes `within` seconds.
    """
    with socket.create_connection(("127.0.0.1", port), timeout=within) as connection:
        for part in sent:
            connection.sendall(part)
        if finish:
            connection.shutdown(socket.SHUT_WR)
        answer = connection.makefile("rb")
        status = int(answer.readline().split()[1])
        lines = iter(lambda: answer.readline().strip().decode("latin-1"), "")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        return status, headers, answer.read(int(headers.get("content-length", 0)))


def post(*headers: str, path: str = URL) -> bytes:
    return "\r\n".join([f"POST {path} HTTP/1.1", "Host: x", *headers, "", ""]).encode()


def error_code(body: bytes) -> str:
    code: str = json.loads(body)["error"]["code"]
    return code


def test_bodies_that_do_not_come_keep_nobody_waiting(port):
    head = post("Content-Type: application/json", f"Content-Length: {len(BODY)}")
    with ExitStack() as slow:
        for _ in range(AT_ONCE):
            connection = slow.enter_context(socket.create_connection(("127.0.0.1", port), timeout=30))
            connection.sendall(head + BODY[:1])
        statuses = [exchange(port, head, BODY, within=PATIENCE / 2)[0] for _ in range(3)]
    assert statuses == [200] * 3


def test_a_request_is_answered(port):
    status, headers, body = exchange(port, post("Content-Type: application/json", f"Content-Length: {len(BODY)}"), BODY)
    assert status == 200
    assert headers["content-type"] == "application/json"
    assert json.loads(body)["data"]["appointment_id"] == "appt_123"
    assert not [letter for letter in headers.get("server", "") if letter.isdigit()]


def test_a_chunked_body_is_read(port):
    chunks = b"%x\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY)
    status, _, _ = exchange(port, post("Content-Type: application/json", "Transfer-Encoding: chunked"), chunks)
    assert status == 200


def test_an_announced_large_body_is_refused_before_it_is_sent(port):
    status, _, body = exchange(port, post("Content-Type: application/json", "Content-Length: 65537"))
    assert (status, error_code(body)) == (413, "PAYLOAD_TOO_LARGE")


def test_a_chunked_body_is_cut_off_at_the_limit(port):
    chunk = b"4000\r\n" + b" " * 0x4000 + b"\r\n"
    status, _, body = exchange(port, post("Content-Type: application/json", "Transfer-Encoding: chunked"), chunk * 5)
    assert (status, error_code(body)) == (413, "PAYLOAD_TOO_LARGE")


def test_a_malformed_chunk_is_a_fault_of_the_request(port):
    status, _, body = exchange(
        port, post("Content-Type: application/json", "Transfer-Encoding: chunked"), b"zz\r\n{}\r\n0\r\n\r\n"
    )
    assert (status, error_code(body)) == (400, "INVALID_REQUEST")


def test_a_body_that_breaks_off_is_a_fault_of_the_request(port):
    status, _, body = exchange(
        port, post("Content-Type: application/json", "Content-Length: 1000"), b'{"action"', finish=True
    )
    assert (status, error_code(body)) == (400, "INVALID_REQUEST")


def test_another_type_is_refused(port):
    status, _, body = exchange(port, post("Content-Type: text/plain", "Content-Length: 2"), b"{}")
    assert (status, error_code(body)) == (415, "UNSUPPORTED_MEDIA_TYPE")


def test_a_request_without_a_body_is_refused(port):
    status, _, body = exchange(port, post("Content-Type: application/json", "Content-Length: 0"))
    assert (status, error_code(body)) == (400, "INVALID_REQUEST")


@pytest.mark.parametrize("method", ["TRACE", "FOO", "GET"])
def test_another_method_is_refused(port, method):
    status, headers, body = exchange(port, f"{method} {URL} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    assert (status, error_code(body)) == (405, "METHOD_NOT_ALLOWED")
    assert "POST" in headers["allow"]


def test_one_connection_serves_several_requests(port):
    request = post("Content-Type: application/json", f"Content-Length: {len(BODY)}") + BODY
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        answer = connection.makefile("rb")
        for _ in range(3):
            connection.sendall(request)
            assert answer.readline().split()[1] == b"200"
            lines = list(iter(answer.readline, b"\r\n"))
            (length,) = (int(line.split(b":")[1]) for line in lines if line.lower().startswith(b"content-length"))
            answer.read(length)
