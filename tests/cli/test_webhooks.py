"""`ringbook webhook`: an owner's whole dealings with endpoints and deliveries, from a shell."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.cli.webhooks import command as webhook
from app.domain.events import EventName, failure_event
from app.domain.webhooks import DELIVERY_LEASE, DeliveryAttempt, DeliveryStatus
from app.services.record_event import record_event
from tests.cli.console import ask, refusal, run
from tests.services.office import Office

URL = "https://crm.example/hook"


def added(office: Office, *options: str) -> dict[str, Any]:
    """A new endpoint that was verified by handing back what it got."""
    endpoint: dict[str, Any] = ask(office, webhook, "add", "--org", office.clinic().id, URL, *options)
    (delivery,) = ask(office, webhook, "deliveries", "--endpoint", endpoint["id"])
    with office.database.reading_unit() as unit:
        event = unit.deliveries.event(delivery["event_id"])
    assert event is not None
    verified = ask(office, webhook, "verify", endpoint["id"], "--answer", event.data["challenge"])
    assert verified["status"] == "enabled"
    return endpoint


def happened(office: Office, org_id: str) -> str:
    """One failed job of the organization; the id of its delivery."""
    job = office.add_job(org_id=org_id)
    with office.database.unit() as unit:
        event = failure_event(EventName.APPOINTMENT_FAILED, job, reason="slot_taken", now=office.now)
        (delivery_id,) = record_event(unit, event)
        unit.commit()
    return delivery_id


def ended(office: Office, delivery_id: str, status: DeliveryStatus) -> None:
    with office.database.unit() as unit:
        delivery = unit.deliveries.claim(delivery_id, now=office.now, lease_until=office.now + DELIVERY_LEASE)
        assert delivery is not None
        attempt = DeliveryAttempt(
            number=1,
            fence=1,
            started_at=office.now,
            finished_at=office.now,
            http_status=500,
            code="failed",
            response="no",
        )
        unit.deliveries.finish(delivery, attempt, status=status)
        unit.commit()


def test_an_endpoint_is_added_with_a_secret_that_is_shown_once_and_a_challenge(office: Office) -> None:
    organization = office.clinic()
    result = run(office, webhook, "add", "--org", organization.id, "--event", "appointment.booked", URL)
    assert result.exit_code == 0
    assert "whsec_" in result.stdout
    assert "It is not shown again." in result.stderr
    (endpoint,) = ask(office, webhook, "list", "--org", organization.id)
    assert (endpoint["status"], endpoint["events"], endpoint["url"]) == ("unverified", ["appointment.booked"], URL)
    assert "whsec_" not in run(office, webhook, "show", endpoint["id"]).stdout
    assert len(office.bells.to_deliver) == 1


def test_a_challenge_that_is_not_the_last_one_verifies_nothing(office: Office) -> None:
    endpoint = ask(office, webhook, "add", "--org", office.clinic().id, URL)
    assert "not the one" in refusal(office, webhook, "verify", endpoint["id"], "--answer", "guess")
    assert ask(office, webhook, "show", endpoint["id"])["status"] == "unverified"


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("http://crm.example/",), "url: It must begin with https://."),
        ((URL, "--agent", "019d1fdb-98e9-7c87-86c7-321e2fa98733"), "agents: The organization has no agent"),
    ],
)
def test_what_cannot_be_an_endpoint_is_refused(office: Office, words: tuple[str, ...], reason: str) -> None:
    assert reason in refusal(office, webhook, "add", "--org", office.clinic().id, *words)


def test_an_endpoint_is_switched_off_and_on_changed_and_removed(office: Office) -> None:
    endpoint = added(office)
    name = str(endpoint["id"])
    off = ask(office, webhook, "disable", name)
    assert (off["status"], off["disabled_reason"]) == ("disabled", "by_owner")
    assert "not enabled" in refusal(office, webhook, "disable", name)
    assert ask(office, webhook, "enable", name)["status"] == "enabled"
    changed = ask(office, webhook, "set", name, "--event", "job.failed", "--description", "CRM")
    assert (changed["events"], changed["description"], changed["status"]) == (["job.failed"], "CRM", "enabled")
    moved = ask(office, webhook, "set", name, "--url", URL + "/2", "--every-event")
    assert (moved["events"], moved["status"]) == ([], "unverified")
    assert run(office, webhook, "remove", name).stdout == f"{name} is removed.\n"
    assert "There is no webhook endpoint" in refusal(office, webhook, "show", name)


def test_a_secret_is_rotated_and_both_hold_for_a_day(office: Office) -> None:
    endpoint = added(office)
    rotated = ask(office, webhook, "rotate", str(endpoint["id"]))
    with office.database.reading_unit() as unit:
        held = unit.endpoints.secrets(str(endpoint["id"]), now=office.now)
    assert held == (rotated["secret"], endpoint["secret"])
    office.later(24 * 3600)
    with office.database.reading_unit() as unit:
        assert unit.endpoints.secrets(str(endpoint["id"]), now=office.now) == (rotated["secret"],)


def test_deliveries_are_listed_shown_and_sent_again_under_their_old_id(office: Office) -> None:
    endpoint = added(office)
    delivery_id = happened(office, str(endpoint["org_id"]))
    ended(office, delivery_id, DeliveryStatus.FAILED)
    (failed,) = ask(office, webhook, "deliveries", "--status", "failed")
    assert (failed["id"], failed["event"], failed["attempts"]) == (delivery_id, "appointment.failed", 1)
    shown = ask(office, webhook, "deliveries", delivery_id)
    assert (shown["attempts_made"][0]["http_status"], shown["attempts_made"][0]["response"]) == (500, "no")
    assert "Jane" not in json.dumps(shown)
    office.bells.to_deliver.clear()
    (again,) = ask(office, webhook, "replay", str(failed["event_id"]))
    assert (again["id"], again["event_id"], again["status"]) == (delivery_id, failed["event_id"], "queued")
    assert office.bells.to_deliver == [delivery_id]


def test_what_an_endpoint_missed_since_a_time_is_recovered(office: Office) -> None:
    """What was given up, and what happened while it was switched off; what it took only where that is asked for."""
    endpoint = added(office)
    name, org_id = str(endpoint["id"]), str(endpoint["org_id"])
    ended(office, happened(office, org_id), DeliveryStatus.FAILED)
    ended(office, happened(office, org_id), DeliveryStatus.SUCCEEDED)
    ask(office, webhook, "disable", name)
    job = office.add_job(org_id=org_id)
    with office.database.unit() as unit:
        assert record_event(unit, failure_event(EventName.APPOINTMENT_FAILED, job, reason="x", now=office.now)) == ()
        unit.commit()
    office.later(1)
    since = ("--endpoint", name, "--since", "2026-11-23T09:00:00-05:00")
    assert "enabled first" in refusal(office, webhook, "replay", *since)
    ask(office, webhook, "enable", name)
    assert ask(office, webhook, "replay", "--endpoint", name, "--since", "2026-11-24T00:00:00Z") == {"recovered": 0}
    assert ask(office, webhook, "replay", *since) == {"recovered": 2}
    assert ask(office, webhook, "replay", *since) == {"recovered": 0}
    assert ask(office, webhook, "replay", *since, "--delivered") == {"recovered": 1}


def test_a_test_event_goes_to_an_endpoint_whatever_it_subscribed_to(office: Office) -> None:
    endpoint = added(office, "--event", "job.failed")
    sent = ask(office, webhook, "test", str(endpoint["id"]))
    assert (sent["event"], sent["status"]) == ("endpoint.test", "queued")
    assert office.bells.to_deliver[-1] == sent["id"]


@pytest.mark.parametrize("words", [(), ("dlv_1", "--endpoint", "ep_1"), ("--endpoint", "ep_1")])
def test_a_replay_says_of_what(office: Office, words: tuple[str, ...]) -> None:
    assert run(office, webhook, "replay", *words).exit_code == 2


@pytest.mark.parametrize("since", ["yesterday", "2026-11-24T00:00:00", "0001-01-01T00:00:00+14:00"])
def test_a_time_that_is_none_or_has_no_zone_is_not_guessed_at(office: Office, since: str) -> None:
    assert run(office, webhook, "replay", "--endpoint", "ep_1", "--since", since).exit_code == 2
