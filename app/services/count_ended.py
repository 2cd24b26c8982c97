"""Say how many jobs ended how since counting began, for those who keep such numbers themselves."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.errors import StoreUnavailableError
from app.domain.stores import OpenUnit
from app.domain.tallies import EPOCH, Measure, Span


@dataclass(frozen=True, slots=True, kw_only=True)
class CountEnded:
    """Some seconds behind. Raises nothing: without its database there are no numbers."""

    read_unit: OpenUnit

    def __call__(self) -> dict[tuple[str, str], int]:
        """By status and result."""
        try:
            with self.read_unit() as unit:
                kept = unit.tallies.read(Span.EVER, since=EPOCH)
        except StoreUnavailableError:
            return {}
        ever = kept.tallies.get(EPOCH)
        if ever is None:
            return {}
        named = ((name.partition("/"), number) for name, number in ever.of(Measure.ENDED).items())
        return {(status, result): number for (status, _, result), number in named}
