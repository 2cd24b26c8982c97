"""Who gets in, what a signed-in browser holds, and how it all ends."""

from __future__ import annotations

import re

import pytest

from app.domain.audit import AuditFilter, Deed
from app.domain.operators import FREE_TRIES, Role
from tests.admin.site import PASSWORD, DeskSite, Page


def cookie_of(page: Page) -> str:
    return page.headers["Set-Cookie"]


def test_who_is_not_signed_in_is_asked_to_and_goes_on_where_they_wanted(site: DeskSite) -> None:
    site.browser(Role.ADMIN)
    visitor = site.stranger()
    sent = visitor.get("/operators", role="admin")
    assert (sent.status, sent.goes_to) == (303, "/sign-in?next=/operators?role%3Dadmin")
    asked = visitor.get("/sign-in", next="/operators?role=admin")
    assert 'name="next" value="/operators?role=admin"' in asked.html
    into = visitor.post("/sign-in", name="Admin@Clinic.example", password=PASSWORD, next="/operators?role=admin")
    assert (into.status, into.goes_to) == (303, "/operators?role=admin")


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example", "//evil.example", "/\\evil.example", "evil", "\t//evil.example", "//[", "/x\nb", ""],
)
def test_nobody_is_sent_away_from_the_desk_after_signing_in(site: DeskSite, elsewhere: str) -> None:
    browser = site.browser()
    browser.get("/sign-in")
    into = browser.post("/sign-in", name="admin@clinic.example", password=PASSWORD, next=elsewhere)
    assert into.headers["Location"].startswith("/desk/")


def test_the_cookie_cannot_be_read_by_scripts_or_sent_by_other_sites(site: DeskSite) -> None:
    site.browser()
    visitor = site.stranger()
    visitor.get("/sign-in")
    cookie = cookie_of(visitor.post("/sign-in", name="admin@clinic.example", password=PASSWORD))
    assert {"HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=43200"} <= set(cookie.split("; "))
    (token,) = [part.partition("=")[2] for part in cookie.split("; ") if part.startswith("ringbook-desk=")]
    assert len(token) == 43
    stored = {each.id for each in site.operators.staff.list_all.sessions_of(site.operators.staff.list_all()[0].id)}
    assert token not in stored


def test_signing_in_again_ends_the_session_before(site: DeskSite) -> None:
    browser = site.browser()
    before = browser.client.get_cookie("ringbook-desk")
    browser.get("/sign-in")
    browser.post("/sign-in", name="admin@clinic.example", password=PASSWORD)
    after = browser.client.get_cookie("ringbook-desk")
    assert before is not None
    assert after is not None
    assert before.value != after.value
    thief = site.stranger()
    thief.client.set_cookie("ringbook-desk", before.value)
    assert thief.get("/operators").status == 303


@pytest.mark.parametrize("name", ["admin@clinic.example", "nobody@clinic.example"])
def test_wrong_passwords_are_answered_alike_and_cost_more_and_more_time(site: DeskSite, name: str) -> None:
    site.browser()
    visitor = site.stranger()
    visitor.get("/sign-in")
    for _ in range(FREE_TRIES):
        page = visitor.post("/sign-in", name=name, password="wrong")
        assert (page.status, "do not fit" in page.text) == (401, True)
    again = visitor.post("/sign-in", name=name, password="wrong")
    assert again.status == 401
    assert re.search(f'value="{name}"[^>]* required>', again.html)
    assert re.search('name="password"[^>]* autofocus>', again.html), "the name is there, the password is typed anew"
    locked = visitor.post("/sign-in", name=name, password=PASSWORD)
    assert (locked.status, "Wait 2 seconds" in locked.text or "Wait 1 seconds" in locked.text) == (429, True)


def test_a_disabled_operator_is_out_at_once_and_cannot_come_back(site: DeskSite) -> None:
    admin, viewer = site.browser(), site.browser(Role.VIEWER)
    assert viewer.get("/sessions").status == 200
    admin.get("/operators")
    assert admin.post("/operators/viewer@clinic.example", may="disable").status == 303
    assert "is disabled, and signed out everywhere." in admin.get("/operators").text
    assert admin.post("/operators/viewer@clinic.example/link").status == 409
    assert viewer.get("/sessions").status == 303
    viewer.get("/sign-in")
    assert viewer.post("/sign-in", name="viewer@clinic.example", password=PASSWORD).status == 401


