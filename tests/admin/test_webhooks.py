"""Endpoints and deliveries at the desk: how they fare, what was answered, and what may be done about it by whom."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from app.admin.endpoint_facts import ALL
from app.domain.audit import AuditFilter, Deed
from app.domain.directory import Agent
from app.domain.events import EventName
from app.domain.operators import Role
from app.domain.webhook_stores import DeliveryFilter
from app.domain.webhooks import Delivery, Endpoint
from tests.admin.site import Browser, DeskSite, Page
from tests.admin.test_callers import JANE, in_days
from tests.support.receiver import Received, Receiver, Reply


def echo(received: Received) -> Reply:
    """Sends a challenge back; answers everything else with what a careless receiver would."""
    data = json.loads(received.body)["data"]
    return Reply(status=200, body=str(data.get("challenge", f"thanks for {data}")).encode())


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver(echo) as receiver:
        yield receiver


@pytest.fixture
def agent(site: DeskSite) -> Agent:
    return site.agent()


def newest(site: DeskSite, endpoint_id: str, **wanted: Any) -> Delivery:
    found = site.operators.webhooks.list_deliveries(DeliveryFilter(endpoint_id=endpoint_id, **wanted), ALL)
    return found[0]


def deliver(site: DeskSite, endpoint_id: str) -> None:
    for each in site.operators.webhooks.list_deliveries(DeliveryFilter(endpoint_id=endpoint_id, waiting=True), ALL):
        site.container.workers.deliver_webhook(each.id)


@pytest.fixture
def endpoint(site: DeskSite, agent: Agent, receiver: Receiver) -> Endpoint:
    """A verified one."""
    add = site.operators.webhooks.add_endpoint
    made = add(org_id=agent.org_id, url=receiver.url, scope=ALL, actor="test", description="CRM").endpoint
    deliver(site, made.id)
    return site.operators.webhooks.show_endpoint(made.id, ALL)


def booked(site: DeskSite, agent: Agent) -> None:
    site.work(site.manage(agent, action="book", **JANE, appointment_datetime=in_days(3)))


def act(browser: Browser, endpoint: Endpoint, deed: str, **fields: Any) -> Page:
    browser.get(f"/webhooks/{endpoint.id}")
    return browser.post(f"/webhooks/{endpoint.id}/{deed}", **fields)


def test_the_list_says_of_each_endpoint_how_it_fares(site: DeskSite, agent: Agent, endpoint: Endpoint) -> None:
    booked(site, agent)
    row = site.browser(Role.VIEWER).get("/webhooks").text
    for said in (endpoint.url, "CRM", "Clinic", "enabled"):
        assert said in row
    shown = site.container.desk.webhooks.show_health(endpoint.id, ALL)
    assert (shown.health.waiting, shown.health.endpoint.failures) == (2, 0)


def test_many_endpoints_come_in_pages(site: DeskSite, agent: Agent, receiver: Receiver) -> None:
    add = site.operators.webhooks.add_endpoint
    urls = [f"{receiver.url}/{number}" for number in range(3)]
    for url in urls:
        add(org_id=agent.org_id, url=url, scope=ALL, actor="test")
    first = site.container.desk.webhooks.list_health(limit=2)
    assert first.next_after is not None
    page = site.browser(Role.VIEWER).get("/webhooks", after=f"{first.next_after.at.isoformat()}~{first.next_after.id}")
    assert [url in page.text for url in urls] == [False, False, True]


def test_an_endpoints_page_shows_its_settings_but_not_its_secret(site: DeskSite, endpoint: Endpoint) -> None:
    with_secret = site.operators.webhooks.rotate_endpoint_secret(endpoint.id, ALL, actor="test").secret
    page = site.browser(Role.VIEWER).get(f"/webhooks/{endpoint.id}")
    assert f"…{with_secret[-4:]}" in page.text
    assert page.text.count("…") >= 2
    assert " until " in page.text
    assert with_secret not in page.html
    assert "every event" in page.text


def test_a_delivery_shows_every_try_and_is_sent_again(
    site: DeskSite, agent: Agent, endpoint: Endpoint, receiver: Receiver
) -> None:
    booked(site, agent)
    deliver(site, endpoint.id)
    told = newest(site, endpoint.id)
    operator = site.browser(Role.OPERATOR)
    page = operator.get(f"/webhooks/deliveries/{told.id}")
    assert "Status 200, after" in page.text
    assert "thanks for" in page.text
    again = operator.post(f"/webhooks/deliveries/{told.id}/resend")
    assert again.goes_to == f"/webhooks/deliveries/{told.id}"
    deliver(site, endpoint.id)
    shown = operator.get(f"/webhooks/deliveries/{told.id}").text
    assert (shown.count("Status 200"), shown.count("Try 1,"), shown.count("Try 2,")) == (2, 1, 1)
    assert receiver.ids().count(told.event_id) == 2
    (entry,) = site.operators.list_audit(AuditFilter(deed=Deed.DELIVERY_REPLAY))
    assert (entry.actor, entry.target) == ("operator:operator@clinic.example", told.id)


def test_what_names_people_is_not_shown_to_viewers(site: DeskSite, agent: Agent, endpoint: Endpoint) -> None:
    booked(site, agent)
    deliver(site, endpoint.id)
    (about_her,) = site.operators.webhooks.list_deliveries(
        DeliveryFilter(endpoint_id=endpoint.id, event_name=EventName.APPOINTMENT_BOOKED), ALL
    )
    shown = site.browser(Role.OPERATOR).get(f"/webhooks/deliveries/{about_her.id}").text
    hidden = site.browser(Role.VIEWER).get(f"/webhooks/deliveries/{about_her.id}").text
    assert "Jane Doe" in shown
    assert "Jane" not in hidden
    assert "operators see it" in hidden


def test_deliveries_are_chosen_by_state_and_event(
    site: DeskSite, agent: Agent, endpoint: Endpoint, receiver: Receiver
) -> None:
    booked(site, agent)
    receiver.answers = lambda _: Reply(status=410)
    site.container.workers.deliver_webhook(newest(site, endpoint.id).id)
    operator = site.browser(Role.OPERATOR)

    def rows(**query: str) -> int:
        return operator.get(f"/webhooks/{endpoint.id}", **query).html.count('<th scope="row"')

    assert rows() == 3
    assert (rows(state="failed"), rows(state="waiting"), rows(state="succeeded")) == (1, 1, 1)
    assert rows(event="endpoint.verification") == 1
    assert rows(event="endpoint.verification", state="failed") == 0
    assert operator.get(f"/webhooks/{endpoint.id}", state="x").status == 400
    assert operator.get(f"/webhooks/{endpoint.id}", event="x").status == 400
    assert "It answered that it is gone for good (410)." in operator.get(f"/webhooks/{endpoint.id}").text


def test_a_test_event_arrives(site: DeskSite, endpoint: Endpoint, receiver: Receiver) -> None:
    operator = site.browser(Role.OPERATOR)
    sent = act(operator, endpoint, "test")
    assert sent.goes_to == f"/webhooks/deliveries/{newest(site, endpoint.id).id}"
    deliver(site, endpoint.id)
    assert json.loads(receiver.received[-1].body)["type"] == "endpoint.test"


def test_an_admin_disables_enables_and_recovers_what_was_missed(
    site: DeskSite, agent: Agent, endpoint: Endpoint, receiver: Receiver
) -> None:
    admin, began = site.browser(), datetime.now(UTC)
    assert act(admin, endpoint, "disable").status == 303
    assert act(admin, endpoint, "disable").status == 409
    booked(site, agent)
    assert act(admin, endpoint, "recover", since=began.isoformat()).status == 409
    assert act(admin, endpoint, "enable").status == 303
    assert act(admin, endpoint, "recover", since=f"{began:%Y-%m-%dT%H:%M}").status == 303
    assert "On the way: 2 deliveries." in admin.get(f"/webhooks/{endpoint.id}").text
    deliver(site, endpoint.id)
    assert {json.loads(each.body)["type"] for each in receiver.received[1:]} == {"appointment.booked", "job.succeeded"}
    deeds = [entry.deed for entry in site.operators.list_audit(AuditFilter(actor="operator:admin@clinic.example"))]
    assert deeds[:3] == [Deed.ENDPOINT_RECOVER, Deed.ENDPOINT_ENABLE, Deed.ENDPOINT_DISABLE]
    for never in ("yesterday", "0001-01-01T00:00+14:00"):
        assert act(admin, endpoint, "recover", since=never).status == 400


def test_a_new_secret_is_shown_once_and_the_old_one_holds_meanwhile(site: DeskSite, endpoint: Endpoint) -> None:
    admin = site.browser()
    with site.database.reading_unit() as unit:
        (before,) = unit.endpoints.secrets(endpoint.id, now=datetime.now(UTC))
    shown = act(admin, endpoint, "rotate")
    with site.database.reading_unit() as unit:
        secrets = unit.endpoints.secrets(endpoint.id, now=datetime.now(UTC))
    assert secrets[1] == before
    assert secrets[0] in shown.text
    assert secrets[0] not in admin.get(f"/webhooks/{endpoint.id}").html


def test_a_challenge_is_sent_anew_or_handed_in(site: DeskSite, agent: Agent) -> None:
    add = site.operators.webhooks.add_endpoint
    endpoint = add(org_id=agent.org_id, url="http://127.0.0.1:9/", scope=ALL, actor="test").endpoint
    admin = site.browser()
    wrong = act(admin, endpoint, "verify", answer="made up")
    assert (wrong.status, "It is not the one that was sent last." in wrong.text) == (400, True)
    assert 'name="answer" value="made up"' in wrong.html
    assert act(admin, endpoint, "verify", answer=" ").status == 400
    assert act(admin, endpoint, "challenge").status == 303
    challenge = site.operators.webhooks.show_delivery(newest(site, endpoint.id).id, ALL).event.data["challenge"]
    assert act(admin, endpoint, "verify", answer=challenge).status == 303
    assert "enabled" in admin.get(f"/webhooks/{endpoint.id}").text
    entries = site.operators.list_audit(AuditFilter(deed=Deed.ENDPOINT_VERIFY))
    assert [entry.reason for entry in entries] == ["its challenge was handed in", "a challenge was sent"]


@pytest.mark.parametrize(
    ("role", "deed", "status"),
    [
        (Role.OPERATOR, "rotate", 403),
        (Role.OPERATOR, "disable", 403),
        (Role.OPERATOR, "enable", 403),
        (Role.OPERATOR, "challenge", 403),
        (Role.OPERATOR, "verify", 403),
        (Role.VIEWER, "test", 403),
        (Role.VIEWER, "recover", 403),
    ],
)
def test_set_up_is_changed_by_admins_and_mending_is_for_operators(
    site: DeskSite, endpoint: Endpoint, role: Role, deed: str, status: int
) -> None:
    assert act(site.browser(role), endpoint, deed).status == status


def test_an_unknown_endpoint_or_delivery_is_not_found(site: DeskSite) -> None:
    viewer = site.browser(Role.VIEWER)
    assert viewer.get("/webhooks/ep_unknown").status == 404
    assert viewer.get("/webhooks/deliveries/dlv_unknown").status == 404
