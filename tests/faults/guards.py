"""Takes each guard of the product away once and plays the scenario it is there for: the ledger must notice."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import psycopg

import tests.faults.scenarios  # noqa: F401 - registers them
from tests.faults.ledger import SINS, Verdict
from tests.faults.play import LONE, SCENARIOS, USUAL, Scale, play
from tests.faults.report import columns
from tests.faults.site import DATABASES, Site, open_site
from tests.faults.unguarded import GUARDS

INDEX = "index"
SCALE = Scale(callers=12)
MISSED = "NOT CAUGHT"
DYING = "worker dies while Cal.com works on its write"

NO_KEY_IS_HELD = {
    "sqlite": """
        CREATE TRIGGER no_key_is_held AFTER INSERT ON jobs
        BEGIN UPDATE jobs SET dedupe_key = NEW.id WHERE id = NEW.id; END;
    """,
    "postgresql": """
        CREATE FUNCTION no_key_is_held() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN UPDATE jobs SET dedupe_key = NEW.id WHERE id = NEW.id; RETURN NEW; END $$;
        CREATE TRIGGER no_key_is_held AFTER INSERT ON jobs FOR EACH ROW EXECUTE FUNCTION no_key_is_held();
    """,
}
"""An insert names the unique index, and would fail without it: so the index stays and never finds the same key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """What is taken away, the scenario that cannot do without it, and who works in it."""

    name: str
    scenario: str
    crew: tuple[str, ...] = LONE
    databases: tuple[str, ...] = DATABASES
    quick: bool = False

    def play_without(self, database: str, *, seed: int) -> Verdict:
        scenario = replace(SCENARIOS[self.scenario], crew=self.crew)
        with open_site(database, seed=seed, without=self.name if self.name in GUARDS else "") as site:
            if self.name == INDEX:
                drop_index(site)
            return play(scenario, site, SCALE)


ALL = (
    Guard(name="mark", scenario=DYING),
    Guard(name="reconcile", scenario=DYING),
    Guard(name="settle", scenario=DYING),
    Guard(name=INDEX, scenario="every request three times at once"),
    Guard(name="lease", scenario="every message twice and in reverse", crew=USUAL, quick=True),
    Guard(name="fence", scenario="worker frozen before its write, woken during another's"),
    Guard(name="freshness", scenario="worker frozen between its mark and the write"),
    Guard(name="turns", scenario="many callers, one slot", quick=True),
    Guard(
        name="clock",
        scenario="hosts whose clocks differ",
        crew=SCENARIOS["hosts whose clocks differ"].crew,
        databases=("postgresql",),
    ),
)


def drop_index(site: Site) -> None:
    if site.server is not None:
        with psycopg.connect(site.server.url, autocommit=True) as connection:
            connection.execute(NO_KEY_IS_HELD["postgresql"].encode())
    else:
        with sqlite3.connect(site.crew.directory / "ringbook.db", timeout=30) as connection:
            connection.executescript(NO_KEY_IS_HELD["sqlite"])


def caught_by(verdict: Verdict) -> str:
    """What of the verdict gives it away, and the first finding."""
    kinds = [f"{verdict.counts[kind]} {kind}" for kind in (*SINS, "unmet") if verdict.counts[kind]]
    return f"{', '.join(kinds)}: {verdict.findings[0][:110]}" if kinds else MISSED


def _told_of(guard: Guard, database: str, seed: int) -> str:
    """A site that could not be opened shows nothing either way."""
    try:
        return caught_by(guard.play_without(database, seed=seed))
    except AssertionError as error:
        return f"{MISSED}: {str(error)[-300:]}"


def play_all(databases: Iterable[str], *, seed: int, is_wanted: Callable[[Guard], bool]) -> int:
    """Print a row a guard and database; 1 if one went unnoticed."""
    rows = [("without", "scenario", "database", "caught by")]
    missed = 0
    for database in databases:
        for guard in (one for one in ALL if database in one.databases and is_wanted(one)):
            told = _told_of(guard, database, seed)
            missed += told.startswith(MISSED)
            rows.append((guard.name, guard.scenario, database, told))
            print("  ".join(rows[-1]), flush=True)
    print(f"\n{columns(rows)}\n\n{len(rows) - 1} guards taken away, {missed} not caught; seed {seed}")
    return int(missed > 0)
