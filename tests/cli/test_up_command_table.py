"""The table of commands: each is there, and none is loaded before it is called."""

from __future__ import annotations

import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from app.cli.main import COMMANDS, cli


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_of_the_table_can_be_called(name):
    result = CliRunner().invoke(cli, [name, "--help"])
    assert result.exit_code == 0, result.output
    assert result.output.startswith(f"Usage: cli {name}")


def test_the_overview_lists_every_command_without_loading_any():
    code = (
        "import sys; from click.testing import CliRunner; from app.cli.main import cli\n"
        "print(CliRunner().invoke(cli, ['--help']).output)\n"
        "print('LOADED', [name for name in sys.modules if name.startswith(('app.', 'sqlalchemy', 'requests'))])"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60).stdout
    assert all(f"\n  {name} " in shown for name in COMMANDS)
    assert "LOADED ['app.cli', 'app.cli.main']" in shown


def test_an_unknown_command_is_refused():
    result = CliRunner().invoke(cli, ["pu"])
    assert result.exit_code == click.UsageError.exit_code
    assert "No such command 'pu'" in result.output
