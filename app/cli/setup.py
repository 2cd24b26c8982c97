"""`ringbook setup`: the demo organization with its key, and a link for the first admin."""

from __future__ import annotations

from contextlib import nullcontext

import click

from app.cli import api_keys, operators
from app.cli.demo_agent import ORG_ID
from app.cli.seed import seed
from app.cli.session import Workplace, use_cases
from app.cli.terminal import Terminal
from config.settings import Settings, load_settings

SEEDED = "seeded"
"""A file in DATA_DIR, with the address the demo account books at."""


@click.command()
@click.pass_context
def setup(ctx: click.Context) -> None:
    """Add the demo organization with a key, and let the first admin in. What is there already stays.

    `ringbook up` does so at each start. With CALCOM_BASE_URL set there is no demo.
    """
    settings = load_settings()
    with use_cases() as container:  # once for all: to load them takes longer than what they do
        ctx.obj = Workplace(lambda: nullcontext(container))
        if settings.embedded_calcom:
            _add_demo_once(ctx, settings)
        Terminal().say_heading(f"The retry desk is at {settings.public_url}/desk")
        ctx.invoke(operators.first)


def _add_demo_once(ctx: click.Context, settings: Settings) -> None:
    """Again only where the sandbox has moved to another address: the demo account follows."""
    mark = settings.data_dir / SEEDED
    is_new = not mark.exists()
    if is_new or mark.read_text() != settings.calcom_base_url:
        ctx.invoke(seed)
        mark.write_text(settings.calcom_base_url)
    if is_new:
        Terminal().say_heading("The demo organization's API key, for the header X-Api-Key; it is shown this once")
        ctx.invoke(api_keys.add, org_id=ORG_ID, name="demo")
