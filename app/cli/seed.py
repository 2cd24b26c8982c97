"""`ringbook seed`: the demo organization, account and agent against the Cal.com sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from app.cli.demo_agent import AGENT_ID, AGENT_NAME, EVENT_TYPE_ID, ORG_ID, SANDBOX_KEY
from app.cli.session import use_cases
from app.services.change_account import AccountChange
from config.settings import load_settings

if TYPE_CHECKING:
    from app.container.operators import OperatorCases


ACCOUNT = "Sandbox"


@click.command()
def seed() -> None:
    """Add the demo organization, account and agent; what is there already stays."""
    settings = load_settings()
    if not settings.embedded_calcom:
        raise click.ClickException("The demo agent books in the sandbox only: CALCOM_BASE_URL is set")
    with use_cases() as operators:
        if ORG_ID not in {organization.id for organization in operators.list_organizations()}:
            operators.add_organization(id=ORG_ID, name="Demo clinic")
        _connect_sandbox(operators, settings.calcom_base_url)
        if AGENT_ID not in {agent.id for agent in operators.list_agents(ORG_ID)}:
            operators.add_agent(id=AGENT_ID, org_id=ORG_ID, name=AGENT_NAME, event_type_id=EVENT_TYPE_ID)
    click.echo(f"Agent {AGENT_NAME} is ready: org_id {ORG_ID}, agent_id {AGENT_ID}")


def _connect_sandbox(operators: OperatorCases, base_url: str) -> None:
    """A sandbox that listens elsewhere now is followed; an account of another name is the operator's own."""
    for account in operators.list_accounts(ORG_ID):
        if account.name == ACCOUNT:
            if account.is_connected and account.base_url != base_url:
                operators.change_account(account.id, AccountChange(base_url=base_url))
            return
    operators.add_account(org_id=ORG_ID, name=ACCOUNT, api_key=SANDBOX_KEY, base_url=base_url)
