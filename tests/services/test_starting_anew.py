"""What waited for an endpoint gets a whole schedule once the endpoint takes events again."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest

from app.domain.errors import ConflictError
from app.domain.events import EventName
from app.domain.sending import Receipt
from app.domain.webhooks import DELIVERY_LEASE, DeliveryStatus, Endpoint, EndpointStatus
from app.services.change_endpoint import EndpointChange
from tests.services.post_office import ACTOR, ALL, DOWN, TAKEN, PostOffice, Sent

Verify = Callable[[PostOffice, Endpoint], None]

LONG = timedelta(days=4)
"""Longer than any schedule."""


def left_by_a_worker(post: PostOffice) -> str:
    """An event happened, and whoever claimed its delivery died; returns the delivery's id."""
    post.happen()
    delivery_id = post.queue.pop()
    with post.database.unit() as unit:
        assert unit.deliveries.claim(delivery_id, now=post.now, lease_until=post.now + DELIVERY_LEASE)
        unit.commit()
    return delivery_id


def move(post: PostOffice, endpoint: Endpoint) -> None:
    change = EndpointChange(url="https://moved.example/hook")
    post.cases.change_endpoint(endpoint.id, change, ALL, actor=ACTOR)


def hand_in(post: PostOffice, endpoint: Endpoint) -> None:
    """The challenge sent last, which was not answered."""
    sent = post.deliveries(endpoint_id=endpoint.id, event_name=EventName.ENDPOINT_VERIFICATION)[-1]
    challenge = post.cases.show_delivery(sent.id, ALL).event.data["challenge"]
    post.cases.challenge_endpoint(endpoint.id, ALL, actor=ACTOR, answer=challenge)


def echoed(sent: Sent) -> Receipt:
    return Receipt(http_status=200, response=json.loads(sent.message.body)["data"]["challenge"])


def echo(post: PostOffice, endpoint: Endpoint) -> None:
    """A new challenge, which is answered; nothing else is sent yet."""
    post.others.answers = echoed
    post.queue.clear()
    post.cases.challenge_endpoint(endpoint.id, ALL, actor=ACTOR)
    post.deliver(post.queue.pop(0))


def fail_once(post: PostOffice) -> None:
    """The next try fails, those after it do not."""
    tried = len(post.others.sent)
    post.others.answers = lambda _: DOWN if len(post.others.sent) == tried + 1 else TAKEN


def test_a_delivery_left_by_a_worker_that_died_starts_anew_when_its_endpoint_is_enabled(post: PostOffice) -> None:
    endpoint = post.endpoint()
    left_by_a_worker(post)
    post.cases.disable_endpoint(endpoint.id, ALL, actor=ACTOR)
    post.now += LONG
    post.cases.enable_endpoint(endpoint.id, ALL, actor=ACTOR)
    fail_once(post)
    post.later(60)
    (delivery,) = post.deliveries()
    assert delivery.status is DeliveryStatus.SUCCEEDED
    assert post.shown(endpoint).status is EndpointStatus.ENABLED


def test_a_delivery_can_be_sent_again_once_the_lease_of_a_worker_that_died_is_over(post: PostOffice) -> None:
    post.endpoint()
    delivery_id = left_by_a_worker(post)
    post.now += DELIVERY_LEASE
    with pytest.raises(ConflictError):
        post.cases.replay_delivery(delivery_id, ALL, actor=ACTOR)
    post.now += timedelta(seconds=1)
    post.cases.replay_delivery(delivery_id, ALL, actor=ACTOR)
    post.work()
    (delivery,) = post.deliveries()
    assert (delivery.status, delivery.attempts) == (DeliveryStatus.SUCCEEDED, 1)


def test_a_new_address_does_not_wait_out_the_pause_that_the_old_one_asked_for(post: PostOffice) -> None:
    endpoint = post.endpoint()
    post.others.answers = lambda _: Receipt(http_status=503, code="failed", retry_after=24 * 3600.0)
    post.happen()
    post.work()
    move(post, endpoint)
    moved = post.shown(endpoint)
    assert (moved.failures, moved.failing_since, moved.paused_until) == (0, None, None)
    post.later(60)
    assert post.shown(endpoint).paused_until is not None, "it was asked for with each challenge as well"
    hand_in(post, endpoint)
    post.others.answers = lambda _: TAKEN
    post.work()
    (delivery,) = post.deliveries(event_name=EventName.APPOINTMENT_BOOKED)
    assert delivery.status is DeliveryStatus.SUCCEEDED
    assert post.others.sent[-1].url == "https://moved.example/hook"


@pytest.mark.parametrize("verify", [hand_in, echo])
def test_what_waits_starts_anew_at_a_new_address_that_is_verified_days_later(post: PostOffice, verify: Verify) -> None:
    endpoint = post.endpoint()
    post.others.answers = lambda _: DOWN
    post.happen()
    post.later(10)
    move(post, endpoint)
    post.later(60)
    post.now += LONG
    verify(post, endpoint)
    fail_once(post)
    post.later(60)
    (delivery,) = post.deliveries(event_name=EventName.APPOINTMENT_BOOKED)
    assert delivery.status is DeliveryStatus.SUCCEEDED
    assert post.shown(endpoint).status is EndpointStatus.ENABLED


def test_a_challenge_answered_after_it_was_handed_in_changes_no_schedule(post: PostOffice) -> None:
    endpoint = post.endpoint()
    move(post, endpoint)
    challenge = post.queue.pop()
    hand_in(post, endpoint)
    post.queue.clear()
    post.happen()
    (before,) = post.deliveries(event_name=EventName.APPOINTMENT_BOOKED)
    post.now += timedelta(seconds=1)
    post.others.answers = echoed
    post.deliver(challenge)
    assert len(post.others.sent) == 1
    (after,) = post.deliveries(event_name=EventName.APPOINTMENT_BOOKED)
    assert after == before
