"""The locks hold what pyproject.toml asks for: all of it, with hashes, and the same versions in both."""

from __future__ import annotations

import ast
import re
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.architecture.source_files import ROOMS, ROOT, modules, name_of, parse

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
RUNTIME = ROOT / "requirements.lock"
DEVELOPMENT = ROOT / "tests" / "requirements.lock"


def entries(lock: Path) -> list[str]:
    """One text per locked package: its requirement, hashes and comments."""
    return re.split(r"\n(?=[a-z0-9])", "\n" + lock.read_text())[1:]


def pinned(lock: Path) -> dict[tuple[str, str], str]:
    """Version by name and marker."""
    found: dict[tuple[str, str], str] = {}
    for entry in entries(lock):
        requirement = Requirement(entry.split("\\")[0].strip())
        found[canonicalize_name(requirement.name), str(requirement.marker or "")] = str(requirement.specifier)
    return found


def asked_for(lock: Path) -> set[str]:
    """Names that the lock says are there because pyproject.toml asks for them."""
    return {canonicalize_name(re.split(r"[=\[ ]", entry)[0]) for entry in entries(lock) if "ringbook" in entry}


def names(requirements: list[str]) -> set[str]:
    return {canonicalize_name(Requirement(text).name) for text in requirements}


def test_every_package_that_is_imported_is_declared():
    """One that only another package brings along may be gone with that package's next version."""
    owners = packages_distributions()
    declared = names([*PROJECT["project"]["dependencies"], *PROJECT["project"]["optional-dependencies"]["oidc"]])
    missing = {
        name: name_of(path)
        for path in modules("app", "config", "workers")
        for name in imported(parse(path))
        if name in owners and name not in ROOMS and not names(owners[name]) & declared
    }
    assert missing == {}


def imported(tree: ast.Module) -> set[str]:
    """First words of everything a module imports."""
    found = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    found |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
    return {name.partition(".")[0] for name in found}


def test_the_runtime_lock_holds_exactly_what_the_project_depends_on():
    assert asked_for(RUNTIME) == names(PROJECT["project"]["dependencies"])


def test_the_development_lock_adds_exactly_the_development_group():
    group = PROJECT["dependency-groups"]["dev"]
    assert asked_for(DEVELOPMENT) == names([*PROJECT["project"]["dependencies"], *group])


@pytest.mark.parametrize("lock", [RUNTIME, DEVELOPMENT], ids=["runtime", "development"])
def test_every_version_fits_the_project_and_is_one_version_with_hashes(lock):
    versions = pinned(lock)
    for text in PROJECT["project"]["dependencies"]:
        requirement = Requirement(text)
        for (name, _), version in versions.items():
            if name == canonicalize_name(requirement.name):
                assert version.startswith("==")
                assert requirement.specifier.contains(version.removeprefix("=="), prereleases=True), text
    assert all("--hash=sha256:" in entry for entry in entries(lock))


def test_what_is_tested_is_what_runs():
    tested = pinned(DEVELOPMENT)
    assert {package: tested.get(package) for package in pinned(RUNTIME)} == pinned(RUNTIME)


def test_the_locks_name_no_place_to_load_from():
    for lock in (RUNTIME, DEVELOPMENT):
        assert "://" not in lock.read_text()
        assert "--index" not in lock.read_text()


def test_markers_in_the_locks_can_be_read():
    assert all(Marker(marker) for _, marker in pinned(DEVELOPMENT) if marker)
