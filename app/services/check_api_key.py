"""Find out what an API key opens, and note now and then that it is in use."""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from app.domain.api_keys import NOTED_EVERY, SHAPE, ApiKey, hash_of
from app.domain.errors import NotAuthenticatedError, StoreUnavailableError
from app.domain.ports import Clock
from app.domain.stores import OpenUnit

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckApiKey:
    """The key as text to what is kept of it. Raises NotAuthenticatedError and StoreUnavailableError.

    The use of a key is noted by `notes`, in another thread: no request waits for that, or fails with it.
    """

    read_unit: OpenUnit
    open_unit: OpenUnit
    notes: Executor
    clock: Clock
    _handed_over: dict[str, datetime] = field(default_factory=dict)  # per key, so that notes do not queue up

    def __call__(self, api_key: str) -> ApiKey:
        now = self.clock()
        if not SHAPE.match(api_key):
            raise NotAuthenticatedError
        with self.read_unit() as unit:
            found = unit.api_keys.by_hash(hash_of(api_key))
        if found is None or not found.opens(now):
            raise NotAuthenticatedError
        self._note(found, now)
        return found

    def _note(self, api_key: ApiKey, now: datetime) -> None:
        handed_over = self._handed_over.get(api_key.id)
        if api_key.use_is_noted(now) or (handed_over is not None and now < handed_over + NOTED_EVERY):
            return
        self._handed_over[api_key.id] = now
        self.notes.submit(self._write, api_key.id, now)

    def _write(self, key_id: str, now: datetime) -> None:
        try:
            with self.open_unit() as unit:
                unit.api_keys.note_use(key_id, now=now)
                unit.commit()
        except StoreUnavailableError:
            log.warning("api_key_use_was_not_noted", api_key_id=key_id, exc_info=True)
