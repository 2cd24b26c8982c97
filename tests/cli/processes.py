"""Looks at processes of the system."""

from __future__ import annotations

import psutil


def is_gone(pid: int) -> bool:
    """Whether it ended, be it that nobody has asked for its exit code yet."""
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def descendants(pid: int) -> dict[int, str]:
    """All running processes below: pid and command line."""
    found = {}
    for each in psutil.Process(pid).children(recursive=True):
        try:
            if each.status() != psutil.STATUS_ZOMBIE:
                found[each.pid] = " ".join(each.cmdline())
        except psutil.NoSuchProcess:
            continue
    return found
