"""What an endpoint missed, and what it took, is sent again once each, however quickly it is taken meanwhile."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from app.domain.webhooks import DisabledReason, Endpoint
from app.services import replay_deliveries
from tests.services.post_office import ALL, NOW, PostOffice


@pytest.fixture
def endpoint(post: PostOffice) -> Endpoint:
    return post.endpoint()


@pytest.fixture(params=[2, replay_deliveries.BATCH])
def quick(
    request: pytest.FixtureRequest, post: PostOffice, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> PostOffice:
    """A worker sends a delivery the moment it is published, however many are looked for at once."""

    def send_at_once(delivery_id: str) -> bool:
        post.deliver(delivery_id)
        return True

    monkeypatch.setattr(post, "publish_delivery", send_at_once)
    monkeypatch.setattr(replay_deliveries, "BATCH", request.param)
    return post


def taken(post: PostOffice, count: int) -> None:
    for _ in range(count):
        post.happen()
    post.work()
    post.now += timedelta(minutes=1)


def missed(post: PostOffice, endpoint: Endpoint, count: int) -> None:
    """They happen while it is disabled."""
    with post.database.unit() as unit:
        unit.endpoints.disable(endpoint.id, DisabledReason.BY_OWNER, now=post.now)
        unit.commit()
    taken(post, count)
    post.cases.enable_endpoint(endpoint.id, ALL, actor="test")


def recover(post: PostOffice, endpoint: Endpoint, *, delivered: bool) -> int:
    since = NOW - timedelta(hours=1)
    return post.cases.recover_deliveries(endpoint.id, since, ALL, actor="test", delivered=delivered)


def times_sent(post: PostOffice) -> list[int]:
    """How often each event was sent, the most often sent first."""
    return sorted(Counter(sent.message.id for sent in post.others.sent).values(), reverse=True)


def test_what_it_took_is_sent_again_once(quick: PostOffice, endpoint: Endpoint) -> None:
    taken(quick, 5)
    assert recover(quick, endpoint, delivered=True) == 5
    assert times_sent(quick) == [2] * 5
    quick.now += timedelta(minutes=1)
    assert recover(quick, endpoint, delivered=True) == 5, "whoever asks once more gets it once more"
    assert times_sent(quick) == [3] * 5


def test_a_clock_that_is_set_back_meanwhile_has_nothing_sent_twice(
    quick: PostOffice, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken(quick, 5)
    send, a_little_before = quick.publish_delivery, quick.now - timedelta(seconds=1)

    def send_and_set_back(delivery_id: str) -> bool:
        assert len(quick.others.sent) < 20, "it ends"
        quick.now = a_little_before
        return send(delivery_id)

    monkeypatch.setattr(quick, "publish_delivery", send_and_set_back)
    assert recover(quick, endpoint, delivered=True) == 5
    monkeypatch.setattr(quick, "publish_delivery", send)
    quick.later(10)
    assert times_sent(quick) == [2] * 5


def test_what_it_was_never_told_is_sent_once_beside_what_it_took(quick: PostOffice, endpoint: Endpoint) -> None:
    taken(quick, 3)
    missed(quick, endpoint, 4)
    assert recover(quick, endpoint, delivered=True) == 7
    assert times_sent(quick) == [2] * 3 + [1] * 4


def test_what_it_took_is_not_sent_again_unasked(quick: PostOffice, endpoint: Endpoint) -> None:
    taken(quick, 3)
    missed(quick, endpoint, 4)
    assert recover(quick, endpoint, delivered=False) == 4
    assert times_sent(quick) == [1] * 7
    assert recover(quick, endpoint, delivered=False) == 0


def test_all_that_was_missed_is_sent_however_many_batches_it_takes(
    post: PostOffice, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replay_deliveries, "BATCH", 1)
    missed(post, endpoint, 101)
    assert recover(post, endpoint, delivered=False) == 101
