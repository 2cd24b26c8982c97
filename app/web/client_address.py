"""From which address a request really came, where proxies that the operator trusts stand in front."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address

UNKNOWN = "unknown"
"""Where the server is not told an address (a unix socket without a trusted proxy): all such requests are one client."""

SUBSCRIBER = 64
"""Bits of an IPv6 address that name whoever has it: the others are theirs to choose."""


@dataclass(frozen=True, slots=True)
class Proxies:
    """Which proxies are believed: so many `hops` in front of us, or all whose address is in `networks`.

    With neither, X-Forwarded-For is not read at all: anybody can send it.
    """

    hops: int = 0
    networks: tuple[IPv4Network | IPv6Network, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Proxies:
        """A number of hops, or addresses and networks separated by commas. Raises ValueError."""
        if text.strip().isdecimal():
            return cls(hops=int(text))
        parts = [part.strip() for part in text.split(",") if part.strip()]
        return cls(networks=tuple(ip_network(part) for part in parts))

    def client_of(self, peer: str, forwarded_for: Sequence[str]) -> str:
        """The client's address in one spelling, IPv6 as its /64 network.

        `peer` is who is connected to us, `forwarded_for` the values of X-Forwarded-For: each proxy adds at the end the
        address it was called from. What stands before the first address not vouched for may be made up.
        """
        said = [entry.strip() for line in forwarded_for for entry in line.split(",")]
        if self.hops:
            return _spelled(said[-self.hops]) if len(said) >= self.hops else _spelled(peer)
        client = peer
        while said and self._trusts(client):
            client = said.pop()
        return _spelled(client)

    def _trusts(self, text: str) -> bool:
        address = _read(text)
        return address is not None and any(address in network for network in self.networks)


def _read(text: str) -> Address | None:
    """Some proxies add the port, some put IPv6 into brackets."""
    bare = text.strip()
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        address = ip_address(bare.partition("%")[0])
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address


def _spelled(text: str) -> str:
    address = _read(text)
    if address is None:
        return UNKNOWN
    if isinstance(address, IPv6Address):
        return str(ip_network((address, SUBSCRIBER), strict=False))
    return str(address)
