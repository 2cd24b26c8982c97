"""A clock for the stand-in that stands still until a test moves it."""

import time
from datetime import datetime, timedelta


class HeldClock:
    """Stands still until it is moved; sleeping is real, so that simultaneous requests really overlap."""

    def __init__(self, at: datetime) -> None:
        self._at = at

    def now(self) -> datetime:
        return self._at

    def sleep(self, seconds: float) -> None:
        if seconds > 0:
            time.sleep(seconds)

    def move_to(self, at: datetime) -> None:
        self._at = at

    def advance(self, seconds: float) -> None:
        self._at += timedelta(seconds=seconds)
