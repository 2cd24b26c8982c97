"""The application as a server loads it, with use cases that answer at once."""

from __future__ import annotations

from app.factory import create_app
from tests.api.doubles import UseCasesDouble

application = create_app(UseCasesDouble(), public_url="http://127.0.0.1")
