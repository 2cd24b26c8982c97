"""The way to the sandbox for a tool that only knows https://api.cal.com: an HTTPS proxy that leads there.

The tool's own process is told of it by the usual environment (HTTPS_PROXY, REQUESTS_CA_BUNDLE); its code is untouched.
"""

from __future__ import annotations

import asyncio
import ssl
import threading
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import trustme

HOST = "api.cal.com"


class Door:
    """Ends TLS as that host, and passes every byte between its caller and the sandbox."""

    def __init__(self, sandbox_url: str, directory: Path) -> None:
        parts = urlsplit(sandbox_url)
        self._to = parts.hostname, parts.port
        authority = trustme.CA()
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(HOST).configure_cert(self._tls)
        self.trusted = directory / "authority.pem"
        authority.cert_pem.write_to_path(str(self.trusted))
        self.url = ""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        started = asyncio.run_coroutine_threadsafe(asyncio.start_server(self._serve, "127.0.0.1", 0), self._loop)
        self.url = f"http://127.0.0.1:{started.result(10).sockets[0].getsockname()[1]}"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            asked = (await reader.readuntil(b"\r\n\r\n")).split(b" ")
            if asked[:2] != [b"CONNECT", f"{HOST}:443".encode()]:
                return
            writer.write(b"HTTP/1.1 200 \r\n\r\n")
            await writer.start_tls(self._tls)
            inner_reader, inner_writer = await asyncio.open_connection(*self._to)
            await asyncio.gather(_pass(reader, inner_writer), _pass(inner_reader, writer))
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while chunk := await reader.read(65_536):
            writer.write(chunk)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()
