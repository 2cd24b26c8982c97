"""What commands show, and what happens when nobody looks any more."""

from __future__ import annotations

import os
import pty
import subprocess
import sys

CODE = """
import sys
from app.cli.terminal import Terminal
terminal = Terminal()
terminal.say("x" * 300)
terminal.show_json({"name": "Jörg"})
sys.stdout.flush()
sys.stdin.readline()
terminal.say("nobody reads this")
sys.stderr.write("still here")
"""


def test_plain_lines_where_it_is_no_terminal():
    done = subprocess.run(
        [sys.executable, "-c", CODE], input="\n", capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "x" * 300 + '\n{\n  "name": "Jörg"\n}\nnobody reads this\n'


def test_a_closed_terminal_does_not_keep_a_command_from_going_on():
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", CODE], stdin=subprocess.PIPE, stdout=theirs, stderr=subprocess.PIPE, text=True
    )
    os.close(theirs)
    shown = b""
    while b"}" not in shown:
        shown += os.read(ours, 4096)
    os.close(ours)
    _, errors = process.communicate("\n", timeout=30)
    assert errors.startswith("still here")
