"""The one table: a row a scenario, every zero with its N."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tests.faults.ledger import SINS, Verdict

HEADS = (
    "scenario",
    "database",
    "requests",
    "killed",
    "lost",
    "doubled",
    "false yes",
    "false no",
    "event lost",
    "event twice",
    "phantom",
    "leak",
    "still unknown",
    "longest to final",
    "unmet",
    "note",
)


def table(verdicts: Iterable[Verdict]) -> str:
    return columns([HEADS, *map(_row, verdicts)])


def columns(rows: Sequence[Sequence[str]]) -> str:
    """The first row is the head."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]])


def _row(verdict: Verdict) -> tuple[str, ...]:
    def of(kind: str) -> str:
        return f"{verdict.counts[kind]} of {verdict.intents}"

    return (
        verdict.scenario,
        verdict.database,
        str(verdict.requests),
        str(verdict.killed),
        of("lost"),
        of("doubled"),
        of("false yes"),
        of("false no"),
        of("event lost"),
        of("event twice"),
        of("phantom"),
        of("leak"),
        of("unknown"),
        f"{verdict.slowest:.1f} s",
        str(verdict.counts["unmet"]),
        verdict.note,
    )


def row(verdict: Verdict) -> str:
    """The beginning of a scenario's row, told as soon as it is over."""
    done = f"{verdict.requests} requests, {verdict.killed} killed, slowest {verdict.slowest:.1f} s"
    return f"{verdict.database}: {verdict.scenario}: {done}"


def total(verdicts: Iterable[Verdict]) -> str:
    """The sums of all rows in one line."""
    every = list(verdicts)
    intents = sum(verdict.intents for verdict in every)
    kinds = (*SINS, "unknown", "unmet")
    sums = ", ".join(f"{sum(verdict.counts[kind] for verdict in every)} {kind}" for kind in kinds)
    requests, killed = sum(verdict.requests for verdict in every), sum(verdict.killed for verdict in every)
    return f"{len(every)} scenarios, {intents} wishes in {requests} requests, {killed} killed: {sums}"
