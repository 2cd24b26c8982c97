"""What waited for an endpoint gets a whole schedule once the endpoint takes events again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.domain.errors import ConflictError
from app.domain.webhooks import DELIVERY_LEASE, DeliveryStatus, EndpointStatus
from tests.services.post_office import ACTOR, ALL, DOWN, TAKEN, PostOffice

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
