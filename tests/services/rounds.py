"""A watch over who waits for an outcome, for clocks that are set by hand."""

from __future__ import annotations

from app.services.outcome_watch import OutcomeWatch


class RoundsByHand(OutcomeWatch):
    """Whoever wants a round makes one: no thread of its own would know this clock."""

    def _start(self) -> None:
        pass
