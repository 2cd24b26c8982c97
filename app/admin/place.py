"""How the desk is reached, and what its cookies are called because of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from app.web.client_address import Proxies


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """`secret_keys` sign what a browser keeps before it has a session, newest first."""

    public_url: str
    proxies: Proxies
    secret_keys: Sequence[str] = field(repr=False)

    @property
    def is_https(self) -> bool:
        return self.public_url.startswith("https://")

    @property
    def cookie(self) -> str:
        """With its prefix browsers take it over https alone, and from this host alone (RFC 6265bis, 4.1.3.2)."""
        return "__Host-ringbook-desk" if self.is_https else "ringbook-desk"
