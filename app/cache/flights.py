"""Single flight inside one process: who asks for what is being fetched already waits for that answer."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from typing import Generic, TypeVar

T = TypeVar("T")


class Flights(Generic[T]):
    """Thread-safe. The answer of a flight, or its error, goes to all who joined it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._under_way: dict[Hashable, Future[T]] = {}

    def join(self, key: Hashable, fetch: Callable[[], T], *, wait: float, otherwise: Callable[[], T]) -> T:
        """The answer to `key`, fetched here or by another thread; `otherwise` if that takes it over `wait` seconds."""
        with self._lock:
            flight = self._under_way.get(key)
            leads = flight is None
            if flight is None:
                flight = self._under_way[key] = Future()
        if leads:
            return self._lead(key, flight, fetch)
        try:
            return flight.result(timeout=wait)
        except FutureTimeoutError:
            if flight.done():  # the fetch itself ended with a time-out
                raise
            return otherwise()

    def _lead(self, key: Hashable, flight: Future[T], fetch: Callable[[], T]) -> T:
        try:
            answer = fetch()
        except BaseException as error:
            self._land(key)
            flight.set_exception(error)
            raise
        self._land(key)
        flight.set_result(answer)
        return answer

    def _land(self, key: Hashable) -> None:
        with self._lock:
            del self._under_way[key]
