"""Endpoints and deliveries as operators and admins handle them: verified, tested, switched, sent to again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Locator, expect

from app.domain.operators import Role
from app.domain.webhooks import EndpointStatus
from tests.browser.history import History
from tests.browser.visitors import LOOKS, Look, Visitor
from tests.support.receiver import Received, Receiver, Reply
from tests.support.waiting import eventually

pytestmark = pytest.mark.slow
Visit = Callable[..., Visitor]


def challenge_in(received: Received) -> str:
    return str(json.loads(received.body)["data"].get("challenge", ""))


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Sends back a challenge, and takes everything else too."""
    with Receiver(lambda received: Reply(status=200, body=challenge_in(received).encode())) as receiver:
        yield receiver


def state(visitor: Visitor, status: str) -> Locator:
    return visitor.page.locator("#health .tag", has_text=status)


def is_recorded(visitor: Visitor, deed: str, target: str, *said: str) -> None:
    newest = visitor.go(f"/audit?deed={deed}&target={target}").page.locator("tbody tr").first
    for each in said:
        expect(newest).to_contain_text(each)


@pytest.mark.parametrize("look", LOOKS)
def test_an_endpoint_that_sends_a_challenge_back_is_verified(
    visit: Visit, history: History, receiver: Receiver, look: Look
) -> None:
    endpoint = history.endpoint(
        receiver.url, f"New, {look.name}", status=EndpointStatus.UNVERIFIED, organization=history.quiet
    )
    admin = visit(Role.ADMIN, look).go("/webhooks")
    row = admin.page.locator("#endpoints tr", has_text=f"New, {look.name}")
    expect(row).to_contain_text("unverified")
    row.get_by_role("link", name=receiver.url).click()
    admin.look_over("endpoint-unverified")
    admin.press("Send a new challenge", "A new challenge is on its way.")
    admin.until_shown(state(admin, "enabled"))
    admin.until("Disable")  # what can be done now is shown with it
    expect(admin.page.get_by_role("button", name="Send a new challenge")).to_have_count(0)
    admin.look_over("endpoint-verified")
    assert len(receiver.received) == 1
    is_recorded(admin, "endpoint_verify", endpoint, "operator:admin", "a challenge was sent")


@pytest.mark.parametrize("look", LOOKS)
def test_an_endpoint_that_does_not_is_verified_by_hand(
    visit: Visit, history: History, receiver: Receiver, look: Look
) -> None:
    receiver.answers = lambda _: Reply(status=200, body=b"thank you")
    endpoint = history.endpoint(
        receiver.url, f"Mute, {look.name}", status=EndpointStatus.UNVERIFIED, organization=history.quiet
    )
    admin = visit(Role.ADMIN, look).go(f"/webhooks/{endpoint}")
    admin.press("Send a new challenge", "A new challenge is on its way.")
    admin.until_shown(admin.page.locator("#deliveries .tag", has_text="failed"))
    expect(state(admin, "unverified")).to_be_visible()
    admin.page.locator("#deliveries tbody a").click()
    expect(admin.page.locator("#tries")).to_contain_text("challenge not echoed")
    expect(admin.page.locator("#tries pre")).to_have_text("thank you")
    admin.look_over("delivery-challenge")

    admin.expected = {400}
    admin.go(f"/webhooks/{endpoint}")
    answer = admin.page.get_by_label("The challenge it got last")
    answer.fill("made up")
    admin.page.get_by_role("button", name="Hand it in").click()
    admin.page.get_by_role("alert").get_by_text("It is not the one that was sent last.").wait_for()
    admin.look_over("endpoint-wrong-challenge")
    answer.fill(challenge_in(receiver.received[0]))
    admin.press("Hand it in", "The endpoint is verified.")
    expect(state(admin, "enabled")).to_be_visible()
    is_recorded(admin, "endpoint_verify", endpoint, "operator:admin", "its challenge was handed in")


@pytest.mark.parametrize("look", LOOKS)
def test_a_test_event_is_taken_and_sent_again_under_the_same_id(
    visit: Visit, history: History, receiver: Receiver, look: Look
) -> None:
    endpoint = history.endpoint(receiver.url, f"Tested, {look.name}", organization=history.quiet)
    operator = visit(Role.OPERATOR, look).go(f"/webhooks/{endpoint}")
    operator.press("Send a test event", "A test event is on its way.")
    tries = operator.page.locator("#tries li")
    operator.until_shown(tries.get_by_text("taken"))
    expect(operator.page.locator("h1")).to_contain_text("succeeded")
    operator.page.get_by_text("What it says").click()
    expect(operator.page.get_by_label("The data of the event")).to_contain_text(endpoint)
    operator.look_over("delivery-taken")
    operator.press("Send it again", "It is on its way again, under the same webhook-id.")
    operator.until_shown(tries.get_by_text("Try 2"))
    assert len(receiver.ids()) == 2
    assert len(set(receiver.ids())) == 1
    is_recorded(operator, "delivery_replay", operator.page.url.rpartition("/")[2], "operator:operator", "deliveries: 1")


