"""The suite notices when a guard of the product is gone: a ledger that counts nothing would not."""

from __future__ import annotations

import pytest

from tests.faults.guards import ALL, Guard, caught_by
from tests.faults.short import seed

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

CASES = [
    pytest.param(
        guard,
        database,
        id=f"{guard.name}-{guard.scenario.replace(' ', '_')}-{database}",
        marks=[
            *([pytest.mark.postgres] if database == "postgresql" else []),
            *([] if guard.quick and database == "sqlite" else [pytest.mark.long]),
        ],
    )
    for guard in ALL
    for database in guard.databases
]


@pytest.mark.parametrize(("guard", "database"), CASES)
def test_it_is_noticed_when_a_guard_is_gone(guard: Guard, database: str) -> None:
    verdict = guard.play_without(database, seed=seed())

    assert not verdict.is_clean, verdict
    print(caught_by(verdict))
