"""Types commands for a test, with an office where the machine's own use cases would be."""

from __future__ import annotations

import json
from contextlib import nullcontext
from typing import Any, cast

import click
from click.testing import CliRunner, Result

from app.cli.session import Workplace
from tests.services.office import Office


def run(office: Office, command: click.Command, *words: str, stdin: str | None = None) -> Result:
    """What the command printed and how it ended; an exception that is no exit is raised."""
    workplace = Workplace(lambda: nullcontext(cast(Any, office)))
    result = CliRunner().invoke(command, list(words), input=stdin, obj=workplace, catch_exceptions=False)
    assert "Traceback" not in result.output
    return result


def ask(office: Office, command: click.Command, *words: str, stdin: str | None = None) -> Any:
    """The one JSON document of a command that went well."""
    result = run(office, command, *words, "--json", stdin=stdin)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def refusal(office: Office, command: click.Command, *words: str, stdin: str | None = None) -> str:
    """The last line on standard error of a command that was refused: nothing on standard output, exit code 1."""
    result = run(office, command, *words, stdin=stdin)
    assert (result.exit_code, result.stdout) == (1, "")
    return result.stderr.strip().splitlines()[-1]