@pytest.mark.parametrize("look", LOOKS)
def test_what_was_answered_to_an_event_that_is_not_taken_is_read(
    visit: Visit, history: History, receiver: Receiver, look: Look
) -> None:
    receiver.answers = lambda _: Reply(status=500, body=b"no database")
    endpoint = history.endpoint(receiver.url, f"Broken, {look.name}", organization=history.quiet)
    operator = visit(Role.OPERATOR, look).go(f"/webhooks/{endpoint}")
    operator.press("Send a test event", "A test event is on its way.")
    operator.until_shown(operator.page.locator("#tries pre", has_text="no database"))
    expect(operator.page.locator("#tries")).to_contain_text("Status 500")
    operator.look_over("delivery")
    operator.go(f"/webhooks/{endpoint}")
    operator.page.get_by_role("combobox", name="State").select_option("Waiting")
    operator.page.get_by_role("combobox", name="Event").select_option("endpoint.test")
    operator.page.get_by_role("button", name="Show").click()
    expect(operator.page.locator("#deliveries tbody tr")).to_have_count(1)
    operator.page.get_by_role("combobox", name="State").select_option("Taken")
    operator.page.get_by_role("button", name="Show").click()
    operator.page.get_by_text("There is no such delivery.").wait_for()
    assert "state=succeeded&event=endpoint.test" in operator.page.url


@pytest.mark.parametrize("look", LOOKS)
def test_an_endpoint_gets_what_it_missed_and_again_what_it_took(
    visit: Visit, history: History, receiver: Receiver, look: Look
) -> None:
    agent = history.new_agent(f"Dr. {look.name.title()}")
    history.booked(agent=agent)
    endpoint = history.endpoint(receiver.url, f"Late, {look.name}", agent=agent)
    operator = visit(Role.OPERATOR, look).go(f"/webhooks/{endpoint}")
    hours_ago = f"{datetime.now(UTC) - timedelta(hours=2):%Y-%m-%dT%H:%M}"
    for told, also_taken in (("On the way: 2 deliveries.", False), ("Nothing was missed", False), ("2 deliv", True)):
        operator.page.get_by_label("Events since (UTC)").fill(hours_ago)
        operator.page.get_by_label("also what it took").set_checked(also_taken)
        operator.press("Recover", told)
        operator.until_shown(operator.page.locator("#deliveries:not(:has(.tag.warn))"))  # none is on its way any more
    operator.look_over("endpoint-recovered")
    eventually(lambda: len(receiver.received) == 4, what="each of the two events came twice")
    assert len(set(receiver.ids())) == 2
    is_recorded(operator, "endpoint_recover", endpoint, "operator:operator", "also what it took", "deliveries: 2")


@pytest.mark.parametrize("look", LOOKS)
def test_an_admin_makes_a_new_secret_and_switches_an_endpoint_off_and_on(
    visit: Visit, history: History, receiver: Receiver, look: Look
) -> None:
    endpoint = history.endpoint(receiver.url, f"Switched, {look.name}", organization=history.quiet)
    admin = visit(Role.ADMIN, look).go(f"/webhooks/{endpoint}")
    page = admin.page
    page.get_by_role("button", name="Make a new secret").click()
    secret = page.locator("code.secret").inner_text()
    assert secret.startswith("whsec_")
    admin.look_over("endpoint-secret")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("code.secret")).to_have_count(0)
    expect(page.locator("main")).to_contain_text(f"…{secret[-4:]}")
    admin.press("Disable", "The endpoint is disabled.")
    expect(page.locator("#health")).to_contain_text("Its owner, or an operator, switched it off.")
    expect(page.get_by_role("button", name="Recover")).to_have_count(0)
    admin.look_over("endpoint-disabled")
    admin.press("Enable", "The endpoint is enabled.")
    expect(state(admin, "enabled")).to_be_visible()
    for deed in ("endpoint_rotate", "endpoint_disable", "endpoint_enable"):
        is_recorded(admin, deed, endpoint, "operator:admin")
