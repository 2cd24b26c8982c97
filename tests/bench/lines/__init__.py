"""What is measured, one line a file: each hands back rows of the table."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tests.bench.figures import Row, Scale

Measure = Callable[[Scale], Iterator[Row]]
