"""Webhook endpoints and deliveries as resources behind a key."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from app.domain.events import Event, EventName
from app.services.record_event import record_event
from tests.api.provider.rows import database_of
from tests.api.provider.site import Caller, Site, data, refusal

URL = "http://127.0.0.1:9/hook"
ENDPOINTS, DELIVERIES = "/webhooks/endpoints", "/webhooks/deliveries"


def registered(caller: Caller, **wanted: Any) -> dict[str, Any]:
    found: dict[str, Any] = data(caller.post(ENDPOINTS, **{"url": URL} | wanted), 201)
    return found


def verified(site: Site, **wanted: Any) -> dict[str, Any]:
    """By handing back the challenge, as the owner of a receiver that cannot echo does."""
    endpoint = registered(site.clinic, **wanted)
    (delivery,) = data(site.clinic.get(DELIVERIES, endpoint_id=endpoint["id"]))["deliveries"]
    challenge = data(site.clinic.get(f"{DELIVERIES}/{delivery['id']}"))["data"]["challenge"]
    enabled = data(site.clinic.post(f"{ENDPOINTS}/{endpoint['id']}/verify", challenge=challenge))
    assert enabled["status"] == "enabled"
    return endpoint


def happened(site: Site, *, name: EventName = EventName.JOB_FAILED) -> str:
    event = Event(name=name, org_id=site.org.id, occurred_at=datetime.now(UTC), data={"version": 1})
    database = database_of(site)
    with database.unit() as unit:
        record_event(unit, event)
        unit.commit()
    database.dispose()
    return event.id


def test_an_endpoint_is_registered_shown_changed_and_forgotten(site: Site) -> None:
    endpoint = registered(site.clinic, events=["appointment.booked"], description="CRM")
    assert endpoint.pop("secret").startswith("whsec_")
    assert (endpoint["status"], endpoint["org_id"]) == ("unverified", site.org.id)
    path = f"{ENDPOINTS}/{endpoint['id']}"
    assert data(site.clinic.get(path)) == endpoint
    assert data(site.clinic.get(ENDPOINTS))["endpoints"] == [endpoint]
    changed = data(site.clinic.patch(path, events=[], description="Other"))
    assert (changed["events"], changed["description"]) == ([], "Other")
    assert data(site.clinic.delete(path)) == {}
    assert refusal(site.clinic.get(path))[:2] == (404, "NOT_FOUND")


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({"url": "http://10.0.0.1/"}, "url"),
        ({"url": "https://169.254.169.254/"}, "url"),
        ({"url": "ftp://crm.example/"}, "url"),
        ({"url": ""}, "url"),
        ({"events": ["appointment.eaten"]}, "events"),
        ({"agents": ["019d1fdb-98e9-7c87-86c7-321e2fa98733"]}, "agents"),
        ({"secret": "whsec_mine"}, "secret"),
    ],
)
def test_what_cannot_be_an_endpoint_is_refused_naming_the_field(site: Site, wanted: dict[str, Any], field: str) -> None:
    status, code, details = refusal(site.clinic.post(ENDPOINTS, **{"url": URL} | wanted))
    assert (status, code, list(details)) == (400, "INVALID_REQUEST", [field])


@pytest.mark.parametrize(
    ("wanted", "reasons"),
    [
        ({"events": ["appointment.eaten"]}, {"events": "has an unknown event"}),
        ({"events": ["appointment.booked", "appointment.eaten"]}, {"events": "has an unknown event"}),
        ({"agents": ["019d1fdb-98e9-7c87-86c7-321e2fa98733", 7]}, {"agents": "must be text"}),
    ],
)
def test_a_fault_anywhere_in_a_list_is_said_in_one_sentence(
    site: Site, wanted: dict[str, Any], reasons: dict[str, str]
) -> None:
    assert refusal(site.clinic.post(ENDPOINTS, url=URL, **wanted)) == (400, "INVALID_REQUEST", reasons)


def test_another_organizations_key_sees_and_does_nothing(site: Site) -> None:
    endpoint = verified(site)
    happened(site)
    (delivery, _) = data(site.clinic.get(DELIVERIES))["deliveries"]
    assert data(site.other.get(ENDPOINTS))["endpoints"] == []
    assert data(site.other.get(DELIVERIES))["deliveries"] == []
    path = f"{ENDPOINTS}/{endpoint['id']}"
    answers = [
        site.other.get(path),
        site.other.patch(path, description="mine"),
        site.other.delete(path),
        site.other.post(f"{path}/test"),
        site.other.post(f"{path}/rotate-secret"),
        site.other.post(f"{path}/enable"),
        site.other.post(f"{path}/disable"),
        site.other.post(f"{path}/verify"),
        site.other.post(f"{path}/recover", since="2026-11-22T08:00:00Z"),
        site.other.get(f"{DELIVERIES}/{delivery['id']}"),
        site.other.post(f"{DELIVERIES}/{delivery['id']}/replay"),
        site.other.post(f"{DELIVERIES}/{delivery['event_id']}/replay"),
        site.other.get(DELIVERIES, endpoint_id=endpoint["id"]),
    ]
    assert [refusal(answer)[:2] for answer in answers] == [(404, "NOT_FOUND")] * len(answers)
    assert refusal(site.other.get(ENDPOINTS, org_id=site.org.id))[:2] == (403, "FORBIDDEN")
    assert data(site.admin.get(ENDPOINTS, org_id=site.org.id))["count"] == 1


def test_an_endpoint_is_tested_rotated_disabled_and_enabled(site: Site) -> None:
    endpoint = verified(site, events=["job.succeeded"])
    path = f"{ENDPOINTS}/{endpoint['id']}"
    sent = data(site.clinic.post(f"{path}/test"))
    assert (sent["event"], sent["status"], sent["endpoint_id"]) == ("endpoint.test", "queued", endpoint["id"])
    rotated = data(site.clinic.post(f"{path}/rotate-secret"))
    assert rotated["secret"].startswith("whsec_")
    assert rotated["secret"] != endpoint["secret"]
    off = data(site.clinic.post(f"{path}/disable"))
    assert (off["status"], off["disabled_reason"]) == ("disabled", "by_owner")
    assert refusal(site.clinic.post(f"{path}/disable"))[:2] == (409, "CONFLICT")
    assert data(site.clinic.post(f"{path}/enable"))["status"] == "enabled"
    assert refusal(site.clinic.post(f"{path}/verify", challenge="x"))[:2] == (409, "CONFLICT")


def test_what_was_missed_is_recovered_and_one_is_replayed_under_its_id(site: Site) -> None:
    endpoint = verified(site)
    path = f"{ENDPOINTS}/{endpoint['id']}"
    data(site.clinic.post(f"{path}/disable"))
    event_id = happened(site)
    assert data(site.clinic.get(DELIVERIES, event_id=event_id))["deliveries"] == []
    since = {"since": "2026-01-01T00:00:00+01:00"}
    assert refusal(site.clinic.post(f"{path}/recover", **since))[:2] == (409, "CONFLICT")
    data(site.clinic.post(f"{path}/enable"))
    assert data(site.clinic.post(f"{path}/recover", **since)) == {"recovered": 1}
    (delivery,) = data(site.clinic.get(DELIVERIES, event_id=event_id, status="queued"))["deliveries"]
    (again,) = data(site.clinic.post(f"{DELIVERIES}/{delivery['id']}/replay"))["deliveries"]
    assert (again["id"], again["event_id"]) == (delivery["id"], event_id)
    assert refusal(site.clinic.post(f"{path}/recover", since="2026-01-01T00:00:00"))[2] == {
        "since": "must be ISO 8601 with an offset"
    }


@pytest.mark.parametrize("since", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_time_that_utc_does_not_have_is_refused(site: Site, since: str) -> None:
    path = f"{ENDPOINTS}/{verified(site)['id']}/recover"
    said = {"since": "is not a time that UTC has"}
    assert refusal(site.clinic.post(path, since=since)) == (400, "INVALID_REQUEST", said)


def test_deliveries_come_in_pages_and_by_filter(site: Site) -> None:
    endpoint = verified(site)
    made = [happened(site) for _ in range(5)] + [happened(site, name=EventName.JOB_SUCCEEDED)]
    filters = {"endpoint_id": endpoint["id"], "limit": 2}
    found, cursor = [], None
    while True:
        page = data(site.clinic.get(DELIVERIES, **filters | ({"cursor": cursor} if cursor else {})))
        found += page["deliveries"]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert [row["event_id"] for row in found[:-1]] == made[::-1]
    assert found[-1]["event"] == "endpoint.verification"
    assert data(site.clinic.get(DELIVERIES, event="job.succeeded"))["count"] == 1
    assert refusal(site.clinic.get(DELIVERIES, status="lost"))[0] == 400


def test_the_manage_request_names_endpoints_by_id_and_never_an_address(site: Site) -> None:
    site.connect()
    agent = site.agent()
    body = {"action": "cancel", "appointment_id": "appt_x", "org_id": agent.org_id, "agent_id": agent.id}
    many = [f"ep_000000000000000000000000{number:02}" for number in range(11)]
    for wrong in (["https://evil.example/"], "ep_1", [7], many):
        answer = site.client.post("/api/v1/calcom/appointments/manage", json={**body, "webhook_endpoints": wrong})
        assert (answer.status_code, list(answer.get_json()["error"]["details"])) == (400, ["webhook_endpoints"])
