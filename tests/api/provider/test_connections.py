"""Connecting Cal.com as the provider's API has it: accounts an organization shares, and keys of single agents."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from werkzeug.test import TestResponse

from app.services.read_flow import HOUR
from tests.api.provider.site import ANNA, BERT, EXPIRED, NOBODY, RIVERA, Site, data, refusal
from tests.support.sandbox import SandboxProcess


def test_an_account_is_connected_with_its_key_and_the_key_is_never_shown_again(site: Site) -> None:
    connected = site.clinic.post("/calcom/connect", api_key=RIVERA, account_name="Front desk")
    account = data(connected)
    assert set(account) == {"provider_id", "org_id", "account_name", "status", "connected_at", "api_key_last4"}
    assert (account["org_id"], account["account_name"], account["status"]) == (site.org.id, "Front desk", "active")
    assert account["api_key_last4"] == "vera"

    status = site.clinic.get("/calcom/status")
    told = data(status)
    assert (told["connected"], told["status"], told["token_expires"], told["error"]) == (True, "active", None, "")
    (shown,) = told["accounts"]
    assert (shown["id"], shown["username"]) == (account["provider_id"], "rivera")
    assert "@" in shown["email"]
    for response in (connected, status, site.clinic.get(f"/accounts/{shown['id']}"), site.clinic.get("/accounts")):
        assert RIVERA not in response.get_data(as_text=True)


def test_not_connected_is_a_status_like_any_other(site: Site) -> None:
    assert data(site.clinic.get("/calcom/status")) == {
        "connected": False,
        "status": "not_connected",
        "accounts": [],
        "token_expires": None,
        "error": "",
        "message": "Cal.com is not connected",
    }


def test_an_admin_says_which_organization_is_meant(site: Site) -> None:
    assert refusal(site.admin.get("/calcom/status")) == (400, "INVALID_REQUEST", {"org_id": "is required"})
    assert data(site.admin.get("/calcom/status", org_id=site.org.id))["connected"] is False
    connected = site.admin.post("/calcom/connect", org_id=site.org.id, api_key=RIVERA)
    assert data(connected)["account_name"] == "rivera"


def test_another_organization_is_forbidden_whether_it_exists_or_not(site: Site) -> None:
    bodies = [site.clinic.get("/calcom/status", org_id=org_id).get_json() for org_id in (site.other_org.id, NOBODY)]
    assert bodies[0] == bodies[1]
    assert bodies[0]["error"]["code"] == "FORBIDDEN"


def test_a_key_that_cal_com_does_not_take_is_the_requests_fault(site: Site) -> None:
    reason = {"api_key": "Cal.com does not take this key"}
    assert refusal(site.clinic.post("/calcom/connect", api_key=EXPIRED)) == (400, "INVALID_REQUEST", reason)
    assert data(site.clinic.get("/calcom/status"))["accounts"] == []


def test_a_cal_com_that_fails_is_a_502(site: Site, calcom: SandboxProcess) -> None:
    calcom.faults([{"fault": "unavailable", "times": 20}])
    assert refusal(site.clinic.post("/calcom/connect", api_key=RIVERA))[:2] == (502, "BAD_GATEWAY")


@pytest.mark.parametrize(
    ("body", "reasons"),
    [
        ({}, {"api_key": "is required"}),
        ({"api_key": "short"}, {"api_key": "It is too short to be a key."}),
        ({"api_key": 7}, {"api_key": "must be text"}),
        ({"api_key": RIVERA, "org_id": "clinic"}, {"org_id": "must be a UUID"}),
        ({"api_key": RIVERA, "base_url": "http://evil.example"}, {"base_url": "is not known here"}),
    ],
)
def test_what_is_wrong_is_said_field_by_field(site: Site, body: dict[str, Any], reasons: dict[str, str]) -> None:
    assert refusal(site.clinic.post("/calcom/connect", **body)) == (400, "INVALID_REQUEST", reasons)


def test_only_an_admin_sends_keys_to_another_cal_com(site: Site, calcom: SandboxProcess) -> None:
    url = f"{calcom.url}/v2"
    assert refusal(site.clinic.post("/accounts", api_key=RIVERA, api_base_url=url))[0] == 403
    assert refusal(site.clinic.post("/calcom/connect", api_key=RIVERA, api_base_url=url))[0] == 403
    wanted = {"org_id": site.org.id, "api_key": RIVERA, "api_base_url": url}
    assert data(site.admin.post("/accounts", **wanted), 201)["api_base_url"] == url


def test_another_private_key_ends_the_trouble_there_was_with_the_one_before(site: Site) -> None:
    site.connect()
    path, overview = f"/calcom/agents/{site.agent().id}/connect", site.container.desk.overview
    private, now = data(site.clinic.post(path, api_key=RIVERA))["provider_id"], overview.clock()
    with site.operators.add_organization.open_unit() as unit:
        unit.sweeps.enroll(next_at=now, since=now)
        sweep = unit.sweeps.claim(private, now=now, lease_until=now)
        assert sweep is not None
        unit.sweeps.finish(sweep, swept_until=now, failures=1, next_at=now, trouble="upstream_key")
        unit.commit()
    assert [each.account.id for each in overview(HOUR).present.troubled] == [private]
    data(site.clinic.post(path, api_key=RIVERA))
    assert overview(HOUR).present.troubled == []


def test_disconnecting_throws_the_keys_of_all_shared_accounts_away(site: Site) -> None:
    first, second = site.connect(), site.connect(key=ANNA, name="Back office")
    agent = site.agent()

    assert data(site.clinic.post("/calcom/disconnect")) == {}
    assert data(site.clinic.post("/calcom/disconnect")) == {}

    assert data(site.clinic.get("/calcom/status"))["status"] == "not_connected"
    for account_id in (first, second):
        account = data(site.clinic.get(f"/accounts/{account_id}"))
        assert (account["status"], account["api_key_last4"]) == ("inactive", "")
        assert account["disconnected_at"]
    told = data(site.clinic.get(f"/calcom/agents/{agent.id}/account"))
    assert (told["connected"], told["type"], told["status"]) == (False, "org_primary", "inactive")
    asked = site.client.post(
        "/api/v1/calcom/appointments/manage",
        json={"action": "suggest", "org_id": site.org.id, "agent_id": agent.id},
    )
    assert (asked.status_code, asked.get_json()["error"]["code"]) == (400, "NOT_CONNECTED")


def test_one_account_is_disconnected_and_connected_again_as_the_same(site: Site) -> None:
    kept, ended = site.connect(), site.connect(key=ANNA, name="Back office")
    assert data(site.clinic.post("/calcom/disconnect", provider_id=ended)) == {}
    assert [each["id"] for each in data(site.clinic.get("/calcom/status"))["accounts"]] == [kept]

    again = data(site.clinic.post("/calcom/connect", api_key=ANNA, account_name="Back office"))

    assert again["provider_id"] == ended
    assert data(site.clinic.get(f"/accounts/{ended}"))["disconnected_at"] is None


def test_a_foreign_account_is_disconnected_by_nobody_else(site: Site) -> None:
    account = site.connect()
    foreign = refusal(site.other.post("/calcom/disconnect", provider_id=account))
    assert foreign == refusal(site.other.post("/calcom/disconnect", provider_id=NOBODY)) == (404, "NOT_FOUND", {})
    assert refusal(site.other.delete(f"/accounts/{account}")) == (404, "NOT_FOUND", {})
    assert data(site.clinic.get(f"/accounts/{account}"))["status"] == "active"


def test_an_agent_books_with_its_own_key_before_a_linked_account_before_the_primary_one(site: Site) -> None:
    primary = site.connect()
    linked = site.connect(key=RIVERA, name="Second desk")
    agent = site.agent()
    path = f"/calcom/agents/{agent.id}"

    def told() -> tuple[str, str | None]:
        account, info = data(site.clinic.get(f"{path}/account")), data(site.clinic.get(f"{path}/info"))
        assert account == info
        assert account["calcom_account_id"] == site.container.callers.connect_agent(site.org.id, agent.id).account.id
        return account["type"], account["calcom_account_id"]

    assert told() == ("org_primary", primary)
    assert data(site.clinic.put(f"{path}/account", calcom_account_id=linked)) == {
        "agent_id": agent.id,
        "agent_name": "Dr. Rivera",
        "calcom_account_id": linked,
    }
    assert told() == ("org_linked", linked)
    assert refusal(site.clinic.post(f"{path}/connect", api_key=RIVERA))[:2] == (409, "CONFLICT")
    assert told() == ("org_linked", linked)
    assert data(site.clinic.put(f"{path}/account", calcom_account_id=None))["calcom_account_id"] is None
    private = data(site.clinic.post(f"{path}/connect", api_key=RIVERA))
    assert private["account_name"] == "Default"
    assert told() == ("agent", private["provider_id"])
    for wanted in (linked, None):
        assert refusal(site.clinic.put(f"{path}/account", calcom_account_id=wanted))[:2] == (409, "CONFLICT")
    assert told() == ("agent", private["provider_id"])


def test_a_private_key_serves_its_agent_alone(site: Site) -> None:
    site.connect()
    agent, other = site.agent(), site.agent(name="Dr. Sato")
    none = data(site.clinic.get(f"/calcom/agents/{agent.id}/status"))
    assert none == {"connected": False, "status": "not_connected", "accounts": []}

    private = data(site.clinic.post(f"/calcom/agents/{agent.id}/connect", api_key=RIVERA))["provider_id"]

    told = data(site.clinic.get(f"/calcom/agents/{agent.id}/status"))
    assert told["accounts"] == [{"id": private, "account_name": "Default", "status": "active", "error": ""}]
    assert private not in [each["id"] for each in data(site.clinic.get("/calcom/status"))["accounts"]]
    taken = refusal(site.clinic.put(f"/calcom/agents/{other.id}/account", calcom_account_id=private))
    assert taken[:2] == (409, "CONFLICT")
    assert refusal(site.clinic.patch(f"/accounts/{private}", primary=True))[:2] == (409, "CONFLICT")


def test_a_private_key_is_replaced_thrown_away_and_given_anew(site: Site) -> None:
    shared = site.connect()
    agent = site.agent()
    path = f"/calcom/agents/{agent.id}"
    private = data(site.clinic.post(f"{path}/connect", api_key=RIVERA))["provider_id"]
    again = data(site.clinic.post(f"{path}/connect", api_key=RIVERA, account_name="Phone"))
    assert (again["provider_id"], again["account_name"]) == (private, "Phone")

    assert data(site.clinic.post("/calcom/disconnect", provider_id=private)) == {}

    told = data(site.clinic.get(f"{path}/account"))
    assert (told["connected"], told["type"], told["status"]) == (False, "agent", "inactive")
    assert data(site.clinic.put(f"{path}/account", calcom_account_id=None))["calcom_account_id"] is None
    assert data(site.clinic.get(f"{path}/account"))["calcom_account_id"] == shared


def test_a_link_to_an_account_without_the_agents_event_type_is_refused(site: Site) -> None:
    site.connect()
    strange, agent = site.connect(key=BERT, name="Bert"), site.agent()
    path = f"/calcom/agents/{agent.id}/account"
    code, name, details = refusal(site.clinic.put(path, calcom_account_id=strange))
    assert (code, name, details) == (400, "NOT_CONNECTED", "Cal.com is not connected")
    assert data(site.clinic.get(path))["type"] == "org_primary"


def test_a_foreign_account_cannot_be_linked_and_is_not_told_from_one_that_is_not_there(site: Site) -> None:
    site.connect()
    agent, foreign = site.agent(), site.connect(site.other_org)
    for account_id in (foreign, NOBODY):
        linked = site.clinic.put(f"/calcom/agents/{agent.id}/account", calcom_account_id=account_id)
        assert refusal(linked) == (404, "NOT_FOUND", {})
        changed = site.clinic.patch(f"/agents/{agent.id}", account_id=account_id)
        assert refusal(changed) == (404, "NOT_FOUND", {})


def test_unknown_and_foreign_agents_are_told_apart_by_nothing(site: Site) -> None:
    site.connect()
    agent = site.agent()
    asked: list[Callable[[str], TestResponse]] = [
        lambda path: site.other.get(f"{path}/account"),
        lambda path: site.other.get(f"{path}/info"),
        lambda path: site.other.get(f"{path}/status"),
        lambda path: site.other.put(f"{path}/account", calcom_account_id=None),
        lambda path: site.other.post(f"{path}/connect", api_key=RIVERA),
    ]
    for ask in asked:
        foreign, unknown = (ask(f"/calcom/agents/{agent_id}") for agent_id in (agent.id, str(uuid4())))
        assert foreign.get_json() == unknown.get_json()
        assert refusal(foreign) == (404, "NOT_FOUND", {})


@pytest.mark.parametrize("path", ["/calcom/event-types", "/calcom/event-types/lookup/101", "/calcom/appointments"])
def test_without_an_account_there_is_nothing_to_ask(site: Site, path: str) -> None:
    assert refusal(site.clinic.get(path)) == (400, "NOT_CONNECTED", "Cal.com is not connected")
