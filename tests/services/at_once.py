"""What others do in a thread of its own, or for so long and no longer, done at once in the thread that asks."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import Any

from app.services.look_up import Found, Within


class AtOnce(Executor):
    def submit(self, call: Callable[..., Any], /, *arguments: Any, **options: Any) -> Future[Any]:
        done: Future[Any] = Future()
        try:
            done.set_result(call(*arguments, **options))
        except Exception as error:
            done.set_exception(error)
        return done


class NoHurry(Within):
    """Runs a look-up to its end, here and now."""

    def __call__(self, seconds: float, call: Callable[[], Found]) -> Found:
        return call()


NO_HURRY = NoHurry(ThreadPoolExecutor(1))
