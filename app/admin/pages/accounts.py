"""Cal.com accounts: how each stands, what is kept of its free times, and whether Cal.com can be asked."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.admin.masks import sees_people
from app.admin.paging import PAGE, place_text, read_place
from app.admin.place import Place
from app.admin.roles import current, for_role
from app.admin.setup_facts import account_row, agent_row, finding_row, held_row, hook_row, sweep_row
from app.admin.words import counted
from app.container.desk import DeskCases
from app.container.setup import SetupCases
from app.domain.operators import Role


def account_pages(cases: DeskCases, _place: Place) -> Blueprint:
    pages = Blueprint("accounts", __name__, url_prefix="/accounts")
    setup = cases.setup

    @pages.get("")
    @for_role(Role.VIEWER)
    def list_all() -> str:
        org_id, after = request.args.get("org", ""), read_place(request.args.get("after", ""))
        page = setup.list_accounts(org_id=org_id, limit=PAGE, after=after)
        rows = [
            account_row(each, page.organizations.get(each.org_id), page.standings.get(each.id))
            for each in page.accounts
        ]
        return render_template("accounts.html", rows=rows, org_id=org_id, next_after=place_text(page.next_after))

    @pages.get("/<account_id>")
    @for_role(Role.VIEWER)
    def show(account_id: str) -> str:
        return _show(setup, account_id)

    @pages.post("/<account_id>/test")
    @for_role(Role.OPERATOR)
    def test(account_id: str) -> str:
        return _show(setup, account_id, tested=True)

    @pages.post("/<account_id>/purge")
    @for_role(Role.OPERATOR)
    def purge(account_id: str) -> Response:
        days = setup.purge_slots(account_id, actor=current().actor)
        flash(f"The free times of {counted(days, 'day')} are thrown away. Cal.com is asked again when they are wanted.")
        return redirect(url_for(".show", account_id=account_id), 303)

    return pages


def _show(setup: SetupCases, account_id: str, *, tested: bool = False) -> str:
    state = setup.show_account(account_id)
    findings = setup.judge_account.by_id(account_id) if tested else []
    return render_template(
        "account.html",
        account=account_row(state.account, state.organization, state.standing),
        agents=[agent_row(each, state.organization) for each in state.agents],
        hook=hook_row(state),
        sweep=sweep_row(state),
        held=[held_row(each, setup.clock()) for each in state.held],
        tested=tested,
        findings=[finding_row(each) for each in findings],
        may_mend=sees_people(current().operator),
    )
