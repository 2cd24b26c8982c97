"""One real stand-in process for the tests of a module, emptied before each of them."""

from collections.abc import Iterator

import pytest

from tests.sandbox.caller import Caller
from tests.support.sandbox import SandboxProcess


@pytest.fixture(scope="module")
def process() -> Iterator[SandboxProcess]:
    with SandboxProcess("--slots-cache", "0") as running:
        yield running


@pytest.fixture
def sandbox(process: SandboxProcess) -> SandboxProcess:
    process.reset()
    process.latency(writes=0, reads=0)
    process.options(unique=True, slots_cache_seconds=0, rate_limit=120, rate_limit_enforced=True)
    return process


@pytest.fixture
def call(sandbox: SandboxProcess) -> Caller:
    return Caller(sandbox.url)
