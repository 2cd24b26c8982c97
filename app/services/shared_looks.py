"""What Cal.com was asked in one short spell of work, so that jobs that want to know the same ask it once."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from app.domain.appointments import Booking
from app.domain.directory import Access
from app.domain.ports import Looks

Asked = tuple[str, int, datetime, datetime, str]


@dataclass(frozen=True, slots=True)
class SharedLooks:
    """Fulfils the port Looks. Made anew for each spell, and thrown away after it: nothing in it grows old."""

    looks: Looks
    _openings: dict[Asked, list[datetime]] = field(default_factory=dict)
    _made: dict[str, tuple[datetime, list[Booking]]] = field(default_factory=dict)

    def booking(self, access: Access, uid: str) -> Booking | None:
        return self.looks.booking(access, uid)

    def bookings_made_since(self, access: Access, since: datetime) -> list[Booking]:
        """A list that begins earlier serves as well: who asks picks out their own by its key."""
        known = self._made.get(access.account_id)
        if known is None or known[0] > since:
            known = self._made[access.account_id] = since, self.looks.bookings_made_since(access, since)
        return known[1]

    def openings(
        self, access: Access, event_type_id: int, start: datetime, end: datetime, *, moving_uid: str = ""
    ) -> list[datetime]:
        asked = access.account_id, event_type_id, start, end, moving_uid
        if asked not in self._openings:
            self._openings[asked] = self.looks.openings(access, event_type_id, start, end, moving_uid=moving_uid)
        return self._openings[asked]
