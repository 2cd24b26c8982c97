"""A Cal.com that only naps: what the sandbox answered once is said again, so that its checks cost the measured nothing.

Bookings are those of the sandbox with another uid, time, attendee and metadata. `python -m tests.bench.upstream`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import urllib.error
import urllib.request
from datetime import datetime, timedelta
from itertools import count
from typing import Any

WORKING_HOUR = "2031-03-04T15:00:00Z"
LIMIT = 10_000_000
PASSED_ON = ("authorization", "cal-api-version", "content-type")
HEADERS = (
    f"X-RateLimit-Limit-Default: {LIMIT}\r\n"
    f"X-RateLimit-Remaining-Default: {LIMIT}\r\n"
    "X-RateLimit-Reset-Default: 60\r\n"
    "Content-Type: application/json; charset=utf-8\r\n"
)


class Upstream:
    """One event loop: a nap costs no thread, and a thousand of them end on time."""

    def __init__(self, sandbox_url: str, nap: float) -> None:
        self._sandbox_url = sandbox_url
        self.nap = nap
        self._known: dict[str, bytes] = {}
        self._template: dict[str, Any] = {}
        self._uids = count(1)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                lines = head.decode("latin-1").split("\r\n")
                method, path, _ = lines[0].split(" ", 2)
                headers = dict(line.lower().split(": ", 1) for line in lines[1:] if ": " in line)
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                status, answer = await self._answer(method, path, headers, body)
                text = f"HTTP/1.1 {status} \r\n{HEADERS}Content-Length: {len(answer)}\r\n\r\n"
                writer.write(text.encode() + answer)
                if headers.get("connection") == "close":
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        if path == "/_nap":
            self.nap = float(body)
            return 200, b"{}"
        if method == "POST" and path == "/v2/bookings":
            wish = json.loads(body)
            if not self._template:
                known_free = json.dumps(wish | {"start": WORKING_HOUR}).encode()
                self._template = json.loads(self._ask("POST", path, headers, known_free)[1])["data"]
            await self._sleep()
            return 201, self._booking(wish)
        if path not in self._known:
            status, answer = self._ask(method, path, headers, body)
            if status != 200:
                return status, answer
            self._known[path] = answer
        return 200, self._known[path]

    async def _sleep(self) -> None:
        """A nap cut short by `/_nap` ends within a second."""
        loop = asyncio.get_running_loop()
        begun = loop.time()
        while (left := begun + self.nap - loop.time()) > 0:
            await asyncio.sleep(min(left, 1.0))

    def _booking(self, wish: dict[str, Any]) -> bytes:
        start = datetime.fromisoformat(wish["start"])
        person, asked = self._template["attendees"][0], wish["attendee"]
        booking = self._template | {
            "uid": f"benchmark{next(self._uids):013d}",
            "start": wish["start"],
            "end": (start + timedelta(minutes=self._template["duration"])).isoformat(),
            "eventTypeId": wish["eventTypeId"],
            "attendees": [person | {key: asked[key] for key in ("name", "email") if key in asked}],
            "bookingFieldsResponses": {key: asked[key] for key in ("name", "email") if key in asked},
            "metadata": wish.get("metadata", {}),
        }
        return json.dumps({"status": "success", "data": booking}).encode()

    def _ask(self, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        """Of the sandbox, and only while everything is set up."""
        passed = {
            name: headers[name] for name in ("authorization", "cal-api-version", "content-type") if name in headers
        }
        passed["authorization"] = passed["authorization"].replace("bearer", "Bearer")
        request = urllib.request.Request(self._sandbox_url + path, body or None, passed, method=method)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as refusal:
            return refusal.code, refusal.read()


async def run(sandbox_url: str, nap: float) -> None:
    upstream = Upstream(sandbox_url, nap)
    server = await asyncio.start_server(upstream.serve, "127.0.0.1", 0, backlog=2048)
    print(f"upstream listening on http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    over = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, over.set)
    await over.wait()
    server.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sandbox", required=True)
    parser.add_argument("--nap", type=float, default=0.0, help="seconds before a write is answered")
    given = parser.parse_args()
    asyncio.run(run(given.sandbox, given.nap))


if __name__ == "__main__":
    main()
