"""Signing in at the provider, by the desk's own pages: out to it, back, and in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from app.domain.operators import Role
from tests.admin.site import DeskSite, Page
from tests.identity.test_provider import CLIENT, SECRET, Issuer
from tests.support.sandbox import SandboxProcess
from tests.support.valkey import ValkeyServer

PUBLIC_URL = "http://desk.clinic.example"
"""Not what the requests of these tests call the desk: a proxy in front of it may do so, and anybody else."""


@pytest.fixture
def issuer(httpserver: HTTPServer) -> Issuer:
    return Issuer(httpserver)


@pytest.fixture
def site(tmp_path: Path, calcom: SandboxProcess, empty_valkey: ValkeyServer, issuer: Issuer) -> Iterator[DeskSite]:
    site = DeskSite(
        tmp_path,
        database_url=f"sqlite:///{tmp_path}/ringbook.db",
        redis_url=empty_valkey.url,
        calcom_url=calcom.url,
        PUBLIC_URL=PUBLIC_URL,
        OIDC_ISSUER=issuer.url,
        OIDC_CLIENT_ID=CLIENT,
        OIDC_CLIENT_SECRET=SECRET,
    )
    yield site
    site.close()


def leads_to(page: Page) -> str:
    """Where a page goes on to by itself."""
    found = re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', page.html)
    assert found is not None, page.text
    return unescape(found[1])


def test_an_operator_who_is_vouched_for_gets_in(site: DeskSite, issuer: Issuer) -> None:
    site.operators.staff.add("jane@clinic.example", Role.VIEWER, actor="test")
    visitor = site.stranger()
    assert f"Sign in with {issuer.url.split('/')[2]}" in visitor.get("/sign-in").text
    out = leads_to(visitor.post("/provider", next="/sessions"))
    assert out.startswith(f"{issuer.url}/authorize?")
    code = issuer.vouch(out).partition("?")[2]
    assert issuer.visit["redirect_uri"] == f"{PUBLIC_URL}/desk/provider"
    back = visitor.get(f"/provider?{code}")
    assert (back.status, back.goes_to) == (303, "/sessions")
    assert "jane@clinic.example" in visitor.get("/sessions").text


def test_who_is_vouched_for_but_was_never_added_stays_out(site: DeskSite, issuer: Issuer) -> None:
    visitor = site.stranger()
    visitor.get("/sign-in")
    out = leads_to(visitor.post("/provider"))
    back = visitor.get(f"/provider?{issuer.vouch(out).partition('?')[2]}")
    assert (back.status, "did not vouch for anybody who may use this desk" in back.text) == (401, True)


def test_a_link_back_without_a_visit_leads_to_the_sign_in_page(site: DeskSite, issuer: Issuer) -> None:
    assert site.stranger().get("/provider?code=x&state=y").goes_to == "/sign-in"


def test_a_provider_that_is_down_is_said_to_be(site: DeskSite, issuer: Issuer) -> None:
    visitor = site.stranger()
    visitor.get("/sign-in")
    issuer.document.clear()
    page = visitor.post("/provider", next="/sessions")
    assert (page.status, "does not answer just now" in page.text) == (502, True)
    assert 'name="next" value="/sessions"' in page.html
