"""Answers of every kind, hostile names and fields included."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from app.domain.answers import SAY_MISSING, ListedAppointment
from app.domain.appointments import Attendee

ZONES = (
    "UTC", "America/New_York", "America/St_Johns", "Europe/Berlin", "Asia/Kolkata", "Asia/Kathmandu",
    "Australia/Lord_Howe", "Pacific/Kiritimati", "Pacific/Pago_Pago", "EST5EDT", "+05:30", "-03:30", "+14:00",
)  # fmt: skip

NAMES = (
    "", "Dr. Rivera", "St. Mary's Clinic", "O'Neil-Smith", "Jürgen Müller", "Зубная Клиника", "三浦", "नमस्ते",
    "**Bold** [link](https://evil.example)", "https://evil.example/x", "evil.example", "a@b.example", "3 PM.",
    "Monday. Call me! Now?", "line one\nline two", "tab\tname", "appt_0123456789", "SLOT_UNAVAILABLE", "UTC", "Ms. EST",
    "2026-03-20T14:00:00Z", "{when}", "{0}", "%s", "a" * 200, "Anna " * 40, "\u202egnp.exe", "\u200b", "#1 Dentist",
    "7d9f3c1e-1111-4222-8333-944455556666", "- item", "...", "Dr.Rivera", "Ｗｗｗ", "“Quoted”", "x_y", "A.B.", "…",
)  # fmt: skip

REASONS = (*sorted(SAY_MISSING), "must be a UUID", "is not a date", "**no**\n")
FIELDS = (
    "name", "email", "phone", "appointment_id", "appointment_datetime", "timezone", "days_ahead", "notes", "action",
    "agent_id", "org_id", "body", "Idempotency-Key", "{missing}", "",
)  # fmt: skip

moments = st.integers(0, 2 * 365 * 24 * 12).map(
    lambda fives: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=5 * fives)
)
steps = st.integers(1, 31 * 24 * 12).map(lambda fives: timedelta(minutes=5 * fives))
names = st.sampled_from(NAMES) | st.text(max_size=200)


@st.composite
def changes(draw: st.DrawFn) -> tuple[datetime, dict[str, Any]]:
    """A time now, and everything of an answer but its result, action and language."""
    now = draw(moments)
    ahead = st.lists(steps, max_size=8, unique=True)
    status = st.sampled_from(["accepted", "pending", "?"])
    start = st.none() | steps | st.timedeltas(timedelta(days=-800), timedelta(days=800))
    starts_at = draw(start)
    return now, {
        "zone": draw(st.sampled_from(ZONES)),
        "agent_name": draw(names),
        "appointment_id": "appt_0123456789abcdefghjkmnpqrs",
        "starts_at": now + starts_at if starts_at is not None else None,
        "openings": tuple(now + step for step in draw(ahead)),
        "appointments": tuple(_listed(now + step, draw(status)) for step in draw(ahead)),
        "fields": draw(st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=20), st.sampled_from(REASONS))),
        "days_ahead": draw(st.integers(0, 30)),
        "job_id": "job_0123456789abcdefghjkmnpqrs",
        "job_status": "retrying",
        "retry_after": draw(st.none() | st.integers(-5, 10**7)),
    }  # fmt: skip


def _listed(starts_at: datetime, status: str) -> ListedAppointment:
    return ListedAppointment(
        appointment_id="appt_1", starts_at=starts_at, status=status, attendee=Attendee(name="Ana", phone="+14155550123")
    )
