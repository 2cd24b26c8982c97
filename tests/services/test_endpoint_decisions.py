"""Whatever somebody decides about an endpoint is in the record: who, when and how much of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from app.domain.audit import AuditEntry, AuditFilter, Deed
from app.domain.errors import UnknownNameError
from app.domain.webhooks import DisabledReason, Endpoint
from app.services.change_endpoint import EndpointChange
from tests.services.post_office import ALL, NOW, ORG, PostOffice

JANE = "operator:jane"
Decide = Callable[[PostOffice, Endpoint], object]


def recorded(post: PostOffice, **wanted: Any) -> list[AuditEntry]:
    with post.database.reading_unit() as unit:
        return unit.audit.search(AuditFilter(**wanted))


def disabled(post: PostOffice, endpoint: Endpoint) -> None:
    with post.database.unit() as unit:
        unit.endpoints.disable(endpoint.id, DisabledReason.BY_OWNER, now=post.now)
        unit.commit()


def enable(post: PostOffice, endpoint: Endpoint) -> None:
    disabled(post, endpoint)
    post.cases.enable_endpoint(endpoint.id, ALL, actor=JANE)


@pytest.mark.parametrize(
    ("decide", "deed"),
    [
        (lambda post, one: post.cases.rotate_endpoint_secret(one.id, ALL, actor=JANE), Deed.ENDPOINT_ROTATE),
        (lambda post, one: post.cases.send_test_event(one.id, ALL, actor=JANE), Deed.ENDPOINT_TEST),
        (lambda post, one: post.cases.disable_endpoint(one.id, ALL, actor=JANE), Deed.ENDPOINT_DISABLE),
        (enable, Deed.ENDPOINT_ENABLE),
        (
            lambda post, one: post.cases.change_endpoint(one.id, EndpointChange(description="CRM"), ALL, actor=JANE),
            Deed.ENDPOINT_CHANGE,
        ),
        (lambda post, one: post.cases.remove_endpoint(one.id, ALL, actor=JANE), Deed.ENDPOINT_REMOVE),
        (lambda post, one: post.cases.recover_deliveries(one.id, NOW, ALL, actor=JANE), Deed.ENDPOINT_RECOVER),
    ],
)
def test_a_decision_is_recorded_with_who_made_it(post: PostOffice, decide: Decide, deed: Deed) -> None:
    endpoint = post.endpoint()
    decide(post, endpoint)
    (entry,) = recorded(post, actor=JANE)
    assert (entry.deed, entry.target, entry.org_id, entry.at) == (deed, endpoint.id, ORG, post.now)


def test_adding_and_verifying_are_recorded_too(post: PostOffice) -> None:
    endpoint = post.endpoint()
    assert {entry.deed for entry in recorded(post, target=endpoint.id)} == {Deed.ENDPOINT_VERIFY, Deed.ENDPOINT_ADD}


def test_what_was_not_done_is_not_recorded(post: PostOffice) -> None:
    with pytest.raises(UnknownNameError):
        post.cases.rotate_endpoint_secret("ep_unknown", ALL, actor=JANE)
    assert recorded(post, actor=JANE) == []


def test_the_record_counts_what_was_sent_again(post: PostOffice) -> None:
    endpoint = post.endpoint()
    disabled(post, endpoint)
    for _ in range(3):
        post.happen()
    post.cases.enable_endpoint(endpoint.id, ALL, actor=JANE)
    assert post.cases.recover_deliveries(endpoint.id, NOW - timedelta(days=1), ALL, actor="operator:joe") == 3
    (entry,) = recorded(post, actor="operator:joe")
    assert (entry.counts, entry.reason) == ({"deliveries": 3}, "since 2026-11-22T14:00:00Z")
    one = post.deliveries()[0]
    post.work()
    post.cases.replay_delivery(one.event_id, ALL, actor="operator:joe")
    newest = recorded(post, actor="operator:joe", target=one.event_id)[0]
    assert (newest.deed, newest.counts, newest.org_id) == (Deed.DELIVERY_REPLAY, {"deliveries": 1}, ORG)
