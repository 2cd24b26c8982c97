"""`ringbook account connect`: have Cal.com tell this service of an account's bookings. The secret is never shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from app.cli.output import json_option, moment, print_facts, print_json
from app.cli.session import use_cases
from app.domain.directory import Account
from app.domain.errors import CalendarError, RefusedError
from app.domain.notices import Hook

if TYPE_CHECKING:
    from app.container.operators import OperatorCases


@click.command()
@click.argument("account_id", metavar="ID")
@click.option("--new-secret", is_flag=True, help="Have Cal.com sign with a new secret; nothing is refused meanwhile.")
@click.option("--remove", is_flag=True, help="Have Cal.com tell no more; changes are then found by sweeps.")
@json_option
def connect(account_id: str, new_secret: bool, remove: bool, as_json: bool) -> None:
    """Register the webhook by which Cal.com tells of an account's bookings. Repeat it as often as you like."""
    if remove and new_secret:
        raise click.UsageError("Say --remove or --new-secret, not both.")
    with use_cases() as container:
        if remove:
            container.disconnect_hook(account_id)
            facts = hook_facts(None)
        else:
            facts = hook_facts(container.connect_hook(account_id, new_secret=new_secret))
    (print_json if as_json else print_facts)(facts)


def connect_if_possible(container: OperatorCases, account: Account) -> None:
    """For an account that is saved already: where it cannot be done, that is a note and no error."""
    try:
        container.connect_hook(account.id)
    except RefusedError as refused:
        click.echo(f"Note: {refused.fields['PUBLIC_URL']} Changes made in Cal.com are found by sweeps.", err=True)
    except CalendarError as error:
        advice = f"Try again: ringbook account connect {account.id}."
        click.echo(f"Note: Cal.com did not take the webhook ({error}). {advice}", err=True)


def hook_facts(hook: Hook | None) -> dict[str, Any]:
    return {
        "webhook": hook.url if hook else None,
        "webhook_registered_at": moment(hook.registered_at) if hook else None,
    }
