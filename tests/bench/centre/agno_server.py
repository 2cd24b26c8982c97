"""Serves agno's CalComTools over HTTP, unmodified, from a virtual environment of its own: imports nothing of ours."""

from __future__ import annotations

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from agno.tools.calcom import CalComTools  # type: ignore[import-not-found]

tools = CalComTools(api_key=sys.argv[1], event_type_id=int(sys.argv[2]), user_timezone="UTC")


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        answer = getattr(tools, asked.pop("tool"))(**asked).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        return


class Server(ThreadingHTTPServer):
    request_queue_size = 512
    daemon_threads = True


server = Server(("127.0.0.1", 0), Handler)
print(f"agno listening on http://127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
