"""The webhook in Cal.com is made once, renewed without a gap, and removed, against the stand-in itself."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests
from cryptography.fernet import Fernet

from app.domain.errors import CalendarError, RefusedError
from app.domain.notices import MEANS, Hook
from app.services.connect_hook import ConnectHook
from tests.services.office import PUBLIC_URL, RIVERA_KEY, Office
from tests.support.sandbox import SandboxProcess


def there(calcom: SandboxProcess) -> list[dict[str, Any]]:
    return calcom.state()["webhooks"]


def kept(office: Office, account_id: str) -> Hook:
    hook: Hook | None = office.show_hook(account_id)
    assert hook is not None
    return hook


def subscribe(calcom: SandboxProcess, office: Office, url: str) -> None:
    """As somebody else, or this service at another time, would."""
    wish = {"subscriberUrl": url, "triggers": ["BOOKING_CREATED"], "active": False}
    headers = {"Authorization": f"Bearer {RIVERA_KEY}"}
    assert requests.post(f"{calcom.url}/v2/webhooks", json=wish, headers=headers, timeout=10).status_code == 201


def test_the_hook_is_made_with_a_secret_of_its_own(office: Office, calcom: SandboxProcess) -> None:
    _, account = office.connected()
    hook = office.connect_hook(account.id)

    (made,) = there(calcom)
    assert made["subscriber_url"] == f"{PUBLIC_URL}/api/v1/calcom/webhooks/{account.id}" == hook.url
    assert made["secret"] == kept(office, account.id).secret
    assert len(made["secret"]) == 43
    assert (made["active"], set(made["triggers"])) == (True, set(MEANS))
    assert (hook.calcom_id, hook.registered_at) == (made["id"], office.now)
    assert made["secret"] not in repr(hook)


def test_once_more_changes_nothing_and_mends_what_was_changed_in_cal_com(
    office: Office, calcom: SandboxProcess
) -> None:
    _, account = office.connected()
    office.connect_hook(account.id)
    (before,) = there(calcom)
    office.connect_hook(account.id)
    assert there(calcom) == [before]

    subscribe(calcom, office, "https://others.example/hook")
    subscribe(calcom, office, f"https://earlier.example/api/v1/calcom/webhooks/{account.id}")
    office.connect_hook(account.id)
    assert sorted(made["subscriber_url"] for made in there(calcom)) == sorted(
        [before["subscriber_url"], "https://others.example/hook"]
    )


def test_a_hook_of_an_earlier_address_is_taken_over(office: Office, calcom: SandboxProcess) -> None:
    _, account = office.connected()
    subscribe(calcom, office, f"https://earlier.example/api/v1/calcom/webhooks/{account.id}")
    (old,) = there(calcom)
    hook = office.connect_hook(account.id)
    (made,) = there(calcom)
    assert (made["id"], made["subscriber_url"], made["active"]) == (old["id"], hook.url, True)


def test_a_new_secret_leaves_no_gap(office: Office, calcom: SandboxProcess) -> None:
    _, account = office.connected()
    office.connect_hook(account.id)
    first = kept(office, account.id).secret
    calcom.faults([{"fault": "server_error", "match": {"method": "PATCH"}}])
    with pytest.raises(CalendarError):
        office.connect_hook(account.id, new_secret=True)

    waiting = kept(office, account.id)
    assert there(calcom)[0]["secret"] == first
    assert waiting.registered_at is None
    office.later(100_000)
    assert waiting.accepted(office.now) == (waiting.secret, first)

    calcom.clear_faults()
    office.connect_hook(account.id, new_secret=True)
    done = kept(office, account.id)
    assert (there(calcom)[0]["secret"], done.secret) == (waiting.secret, waiting.secret)
    assert done.accepted(office.now) == (waiting.secret, first)
    office.later(600)
    assert done.accepted(office.now) == (waiting.secret,)


def test_a_removed_hook_is_gone_there_and_here(office: Office, calcom: SandboxProcess) -> None:
    _, account = office.connected()
    office.connect_hook(account.id)
    assert office.disconnect_hook(account.id)
    assert (there(calcom), office.show_hook(account.id)) == ([], None)
    assert not office.disconnect_hook(account.id)


def test_a_hook_that_was_deleted_in_cal_com_is_made_anew(office: Office, calcom: SandboxProcess) -> None:
    _, account = office.connected()
    first = office.connect_hook(account.id)
    calcom.reset()
    second = office.connect_hook(account.id)
    assert first.calcom_id != second.calcom_id == there(calcom)[0]["id"]


@pytest.mark.parametrize(
    ("public_url", "base_url", "possible"),
    [
        ("https://ringbook.example", "https://api.cal.com/v2", True),
        ("http://ringbook.example", "https://api.cal.com/v2", False),
        ("http://127.0.0.1:8000", "https://api.cal.com/v2", False),
        ("http://127.0.0.1:8000", "http://10.0.0.7/v2", False),
        ("http://localhost:8000", "http://127.0.0.1:8001/v2", True),
    ],
)
def test_only_an_address_cal_com_can_reach_is_registered(
    office: Office, public_url: str, base_url: str, possible: bool
) -> None:
    _, account = office.connected()
    with office.database.unit() as unit:
        unit.directory.save_account(replace(account, base_url=base_url), None)
        unit.commit()
    asked: list[str] = []

    class Desk:
        def __getattr__(self, name: str) -> Any:
            asked.append(name)
            raise CalendarError(NotImplemented)

    connect = ConnectHook(
        open_unit=office.database.unit,
        read_unit=office.database.reading_unit,
        desk=Desk(),
        clock=office.clock,
        public_url=public_url,
    )
    with pytest.raises((CalendarError, RefusedError, AttributeError)):
        connect(account.id)
    assert bool(asked) is possible


def test_the_secret_is_not_in_the_database_as_it_is_and_rotates_with_the_keys(office: Office, tmp_path: Path) -> None:
    _, account = office.connected()
    office.connect_hook(account.id)
    secret = kept(office, account.id).secret
    raw = b"".join(path.read_bytes() for path in tmp_path.glob("ringbook.db*"))
    assert secret.encode() not in raw

    office.secret_keys = [Fernet.generate_key().decode(), *office.secret_keys]
    office.open()
    assert office.rotate_keys() == 2
    office.secret_keys = office.secret_keys[:1]
    office.open()
    assert kept(office, account.id).secret == secret
