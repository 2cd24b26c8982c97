"""Gives a look-up no more time than its caller has; the look-up itself goes on and fills the cache for the next."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from concurrent.futures import TimeoutError as FutureTimeoutError
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TypeVar

import structlog

from app.domain.ports import Aside

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Within:
    """`within(seconds, call)`: what `call()` returns or raises; TimeoutError after `seconds`."""

    executor: Executor
    aside: Aside = nullcontext

    def __call__(self, seconds: float, call: Callable[[], Found]) -> Found:
        ids = structlog.contextvars.get_contextvars()

        def with_ids() -> Found:
            with structlog.contextvars.bound_contextvars(**ids):
                return call()

        future = self.executor.submit(with_ids)
        try:
            with self.aside():
                return future.result(timeout=seconds)
        except FutureTimeoutError:
            future.cancel()
            raise TimeoutError from None
