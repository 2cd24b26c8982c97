"""The way into the desk and out of it, in a browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.domain.operators import Role
from tests.browser.visitors import Look, Visitor

pytestmark = pytest.mark.slow
Visit = Callable[..., Visitor]


@pytest.mark.parametrize("look", list(Look), ids=lambda look: look.name.lower())
def test_an_operator_signs_in_and_out(visit: Visit, look: Look) -> None:
    visitor = visit(None, look)
    visitor.go("/sign-in").keep("sign-in")
    if look is not Look.PLAIN:  # axe is a script
        assert visitor.barriers() == []
    assert look is Look.PLAIN or not visitor.scrolls_sideways()
    visitor.sign_in("admin", "correct horse battery staple")
    visitor.page.get_by_role("button", name="Sign out", exact=True).click()
    visitor.page.get_by_text("You are signed out.").wait_for()


def test_a_wrong_password_is_said(visit: Visit) -> None:
    visitor = visit(None)
    visitor.expected = {401}
    visitor.go("/sign-in")
    visitor.page.get_by_label("Name").fill("viewer")
    visitor.page.get_by_label("Password").fill("wrong")
    visitor.page.keyboard.press("Enter")
    visitor.page.get_by_role("alert").get_by_text("do not fit").wait_for()


@pytest.mark.parametrize("look", [Look.LIGHT, Look.DARK, Look.PHONE], ids=lambda look: look.name.lower())
def test_operators_and_sessions_are_shown_without_barriers(visit: Visit, look: Look) -> None:
    visitor = visit(Role.ADMIN, look)
    for name, path in (("operators", "/operators"), ("sessions", "/sessions")):
        visitor.go(path).keep(name)
        assert visitor.barriers() == []
        assert not visitor.scrolls_sideways()
