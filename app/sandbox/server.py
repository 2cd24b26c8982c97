"""The web application and the server it runs in: real sockets, kept alive, cut when a fault says so."""

import random
import socket
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Flask, Response, request
from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler, make_server

from app.sandbox.calls import HALF, WHOLE, Answer, Call
from app.sandbox.clock import Clock, SystemClock
from app.sandbox.control import control
from app.sandbox.faults import Chance, Faults
from app.sandbox.gateway import Gateway
from app.sandbox.identifiers import long_uid
from app.sandbox.journal import Journal
from app.sandbox.latency import Delay, Latency
from app.sandbox.sandbox import Options, Sandbox
from app.sandbox.state import Store
from app.sandbox.throttle import Throttle
from app.sandbox.trouble import serve
from app.sandbox.world import load_world

METHODS = ["GET", "POST", "PATCH", "PUT", "DELETE"]


@dataclass(frozen=True)
class Setup:
    state: Path | None = None
    world: Path | None = None
    writes: Delay = field(default_factory=Delay)
    reads: Delay = field(default_factory=Delay)
    options: Options = field(default_factory=Options)
    clock: Clock = field(default_factory=SystemClock)
    chances: tuple[Chance, ...] = ()


def create_sandbox(setup: Setup) -> Sandbox:
    journal = Journal(setup.clock)
    return Sandbox(
        world=load_world(setup.world),
        clock=setup.clock,
        store=Store(setup.clock, journal, setup.state),
        journal=journal,
        throttle=Throttle(setup.clock),
        latency=Latency(setup.reads, setup.writes, random.Random()),  # noqa: S311 - waiting times, not secrets
        faults=Faults(setup.chances),
        options=setup.options,
    )


def create_app(sandbox: Sandbox, world: Path | None = None) -> Flask:
    app = Flask("sandbox")
    app.register_blueprint(control(sandbox, load_world(world)))
    gateway = Gateway(sandbox)

    # Unread bytes of a body would be taken for the next request on a kept-alive connection.
    @app.before_request
    def read_everything() -> None:
        request.get_data(cache=True)

    def answer(path: str) -> Response:
        call = _call()
        body = _journalled(call)
        entry = sandbox.journal.note("request", method=call.method, path=call.url, key=call.bearer, body=body)
        reply, fault = serve(gateway, call)
        entry |= {"status": reply.status, "fault": fault.name if fault else None}
        return _respond(reply)

    app.add_url_rule("/<path:path>", view_func=answer, methods=METHODS)
    return app


def _call() -> Call:
    return Call(
        method=request.method,
        path=request.path,
        query_text=request.query_string.decode("latin-1"),
        query=request.args.to_dict(),
        headers={key.lower(): value for key, value in request.headers.items()},
        raw_body=request.get_data(cache=True),
        form=request.form.to_dict(),
        remote=request.remote_addr or "",
    )


def _journalled(call: Call) -> Any:
    return request.get_json(silent=True) if call.raw_body else None


def _respond(answer: Answer) -> Response:
    payload = answer.payload()
    if answer.ending == WHOLE:
        headers = {**answer.headers, "X-Request-Id": long_uid(), "Content-Type": answer.content_type}
        return Response(payload, answer.status, headers)
    connection: socket.socket | None = request.environ.get("werkzeug.socket")
    if connection is None:
        raise ConnectionResetError(answer.ending)
    if answer.ending == HALF:
        head = f"Content-Type: {answer.content_type}\r\nContent-Length: {len(payload)}\r\n\r\n"
        connection.sendall(f"HTTP/1.1 {answer.status} \r\n{head}".encode() + payload[: len(payload) // 2])
    connection.shutdown(socket.SHUT_RDWR)
    return Response(status=204)  # goes nowhere: the connection is closed


class KeptAliveHandler(WSGIRequestHandler):
    """Keeps connections open between requests, as the real server does, and writes no log.

    Werkzeug's own loop closes after every answer for fear of unread bodies; here bodies are always read.
    """

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 75

    def run_wsgi(self) -> None:
        started: list[Any] = []

        def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            started[:] = [status, headers]
            return self.wfile.write

        parts = self.server.app(self.make_environ(), start_response)
        try:
            body = b"".join(parts)
        finally:
            getattr(parts, "close", lambda: None)()
        self._send(started[0], started[1], body)

    def _send(self, status: str, headers: list[tuple[str, str]], body: bytes) -> None:
        code, _, reason = status.partition(" ")
        try:
            self.send_response(int(code), reason)
            for name, value in headers:
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)
        except ConnectionError:
            self.close_connection = True

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        return


def create_server(host: str, port: int, setup: Setup) -> ThreadedWSGIServer:
    app = create_app(create_sandbox(setup), setup.world)
    server = make_server(host, port, app, threaded=True, request_handler=KeptAliveHandler)
    if not isinstance(server, ThreadedWSGIServer):
        raise TypeError("the stand-in needs a threaded server")
    return server
