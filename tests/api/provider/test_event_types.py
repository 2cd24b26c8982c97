"""Event types are listed and looked up in all accounts an organization shares."""

from __future__ import annotations

from app.storage.database import Database
from tests.api.provider.site import CONSULTATION, EXPIRED, Site, data, refusal


def test_event_types_are_listed_and_looked_up_by_number_and_by_slug(site: Site) -> None:
    account = site.connect()
    listed = data(site.clinic.get("/calcom/event-types"))
    assert listed["count"] == len(listed["event_types"]) > 0
    consultation = next(each for each in listed["event_types"] if each["event_type_id"] == CONSULTATION)
    assert set(consultation) == {
        *("id", "event_type_id", "slug", "title", "description", "duration_minutes", "price", "currency"),
        *("is_active", "calcom_account_id", "account_name"),
    }
    assert (consultation["id"], consultation["calcom_account_id"]) == ("101", account)
    for platform_id in ("101", consultation["slug"]):
        assert data(site.clinic.get(f"/calcom/event-types/lookup/{platform_id}")) == consultation
    assert refusal(site.clinic.get("/calcom/event-types/lookup/nope")) == (404, "NOT_FOUND", {})


def test_a_stored_key_that_cal_com_takes_no_more_is_not_the_requests_fault(site: Site) -> None:
    account = site.operators.show_account(site.connect())
    database = Database(site.settings.database_url, secret_keys=site.settings.secret_keys)
    with database.unit() as unit:
        unit.directory.save_account(account, EXPIRED)
        unit.commit()
    database.dispose()
    assert refusal(site.clinic.get("/calcom/event-types"))[:2] == (502, "BAD_GATEWAY")
