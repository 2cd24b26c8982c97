"""The record is read by deed, actor and target, page by page; settings are shown without their secrets, to admins."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.admin.paging import PAGE
from app.domain.audit import AuditEntry, Deed
from app.domain.identifiers import new_audit_id
from app.domain.operators import Role
from tests.admin.site import DeskSite


def record(site: DeskSite, number: int, deed: Deed = Deed.ERASE, **more: Any) -> None:
    at = datetime.now(UTC) - timedelta(days=1, seconds=-number)
    entry = AuditEntry(id=new_audit_id(), at=at, actor="cli:me", deed=deed, reason=f"reason {number}.", **more)
    with site.database.unit() as unit:
        unit.audit.save(entry)
        unit.commit()


def test_the_record_shows_the_newest_first_and_is_chosen_from(site: DeskSite) -> None:
    record(site, 1, target="ep_1")
    record(site, 2, Deed.PRUNE)
    viewer = site.browser(Role.VIEWER)
    page = viewer.get("/audit").text
    assert page.index("reason 2.") < page.index("reason 1.")
    assert "sign in" in page
    for query, shown in (
        ({"deed": "prune"}, "reason 2."),
        ({"target": "ep_1"}, "reason 1."),
        ({"deed": "erase", "actor": "cli:me"}, "reason 1."),
    ):
        chosen = viewer.get("/audit", **query).text
        assert shown in chosen
        assert chosen.count("reason ") == 1
    assert "reason" not in viewer.get("/audit", actor="operator:viewer@clinic.example").text
    assert viewer.get("/audit", deed="x").status == 400


def test_a_long_record_is_read_to_its_end_with_the_choice_kept(site: DeskSite) -> None:
    for number in range(PAGE + 3):
        record(site, number)
    viewer = site.browser(Role.VIEWER)
    first = viewer.get("/audit", deed="erase")
    assert first.html.count('<th scope="row"') == PAGE
    older = first.html.split('class="pager"')[1].split('href="/desk')[1].split('"')[0].replace("&amp;", "&")
    assert "deed=erase" in older
    second = viewer.get(older)
    assert second.html.count('<th scope="row"') == 3
    assert "reason 0." in second.text
    assert "Newest" in second.text


def test_what_has_a_page_of_its_own_is_linked(site: DeskSite) -> None:
    record(site, 1, target="ep_1")
    record(site, 2, target="oper_1")
    record(site, 3, target="bulk_1")
    page = site.browser(Role.VIEWER).get("/audit").html
    assert 'href="/desk/webhooks/ep_1"' in page
    assert 'href="/desk/bulk/bulk_1"' in page
    assert page.count(">open<") == 2


def test_settings_are_shown_to_admins_without_their_secrets(site: DeskSite) -> None:
    page = site.browser().get("/settings")
    for said in ("DATABASE_URL", "WEB_THREADS 160", "RETENTION_DAYS 365", "1, the first encrypts, all decrypt"):
        assert said in page.text
    assert site.settings.secret_keys[0] not in page.html
    assert "Python 3" not in page.text


def test_the_parts_are_looked_at_on_demand_and_cal_com_is_not_asked(site: DeskSite) -> None:
    site.agent()
    admin = site.browser()
    admin.get("/settings")
    page = admin.post("/settings/test").text
    for said in ("Python 3", "Valkey", "sqlite", "at migration", "0 queued"):
        assert said in page
    assert "rivera" not in page


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR])
def test_settings_are_nobody_elses_business(site: DeskSite, role: Role) -> None:
    other = site.browser(role)
    assert other.get("/settings").status == 403
    assert "Settings" not in other.get("/audit").text
    assert other.post("/settings/test").status == 403
