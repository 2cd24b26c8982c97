"""Who may use the desk: let in, given another role, sent a new link, signed out, disabled and enabled by an admin."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import NamedTuple

import pytest
from playwright.sync_api import Locator, expect

from app.domain.operators import Role
from tests.admin.site import PASSWORD
from tests.browser.visitors import LOOKS, Look, Visitor

pytestmark = pytest.mark.slow
Visit = Callable[..., Visitor]
Hire = Callable[[str, Role], str]

NUMBERS = count(1)
ANOTHER = "a staple battery, correct horse"


class Pair(NamedTuple):
    """An admin, and whoever something is done to."""

    admin: Visitor
    other: Visitor
    name: str


@pytest.fixture
def pair(visit: Visit, hire: Hire, look: Look) -> Pair:
    """The other one is a viewer whom no other test knows."""
    name = hire(f"jane{next(NUMBERS)}", Role.VIEWER)
    return Pair(visit(Role.ADMIN, look), visit(None, look, name=name), name)


def row(admin: Visitor, name: str) -> Locator:
    return admin.page.locator("#operators tbody tr", has=admin.page.get_by_label(f"Role of {name}", exact=True))


def is_asked_to_sign_in(visitor: Visitor, path: str = "/jobs") -> None:
    visitor.go(path)
    expect(visitor.page.locator("h1")).to_have_text("Sign in to the desk")


def tries(visitor: Visitor, name: str, password: str) -> None:
    visitor.page.get_by_label("Name").fill(name)
    visitor.page.get_by_label("Password").fill(password)
    visitor.page.get_by_role("button", name="Sign in", exact=True).click()


def is_refused(visitor: Visitor, name: str, password: str = PASSWORD) -> None:
    visitor.expected |= {401}
    visitor.go("/sign-in")
    tries(visitor, name, password)
    visitor.page.get_by_role("alert").get_by_text("do not fit").wait_for()


def is_recorded(admin: Visitor, deed: str, *said: str) -> None:
    """The newest deed of its kind."""
    newest = admin.go(f"/audit?deed={deed}").page.locator("tbody tr").first
    for each in ("operator:admin", *said):
        expect(newest).to_contain_text(each)


@pytest.mark.parametrize("look", LOOKS)
def test_another_role_holds_from_the_next_page_on(pair: Pair) -> None:
    admin, other, name = pair
    export = other.go("/jobs").page.get_by_role("button", name="Export CSV")
    expect(export).to_have_count(0)
    admin.go("/operators")
    row(admin, name).get_by_label(f"Role of {name}").select_option("operator")
    admin.press("Change role", f"The role of {name} is operator now.", within=row(admin, name))
    expect(row(admin, name).locator("td").first).to_have_text("operator")
    admin.look_over("operators-role")
    other.page.reload()
    expect(export).to_have_count(1)
    is_recorded(admin, "operator_change", name, "operator")


@pytest.mark.parametrize("look", LOOKS)
def test_the_last_admin_stays_one(visit: Visit, look: Look) -> None:
    admin = visit(Role.ADMIN, look)
    admin.expected = {409}
    admin.go("/operators")
    row(admin, "admin").get_by_role("button", name="Disable").click()
    admin.page.get_by_text("admin is the last admin who may sign in. Nothing was done.").wait_for()
    admin.look_over("operators-last-admin")
    admin.page.get_by_role("link", name="Back").click()
    expect(admin.page.locator("h1")).to_have_text("Operators")


@pytest.mark.parametrize("look", LOOKS)
def test_an_operator_is_invited_and_signs_in_by_the_link(visit: Visit, look: Look) -> None:
    admin = visit(Role.ADMIN, look).go("/operators")
    name = f"new-{look.name.lower()}"
    admin.page.get_by_label("Name, or the e-mail").fill(name)
    admin.page.keyboard.press("Enter")
    link = admin.page.locator("code.secret").inner_text()
    admin.look_over("operators-invited")
    expect(row(admin, name)).to_contain_text("no password yet")
    newcomer = visit(None, look).go(link.partition("/desk")[2])
    newcomer.look_over("welcome")
    for field in newcomer.page.locator("input[type=password]").all():
        field.fill(PASSWORD)
    newcomer.press("Set the password", f"The password of {name} is set.")
    tries(newcomer, name, PASSWORD)
    expect(newcomer.page.locator("h1")).to_have_text("Overview")
    is_recorded(admin, "operator_add", name, "operator")


@pytest.mark.parametrize("look", LOOKS)
def test_a_name_that_is_there_is_not_added_again(visit: Visit, look: Look) -> None:
    admin = visit(Role.ADMIN, look).go("/operators")
    admin.expected = {409}
    admin.page.get_by_label("Name, or the e-mail").fill("viewer")
    admin.page.get_by_role("button", name="Add").click()
    admin.page.get_by_role("alert").get_by_text("There is an operator viewer already.").wait_for()
    admin.look_over("operators-known")


@pytest.mark.parametrize("look", LOOKS)
def test_a_new_link_takes_the_place_of_a_password_once(pair: Pair, visit: Visit, look: Look) -> None:
    admin, other, name = pair
    admin.go("/operators")
    row(admin, name).get_by_role("button", name="New link").click()
    link = admin.page.locator("code.secret").inner_text().partition("/desk")[2]
    expect(admin.page.get_by_role("heading", name=f"A link for {name}")).to_be_visible()
    admin.look_over("operators-link")
    admin.page.get_by_label("Name, or the e-mail").fill(f"friend-of-{name}")  # on the page that shows the link
    admin.page.get_by_role("button", name="Add").click()
    expect(admin.page.get_by_role("heading", name=f"A link for friend-of-{name}")).to_be_visible()
    guest = visit(None, look).go(link)
    guest.expected = {400, 404}
    guest.page.get_by_label("Password, 12").fill(ANOTHER)
    guest.page.get_by_label("Once more").fill(PASSWORD)
    guest.page.get_by_role("button", name="Set the password").click()
    guest.page.get_by_role("alert").get_by_text("The two are not the same.").wait_for()
    guest.look_over("welcome-not-the-same")
    for field in guest.page.locator("input[type=password]").all():
        field.fill(ANOTHER)
    guest.press("Set the password", f"The password of {name} is set.")
    guest.go(link).page.get_by_text("This link was used").wait_for()
    guest.look_over("welcome-used")
    is_asked_to_sign_in(other)
    is_refused(other, name)
    other.sign_in(name, ANOTHER)
    is_recorded(admin, "operator_link", name)


@pytest.mark.parametrize("look", LOOKS)
def test_somebody_is_signed_out_of_all_browsers_and_goes_on_where_they_were(
    pair: Pair, visit: Visit, look: Look
) -> None:
    admin, other, name = pair
    elsewhere = visit(None, look, name=name)
    admin.go("/operators")
    admin.press("Sign out everywhere", f"{name} is signed out everywhere (2 sessions).", within=row(admin, name))
    is_asked_to_sign_in(elsewhere)
    is_asked_to_sign_in(other, "/agents")
    tries(other, name, PASSWORD)
    expect(other.page.locator("h1")).to_have_text("Voice agents")
    is_recorded(admin, "sign_out", name, "sessions ended: 2")


@pytest.mark.parametrize("look", LOOKS)
def test_who_is_disabled_is_out_until_enabled_again(pair: Pair) -> None:
    admin, other, name = pair
    admin.go("/operators")
    admin.press("Disable", f"{name} is disabled, and signed out everywhere.", within=row(admin, name))
    expect(row(admin, name).get_by_role("button")).to_have_text([f"Change role of {name}", f"Enable {name}"])
    admin.look_over("operators-disabled")
    is_asked_to_sign_in(other)
    is_refused(other, name)
    other.look_over("sign-in-refused")
    is_recorded(admin, "operator_change", name, "viewer, disabled", "sessions ended: 1")
    admin.go("/operators")
    admin.press("Enable", f"{name} may sign in again.", within=row(admin, name))
    other.sign_in(name, PASSWORD)


@pytest.mark.parametrize("look", LOOKS)
def test_signing_out_everywhere_ends_every_session_of_ones_own(pair: Pair, visit: Visit, look: Look) -> None:
    admin, here, name = pair
    there = visit(None, look, name=name)
    here.go("/sessions").look_over("sessions-two")
    expect(here.page.locator("tbody tr")).to_have_count(2)
    here.press("Sign out everywhere", "You are signed out everywhere (2 sessions).")
    expect(here.page.locator("h1")).to_have_text("Sign in to the desk")
    is_asked_to_sign_in(there)
    expect(admin.go("/jobs").page.locator("h1")).to_have_text("Jobs")
