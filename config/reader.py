"""Takes settings out of a mapping of texts, one kind a method, and notes what is wrong with each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from ipaddress import ip_network
from urllib.parse import SplitResult, urlsplit, urlunsplit

MOST_PROXIES = 16
USUAL_PORTS = {"http": ":80", "https": ":443"}


class Reader:
    """Reads named values. A wrong value yields the default and adds one line to `faults`; nothing is raised.

    The lines never show the value of a URL, which may hold a password.
    """

    def __init__(self, values: Mapping[str, str], faults: list[str]) -> None:
        self._values = values
        self.faults = faults

    def has(self, name: str) -> bool:
        return bool(self._values.get(name))

    def text(self, name: str, default: str) -> str:
        return self._values.get(name) or default

    def host(self, name: str, default: str) -> str:
        value = self.text(name, default)
        if re.fullmatch(r"[A-Za-z0-9.:_-]+", value):
            return value
        self.faults.append(f'{name} must be a host name or an address, like {default}; it is "{value}"')
        return default

    def number(self, name: str, default: int, *, low: int, high: int) -> int:
        value = self.text(name, str(default))
        if re.fullmatch(r"[0-9]{1,9}", value) and low <= int(value) <= high:
            return int(value)
        self.faults.append(f'{name} must be a whole number from {low} to {high}; it is "{value}"')
        return default

    def choice(self, name: str, default: str, choices: tuple[str, ...]) -> str:
        value = self.text(name, default).upper()
        if value in choices:
            return value
        self.faults.append(f'{name} must be one of {", ".join(choices)}; it is "{value}"')
        return default

    def proxies(self, name: str) -> str:
        """A number of proxies, or their addresses and networks separated by commas; empty for none."""
        value = self.text(name, "")
        if re.fullmatch(r"[0-9]{1,2}", value) and int(value) <= MOST_PROXIES:
            return value
        try:
            for part in filter(None, map(str.strip, value.split(","))):
                ip_network(part)
        except ValueError:
            self.faults.append(f'{name} must be a number, or addresses like 10.0.0.0/8; it is "{value}"')
            return ""
        return value

    def networks(self, name: str, default: str) -> tuple[str, ...]:
        """Networks in CIDR notation, separated by commas."""
        texts = tuple(text.strip() for text in self.text(name, default).split(",") if text.strip())
        try:
            return tuple(str(ip_network(text)) for text in texts)
        except ValueError as error:
            self.faults.append(f"{name} must be networks like 10.1.0.0/16, separated by commas: {error}")
            return ()

    def url(self, name: str, default: str, schemes: tuple[str, ...]) -> str:
        value = self.text(name, default)
        scheme, separator, rest = value.partition("://")
        if scheme in schemes and separator and (rest or scheme == "sqlite") and _split(value):
            return value
        allowed = ", ".join(f"{known}://" for known in schemes)
        self.faults.append(f"{name} must be a URL that starts with one of {allowed}")
        return default

    def web_address(self, name: str, default: str) -> str:
        """An http(s) URL with a host, without query or closing slash."""
        value = self.text(name, default)
        parts = _split(value)
        if parts and parts.scheme in {"http", "https"} and parts.hostname and not parts.query and not parts.fragment:
            return value.rstrip("/")
        self.faults.append(f"{name} must be a web address, like {default}")
        return default

    def origin(self, name: str, default: str) -> str:
        """A web address with scheme and host as browsers send them: in small letters, without the usual port."""
        parts = urlsplit(self.web_address(name, default))
        host = parts.netloc.lower().removesuffix(USUAL_PORTS[parts.scheme])
        return urlunsplit(parts._replace(netloc=host))


def _split(url: str) -> SplitResult | None:
    """The URL's parts; None where they make no sense (a port that is no number, an open bracket)."""
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - reading it is the check
    except ValueError:
        return None
    return parts
