"""The `ringbook` command: a table of commands, each imported only when it is called."""

from __future__ import annotations

import sys
from importlib import import_module

import click

from config.settings import SettingsError

COMMANDS = {
    "up": ("app.cli.up:up", "Start everything on this machine and keep it running."),
    "demo": ("app.cli.demo:demo", "Book one appointment through the API and show how."),
    "org": ("app.cli.organizations:command", "Organizations: add, list, show, change; caller secrets."),
    "account": ("app.cli.accounts:command", "Cal.com accounts: connect, list, change their keys."),
    "agent": ("app.cli.agents:command", "Voice agents and the event types they book."),
    "apikey": ("app.cli.api_keys:command", "Keys of the provider API: make, list, revoke."),
    "operator": ("app.cli.operators:command", "Who may use the desk, and as what."),
    "jobs": ("app.cli.jobs:command", "Requests on their way: list, show, try again, discard."),
    "webhook": ("app.cli.webhooks:command", "Endpoints that are told of events; what became of each delivery."),
    "sentences": ("app.cli.sentences:command", "Every sentence an agent may be given to say."),
    "doctor": ("app.cli.doctor:command", "Check everything this machine needs, and say what to change."),
    "migrate": ("app.cli.migrate:command", "Bring the database to the current schema."),
    "privacy": ("app.cli.privacy:command", "Personal data: erase one person's, or by age."),
    "audit": ("app.cli.audit:command", "The record: who did what, when and why."),
    "keys": ("app.cli.keys:command", "Encryption keys: make one, encrypt everything anew."),
    "setup": ("app.cli.setup:setup", "Add the demo with a key, and let the first admin in."),
    "seed": ("app.cli.seed:seed", "Add the demo organization, account and agent."),
}
"""Command: where it is (module:object), and its line in the overview."""


class LazyGroup(click.Group):
    """A group whose commands come from the table, so that `ringbook up` never loads what `ringbook agent` needs."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        command = getattr(import_module(module), name)
        if not isinstance(command, click.Command):
            raise TypeError(f"{module}:{name} is not a command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="ringbook")
def cli() -> None:
    """Books, moves, cancels and offers Cal.com appointments for voice agents.

    Settings come from the environment and .env; config/env.example lists them.
    """


def main() -> None:
    """Run the command line; each wrong setting is said in one line, without a traceback."""
    try:
        cli(prog_name="ringbook")
    except SettingsError as error:
        for fault in error.faults:
            click.echo(f"Error: {fault}", err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
