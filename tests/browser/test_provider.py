"""Signing in at an identity provider as a person does: out to it by a button, and back in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
from playwright.sync_api import Browser, expect
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response
from werkzeug.utils import redirect

from app.domain.operators import Role
from tests.admin.site import DeskSite
from tests.browser.visitors import LOOKS, SCREENSHOTS, Look, Visitor
from tests.identity.test_provider import CLIENT, SECRET, Issuer
from tests.support.browser import serving
from tests.support.sandbox import SandboxProcess
from tests.support.valkey import ValkeyServer

pytestmark = pytest.mark.slow
JANE, NOBODY = "jane@clinic.example", "nobody@clinic.example"


class Provider(Issuer):
    """Asks nobody who comes by for a password: it vouches for `person`."""

    person = JANE

    def __init__(self, server: HTTPServer) -> None:
        super().__init__(server)
        server.expect_request("/realm/authorize").respond_with_handler(self._authorize)

    def _authorize(self, request: Request) -> Response:
        answer = self.vouch(request.url, email=self.person).partition("?")[2]
        return redirect(f"{request.args['redirect_uri']}?{answer}")


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with HTTPServer() as server:
        yield Provider(server)


@pytest.fixture(scope="module")
def desk_url(
    tmp_path_factory: pytest.TempPathFactory,
    browser_sandbox: SandboxProcess,
    browser_valkeys: tuple[ValkeyServer, ValkeyServer],
    provider: Provider,
) -> Iterator[str]:
    """Of a site whose operators sign in at the provider; Jane is one."""
    directory, sites = tmp_path_factory.mktemp("provided"), list[DeskSite]()

    def served(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return sites[0].wsgi(environ, start_response)

    with serving(served) as url:
        site = DeskSite(
            directory,
            database_url=f"sqlite:///{directory}/ringbook.db",
            redis_url=browser_valkeys[1].url,
            calcom_url=browser_sandbox.url,
            PUBLIC_URL=url,
            OIDC_ISSUER=provider.url,
            OIDC_CLIENT_ID=CLIENT,
            OIDC_CLIENT_SECRET=SECRET,
        )
        sites.append(site)
        site.operators.staff.add(JANE, Role.VIEWER, actor="test")
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        yield url
    site.close()


@pytest.fixture
def stranger(chromium: Browser, desk_url: str, look: Look) -> Iterator[Visitor]:
    visitor = Visitor(chromium, desk_url, look)
    yield visitor
    visitor.close()
    assert visitor.complaints == []


@pytest.mark.parametrize("look", LOOKS)
def test_who_is_vouched_for_gets_in_where_they_wanted_to_go(provider: Provider, stranger: Visitor) -> None:
    provider.person = JANE
    stranger.go("/agents").look_over("sign-in-provider")
    stranger.page.get_by_role("button", name="Sign in with").click()
    expect(stranger.page.locator("h1")).to_have_text("Voice agents")
    expect(stranger.page.locator(".who")).to_contain_text(JANE)


@pytest.mark.parametrize("look", LOOKS)
def test_who_is_not_known_here_is_told_so(provider: Provider, stranger: Visitor) -> None:
    provider.person = NOBODY
    stranger.expected = {401}
    stranger.go("/sign-in").page.get_by_role("button", name="Sign in with").click()
    stranger.page.get_by_role("alert").get_by_text("did not vouch for anybody").wait_for()
    stranger.look_over("sign-in-not-vouched")
