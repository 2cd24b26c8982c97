"""The short form on SQLite: nothing lost, doubled or lied about while everything dies at once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults.play import Scale, Scenario, play
from tests.faults.short import SHORT, names, seed
from tests.faults.site import Site, open_site

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with open_site("sqlite", seed=seed()) as opened:
        yield opened


@pytest.mark.parametrize("wanted", SHORT, ids=names)
def test_nothing_is_lost_doubled_or_lied_about_when(wanted: Scenario, site: Site) -> None:
    verdict = play(wanted, site, Scale())

    assert verdict.is_clean, f"seed {site.seed}: {verdict}"
    assert verdict.counts["unknown"] == 0, f"seed {site.seed}: {verdict}"
