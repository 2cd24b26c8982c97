"""What commands show: colours and indentation on a terminal, plain lines everywhere else."""

from __future__ import annotations

import contextlib
import json

from rich.console import Console
from rich.text import Text


class Terminal:
    """Writes to standard output; never wraps, so that what is shown can be copied.

    A terminal that was closed is no error: whoever runs must still be able to stop in order.
    """

    def __init__(self) -> None:
        self._console = Console(highlight=False, soft_wrap=True)

    def say(self, text: str, style: str = "") -> None:
        self._print(Text(text, style=style))

    def say_done(self, text: str) -> None:
        self._print(Text.assemble(("ok ", "green"), text))

    def say_heading(self, text: str) -> None:
        self._print(Text(f"\n{text}", style="bold"))

    def show_json(self, value: object) -> None:
        self._console.print_json(json.dumps(value, ensure_ascii=False))

    def show_pairs(self, pairs: list[tuple[str, str]]) -> None:
        width = max(len(name) for name, _ in pairs)
        for name, value in pairs:
            self._print(Text.assemble((f"  {name:<{width}}  ", "dim"), value))

    def _print(self, text: Text) -> None:
        with contextlib.suppress(OSError):
            self._console.print(text)
