"""How commands print: one JSON document, a table or a list of facts; plain text wherever no person is looking."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

import click

Function = TypeVar("Function", bound=Callable[..., Any])
Document = Mapping[str, Any]


def json_option(function: Function) -> Function:
    """Adds `--json`, passed as `as_json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")(function)


def print_json(document: Document | Sequence[Any]) -> None:
    click.echo(json.dumps(document, ensure_ascii=False, indent=2))


def moment(at: datetime | None) -> str | None:
    """In UTC, to the second, as in the API."""
    return None if at is None else at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def print_table(columns: Sequence[str], rows: Sequence[Sequence[object]], *, empty: str) -> None:
    """A table, or the sentence `empty` where there are no rows."""
    texts = [[_text(cell) for cell in row] for row in rows]
    if not texts:
        click.echo(empty)
    elif sys.stdout.isatty():
        _print_rich(columns, texts)
    else:
        _print_plain([list(columns), *texts])


def print_facts(facts: Mapping[str, object], *, err: bool = False) -> None:
    """One fact a line, those without a value left out."""
    shown = {name: _text(value) for name, value in facts.items() if value not in (None, "", [], {})}
    width = max(map(len, shown), default=0)
    for name, value in shown.items():
        click.echo(f"{name:<{width}}  {value}", err=err)


def print_line(mark: str, text: str) -> None:
    """A mark, coloured only where a person is looking, and one line of text."""
    click.echo(f"{mark}  {_text(text)}")


def _text(cell: object) -> str:
    """One printable line: names come from outside and must not steer the terminal."""
    words = {None: "", True: "yes", False: "no"}
    text = words[cell] if cell is None or isinstance(cell, bool) else str(cell)
    return "".join(char if char.isprintable() else " " for char in text)


def _print_plain(lines: Sequence[Sequence[str]]) -> None:
    from rich.cells import cell_len

    widths = [max(cell_len(cell) for cell in column) for column in zip(*lines, strict=True)]
    for line in lines:
        padded = [cell + " " * (width - cell_len(cell)) for cell, width in zip(line, widths, strict=True)]
        click.echo("  ".join(padded).rstrip())


def _print_rich(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*columns, box=SIMPLE_HEAD, pad_edge=False)
    for row in rows:
        table.add_row(*[Text(cell, overflow="fold") for cell in row])
    Console().print(table)
