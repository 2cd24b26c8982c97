"""Reads a .env file: NAME=value lines, as `docker --env-file` and most hosts write them."""

from __future__ import annotations

import re
from pathlib import Path

ASSIGNMENT = re.compile(r"(?:export\s+)?(?P<name>[A-Za-z_][A-Za-z0-9_]*)\s*=\s*(?P<value>.*)")
QUOTED = re.compile(r"""(?P<quote>["'])(?P<inside>.*?)(?P=quote)(\s+#.*)?""")


def read_dotenv(path: Path) -> tuple[dict[str, str], list[str]]:
    """The names and values of the file, and one line for each fault in it. No file: nothing, no fault."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (FileNotFoundError, NotADirectoryError):
        return {}, []
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        return {}, [f"{path} cannot be read: {reason}"]
    values: dict[str, str] = {}
    faults = []
    for number, line in enumerate(map(str.strip, lines), start=1):
        if not line or line.startswith("#"):
            continue
        if match := ASSIGNMENT.fullmatch(line):
            values[match["name"]] = _unquote(match["value"])
        else:
            faults.append(f"{path} line {number} is not NAME=value")
    return values, faults


def _unquote(value: str) -> str:
    """Without its quotes and a trailing comment."""
    if quoted := QUOTED.fullmatch(value):
        return quoted["inside"]
    return re.split(r"(?:^|\s)#", value, maxsplit=1)[0].strip()
