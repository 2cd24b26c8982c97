"""What of the scenarios belongs to the ordinary tests, and the seed they are played with."""

from __future__ import annotations

import os
import random

import tests.faults.scenarios  # noqa: F401 - registers them
from tests.faults.play import SCENARIOS, Scenario

SHORT = [one for one in SCENARIOS.values() if one.short]


def names(one: Scenario) -> str:
    return one.name.replace(" ", "_")


def seed() -> int:
    """That of FAULTS_SEED, or a new one; printed by pytest with every failure."""
    given = os.environ.get("FAULTS_SEED")  # noqa: TID251 - a setting of the tests alone
    chosen = int(given) if given else random.SystemRandom().randrange(10**6)
    print(f"seed {chosen}")
    return chosen
