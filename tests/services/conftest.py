"""A desk (callers' use cases, scripted calendar), an office (operators', sandbox) and a crew for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.services.crew import Crew
from tests.services.desk import Desk
from tests.services.office import Office
from tests.services.post_office import PostOffice
from tests.support.sandbox import SandboxProcess


@pytest.fixture(scope="session")
def calcom() -> Iterator[SandboxProcess]:
    with SandboxProcess() as sandbox:
        yield sandbox


@pytest.fixture
def office(tmp_path: Path, calcom: SandboxProcess) -> Iterator[Office]:
    calcom.reset()
    office = Office(tmp_path, f"{calcom.url}/v2")
    yield office
    office.close()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.close()


@pytest.fixture
def post(tmp_path: Path) -> Iterator[PostOffice]:
    made = PostOffice(tmp_path)
    yield made
    left_open = made.database.checked_out()
    made.database.dispose()
    assert left_open == 0


@pytest.fixture
def crew() -> Iterator[Crew]:
    crew = Crew()
    yield crew
    crew.join()
