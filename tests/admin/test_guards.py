"""Every route says who may use it, and every form proves where it comes from."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from app.admin.desk import create_desk
from app.admin.place import Place
from app.admin.roles import UndeclaredRoleError, enforce_roles, role_of
from app.api.metrics import RequestMetrics
from app.domain.operators import Role
from app.web.client_address import Proxies
from tests.admin.site import PASSWORD, PUBLIC_URL, DeskSite

OPEN = {"sign_in.form", "sign_in.enter", "sign_in.provider", "sign_in.provided", "sign_in.welcome"}
OPEN |= {"sign_in.set_password", "asset"}
OWN = {"sign_in.leave", "sign_in.leave_everywhere"}
"""What every operator may do, to their own session."""

LOOKING = {"jobs.search"}
"""Sent as a form so that what is searched for stands in no address; it changes nothing."""


def desk_of(site: DeskSite) -> Flask:
    callers = site.container.callers
    metrics = RequestMetrics(callers.check_health, callers.count_ended, callers.read_traffic)
    place = Place(public_url=PUBLIC_URL, proxies=Proxies(), secret_keys=site.settings.secret_keys)
    return create_desk(site.container.desk, place, metrics)


def test_nothing_but_the_way_in_is_open_to_anyone(site: DeskSite) -> None:
    app = desk_of(site)
    assert {rule.endpoint for rule in app.url_map.iter_rules() if role_of(app, rule.endpoint) is None} == OPEN


def test_a_viewer_changes_nothing(site: DeskSite) -> None:
    app, viewer = desk_of(site), site.browser(Role.VIEWER)
    viewer.get("/sessions")
    changing = [rule for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())]
    tried = 0
    for rule in changing:
        if rule.endpoint in OPEN | OWN | LOOKING:
            continue
        path = rule.build(dict.fromkeys(rule.arguments, "x"))
        assert path is not None
        assert viewer.post(path[1]).status == 403, rule
        tried += 1
    assert tried >= 4
    assert viewer.get("/sessions").status == 200


@pytest.mark.parametrize(
    ("headers", "csrf"),
    [
        ({}, ""),
        ({}, "made-up"),
        ({"Origin": "https://evil.example"}, None),
        ({"Origin": "null"}, None),
        ({"Sec-Fetch-Site": "cross-site"}, None),
        ({"Sec-Fetch-Site": "same-site"}, None),
    ],
)
def test_a_form_that_is_not_ours_does_nothing(site: DeskSite, headers: dict[str, str], csrf: str | None) -> None:
    admin = site.browser()
    admin.get("/operators")
    if csrf is not None:
        admin.csrf = csrf
    refused = admin.post("/operators", headers=headers, name="mallory", role="admin")
    assert (refused.status, "Nothing was done" in refused.text) == (403, True)
    assert [operator.name for operator in site.operators.staff.list_all()] == ["admin@clinic.example"]


def test_a_form_of_our_own_origin_is_taken(site: DeskSite) -> None:
    admin = site.browser()
    admin.get("/operators")
    headers = {"Origin": PUBLIC_URL, "Sec-Fetch-Site": "same-origin"}
    assert admin.post("/operators", headers=headers, name="jane", role="viewer").status == 200


def test_the_token_of_another_session_does_not_fit(site: DeskSite) -> None:
    admin, other = site.browser(), site.browser()
    admin.get("/operators")
    other.get("/operators")
    admin.csrf = other.csrf
    assert admin.post("/operators", name="mallory", role="admin").status == 403


def test_the_sign_in_form_cannot_be_sent_by_another_site(site: DeskSite) -> None:
    site.browser()
    assert site.stranger().post("/sign-in", name="admin@clinic.example", password=PASSWORD).status == 403


def test_a_route_that_does_not_say_who_may_use_it_stops_the_start(site: DeskSite) -> None:
    app = Flask(__name__, static_folder=None)
    app.add_url_rule("/left-open", "left_open", lambda: "all of it")
    with pytest.raises(UndeclaredRoleError):
        enforce_roles(app, site.container.desk.check_session, "c", PUBLIC_URL)


def test_pages_allow_no_scripts_but_ours_and_no_frames(site: DeskSite) -> None:
    page = site.stranger().get("/sign-in")
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert page.headers["Cache-Control"] == "no-store"
    assert "<script>" not in page.html
    assert " style=" not in page.html


def test_a_file_of_another_version_is_not_kept(site: DeskSite) -> None:
    stranger = site.stranger()
    (path, version, name) = re.findall(r'"/desk(/static/(\w+)/([^"]+\.js))"', stranger.get("/sign-in").html)[0]
    assert "immutable" in stranger.get(path).headers["Cache-Control"]
    other = stranger.get(f"/static/{version[::-1]}/{name}")
    assert (other.status, other.headers["Cache-Control"]) == (200, "no-cache")


def test_hostile_text_is_shown_as_text(site: DeskSite) -> None:
    admin = site.browser()
    admin.get("/operators")
    admin.post("/operators", name="<img src=x onerror=alert(1)>", role="viewer")
    page = admin.get("/operators")
    assert "<img src=x onerror=alert(1)>" in page.text
    assert "<img" not in page.html


@pytest.mark.parametrize(
    ("came_from", "back"),
    [
        (f"{PUBLIC_URL}/desk/operators?x=1", '<a href="/desk/operators?x=1">Back</a>'),
        (f"{PUBLIC_URL}/desk/operators/jane/link", '<a href="/desk/">To the overview</a>'),
        (f"{PUBLIC_URL}/docs", '<a href="/desk/">To the overview</a>'),
        ("https://evil.example/desk/operators", '<a href="/desk/">To the overview</a>'),
        ("http://[", '<a href="/desk/">To the overview</a>'),
        ("", '<a href="/desk/">To the overview</a>'),
    ],
)
def test_a_refusal_leads_back_to_the_page_the_form_was_on(site: DeskSite, came_from: str, back: str) -> None:
    admin = site.browser()
    admin.get("/operators")
    refused = admin.post("/operators/nobody/sign-out", headers={"Referer": came_from} if came_from else None)
    assert (refused.status, back in refused.html) == (404, True), refused.html


@pytest.mark.parametrize("host", ["h" * 300, "a..example"])
@pytest.mark.parametrize("path", ["/sign-in", "/jobs", "/nowhere"])
def test_a_name_that_no_host_can_have_is_refused_in_a_page(site: DeskSite, host: str, path: str) -> None:
    for browser in (site.browser(), site.stranger()):
        for ask in (browser.client.get, browser.client.post):
            refused = ask(f"/desk{path}", headers={"Host": host})
            assert (refused.status_code, refused.mimetype) == (400, "text/html")
            assert f'<a href="{PUBLIC_URL}/desk/">' in refused.text


def test_what_is_not_there_is_said_in_a_page(site: DeskSite) -> None:
    lost = site.browser().get("/nowhere")
    assert (lost.status, "Not Found" in lost.text) == (404, True)
    assert "Sign out" in lost.text, "who is signed in is not asked to sign in"
    assert '<a href="/desk/sign-in">Sign in</a>' in site.stranger().get("/nowhere").html
    assert lost.headers["Content-Type"].startswith("text/html")
