"""`ringbook seed`: the demo organization, account and agent against the Cal.com sandbox."""

from __future__ import annotations

import click

from app.cli.demo_agent import AGENT_ID, AGENT_NAME, EVENT_TYPE_ID, ORG_ID, SANDBOX_KEY
from app.cli.session import use_cases
from config.settings import load_settings


@click.command()
def seed() -> None:
    """Add the demo organization, account and agent; what is there already stays."""
    settings = load_settings()
    if not settings.embedded_calcom:
        raise click.ClickException("The demo agent books in the sandbox only: CALCOM_BASE_URL is set")
    with use_cases() as container:
        container.add_organization(id=ORG_ID, name="Demo clinic")
        container.add_account(org_id=ORG_ID, name="Sandbox", api_key=SANDBOX_KEY, base_url=settings.calcom_base_url)
        container.add_agent(id=AGENT_ID, org_id=ORG_ID, name=AGENT_NAME, event_type_id=EVENT_TYPE_ID)
    click.echo(f"Agent {AGENT_NAME} is ready: org_id {ORG_ID}, agent_id {AGENT_ID}")
