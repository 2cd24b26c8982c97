"""`python -m tests.faults`: play all scenarios, or those named, on both databases, and print the table."""

from __future__ import annotations

import argparse
import random
import sys
from datetime import datetime
from functools import partial
from itertools import groupby

import tests.faults.scenarios  # noqa: F401 - registers them
from config.logs import configure_logging
from tests.faults.guards import Guard, play_all
from tests.faults.ledger import Verdict
from tests.faults.play import SCENARIOS, Scale, Scenario, play
from tests.faults.report import row, table, total
from tests.faults.site import DATABASES, open_site

MANY = 500


def parse(words: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument(
        "--only", action="append", default=[], metavar="WORDS", help="scenarios with this in their name"
    )
    parser.add_argument("--database", choices=DATABASES, action="append", help="default: both")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--short", action="store_true", help="only what belongs to the ordinary tests")
    for name, number in (
        ("requests", 200),
        ("kills", 50),
        ("valkey-kills", 50),
        ("restarts", 5),
        ("queued", 10_000),
        ("callers", 50),
    ):
        parser.add_argument(f"--{name}", type=int, default=number, help=f"default {number}")
    parser.add_argument("--guards", action="store_true", help="take each guard of the product away: must be noticed")
    parser.add_argument("--list", action="store_true", help="name the scenarios and end")
    return parser.parse_args(words)


def main() -> int:
    chosen = parse()
    configure_logging("faults", "ERROR")
    if chosen.guards:
        return play_all(chosen.database or DATABASES, seed=chosen.seed, is_wanted=partial(_guard_is_wanted, chosen))
    wanted = [one for one in SCENARIOS.values() if _is_wanted(one, chosen)]
    if chosen.list:
        print("\n".join(one.name for one in wanted))
        return 0
    print(f"seed {chosen.seed}", flush=True)
    scale = Scale(
        requests=chosen.requests,
        kills=chosen.kills,
        valkey_kills=chosen.valkey_kills,
        restarts=chosen.restarts,
        queued=chosen.queued,
        callers=chosen.callers,
    )
    verdicts = [
        verdict for database in chosen.database or DATABASES for verdict in _on(database, wanted, scale, chosen.seed)
    ]
    print(f"\n{table(verdicts)}\n\n{total(verdicts)}; seed {chosen.seed}")
    return 0 if all(verdict.is_clean for verdict in verdicts) else 1


def _is_wanted(one: Scenario, chosen: argparse.Namespace) -> bool:
    named = not chosen.only or any(words in one.name for words in chosen.only)
    return named and (one.short or not chosen.short)


def _guard_is_wanted(chosen: argparse.Namespace, guard: Guard) -> bool:
    return not chosen.only or any(words in (guard.name, guard.scenario) for words in chosen.only)


def _on(database: str, wanted: list[Scenario], scale: Scale, seed: int) -> list[Verdict]:
    """One site for scenarios that follow each other with one crew: what one leaves behind is the next one's weather.

    Where much is asked each has a site of its own: the sandbox does not forget, and would become slow.
    """
    verdicts: list[Verdict] = []
    here = [one for one in wanted if database in one.databases]
    for _, group in groupby(here, key=lambda one: (one.crew, one.name if scale.requests > MANY else "")):
        with open_site(database, seed=seed) as site:
            for one in group:
                print(f"{datetime.now():%H:%M:%S} {database}: {one.name}", flush=True)
                verdict = play(one, site, scale)
                verdicts.append(verdict)
                sins = {kind: count for kind, count in verdict.counts.items() if count}
                print(f"{row(verdict)}: {verdict.seconds:.0f} s, {sins or 'clean'}", flush=True)
                print("\n".join(f"    {line}" for line in verdict.findings[:20]), end="\n" * bool(verdict.findings))
    return verdicts


if __name__ == "__main__":
    sys.exit(main())
