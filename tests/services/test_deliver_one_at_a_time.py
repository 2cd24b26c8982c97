"""Who sends a delivery, when several could: leases and fences, places at one endpoint, seats for those that fail."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import timedelta

import pytest

from app.domain.events import EventName
from app.domain.sending import Receipt
from app.domain.webhooks import DELIVERY_LEASE, DeliveryStatus
from app.services.deliver_webhook import FAILING
from tests.services.post_office import DOWN, SEATS, TAKEN, PostOffice


def test_a_worker_that_dies_after_sending_has_it_sent_again_under_the_same_id(post: PostOffice) -> None:
    post.endpoint()

    class Died(BaseException):
        pass

    def die(_: object) -> Receipt:
        raise Died

    post.others.answers = die
    event = post.happen()
    with pytest.raises(Died):
        post.work()
    post.others.answers = lambda _: TAKEN
    post.later(DELIVERY_LEASE.total_seconds() + 12)
    assert [sent.message.id for sent in post.others.sent] == [event.id, event.id]
    (delivery,) = post.deliveries()
    assert (delivery.status, [attempt.finished_at is None for attempt in delivery.history]) == (
        DeliveryStatus.SUCCEEDED,
        [True, False],
    )


def test_a_worker_that_wakes_too_late_changes_nothing(post: PostOffice) -> None:
    post.endpoint()
    taken_over: list[str] = []

    def sleep_through(_: object) -> Receipt:
        if not taken_over:
            taken_over.append("yes")
            post.now += DELIVERY_LEASE + timedelta(seconds=1)
            post.rescue()
            post.work()
        return DOWN if len(post.others.sent) == 2 else TAKEN

    post.others.answers = sleep_through
    post.happen()
    post.work()
    (delivery,) = post.deliveries()
    assert len(delivery.history) == 2
    assert delivery.status is DeliveryStatus.RETRYING, "as the second one left it"


def test_a_message_that_comes_twice_sends_nothing_twice(post: PostOffice) -> None:
    post.endpoint()
    post.happen()
    post.queue *= 5
    post.work()
    assert len(post.others.sent) == 1


def test_no_more_than_four_are_under_way_to_one_endpoint(post: PostOffice) -> None:
    """Each request waits here until all others were tried."""
    post.endpoint()
    depth: list[int] = []

    def nest(_: object) -> Receipt:
        depth.append(len(depth) + 1)
        post.work()
        depth.pop()
        return TAKEN

    deepest: list[int] = []
    post.others.answers = lambda sent: (deepest.append(len(depth) + 1), nest(sent))[1]  # type: ignore[func-returns-value]
    for _ in range(12):
        post.happen()
    post.work()  # without a scheduler: whoever is done wakes the next
    assert max(deepest) == 4
    assert len(post.others.sent) == 12


def test_failing_endpoints_share_their_seats_and_leave_the_others_to_those_that_work(post: PostOffice) -> None:
    post.endpoint("https://failing.example/", events=["job.failed"])
    post.endpoint("https://healthy.example/", events=["job.succeeded"])
    post.others.answers = lambda _: DOWN
    post.happen(EventName.JOB_FAILED)
    post.work()
    post.others.answers = lambda _: TAKEN
    with ExitStack() as hanging:
        for _ in range(SEATS):
            hanging.enter_context(post.bulkhead.seat(FAILING))
        post.happen(EventName.JOB_SUCCEEDED)
        post.later(5)
    assert (post.times("https://failing.example/"), post.times("https://healthy.example/")) == ([0.0], [0.0])
    assert [attempt.number for each in post.deliveries() for attempt in each.history] == [1, 1]
    post.later(3)
    assert len(post.times("https://failing.example/")) == 2
