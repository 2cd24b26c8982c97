"""Which addresses events may be sent to: a name is resolved once, and what was checked is what is connected to."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from app.domain.sending import TargetError

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

LONGEST_URL = 2048
DEFAULT_PORTS = {"https": 443, "http": 80}
SHAPE = "It must be a web address, like https://example.com/hook."

_NOT_PUBLIC = (
    "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 "
    "192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4 "
    "168.63.129.16/32 2001::/23 2001:db8::/32 2002::/16 3fff::/20"
)
FORBIDDEN: tuple[Network, ...] = tuple(ip_network(text) for text in _NOT_PUBLIC.split())
"""IANA's special-purpose registries, multicast, and the metadata address of one cloud that lies among public ones.

Written out, because what `ipaddress` calls global differs between Python versions and lets NAT64 and 6to4 pass.
"""

GLOBAL_IPV6 = ip_network("2000::/3")
"""All unicast addresses given out so far; IPv4 in IPv6 (mapped, NAT64) lies outside, 6to4 and Teredo are forbidden."""

Resolve = Callable[[str, int], list[str]]
"""The addresses of a host, as text; raises OSError (or UnicodeError) where there are none."""


def resolve(host: str, port: int) -> list[str]:
    """By the system's resolver, which also reads the odd spellings of addresses (decimal, octal, hexadecimal)."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(place[0]) for *_, place in found))


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """An address that may be sent to: `addresses` were checked, and nothing else is connected to."""

    scheme: str
    host: str
    port: int
    path: str
    addresses: tuple[str, ...]

    @property
    def host_header(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetRules:
    """`allowed`: networks the operator opened. There, and only there, plain http will do."""

    allowed: Sequence[Network]
    look_ups: Executor
    resolve: Resolve = resolve
    patience: float = 3.0
    """Seconds for a look-up, which itself knows no time-out."""

    def admit(self, url: str) -> Target:
        """Raises TargetError."""
        scheme, host, port, path = _parts(url)
        found = [_address(text) for text in self._addresses(host, port)]
        if not all(self._may_connect(address) for address in found):
            raise TargetError("forbidden_address", "It leads to an address that is not open to the public.")
        if scheme != "https" and not all(self._is_allowed(address) for address in found):
            raise TargetError("https_required", "It must begin with https://.")
        return Target(scheme=scheme, host=host, port=port, path=path, addresses=tuple(map(str, found)))

    def _addresses(self, host: str, port: int) -> list[str]:
        try:
            found = self.look_ups.submit(self.resolve, host, port).result(timeout=self.patience)
        except (OSError, UnicodeError, TimeoutError):
            found = []
        if not found:
            raise TargetError("unresolvable", "Its host name is not known.")
        return found

    def _may_connect(self, address: Address) -> bool:
        return is_public(address) or self._is_allowed(address)

    def _is_allowed(self, address: Address) -> bool:
        return any(address in network for network in self.allowed)


def is_public(address: Address) -> bool:
    """Whether anybody on the internet may be meant by it."""
    if address.version == 6 and address not in GLOBAL_IPV6:
        return False
    return not any(address in network for network in FORBIDDEN)


def _address(text: str) -> Address:
    """A link-local address may carry the name of an interface."""
    return ip_address(text.partition("%")[0])


def _parts(url: str) -> tuple[str, str, int, str]:
    """Scheme, host, port, and path with query; raises TargetError for what is no plain web address."""
    if len(url) > LONGEST_URL or not re.fullmatch(r"[!-~]+", url):
        raise TargetError("bad_url", f"It must have at most {LONGEST_URL} printable ASCII characters and no blanks.")
    try:
        parts = urlsplit(url)
        port = parts.port if parts.port is not None else DEFAULT_PORTS[parts.scheme]
    except (ValueError, KeyError):
        raise TargetError("bad_url", SHAPE) from None
    if not port or not parts.hostname or parts.scheme not in DEFAULT_PORTS:
        raise TargetError("bad_url", SHAPE)
    if parts.username is not None or parts.password is not None or parts.fragment or "\\" in url:
        raise TargetError("bad_url", "It must have no user name, password or fragment.")
    return parts.scheme, parts.hostname, port, (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
