"""Who asks too much or guesses too often is turned away before anything is accepted; nobody else is."""

from __future__ import annotations

from typing import Any, cast

import pytest
from flask.testing import FlaskClient

from app.domain.answers import Result
from app.domain.errors import RefusedError
from app.factory import create_app
from app.web.client_address import UNKNOWN, Proxies
from tests.api.doubles import AGENT, BOOK, JOB, ORG, PUBLIC_URL, URL, UseCasesDouble, an_agent, an_answer
from tests.support.tally import Tally

OTHER_ORG = "9c858901-8a57-4791-81fe-4c455b099bc9"


def client_with(use_cases: UseCasesDouble, *, proxies: str = "") -> FlaskClient:
    both_sides = use_cases, cast(Any, use_cases)
    return create_app(*both_sides, public_url=PUBLIC_URL, proxies=Proxies.parse(proxies)).test_client()


def statuses(client: FlaskClient, times: int, **request: Any) -> list[int]:
    return [client.post(URL, json=BOOK, **request).status_code for _ in range(times)]


def test_an_address_that_asks_too_much_is_told_when_to_come_back() -> None:
    use_cases = UseCasesDouble(limits=Tally(address=2))
    client = client_with(use_cases)
    assert statuses(client, 3) == [200, 200, 429]

    refused = client.post(URL, json=BOOK)

    assert refused.headers["Retry-After"] == "13"
    assert refused.get_json()["error"]["code"] == "RATE_LIMITED"
    assert refused.get_json()["message"].startswith("I'm getting too many requests at the moment.")
    assert len(use_cases.requests) == 2
    assert statuses(client, 1, environ_base={"REMOTE_ADDR": "192.0.2.9"}) == [200]


def test_a_refusal_is_given_the_way_the_agent_wants_it() -> None:
    use_cases = UseCasesDouble(answer=an_answer(language="de", always_200=True), limits=Tally(address=1))
    client = client_with(use_cases)
    client.post(URL, json=BOOK)

    refused = client.post(URL, json=BOOK)

    assert (refused.status_code, refused.get_json()["error"]["code"]) == (200, "RATE_LIMITED")
    assert "zu viele" in refused.get_json()["message"].lower()


def test_polls_and_health_are_not_counted() -> None:
    client = client_with(UseCasesDouble(limits=Tally(address=1)))
    for path in ("/healthz", "/readyz", "/metrics", "/openapi.json", "/docs") * 3:
        assert client.get(path).status_code == 200
    assert client.get(f"/api/v1/jobs/{JOB}").status_code == 404  # not 429
    assert statuses(client, 2) == [200, 429]


def test_what_is_nowhere_is_counted() -> None:
    client = client_with(UseCasesDouble(limits=Tally(address=1)))
    assert [client.get("/wp-login.php").status_code for _ in range(2)] == [404, 429]


def test_an_organization_has_a_limit_of_its_own() -> None:
    client = client_with(UseCasesDouble(limits=Tally(organization=1)))
    assert statuses(client, 2) == [200, 429]
    assert client.post(URL, json=BOOK | {"org_id": OTHER_ORG}).status_code == 200


@pytest.mark.parametrize("result", [Result.FORBIDDEN, Result.NOT_VERIFIED, Result.UNKNOWN_APPOINTMENT])
def test_guesses_at_one_organization_do_not_lock_out_the_others(result: Result) -> None:
    use_cases = UseCasesDouble(refusal=RefusedError(result), limits=Tally(failures=2))
    client = client_with(use_cases)
    assert 429 not in statuses(client, 2)
    use_cases.refusal = None
    assert statuses(client, 1) == [429]
    assert client.post(URL, json=BOOK | {"org_id": OTHER_ORG}).status_code == 200
    assert statuses(client, 1, environ_base={"REMOTE_ADDR": "192.0.2.9"}) == [200]


