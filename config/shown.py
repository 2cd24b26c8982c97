"""Settings as they may be shown to people: what is secret is counted, or said to be there, and never told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from config.settings import NAMES, Settings

NOT_SET = "not set"


def shown_settings(settings: Settings) -> dict[str, str]:
    """Every setting by its name in the environment, in the order of the settings themselves."""
    return {name: _shown(name, getattr(settings, name.lower())) for name in NAMES}


def masked_url(url: str) -> str:
    """Without password and parameters, which may hold one."""
    parts = urlsplit(url)
    user = f"{parts.username}@" if parts.username else ""
    port = ""
    with suppress(ValueError):
        port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{user}{parts.hostname or ''}{port}{parts.path}"


def _shown(name: str, value: Any) -> str:
    if name in SECRET:
        return SECRET[name](value)
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or NOT_SET
    return str(value) if value != "" else NOT_SET


SECRET: Mapping[str, Callable[[Any], str]] = {
    "DATABASE_URL": masked_url,
    "REDIS_URL": masked_url,
    "CALCOM_BASE_URL": masked_url,
    "PUBLIC_URL": masked_url,
    "OIDC_ISSUER": lambda url: masked_url(url) if url else NOT_SET,
    "SECRET_KEYS": lambda keys: f"{len(keys)}, the first encrypts, all decrypt",
    "OIDC_CLIENT_SECRET": lambda secret: "set" if secret else NOT_SET,
}
"""How each setting is shown that is a secret, or may have one in it."""
