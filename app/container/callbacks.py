"""What operators do about callers to call back."""

from __future__ import annotations

from dataclasses import dataclass

from app.container.adapters import Adapters
from app.domain.traffic import Priority
from app.services.find_alternatives import FindAlternatives
from app.services.read_callbacks import CountCallbacks, ListCallbacks
from app.services.take_callback import ClaimCallback, FinishCallback, ReleaseCallback


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackCases:
    """The use cases behind the page of callers, and the number of them."""

    list_callbacks: ListCallbacks
    count_callbacks: CountCallbacks
    claim_callback: ClaimCallback
    release_callback: ReleaseCallback
    finish_callback: FinishCallback
    find_alternatives: FindAlternatives


def bind_callbacks(adapters: Adapters) -> CallbackCases:
    read_unit, open_unit, clock = adapters.read_unit, adapters.open_unit, adapters.clock
    calendar = adapters.calendar_at(Priority.SUGGEST)
    return CallbackCases(
        list_callbacks=ListCallbacks(read_unit=adapters.search_unit),
        count_callbacks=CountCallbacks(read_unit=adapters.search_unit),
        claim_callback=ClaimCallback(open_unit=open_unit, clock=clock),
        release_callback=ReleaseCallback(open_unit=open_unit, clock=clock),
        finish_callback=FinishCallback(open_unit=open_unit, clock=clock),
        find_alternatives=FindAlternatives(read_unit=read_unit, calendar=calendar, clock=clock),
    )
