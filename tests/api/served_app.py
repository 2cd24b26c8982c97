"""The application as a server loads it, with use cases that answer at once."""

from __future__ import annotations

from tests.api.doubles import UseCasesDouble, app_of

application = app_of(UseCasesDouble(), public_url="http://127.0.0.1")
