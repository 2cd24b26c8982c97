"""Keys, rules with short windows, and traffic laid out for a test."""

from __future__ import annotations

from itertools import count

from app.domain.directory import Access
from app.domain.traffic import Sample, Traffic
from app.traffic.rules import Rules

SHORT = Rules(limit=20, window_ms=1_000, least=10, span_ms=5_000, probe_ms=600)
FINE, BROKEN = Sample(failed=False, seconds=0.0), Sample(failed=True, seconds=0.0)
_keys = count(1)


def new_access() -> Access:
    """A key that no other test uses."""
    return Access(account_id=f"acc_{next(_keys)}", base_url="https://cal.example/v2", api_key=f"cal_{next(_keys)}")


def break_it(traffic: Traffic, access: Access) -> None:
    for sample in [FINE] * 5 + [BROKEN] * 5:
        traffic.record(access, sample)
