"""Voice agents: what each is set to, what it books, and what stands in its way."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from app.admin.masks import sees_people
from app.admin.paging import PAGE, place_text, read_place
from app.admin.place import Place
from app.admin.roles import current, for_role
from app.admin.setup_facts import agent_facts, agent_row, connection_row, event_type_facts, finding_row
from app.container.desk import DeskCases
from app.container.setup import SetupCases
from app.domain.operators import Role
from app.services.judge_agent import judge_event_type


def agent_pages(cases: DeskCases, _place: Place) -> Blueprint:
    pages = Blueprint("agents", __name__, url_prefix="/agents")
    setup = cases.setup

    @pages.get("")
    @for_role(Role.VIEWER)
    def list_all() -> str:
        org_id, after = request.args.get("org", ""), read_place(request.args.get("after", ""))
        page = setup.list_agents(org_id=org_id, limit=PAGE, after=after)
        rows = [agent_row(each, page.organizations.get(each.org_id)) for each in page.agents]
        return render_template("agents.html", rows=rows, org_id=org_id, next_after=place_text(page.next_after))

    @pages.get("/<agent_id>")
    @for_role(Role.VIEWER)
    def show(agent_id: str) -> str:
        return _show(setup, agent_id)

    @pages.post("/<agent_id>/test")
    @for_role(Role.OPERATOR)
    def test(agent_id: str) -> str:
        return _show(setup, agent_id, tested=True)

    return pages


def _show(setup: SetupCases, agent_id: str, *, tested: bool = False) -> str:
    state = setup.show_agent(agent_id)
    found = setup.judge_agent(agent_id) if tested else list(judge_event_type(state.agent, state.agent.event_type))
    return render_template(
        "agent.html",
        agent=agent_row(state.agent, state.organization),
        facts=agent_facts(state.agent),
        event_type=event_type_facts(state.agent.event_type),
        connection=connection_row(state),
        tested=tested,
        findings=[finding_row(each) for each in found],
        may_mend=sees_people(current().operator),
    )
