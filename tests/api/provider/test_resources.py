"""Organizations, accounts, agents and API keys, each added, shown, changed and ended by its key."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from app.domain.jobs import Status
from tests.api.provider.rows import add_job
from tests.api.provider.site import ANNA, CONSULTATION, NOBODY, RIVERA, Site, data, refusal

AGENT = {"name": "Dr. Rivera", "event_type_id": CONSULTATION}


def test_an_organization_is_added_by_an_admin_and_changed_by_its_own_key(site: Site) -> None:
    added = data(site.admin.post("/organizations", name="Vet"), 201)
    assert set(added) == {"id", "name", "primary_account_id", "verified_only", "contact_match", "created_at"}
    own = site.caller(site.key(added["id"]))

    assert data(own.patch(f"/organizations/{added['id']}", name="Vets"))["name"] == "Vets"
    assert data(own.get(f"/organizations/{added['id']}"))["name"] == "Vets"
    assert data(site.admin.post("/organizations", id=added["id"].upper(), name="Vets"), 201)["id"] == added["id"]
    assert refusal(own.post("/organizations", name="Another"))[:2] == (403, "FORBIDDEN")
    assert refusal(own.get("/organizations"))[:2] == (403, "FORBIDDEN")


def test_a_foreign_organization_is_shown_as_one_that_is_not_there(site: Site) -> None:
    for org_id in (site.other_org.id, NOBODY):
        assert refusal(site.clinic.get(f"/organizations/{org_id}")) == (404, "NOT_FOUND", {})
        assert refusal(site.clinic.patch(f"/organizations/{org_id}", name="Mine")) == (404, "NOT_FOUND", {})
        secrets = f"/organizations/{org_id}/caller-secrets"
        assert refusal(site.clinic.get(secrets)) == (404, "NOT_FOUND", {})
        assert refusal(site.clinic.post(secrets)) == (404, "NOT_FOUND", {})
        assert refusal(site.clinic.delete(f"{secrets}/sec_1")) == (404, "NOT_FOUND", {})
    assert refusal(site.admin.get(f"/organizations/{NOBODY}")) == (404, "NOT_FOUND", {})


def test_a_caller_secret_is_told_once_overlaps_with_the_next_and_is_taken_back(site: Site) -> None:
    path = f"/organizations/{site.org.id}/caller-secrets"
    first = data(site.clinic.post(path, kind="signing"), 201)
    assert set(first) == {"id", "kind", "created_at", "ends_at", "secret"}
    second = data(site.clinic.post(path, kind="signing", overlap_hours=1), 201)

    listed = site.clinic.get(path)
    assert first["secret"] not in listed.get_data(as_text=True)
    assert [each["id"] for each in data(listed)["caller_secrets"]] == [first["id"], second["id"]]
    assert [bool(each["ends_at"]) for each in data(listed)["caller_secrets"]] == [True, False]

    site.clinic.delete(f"{path}/{first['id']}")
    assert [each["id"] for each in data(site.clinic.get(path))["caller_secrets"]] == [second["id"]]
    assert refusal(site.clinic.delete(f"{path}/{first['id']}"))[:2] == (404, "NOT_FOUND")


def test_verified_callers_only_needs_a_secret_first(site: Site) -> None:
    path = f"/organizations/{site.org.id}"
    assert refusal(site.clinic.patch(path, verified_only=True))[:2] == (400, "INVALID_REQUEST")
    data(site.clinic.post(f"{path}/caller-secrets"), 201)
    changed = data(site.clinic.patch(path, verified_only=True, contact_match=True))
    assert (changed["verified_only"], changed["contact_match"], changed["name"]) == (True, True, site.org.name)


def test_an_account_is_added_renamed_made_primary_and_given_another_key(site: Site) -> None:
    first = site.connect()
    added = data(site.clinic.post("/accounts", api_key=ANNA, account_name="Back office"), 201)
    path = f"/accounts/{added['id']}"

    assert data(site.clinic.patch(path, account_name="Anna", primary=True))["account_name"] == "Anna"
    assert data(site.clinic.get(f"/organizations/{site.org.id}"))["primary_account_id"] == added["id"] != first
    assert data(site.clinic.patch(path, api_key=RIVERA))["username"] == "rivera"
    assert refusal(site.clinic.patch(path, settle_seconds=1))[:2] == (403, "FORBIDDEN")
    assert data(site.admin.patch(path, settle_seconds=200))["settle_seconds"] == 200.0
    assert refusal(site.clinic.patch(path, account_name="Front desk")) == (
        400,
        "INVALID_REQUEST",
        {"account_name": "The organization has another account Front desk."},
    )


def test_a_deleted_account_has_no_key_and_comes_back_with_one(site: Site) -> None:
    account = site.connect()
    assert data(site.clinic.delete(f"/accounts/{account}"))["status"] == "inactive"
    assert data(site.clinic.delete(f"/accounts/{account}"))["status"] == "inactive"
    assert data(site.clinic.patch(f"/accounts/{account}", api_key=RIVERA))["status"] == "active"


def test_an_agent_is_added_shown_and_changed(site: Site) -> None:
    site.connect()
    added = data(site.clinic.post("/agents", **AGENT, time_zone="europe/berlin", wait_seconds=4), 201)
    path = f"/agents/{added['id']}"
    assert (added["org_id"], added["account_id"], added["time_zone"]) == (site.org.id, None, "Europe/Berlin")
    assert added["event_type"]["id"] == CONSULTATION
    assert data(site.clinic.get(path)) == added

    changed = data(site.clinic.patch(path, name="Rivera", time_zone="", always_200=True))

    assert (changed["name"], changed["time_zone"], changed["always_200"]) == ("Rivera", "", True)
    assert changed["wait_seconds"] == 4
    assert data(site.clinic.patch(path, refresh=True)) == changed


def test_an_agent_that_cannot_be_booked_by_voice_is_refused_with_what_stands_in_the_way(site: Site) -> None:
    site.connect(key=ANNA)
    seats = {"name": "Anna", "event_type_id": 4}
    status, code, details = refusal(site.clinic.post("/agents", **seats))
    assert (status, code, list(details)) == (409, "CONFLICT", ["seats"])
    forced = data(site.clinic.post("/agents", **seats, force=True), 201)
    assert [each["code"] for each in forced["obstacles"] if each["blocking"]] == ["seats"]


@pytest.mark.parametrize(
    ("body", "reasons"),
    [
        ({}, {"name": "is required", "event_type_id": "is required"}),
        (AGENT | {"event_type_id": "101"}, {"event_type_id": "must be a whole number"}),
        (AGENT | {"event_type_id": -1}, {"event_type_id": "is no event type"}),
        (AGENT | {"colour": "red"}, {"colour": "is not known here"}),
        (AGENT | {"wait_seconds": 99}, {"wait_seconds": "It must be between 0.5 and 25 seconds."}),
        (AGENT | {"always_200": "yes"}, {"always_200": "must be true or false"}),
        (AGENT | {"account_id": "mine"}, {"account_id": "must be a UUID"}),
        (AGENT | {"field_answers": {"notes": 5}}, {"field_answers": "must be text"}),
    ],
)
def test_what_is_wrong_with_an_agent_is_said_field_by_field(site: Site, body: Any, reasons: dict[str, str]) -> None:
    site.connect()
    assert refusal(site.clinic.post("/agents", **body)) == (400, "INVALID_REQUEST", reasons)


def test_an_agent_needs_an_account_of_its_own_organization(site: Site) -> None:
    assert refusal(site.clinic.post("/agents", **AGENT))[:2] == (400, "NOT_CONNECTED")
    site.connect()
    foreign = site.connect(site.other_org)
    for account_id in (foreign, NOBODY):
        assert refusal(site.clinic.post("/agents", **AGENT, account_id=account_id)) == (404, "NOT_FOUND", {})
    status, code, details = refusal(site.admin.post("/agents", **AGENT, org_id=site.org.id, account_id=foreign))
    assert (status, code, list(details)) == (400, "INVALID_REQUEST", ["account_id"])


def test_an_id_taken_elsewhere_tells_nothing_of_whose_it_is(site: Site) -> None:
    site.connect()
    site.connect(site.other_org)
    agent = site.agent(site.other_org, name="Secret agent")
    status, _, details = refusal(site.clinic.post("/agents", **AGENT, id=agent.id))
    assert (status, details) == (400, {"id": f"{agent.id} is taken."})


def test_a_deleted_agent_takes_no_request_and_leaves_its_jobs(site: Site) -> None:
    site.connect()
    agent = site.agent()
    job = add_job(site, agent, Status.SUCCEEDED)
    asked = {"action": "suggest", "org_id": site.org.id, "agent_id": agent.id}
    assert site.client.post("/api/v1/calcom/appointments/manage", json=asked).status_code == 200

    assert data(site.clinic.delete(f"/agents/{agent.id}")) == {}

    refused = site.client.post("/api/v1/calcom/appointments/manage", json=asked)
    unknown = site.client.post("/api/v1/calcom/appointments/manage", json=asked | {"agent_id": NOBODY})
    assert refused.get_json() == unknown.get_json()
    assert refused.status_code == 403
    assert refusal(site.clinic.get(f"/agents/{agent.id}")) == (404, "NOT_FOUND", {})
    assert refusal(site.clinic.delete(f"/agents/{agent.id}")) == (404, "NOT_FOUND", {})
    assert data(site.clinic.get("/agents"))["count"] == 0
    assert data(site.clinic.get(f"/jobs/{job.id}/history"))["agent_id"] == agent.id


def test_a_deleted_agent_is_added_anew_under_its_id_by_its_organization_alone(site: Site) -> None:
    for org in (site.org, site.other_org):
        site.connect(org)
    first = data(site.clinic.post("/agents", **AGENT, wait_seconds=4), 201)
    path, again = f"/agents/{first['id']}", AGENT | {"id": first["id"]}
    data(site.clinic.delete(path))
    assert refusal(site.other.post("/agents", **again))[:2] == (400, "INVALID_REQUEST")

    added = data(site.clinic.post("/agents", **again), 201)

    assert data(site.clinic.get(path)) == added
    assert (added["id"], added["wait_seconds"]) == (first["id"], 10)
    assert [agent["id"] for agent in data(site.clinic.get("/agents"))["agents"]] == [first["id"]]


def test_neither_agent_nor_account_ends_while_a_request_is_under_way(site: Site) -> None:
    account, agent = site.connect(), site.agent()
    job = add_job(site, agent, Status.QUEUED)
    attempts = [
        site.clinic.delete(f"/agents/{agent.id}"),
        site.clinic.delete(f"/accounts/{account}"),
        site.clinic.post("/calcom/disconnect"),
        site.clinic.post("/calcom/disconnect", provider_id=account),
    ]
    assert [refusal(attempt)[:2] for attempt in attempts] == [(409, "CONFLICT")] * 4
    assert data(site.clinic.get("/calcom/status"))["connected"] is True

    data(site.clinic.post(f"/jobs/{job.id}/discard", reason="Test"))

    assert data(site.clinic.delete(f"/agents/{agent.id}")) == {}
    assert data(site.clinic.post("/calcom/disconnect")) == {}


def test_with_an_agent_its_own_key_goes_too(site: Site) -> None:
    site.connect()
    agent = site.agent()
    private = data(site.clinic.post(f"/calcom/agents/{agent.id}/connect", api_key=RIVERA))["provider_id"]
    assert data(site.clinic.delete(f"/agents/{agent.id}")) == {}
    assert data(site.clinic.get(f"/accounts/{private}"))["status"] == "inactive"


def test_an_admin_makes_and_revokes_keys(site: Site) -> None:
    made = data(site.admin.post("/api-keys", name="Platform", org_id=site.org.id, expires_in_days=30), 201)
    caller = site.caller(made["key"])
    assert data(caller.get("/calcom/status"))["status"] == "not_connected"

    revoked = data(site.admin.delete(f"/api-keys/{made['id']}"))

    assert revoked["revoked_at"]
    assert refusal(caller.get("/calcom/status"))[:2] == (401, "UNAUTHORIZED")
    listed = site.admin.get("/api-keys", org_id=site.org.id)
    assert made["key"] not in listed.get_data(as_text=True)
    assert [key["name"] for key in data(listed)["api_keys"]] == ["Test", "Platform"]
    assert data(site.admin.post("/api-keys", name="Ops"), 201)["scope"] == "admin"


def test_an_organizations_key_makes_lists_and_revokes_no_keys(site: Site) -> None:
    (first, *_) = data(site.admin.get("/api-keys"))["api_keys"]
    for refused in (
        site.clinic.get("/api-keys"),
        site.clinic.post("/api-keys", name="More"),
        site.clinic.delete(f"/api-keys/{first['id']}"),
    ):
        assert refusal(refused)[:2] == (403, "FORBIDDEN")


@pytest.mark.parametrize("days", [0, -1, 3651, 10**12])
def test_a_key_expires_within_ten_years_or_not_at_all(site: Site, days: int) -> None:
    status, code, details = refusal(site.admin.post("/api-keys", name="Platform", expires_in_days=days))
    assert (status, code, list(details)) == (400, "INVALID_REQUEST", ["expires_in_days"])
    assert refusal(site.admin.delete("/api-keys/key_0")) == (404, "NOT_FOUND", {})
    assert refusal(site.admin.post("/api-keys", name="Platform", org_id=str(uuid4())))[0] == 404
