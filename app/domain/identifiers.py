"""Ids we hand out: random, so that nobody can guess one (128 bits and more)."""

from __future__ import annotations

import re
import secrets

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"

_OF_BYTES = bytes(ord(_ALPHABET[number % len(_ALPHABET)]) for number in range(256))
"""A character for each byte, all equally often: their number divides 256. Of a random one each is a quick choice."""


def _random(prefix: str, length: int = 26) -> str:
    return prefix + secrets.token_bytes(length).translate(_OF_BYTES).decode()


def new_job_id() -> str:
    return _random("job_")


def new_appointment_id() -> str:
    return _random("appt_")


def new_notice_id() -> str:
    return _random("note_")


def new_hook_secret() -> str:
    """What Cal.com signs with."""
    return secrets.token_urlsafe(32)


def new_secret_id() -> str:
    """Names a caller secret; it is not the secret."""
    return _random("sec_")


def new_audit_id() -> str:
    return _random("audit_")


def new_bulk_id() -> str:
    return _random("bulk_")


def new_operator_id() -> str:
    return _random("oper_")


def new_owner_id() -> str:
    """Names one worker thread's claim, for the lease column and the logs."""
    return _random("w_")


def new_event_id() -> str:
    """The `webhook-id` of an event, on every delivery and every repeat."""
    return _random("evt_")


def new_endpoint_id() -> str:
    return _random("ep_")


def new_delivery_id() -> str:
    return _random("dlv_")


def new_key_id() -> str:
    """Names an API key; it opens nothing."""
    return _random("key_")


def new_secret(prefix: str) -> str:
    """160 random bits behind a prefix."""
    return _random(prefix, 32)


UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")
"""How organizations, accounts and agents are named: a UUID in lower case, with its hyphens."""

ENDPOINT_ID = re.compile(r"ep_[0-9a-hjkmnp-tv-z]{26}\Z")
JOB_ID = re.compile(r"job_[0-9a-hjkmnp-tv-z]{26}\Z")
