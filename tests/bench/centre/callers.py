"""Callers as a voice agent meets them: each asks for times and books; some move, cancel or say it twice.

What they do depends on what they are told alone, by the same rules whoever serves them. All they were told is kept.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from tests.bench.centre.desks import Desk, Person, Said, Told

REPEAT, MOVE, CANCEL = 0.15, 0.08, 0.08
"""Shares of callers whose agent sends the booking twice, who move the appointment, and who call it off."""

REPEAT_AFTER = 1.5
ROUNDS = 4
"""How often a caller takes another time for one that is gone."""

TRIES = 3
"""How often an agent tries what failed, as language models do."""

PAUSE = 2.0
HANGS_UP = 60.0
"""Seconds after which a caller asks for nothing more; what is open is told by message when it is known."""

KNOWS_BY = 180.0
DAYS, QUARTERS = 12, 64
"""The times callers wish for: so many days, and quarters of an hour in each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """`at` is the time it was about (None: the cancellation); both moments are seconds since the epoch."""

    deed: str
    at: datetime | None
    told: Told
    asked: float
    said: float


@dataclass(slots=True)
class Call:
    """One caller's whole call. `wants` is what they agreed to last; `gave_up` that they were plainly told no."""

    person: Person
    statements: list[Statement] = field(default_factory=list)
    began: float = 0.0
    booked_at: datetime | None = None
    cancelled: bool = False
    refused_change: bool = False

    def first_answer_to(self, is_true: Callable[[Statement], bool]) -> float:
        """Seconds from the first request to book until something true and final was said; infinite if never."""
        final = [each.said for each in self.statements if each.told is not Told.OPEN and is_true(each)]
        return min(final) - self.began if final and self.began else float("inf")


class Caller:
    """Plays one call. The dice decide what kind of caller it is, so that all sides meet the same ones."""

    def __init__(self, number: int, desk: Desk, dice: random.Random, first_day: datetime) -> None:
        self.call = Call(Person(f"Caller {number}", f"caller{number}@example.com"))
        self._desk = desk
        self._dice = dice
        self._wish = first_day + timedelta(days=dice.randrange(DAYS), minutes=15 * dice.randrange(QUARTERS))
        self._repeats, self._moves, self._cancels = _kind(dice)

    def play(self) -> None:
        handle = self._book()
        if handle and self._moves:
            self._move(handle)
        elif handle and self._cancels:
            self._cancel(handle)

    def _book(self) -> str:
        times = self._times()
        for _ in range(ROUNDS):
            if not times or self._is_over():
                return ""
            at = self._dice.choice(times)
            said = self._ask_for(at)
            if said.told is Told.DONE:
                self.call.booked_at = at
                return said.handle
            if said.told is not Told.TAKEN:
                return ""
            times = tuple(time for time in said.openings or self._times() or () if time != at)
        return ""

    def _times(self) -> tuple[datetime, ...]:
        for _ in range(TRIES):
            times = self._desk.suggest(self._wish)
            if times is not None:
                return tuple(each.astimezone(UTC) for each in times)
            time.sleep(PAUSE)
        return ()

    def _ask_for(self, at: datetime) -> Said:
        """Once, or once more while the first is still under way; whatever comes back as done, is done."""
        self.call.began = self.call.began or time.time()
        book = lambda: self._persist("book", at, lambda: self._desk.book(self.call.person, at))  # noqa: E731
        if not self._repeats:
            return book()
        self._repeats = False
        found: list[Said] = []
        echo = threading.Timer(REPEAT_AFTER, lambda: found.append(book()))
        echo.start()
        found.append(book())
        echo.join()
        return next((said for said in found if said.told is Told.DONE), found[0])

    def _move(self, handle: str) -> None:
        times = [each for each in self._times() if each != self.call.booked_at]
        if not times:
            return
        at = self._dice.choice(times)
        said = self._persist("move", at, lambda: self._desk.move(self.call.person, handle, at))
        if said.told is Told.DONE:
            self.call.booked_at = at
        else:
            self.call.refused_change = True

    def _cancel(self, handle: str) -> None:
        said = self._persist("cancel", None, lambda: self._desk.cancel(self.call.person, handle))
        if said.told is Told.DONE:
            self.call.cancelled, self.call.booked_at = True, None
        else:
            self.call.refused_change = True

    def _persist(self, deed: str, at: datetime | None, ask: Callable[[], Said]) -> Said:
        """Tries again what failed, and stays with what is open until it is known."""
        for _ in range(TRIES):
            said = self._follow(deed, at, ask)
            if said.told is not Told.FAILED or self._is_over():
                break
            time.sleep(PAUSE)
        return said

    def _follow(self, deed: str, at: datetime | None, ask: Callable[[], Said]) -> Said:
        asked = time.time()
        said = ask()
        self._note(deed, at, said, asked)
        until = time.monotonic() + KNOWS_BY
        while said.told is Told.OPEN and time.monotonic() < until:
            before, said = said, self._desk.ask_again(said)
            if said.told is Told.OPEN:
                time.sleep(PAUSE)
            if said != before:
                self._note(deed, at, said, asked)
        return said

    def _note(self, deed: str, at: datetime | None, said: Said, asked: float) -> None:
        self.call.statements.append(Statement(deed=deed, at=at, told=said.told, asked=asked, said=time.time()))

    def _is_over(self) -> bool:
        return bool(self.call.began) and time.time() - self.call.began > HANGS_UP


def _kind(dice: random.Random) -> tuple[bool, bool, bool]:
    repeats, change = dice.random() < REPEAT, dice.random()
    return repeats, change < MOVE, MOVE <= change < MOVE + CANCEL
