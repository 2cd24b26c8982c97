"""Logging as processes see it: uncaught errors and failing log calls leave no raw text on standard error."""

from __future__ import annotations

import json
import subprocess
import sys


def run(code: str) -> tuple[int, list[str]]:
    program = "from config.logs import configure_logging\nconfigure_logging('worker', 'INFO')\n" + code
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout == ""
    return done.returncode, done.stderr.splitlines()


def test_an_uncaught_error_is_one_redacted_line():
    code, lines = run("raise ValueError('no slot for ada@example.com')")
    (line,) = map(json.loads, lines)
    assert code == 1
    assert (line["event"], line["level"], line["process"]) == ("exception_uncaught", "critical", "worker")
    assert "ValueError: no slot for [email]" in line["exception"]


def test_an_uncaught_error_of_a_thread_is_one_redacted_line():
    code, lines = run(
        "import threading\ndef work(): raise ValueError('+14155552671')\n"
        "thread = threading.Thread(target=work); thread.start(); thread.join()"
    )
    (line,) = map(json.loads, lines)
    assert code == 0
    assert "ValueError: [phone]" in line["exception"]


def test_a_log_call_with_wrong_arguments_prints_nothing_raw():
    _, lines = run("import logging\nlogging.getLogger('x').warning('%d and %d', 'ada@example.com')")
    assert not any("ada@example.com" in line for line in lines)


def test_warnings_are_log_lines():
    _, lines = run("import warnings\nwarnings.warn('old', stacklevel=1)")
    assert json.loads(lines[0])["logger"] == "py.warnings"
