"""The way into the desk and out of it, in a browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.admin.site import PASSWORD
from tests.browser.visitors import LOOKS, Look, Visitor

pytestmark = pytest.mark.slow
Visit = Callable[..., Visitor]


@pytest.mark.parametrize("look", LOOKS)
def test_an_operator_signs_in_and_out(visit: Visit, look: Look) -> None:
    visitor = visit(None, look)
    visitor.go("/sign-in").look_over("sign-in")
    visitor.sign_in("admin", PASSWORD)
    visitor.page.get_by_role("button", name="Sign out", exact=True).click()
    visitor.page.get_by_text("You are signed out.").wait_for()
    visitor.look_over("signed-out")
    visitor.go("/operators")
    expect(visitor.page.locator("h1")).to_have_text("Sign in to the desk")


@pytest.mark.parametrize("look", LOOKS)
def test_a_wrong_password_is_said_and_too_many_are_not_looked_at(visit: Visit, look: Look) -> None:
    visitor = visit(None, look).go("/sign-in")
    visitor.expected = {401, 429}
    page, said = visitor.page, visitor.page.get_by_role("alert")
    page.get_by_label("Name").fill(f"nobody-{look.name}")
    for _ in range(9):  # the first five cost no wait
        page.get_by_label("Password").fill("wrong")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        if "do not fit" not in said.inner_text():
            break
    expect(said).to_contain_text("Too many tries. Wait")
    visitor.look_over("sign-in-too-often")
