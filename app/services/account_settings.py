"""What may be said about a Cal.com account: its address, its key and how long its writes may take to settle."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

from app.services.named import refused

MAX_SETTLE = 3600.0
SHORTEST_KEY, LONGEST_KEY = 8, 500


def checked_base_url(text: str) -> str:
    """An http(s) address without a slash at its end; nothing but host, port and path in it. Raises RefusedError."""
    url = text.strip().rstrip("/")
    try:
        parts = urlsplit(url)
        has_host = bool(parts.hostname) and parts.port != 0
    except ValueError:
        has_host = False
    if not has_host or parts.scheme not in {"http", "https"}:
        raise refused("base_url", f"{text!r} is not an address like https://api.cal.com/v2.")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise refused("base_url", "It may hold a host, a port and a path only.")
    return url


def checked_key(text: str) -> str:
    """A key as it goes into a header: one line of visible ASCII. Never repeated in the error. Raises RefusedError."""
    key = text.strip()
    if len(key) < SHORTEST_KEY:
        raise refused("key", "It is too short to be a key.")
    if len(key) > LONGEST_KEY or not key.isascii() or not key.isprintable() or " " in key:
        raise refused("key", "It is not one line of plain characters; was something else pasted with it?")
    return key


def checked_settle(seconds: float) -> float:
    """Seconds in which an unanswered write may still be made. Raises RefusedError."""
    if not 1.0 <= seconds <= MAX_SETTLE:
        raise refused("settle", f"It must be between 1 and {MAX_SETTLE:.0f} seconds.")
    return seconds


def travels_in_clear(base_url: str) -> bool:
    """True where the key crosses a network unencrypted."""
    return urlsplit(base_url).scheme == "http" and not is_on_loopback(base_url)


def is_on_loopback(url: str) -> bool:
    """True where only this machine itself reaches it."""
    return _is_loopback(urlsplit(url).hostname or "")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
