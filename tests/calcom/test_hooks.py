"""The client and Cal.com's webhooks: what is sent, what is read, and what a refusal comes to."""

from __future__ import annotations

import json

import pytest

from app.calcom.client import CalcomCalendar
from app.domain.notices import MEANS
from app.domain.ports import HookFound, HookWish
from tests.calcom.conftest import KEY, access_to
from tests.calcom.examples import failure, refusal
from tests.calcom.scripted_server import ScriptedServer, answer, close, data
from tests.calcom.told import told

WISH = HookWish(url="https://us.example/hook/acc_1", triggers=tuple(MEANS), secret="s3cret")
ROW = {"id": 7, "subscriberUrl": WISH.url, "triggers": list(MEANS), "active": True, "secret": "s3cret", "userId": 1}


def test_a_hook_is_asked_for_in_cal_coms_words(calendar: CalcomCalendar) -> None:
    with ScriptedServer(data(ROW, 201)) as server:
        made = calendar.hooks().add(access_to(server.url), WISH)
        head, _, body = server.requests[0].partition("\r\n\r\n")
    assert made == HookFound(id="7", url=WISH.url, active=True, triggers=frozenset(MEANS))
    assert head.startswith("POST /v2/webhooks HTTP/1.1")
    assert f"Authorization: Bearer {KEY}" in head
    assert json.loads(body) == {
        "subscriberUrl": "https://us.example/hook/acc_1",
        "triggers": [
            "BOOKING_CREATED",
            "BOOKING_REQUESTED",
            "BOOKING_RESCHEDULED",
            "BOOKING_CANCELLED",
            "BOOKING_REJECTED",
        ],
        "active": True,
        "secret": "s3cret",
        "version": "2021-10-20",
    }


def test_changing_and_removing_name_the_hook(calendar: CalcomCalendar) -> None:
    with ScriptedServer(data(ROW)) as server:
        desk, access = calendar.hooks(), access_to(server.url)
        assert (desk.change(access, "a/b", WISH), desk.remove(access, "7")) == (True, True)
        first, second = (request.splitlines()[0] for request in server.requests)
    assert first == "PATCH /v2/webhooks/a%2Fb HTTP/1.1"
    assert second == "DELETE /v2/webhooks/7 HTTP/1.1"


def test_a_hook_that_is_not_there_is_no_failure(calendar: CalcomCalendar) -> None:
    with ScriptedServer(refusal(404, "Webhook (7) not found")) as server:
        desk, access = calendar.hooks(), access_to(server.url)
        assert (desk.change(access, "7", WISH), desk.remove(access, "7")) == (False, False)


@pytest.mark.parametrize(
    ("step", "wanted"),
    [
        (refusal(400, "Webhook URL is not allowed: private address"), "failed upstream_refused"),
        (refusal(409, "Webhook with this subscriber url already exists for this user"), "failed upstream_refused"),
        (refusal(401, "CustomThrottlerGuard - Invalid API Key"), "failed upstream_key"),
        (refusal(403, "PermissionsGuard - no"), "failed upstream_key"),
        (refusal(500, "There was an error"), "retry"),
        (data({"subscriberUrl": "no id"}, 201), "unknown"),
        (answer(201, b"<html>"), "unknown"),
        (close, "retry"),
    ],
)
def test_refusals_and_silences_are_told_apart(calendar: CalcomCalendar, step: object, wanted: str) -> None:
    with ScriptedServer(step) as server:  # type: ignore[arg-type]
        outcome = failure(lambda: calendar.hooks().add(access_to(server.url), WISH))
    assert told(outcome) == wanted
    assert "s3cret" not in str(outcome)


def test_all_pages_of_hooks_are_read(calendar: CalcomCalendar) -> None:
    full = [ROW | {"id": f"hook-{number}"} for number in range(250)]
    with ScriptedServer(data(full), data([ROW])) as server:
        assert len(calendar.hooks().hooks(access_to(server.url))) == 251
        assert ["skip=0" in server.requests[0], "skip=250" in server.requests[1]] == [True, True]
    with ScriptedServer(data(full)) as server:
        outcome = failure(lambda: calendar.hooks().hooks(access_to(server.url)))
        assert (told(outcome), outcome.trace.code, len(server.requests)) == ("unknown", "endless_list", 8)