def test_an_operator_with_a_slash_in_the_name_is_invited_changed_and_signed_out(site: DeskSite) -> None:
    admin = site.browser()
    site.browser(Role.VIEWER, "clinic/jane")
    forms = re.findall(r'action="/desk(/operators/clinic[^"]+)"', admin.get("/operators").html)
    change, link, sign_out = dict.fromkeys(forms)
    assert admin.post(link).status == 200
    assert admin.post(change, role="operator").status == 303
    assert "The role of clinic/jane is operator now." in admin.get("/operators").text
    assert admin.post(sign_out).status == 303
    assert admin.post(change, may="disable").status == 303
    assert "clinic/jane is disabled, and signed out everywhere." in admin.get("/operators").text


def test_signing_out_everywhere_ends_every_session_of_the_operator(site: DeskSite) -> None:
    first, second, other = site.browser(), site.browser(), site.browser(Role.VIEWER)
    assert "this one" in first.get("/sessions").text
    first.post("/sign-out-everywhere")
    assert (first.get("/sessions").status, second.get("/sessions").status, other.get("/sessions").status) == (
        303,
        303,
        200,
    )


@pytest.mark.parametrize(("browsers", "said"), [(1, "(1 session)"), (2, "(2 sessions)")])
def test_an_admin_signs_somebody_else_out_and_is_told_of_how_many_sessions(
    site: DeskSite, browsers: int, said: str
) -> None:
    admin, others = site.browser(), [site.browser(Role.VIEWER) for _ in range(browsers)]
    admin.get("/operators")
    assert admin.post("/operators/viewer@clinic.example/sign-out").status == 303
    assert said in admin.get("/operators").text
    assert {other.get("/sessions").status for other in others} == {303}


def test_signing_out_ends_this_session_alone(site: DeskSite) -> None:
    first, second = site.browser(), site.browser()
    first.get("/sessions")
    assert first.post("/sign-out").goes_to == "/sign-in"
    assert (first.get("/sessions").status, second.get("/sessions").status) == (303, 200)


def test_a_link_sets_a_password_once(site: DeskSite) -> None:
    invitation = site.operators.staff.add("jane", Role.OPERATOR, actor="test")
    where = f"/welcome/{invitation.token}"
    visitor = site.stranger()
    assert "operator" in visitor.get(where).text
    for password, again, reason in [
        ("short", "short", "12 characters"),
        ("aaaaaaaaaaaaa", "aaaaaaaaaaaaa", "easy to guess"),
        ("jane is my own name", "jane is my own name", "easy to guess"),
        (PASSWORD, "another", "not the same"),
    ]:
        refused = visitor.post(where, password=password, again=again)
        assert (refused.status, reason in refused.text) == (400, True)
    assert visitor.post(where, password=PASSWORD, again=PASSWORD).status == 303
    assert visitor.get(where).status == 404
    assert visitor.post("/sign-in", name="jane", password=PASSWORD).status == 303


def test_a_newer_link_takes_the_place_of_the_one_before(site: DeskSite) -> None:
    first = site.operators.staff.add("jane", Role.OPERATOR, actor="test")
    second = site.operators.staff.invite("jane", actor="test")
    visitor = site.stranger()
    assert visitor.get(f"/welcome/{first.token}").status == 404
    assert visitor.get(f"/welcome/{second.token}").status == 200


def test_what_operators_do_to_operators_is_recorded(site: DeskSite) -> None:
    admin = site.browser()
    admin.get("/operators")
    added = admin.post("/operators", name="jane", role="viewer")
    assert "/desk/welcome/" in added.text
    admin.post("/operators/jane", role="operator")
    admin.post("/operators/jane/link")
    entries = site.operators.list_audit(AuditFilter(actor="operator:admin@clinic.example"))
    assert [entry.deed for entry in reversed(entries)] == [
        Deed.PASSWORD_SET,
        Deed.SIGN_IN,
        Deed.OPERATOR_ADD,
        Deed.OPERATOR_CHANGE,
        Deed.OPERATOR_LINK,
    ]


def test_the_record_says_by_name_to_whom_it_was_done(site: DeskSite) -> None:
    admin = site.browser()
    admin.get("/operators")
    admin.post("/operators", name="jane", role="viewer")
    assert "operator add jane viewer" in admin.get("/audit", deed="operator_add").text


def test_a_name_that_is_there_already_is_refused_beside_what_was_typed(site: DeskSite) -> None:
    admin = site.browser()
    admin.get("/operators")
    refused = admin.post("/operators", name="Admin@clinic.example", role="viewer")
    assert (refused.status, "There is an operator admin@clinic.example already." in refused.text) == (409, True)
    assert 'name="name" value="Admin@clinic.example"' in refused.html


def test_the_last_admin_stays_one(site: DeskSite) -> None:
    admin = site.browser()
    admin.get("/operators")
    assert admin.post("/operators/admin@clinic.example", role="viewer").status == 409
    assert admin.post("/operators/admin@clinic.example", may="disable").status == 409
    assert admin.get("/operators").status == 200
