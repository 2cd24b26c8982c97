"""`python -m tests.bench`: measure every line, or those named, beside its counterpart, and print the table.

The aims are for a machine that nothing else uses. Nothing here is asserted: a miss is printed as one.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import traceback
from pathlib import Path

from config.logs import configure_logging
from tests.bench.chart import chart
from tests.bench.figures import Row, Scale
from tests.bench.lines import (
    Measure,
    call_centre,
    cold_slots,
    growth,
    growth_waiting,
    own_cost,
    reads_while_waiting,
    start,
    throughput,
    waiting,
    warm_reads,
)
from tests.bench.machine import machine_facts
from tests.bench.report import facts, markdown, table

LINES: dict[str, Measure] = {
    "warm-reads": warm_reads.measure,
    "own-cost": own_cost.measure,
    "throughput": throughput.measure,
    "waiting": waiting.measure,
    "reads-while-waiting": reads_while_waiting.measure,
    "cold-slots": cold_slots.measure,
    "growth": growth.measure,
    "growth-waiting": growth_waiting.measure,
    "start": start.measure,
    "call-centre": call_centre.measure,
}


def parse(words: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--only", action="append", default=[], metavar="WORD", help="lines with this in their name")
    parser.add_argument("--list", action="store_true", help="name the lines and end")
    parser.add_argument("--quick", action="store_true", help="fewer and shorter repeats, for a first look")
    parser.add_argument("--repeats", type=int, help="of each side; default 5, quick 2")
    parser.add_argument("--seconds", type=float, help="of each repeat; default 5, quick 3")
    parser.add_argument("--seed", type=int, default=1, help="of the callers; default 1")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there")
    parser.add_argument("--svg", type=Path, metavar="FILE", help="write a chart there")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the table for the README there")
    return parser.parse_args(words)


def main() -> int:
    chosen = parse()
    wanted = {name: line for name, line in LINES.items() if _is_wanted(name, chosen.only)}
    if chosen.list:
        print("\n".join(f"{name:22}{sys.modules[line.__module__].__doc__}" for name, line in wanted.items()))
        return 0
    configure_logging("bench", "ERROR")
    scale = Scale(
        repeats=chosen.repeats or (2 if chosen.quick else 5),
        seconds=chosen.seconds or (3.0 if chosen.quick else 5.0),
        quick=chosen.quick,
        seed=chosen.seed,
    )
    machine = machine_facts()
    print(facts(machine), flush=True)
    began = time.monotonic()
    rows, failed = _measure(wanted, scale)
    print(
        f"\n{table(rows)}\n\n{time.monotonic() - began:.0f} s in all{'; failed: ' if failed else ''}{', '.join(failed)}"
    )
    _write(chosen, machine, rows)
    return 1 if failed else 0


def _measure(wanted: dict[str, Measure], scale: Scale) -> tuple[list[Row], list[str]]:
    """A line that cannot be measured is named, and the others go on."""
    rows: list[Row] = []
    failed: list[str] = []
    for name, line in wanted.items():
        began = time.monotonic()
        print(f"{name} ...", end=" ", flush=True)
        try:
            rows += line(scale)
        except Exception as fault:  # whatever it is, it is shown, and minutes of the others are not lost
            traceback.print_exception(fault)
            failed.append(name)
        print(f"{time.monotonic() - began:.0f} s", flush=True)
    return rows, failed


def _write(chosen: argparse.Namespace, machine: dict[str, str], rows: list[Row]) -> None:
    if chosen.json:
        chosen.json.write_text(json.dumps({"machine": machine, "rows": [row.as_json() for row in rows]}, indent=2))
    if chosen.svg:
        chosen.svg.write_text(chart(rows))
    if chosen.markdown:
        chosen.markdown.write_text(f"{markdown(rows)}\n\n{facts(machine)}\n")


def _is_wanted(name: str, words: list[str]) -> bool:
    return not words or any(word in name for word in words)


if __name__ == "__main__":
    sys.exit(main())
