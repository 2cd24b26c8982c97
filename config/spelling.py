"""Finds names that were meant to be settings but are not, so that a slip of the pen is never silently ignored."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches

PREFIX = "RINGBOOK_"
KUBERNETES = re.compile(r"RINGBOOK_(SERVICE_(HOST|PORT)\w*=.*|PORT_\d+_(TCP|UDP)\w*=.*|PORT=\w+://.*)")
"""What Kubernetes sets in every container of a namespace that has a service called "ringbook"."""

SHORTEST = 6
"""Names shorter than this (HOST, PORT) are too much like too many others to guess at."""


def find_unknown(environ: Mapping[str, str], dotenv: Mapping[str, str], known: Sequence[str]) -> list[str]:
    """One line for each name that is no setting: all of .env, and of the environment what clearly was meant as one."""
    faults = [_line(name, " in .env", _closest(name, known)) for name in dotenv if name not in known]
    for name in environ:
        if name.startswith(PREFIX):
            if not KUBERNETES.fullmatch(f"{name}={environ[name]}"):
                faults.append(_line(name, "", _closest(name.removeprefix(PREFIX), known)))
        elif name not in known and len(name) >= SHORTEST:
            meant = _closest(name, [one for one in known if len(one) >= SHORTEST and not environ.get(one)], cutoff=0.85)
            if meant:
                faults.append(_line(name, "", meant))
    return faults


def _closest(name: str, known: Sequence[str], cutoff: float = 0.6) -> str:
    return next(iter(get_close_matches(name.upper(), known, n=1, cutoff=cutoff)), "")


def _line(name: str, where: str, meant: str) -> str:
    hint = f"did you mean {meant}?" if meant else "config/env.example lists them all"
    return f"{name}{where} is not a setting: {hint}"
