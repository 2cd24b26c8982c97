"""What the stand-in remembers: bookings with their attendees, holds, webhook subscriptions. All immutable."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime, timedelta
from typing import Any, Self

LIVE = frozenset({"accepted", "pending"})


class Record:
    """Turns a frozen dataclass into JSON and back; times travel as ISO text."""

    def to_json(self) -> dict[str, Any]:
        return {key: _plain(value) for key, value in asdict(self).items()}  # type: ignore[call-overload]

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Self:
        times = {f.name for f in fields(cls) if f.type in (datetime, datetime | None)}  # type: ignore[arg-type]
        values = {k: datetime.fromisoformat(v) if k in times and v is not None else v for k, v in row.items()}
        return cls(**values)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


@dataclass(frozen=True)
class Attendee(Record):
    id: int
    name: str
    email: str
    time_zone: str
    language: str = "en"
    phone: str | None = None
    absent: bool = False
    seat_uid: str | None = None
    seat_responses: dict[str, Any] | None = None
    seat_metadata: dict[str, Any] | None = None


@dataclass(frozen=True)
class Booking(Record):
    id: int
    uid: str
    event_type_id: int
    host_ids: tuple[int, ...]
    start: datetime
    end: datetime
    status: str
    title: str
    description: str | None
    location: str
    attendees: tuple[Attendee, ...]
    created_at: datetime
    updated_at: datetime
    ics_uid: str
    metadata: dict[str, Any] = field(default_factory=dict)
    responses: dict[str, Any] = field(default_factory=dict)
    guests: tuple[str, ...] | None = None
    seated: bool = False
    # Only a booking born accepted carries it; a confirmed one never does, hence the double bookings on confirm.
    unique_key: str | None = None
    cancellation_reason: str = ""
    rejection_reason: str = ""
    rescheduled_by: str | None = None
    rescheduling_reason: str | None = None
    rescheduled_from: str | None = None
    rescheduled_to: str | None = None
    recurring_uid: str | None = None
    ics_sequence: int = 0

    @property
    def minutes(self) -> int:
        return int((self.end - self.start) / timedelta(minutes=1))

    @property
    def live(self) -> bool:
        return self.status in LIVE

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Self:
        values = dict(row)
        values["attendees"] = tuple(Attendee.from_json(a) for a in row["attendees"])
        values["host_ids"] = tuple(row["host_ids"])
        values["guests"] = None if row["guests"] is None else tuple(row["guests"])
        return super().from_json(values)


@dataclass(frozen=True)
class Reservation(Record):
    uid: str
    event_type_id: int
    start: datetime
    end: datetime
    until: datetime
    minutes: int


@dataclass(frozen=True)
class Webhook(Record):
    id: str
    user_id: int | None
    event_type_id: int | None
    subscriber_url: str
    triggers: tuple[str, ...]
    active: bool
    secret: str | None
    payload_template: str | None
    created_at: datetime

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Self:
        return super().from_json({**row, "triggers": tuple(row["triggers"])})


def unique_key(host_id: int, start: datetime, end: datetime) -> str:
    """Cal.com forbids a second accepted booking of one host at one exact interval, and nothing else."""
    return f"{host_id}/{start.isoformat()}/{end.isoformat()}"
