"""The scheduler's chores as they are bound: SQLite's log is among what it looks after."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import make_url

from tests.admin.site import DeskSite


def test_the_scheduler_carries_the_log_over_into_the_file(site: DeskSite) -> None:
    file = Path(str(make_url(site.settings.database_url).database))
    site.agent()
    before = file.read_bytes()

    next(chore for chore in site.container.schedule.chores if chore.name == "checkpoint").do()

    assert file.read_bytes() != before
