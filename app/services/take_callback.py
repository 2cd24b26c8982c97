"""Take a caller to call back, give them up again, or say that it is done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.domain.audit import Deed
from app.domain.callbacks import Callback
from app.domain.errors import ConflictError, UnknownNameError
from app.domain.operators import Operator
from app.domain.ports import Clock
from app.domain.stores import OpenUnit, UnitOfWork
from app.services.named import refused
from app.services.record_deed import record_deed
from app.services.sign_in import actor_of

NOTE_LIMIT = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimCallback:
    """The operator calls them; nobody else does meanwhile. Raises UnknownNameError and ConflictError."""

    open_unit: OpenUnit
    clock: Clock

    def __call__(self, job_id: str, operator: Operator) -> Callback:
        now = self.clock()
        with self.open_unit() as unit:
            claimed = _changed(unit, job_id, lambda: unit.callbacks.claim(job_id, operator.name, now=now))
            _record(unit, Deed.CALLBACK_CLAIM, claimed, operator, self.clock)
            unit.commit()
        return claimed


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseCallback:
    """Anybody may take them again; also what another operator has claimed and left. Raises as claiming does."""

    open_unit: OpenUnit
    clock: Clock

    def __call__(self, job_id: str, operator: Operator) -> Callback:
        with self.open_unit() as unit:
            released = _changed(unit, job_id, lambda: unit.callbacks.release(job_id))
            _record(unit, Deed.CALLBACK_RELEASE, released, operator, self.clock)
            unit.commit()
        return released


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishCallback:
    """They know by now. The note goes when the caller's data is erased; the record does not repeat it, for it stays.

    Raises UnknownNameError, ConflictError, and RefusedError for a note that is too long.
    """

    open_unit: OpenUnit
    clock: Clock

    def __call__(self, job_id: str, operator: Operator, *, note: str = "") -> Callback:
        said, now = _checked_note(note), self.clock()
        with self.open_unit() as unit:
            done = _changed(unit, job_id, lambda: unit.callbacks.finish(job_id, operator.name, note=said, now=now))
            _record(unit, Deed.CALLBACK_DONE, done, operator, self.clock)
            unit.commit()
        return done


def _changed(unit: UnitOfWork, job_id: str, change: Callable[[], bool]) -> Callback:
    """The callback after the change. Raises UnknownNameError, and ConflictError where its state forbade the change."""
    happened = change()
    listed = unit.callbacks.get(job_id)
    if listed is None:
        raise UnknownNameError(f"Nobody is to be called back about {job_id}.")
    if not happened:
        raise ConflictError(_why_not(listed.callback))
    return listed.callback


def _why_not(callback: Callback) -> str:
    if callback.ending is not None:
        return f"This call is closed: {callback.ending.value.replace('_', ' ')}."
    return f"{callback.claimed_by} has claimed this call." if callback.claimed_by else "Nobody has claimed this call."


def _checked_note(text: str) -> str:
    """One printable line, or nothing. Raises RefusedError."""
    note = " ".join(text.split())
    if len(note) > NOTE_LIMIT or (note and not note.isprintable()):
        raise refused("note", f"It must be plain text of at most {NOTE_LIMIT} characters.")
    return note


def _record(unit: UnitOfWork, deed: Deed, callback: Callback, operator: Operator, clock: Clock) -> None:
    record_deed(unit, deed, callback.job_id, actor=actor_of(operator), at=clock(), org_id=callback.org_id)
