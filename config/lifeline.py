"""Ties a process to its parent, so that nothing goes on running when the parent is killed."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1  # linux/prctl.h

_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
"""Loaded ahead: between fork and exec as little as possible may happen."""


def die_with_parent(parent: int) -> None:
    """Have the kernel kill this process when the thread that forked it ends (Linux; elsewhere this does nothing).

    Call it in the child right after the fork; it outlives exec (prctl(2)). `parent` is the pid that forked: if it
    is gone already, this process ends at once.
    """
    if _LIBC is None:
        return
    _LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)
