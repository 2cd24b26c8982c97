"""One message and its secret."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

from app.domain.sending import Message

SECRET = "whsec_" + base64.b64encode(b"0123456789" * 3).decode()
OTHER_SECRET = "whsec_" + base64.b64encode(b"9876543210" * 3).decode()
BODY = b'{"type":"appointment.booked","timestamp":"2026-11-23T14:00:00.000Z","data":{"attendee":{"name":"Zo\xc3\xab"}}}'
MESSAGE = Message(id="evt_608m7gc5x77tc9bg8h6v1b8ah0", sent_at=datetime(2026, 11, 23, 14, 0, tzinfo=UTC), body=BODY)
