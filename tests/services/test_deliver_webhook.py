"""What becomes of an event on its way: when it is tried again, when an endpoint is left alone, and when it is over."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise
from typing import NoReturn

import pytest

from app.domain.delivery_policy import SCHEDULE
from app.domain.events import EventName
from app.domain.sending import Receipt, body_of
from app.domain.webhooks import DeliveryStatus, DisabledReason, EndpointStatus
from app.services.change_endpoint import EndpointChange
from tests.services.post_office import ACTOR, ALL, DOWN, NOW, ORG, TAKEN, PostOffice, Sent

HOUR = 3600.0


def test_an_event_is_sent_once_and_every_fact_of_it_is_kept(post: PostOffice) -> None:
    endpoint = post.endpoint()
    post.others.answers = lambda _: Receipt(http_status=202, response="thanks", duration_ms=41)
    event = post.happen()
    post.later(60)
    (sent,) = post.others.sent
    assert (sent.message.id, sent.message.body, sent.message.sent_at) == (event.id, body_of(event), NOW)
    (delivery,) = post.deliveries()
    assert (delivery.status, delivery.finished_at, delivery.attempts) == (DeliveryStatus.SUCCEEDED, NOW, 1)
    (attempt,) = delivery.history
    assert (attempt.http_status, attempt.duration_ms, attempt.response, attempt.code) == (202, 41, "thanks", "")
    assert post.shown(endpoint).last_success_at == NOW


def test_a_receiver_that_is_down_for_five_seconds_gets_its_event_within_ten(post: PostOffice) -> None:
    post.endpoint()
    post.others.answers = lambda sent: DOWN if sent.after < 5 else TAKEN
    event = post.happen()
    post.later(60)
    assert post.times() == [0.0, 1.0, 3.0, 8.0]
    assert {sent.message.id for sent in post.others.sent} == {event.id}
    assert [attempt.code for attempt in post.deliveries()[0].history] == ["not_connected"] * 3 + [""]


def test_tries_come_in_the_documented_order_for_three_days_and_then_the_endpoint_is_disabled(
    post: PostOffice,
) -> None:
    endpoint, other = post.endpoint(), post.endpoint("https://other.example/", events=["endpoint.disabled"])
    post.others.answers = lambda sent: DOWN if "crm" in sent.url else TAKEN
    post.happen()
    post.later(120)
    post.later(74 * HOUR)
    times = post.times()
    assert times[:5] == [0.0, 1.0, 3.0, 8.0, 20.0]
    assert len(times) == len(SCHEDULE) == 19
    for at, (before, planned) in zip(times[5:], list(pairwise(SCHEDULE))[4:], strict=True):
        assert planned <= at <= planned + 0.1 * (planned - before) + 0.5
    (delivery,) = post.deliveries(endpoint_id=endpoint.id)
    assert (delivery.status, delivery.attempts, len(delivery.history)) == (DeliveryStatus.FAILED, 19, 19)
    disabled = post.shown(endpoint)
    assert (disabled.status, disabled.disabled_reason) == (EndpointStatus.DISABLED, DisabledReason.FAILING)
    (told,) = post.deliveries(endpoint_id=other.id)
    assert (told.event_name, told.status) == (EventName.ENDPOINT_DISABLED, DeliveryStatus.SUCCEEDED)
    said = post.cases.show_delivery(told.id, ALL).event.data
    assert (said["endpoint_id"], said["reason"], said["failures"]) == (endpoint.id, "failing", 19)
    assert said["failing_since"] == "2026-11-23T14:00:00Z"


def test_a_receiver_that_is_down_for_two_hours_loses_nothing(post: PostOffice) -> None:
    post.endpoint()
    post.others.answers = lambda sent: DOWN if sent.after < 2 * HOUR else TAKEN
    events = []
    for _ in range(24):
        events.append(post.happen())
        post.later(5 * 60)
    tries_while_down = len(post.others.sent)
    post.later(20 * 60)
    taken = [sent.message.id for sent in post.others.sent if sent.after >= 2 * HOUR]
    assert sorted(taken) == sorted(event.id for event in events)
    assert all(delivery.status is DeliveryStatus.SUCCEEDED for delivery in post.deliveries())
    last = max(sent.after for sent in post.others.sent) - 2 * HOUR
    print(f"24 events, down for 2 h: {tries_while_down} tries meanwhile, all taken {last:.0f} s after its return")
    assert last <= 5 * 60 + 60
    assert tries_while_down <= 2 * HOUR / 60


def test_what_an_endpoint_that_is_left_alone_waits_for_goes_out_at_its_first_success(post: PostOffice) -> None:
    endpoint = post.endpoint()
    post.others.answers = lambda _: DOWN
    for _ in range(9):
        post.happen()
    post.later(10 * 60)
    assert post.shown(endpoint).paused_until is not None
    post.others.answers = lambda _: TAKEN
    before = len(post.others.sent)
    post.later(301)
    assert len(post.others.sent) == before + 9
    assert len(set(post.times()[before:])) == 1, "all at once, not each when its own time comes"
    assert post.shown(endpoint).paused_until is None
    assert post.shown(endpoint).failures == 0


def test_one_try_at_a_time_goes_to_an_endpoint_that_is_left_alone(post: PostOffice) -> None:
    post.endpoint()
    post.others.answers = lambda _: DOWN
    for _ in range(20):
        post.happen()
    post.later(60)
    before = len(post.others.sent)
    post.later(2 * HOUR)
    assert 2 * HOUR / 300 - 2 <= len(post.others.sent) - before <= 2 * HOUR / 300 + 6


def test_a_message_to_an_endpoint_that_takes_nothing_now_keeps_no_writer_waiting(post: PostOffice) -> None:
    post.endpoint()
    post.others.answers = lambda _: DOWN
    for _ in range(9):
        post.happen()
    post.later(10 * 60)
    waiting = post.deliveries()[0]

    def write() -> NoReturn:
        raise AssertionError("took a unit that writes")

    replace(post.deliver, open_unit=write)(waiting.id)
    replace(post.deliver, open_unit=write)("del_of_nobody")


@pytest.mark.parametrize("wait", [7.0, 45.0, 4000.0])
def test_a_retry_after_is_honoured_for_all_that_waits(post: PostOffice, wait: float) -> None:
    post.endpoint()
    post.others.answers = lambda sent: Receipt(http_status=429, code="refused", retry_after=wait)
    post.happen()
    post.work()
    post.others.answers = lambda _: TAKEN
    post.happen()
    post.later(wait - 0.5)
    assert len(post.others.sent) == 1
    post.later(10)
    assert len(post.others.sent) == 3, "the first time after the pause, one shows the way for the other"


def test_a_410_ends_the_delivery_and_disables_the_endpoint_at_once(post: PostOffice) -> None:
    endpoint, other = post.endpoint(), post.endpoint("https://other.example/")
    post.others.answers = lambda sent: Receipt(http_status=410, code="gone") if "crm" in sent.url else TAKEN
    post.happen()
    post.later(60)
    post.happen()
    post.later(60)
    assert post.times() == [0.0]
    disabled = post.shown(endpoint)
    assert (disabled.status, disabled.disabled_reason) == (EndpointStatus.DISABLED, DisabledReason.GONE)
    assert disabled.disabled_at == NOW
    assert [each.status for each in post.deliveries(endpoint_id=endpoint.id)] == [DeliveryStatus.FAILED]
    names = [each.event_name.value for each in post.deliveries(endpoint_id=other.id)]
    assert sorted(names) == ["appointment.booked", "appointment.booked", "endpoint.disabled"]


@pytest.mark.parametrize("code", ["redirected", "refused", "failed", "forbidden_address", "tls_failed"])
def test_whatever_else_is_no_success_is_tried_again(post: PostOffice, code: str) -> None:
    post.endpoint()
    post.others.answers = lambda _: Receipt(http_status=302, code=code)
    post.happen()
    post.later(2)
    assert post.times() == [0.0, 1.0]
    assert post.deliveries()[0].status is DeliveryStatus.RETRYING


def test_an_endpoint_that_takes_something_is_not_disabled_for_what_it_refuses(post: PostOffice) -> None:
    endpoint = post.endpoint()
    poison = post.happen()
    post.others.answers = lambda sent: DOWN if sent.message.id == poison.id else TAKEN
    for _ in range(74):
        post.later(HOUR)
        post.happen()
    post.work()
    assert post.deliveries(event_id=poison.id)[0].status is DeliveryStatus.FAILED
    assert post.shown(endpoint).status is EndpointStatus.ENABLED


def test_a_test_event_that_is_not_taken_is_given_up_in_seconds_and_disables_nothing(post: PostOffice) -> None:
    endpoint = post.endpoint()
    post.others.answers = lambda _: DOWN
    post.cases.send_test_event(endpoint.id, ALL, actor=ACTOR)
    post.later(60)
    assert post.times() == [0.0, 1.0, 3.0, 8.0, 20.0]
    assert post.deliveries()[0].status is DeliveryStatus.FAILED
    assert post.shown(endpoint).status is EndpointStatus.ENABLED


@pytest.mark.parametrize(("answer", "status"), [("{}", "enabled"), ("[{}]", "enabled"), ("thanks", "unverified")])
def test_an_endpoint_is_enabled_once_its_answer_holds_the_challenge(post: PostOffice, answer: str, status: str) -> None:
    def echo(sent: Sent) -> Receipt:
        said = json.loads(sent.message.body)["data"]["challenge"]
        return Receipt(http_status=200, response=answer.format(said))

    post.others.answers = echo
    new = post.cases.add_endpoint(org_id=ORG, url="https://crm.example/hook", scope=ALL, actor=ACTOR)
    post.happen()
    post.later(60)
    assert post.times() == [0.0], "neither the event, which came too early, nor the challenge again"
    assert post.shown(new.endpoint).status == status


def test_an_endpoint_that_moves_gets_nothing_at_its_new_address_before_it_is_verified_there(post: PostOffice) -> None:
    endpoint = post.endpoint()
    post.others.answers = lambda _: DOWN
    post.happen()
    post.later(2)
    post.cases.change_endpoint(endpoint.id, EndpointChange(url="https://moved.example/"), ALL, actor=ACTOR)
    post.others.answers = lambda _: TAKEN
    post.later(60)
    sent = [json.loads(each.message.body)["type"] for each in post.others.sent if "moved" in each.url]
    assert sent == ["endpoint.verification"]
