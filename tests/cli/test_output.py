"""What commands print: safe for a terminal, aligned for a person, exact for a program."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from click.testing import CliRunner

from app.cli.output import moment, print_facts, print_table
from app.cli.sentences import command as sentences


def test_a_table_is_aligned_by_what_a_terminal_shows(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("name", "n"), [("東京", 1), ("Ada", None)], empty="none")
    assert capsys.readouterr().out == "name  n\n東京  1\nAda\n"


def test_a_name_cannot_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("name",), [("\x1b[31mred\nline\u202e",)], empty="none")
    assert capsys.readouterr().out == "name\n [31mred line\n"


def test_facts_without_a_value_are_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    print_facts({"id": 7, "none": None, "empty": "", "always": False, "settle": 0})
    assert capsys.readouterr().out == "id      7\nalways  no\nsettle  0\n"


def test_times_are_in_utc() -> None:
    assert moment(datetime(2026, 11, 23, 15, 0, 7, 999, tzinfo=timezone(timedelta(hours=1)))) == "2026-11-23T14:00:07Z"
    assert moment(None) is None


def test_sentences_in_a_language_that_is_not_there_are_bad_usage() -> None:
    result = CliRunner().invoke(sentences, ["--language", "xx"])
    assert result.exit_code == 2
    assert "There are no sentences in 'xx'. There are: de, en" in result.stderr
