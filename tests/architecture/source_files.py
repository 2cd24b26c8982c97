"""The files of the project, as git knows them."""

from __future__ import annotations

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("app", "workers", "config", "tests")
GENERATED = ("app/storage/migrations/versions/",)


def tracked() -> list[Path]:
    """Every file that is or is about to be part of the repository; without git, every file of the rooms."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
            cwd=ROOT,
            capture_output=True,
            check=True,
        )
    except (FileNotFoundError, subprocess.CalledProcessError):  # no git here, or no repository
        return _found()
    names = listed.stdout.decode().split("\0")
    return sorted(ROOT / name for name in names if name and (ROOT / name).is_file())


def _found() -> list[Path]:
    found = [*ROOT.glob("*"), *(ROOT / ".ci").glob("*"), *(path for room in ROOMS for path in (ROOT / room).rglob("*"))]
    return sorted(path for path in found if path.is_file() and "__pycache__" not in path.parts)


def modules(*rooms: str) -> list[Path]:
    """The Python files of these rooms, without those a tool wrote."""
    return [
        path
        for path in tracked()
        if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in rooms and not name_of(path).startswith(GENERATED)
    ]


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))
