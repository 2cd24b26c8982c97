"""An account connected over HTTP has Cal.com tell of its bookings, where Cal.com can reach this service."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.provider.site import ANNA, RIVERA, Site, data
from tests.support.sandbox import SandboxProcess
from tests.support.valkey import ValkeyServer

PUBLIC_URL = "https://ringbook.example"


@pytest.fixture
def site(tmp_path: Path, calcom: SandboxProcess, empty_valkey: ValkeyServer) -> Iterator[Site]:
    calcom.reset()
    calcom.clear_faults()
    where = {"database_url": f"sqlite:///{tmp_path}/ringbook.db", "redis_url": empty_valkey.url}
    site = Site(tmp_path, **where, calcom_url=calcom.url, public_url=PUBLIC_URL)
    yield site
    site.close()


def hooks(calcom: SandboxProcess) -> list[str]:
    return sorted(hook["subscriber_url"] for hook in calcom.state()["webhooks"])


def test_each_way_to_connect_an_account_connects_its_hook(site: Site, calcom: SandboxProcess) -> None:
    first = data(site.clinic.post("/calcom/connect", api_key=RIVERA))["provider_id"]
    second = data(site.clinic.post("/accounts", api_key=ANNA), 201)["id"]
    agent = site.agent()
    own = data(site.clinic.post(f"/calcom/agents/{agent.id}/connect", api_key=RIVERA))["provider_id"]

    wanted = sorted(f"{PUBLIC_URL}/api/v1/calcom/webhooks/{account_id}" for account_id in (first, second, own))
    assert hooks(calcom) == wanted


def test_an_account_is_connected_even_where_its_hook_cannot_be(site: Site, calcom: SandboxProcess) -> None:
    calcom.faults([{"fault": "server_error", "match": {"path": "/v2/webhooks"}}])
    assert data(site.clinic.post("/calcom/connect", api_key=RIVERA))["status"] == "active"
    assert hooks(calcom) == []
