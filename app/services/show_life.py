"""Have a process say every few seconds that it lives, and hand in what it counted meanwhile."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from app.domain.processes import SHOWN_EVERY, Sign, SignsOfLife
from app.domain.slot_use import SlotUses

END_WITHIN = 1.0
"""Seconds that the end of a process may wait for a sign that is just being shown."""


@dataclass(slots=True, kw_only=True)
class ShowLife:
    """`sign` is what this process says of itself. Raises nothing; a call takes a second at most."""

    sign: Sign
    signs: SignsOfLife
    uses: SlotUses
    _over: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def __call__(self) -> None:
        self.signs.show(self.sign)
        self.uses.flush()

    def start(self) -> None:
        """From now on in a thread of its own, so that no request waits for it."""
        self._thread = threading.Thread(target=self._go_on, name="signs-of-life", daemon=True)
        self._thread.start()

    def end(self) -> None:
        """The process ends by itself: nobody need wait to see that it is gone."""
        self._over.set()
        if self._thread is not None:
            self._thread.join(timeout=END_WITHIN)
        self.uses.flush()
        self.signs.take_back(self.sign)

    def _go_on(self) -> None:
        while not self._over.is_set():
            self()
            self._over.wait(SHOWN_EVERY.total_seconds())