def test_who_guesses_everywhere_is_locked_out_everywhere() -> None:
    use_cases = UseCasesDouble(limits=Tally(all_failures=3))
    client = client_with(use_cases)
    guesses = [client.get(f"/api/v1/jobs/job_{number:026d}").status_code for number in range(4)]
    assert guesses == [404, 404, 404, 429]
    assert statuses(client, 1) == [429]
    assert client.get("/healthz").status_code == 200


def test_wrong_api_keys_are_guesses() -> None:
    client = client_with(UseCasesDouble(limits=Tally(all_failures=2)))
    tries = [client.get("/api/v1/agents", headers={"X-Api-Key": f"rbk_{number}"}).status_code for number in range(3)]
    assert tries == [401, 401, 429]


def test_other_refusals_are_no_guesses() -> None:
    use_cases = UseCasesDouble(answer=an_answer(Result.SLOT_TAKEN), limits=Tally(failures=1))
    assert statuses(client_with(use_cases), 3) == [422, 422, 422]


def test_a_flood_that_is_turned_away_never_reaches_the_database() -> None:
    use_cases = UseCasesDouble(agent=an_agent(id=AGENT, org_id=ORG), limits=Tally(address=0))
    use_cases.unreadable = AssertionError("asked")
    assert statuses(client_with(use_cases), 2) == [429, 429]


@pytest.mark.parametrize(
    ("proxies", "peer", "forwarded", "client"),
    [
        ("", "198.51.100.1", ["203.0.113.9"], "198.51.100.1"),
        ("", "2001:db8:1:2:3:4:5:6", [], "2001:db8:1:2::/64"),
        ("", "::ffff:198.51.100.1", [], "198.51.100.1"),
        ("", "", ["203.0.113.9"], UNKNOWN),
        ("1", "10.0.0.1", ["1.1.1.1, 203.0.113.9"], "203.0.113.9"),
        ("2", "10.0.0.1", ["1.1.1.1, 203.0.113.9, 10.0.0.2"], "203.0.113.9"),
        ("2", "10.0.0.1", ["1.1.1.1", "203.0.113.9, 10.0.0.2"], "203.0.113.9"),
        ("2", "10.0.0.1", ["10.0.0.2"], "10.0.0.1"),  # it did not come through both
        ("1", "", ["203.0.113.9"], "203.0.113.9"),
        ("10.0.0.0/8", "198.51.100.1", ["203.0.113.9"], "198.51.100.1"),
        ("10.0.0.0/8", "10.0.0.1", ["1.1.1.1, 203.0.113.9, 10.9.9.9"], "203.0.113.9"),
        ("10.0.0.0/8", "10.0.0.1", ["203.0.113.9:4711"], "203.0.113.9"),
        ("10.0.0.0/8", "10.0.0.1", ["[2001:db8::7]:4711"], "2001:db8::/64"),
        ("10.0.0.0/8", "10.0.0.1", ["not an address"], UNKNOWN),
        ("10.0.0.0/8,2001:db8::/32", "2001:db8::1", ["203.0.113.9"], "203.0.113.9"),
        ("10.0.0.0/8", "10.0.0.1", [], "10.0.0.1"),
    ],
)
def test_the_address_of_a_client(proxies: str, peer: str, forwarded: list[str], client: str) -> None:
    assert Proxies.parse(proxies).client_of(peer, forwarded) == client


def test_a_made_up_header_buys_nothing_without_a_trusted_proxy() -> None:
    client = client_with(UseCasesDouble(limits=Tally(address=1)))
    made_up = [statuses(client, 1, headers={"X-Forwarded-For": f"203.0.113.{number}"}) for number in range(3)]
    assert made_up == [[200], [429], [429]]


def test_behind_a_trusted_proxy_every_client_is_counted_for_itself() -> None:
    client = client_with(UseCasesDouble(limits=Tally(address=1)), proxies="127.0.0.0/8")
    apart = [statuses(client, 2, headers={"X-Forwarded-For": f"203.0.113.{number}"}) for number in range(2)]
    assert apart == [[200, 429], [200, 429]]
