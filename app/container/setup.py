"""What operators look at of the set-up: accounts, agents, the record, the settings and the parts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app.container.adapters import Adapters
from app.container.diagnosis import bind_account_judge, bind_diagnosis
from app.domain.ports import Clock
from app.domain.traffic import Priority
from app.services.findings import Finding
from app.services.judge_account import JudgeAccount
from app.services.judge_agent import JudgeAgent
from app.services.list_audit import ListAudit
from app.services.purge_slots import PurgeSlots
from app.services.read_accounts import ListAccountStates, ListAgentStates, ShowAccountState, ShowAgentState
from config.settings import Settings
from config.shown import shown_settings


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupCases:
    """The use cases behind the pages of the set-up. `settings` are told without what is secret of them."""

    list_accounts: ListAccountStates
    show_account: ShowAccountState
    judge_account: JudgeAccount
    purge_slots: PurgeSlots
    list_agents: ListAgentStates
    show_agent: ShowAgentState
    judge_agent: JudgeAgent
    list_audit: ListAudit
    judge_parts: Callable[[], list[Finding]]
    settings: Mapping[str, str]
    clock: Clock


def bind_setup(adapters: Adapters, settings: Settings) -> SetupCases:
    read_unit, read_traffic = adapters.read_unit, adapters.read_traffic
    held_slots, clock = adapters.cache, adapters.clock
    return SetupCases(
        list_accounts=ListAccountStates(read_unit=read_unit, read_traffic=read_traffic),
        show_account=ShowAccountState(read_unit=read_unit, read_traffic=read_traffic, held_slots=held_slots),
        judge_account=bind_account_judge(adapters, settings.public_url),
        purge_slots=PurgeSlots(open_unit=adapters.open_unit, read_unit=read_unit, held_slots=held_slots, clock=clock),
        list_agents=ListAgentStates(read_unit=read_unit),
        show_agent=ShowAgentState(read_unit=read_unit),
        judge_agent=JudgeAgent(read_unit=read_unit, calendar=adapters.calendar_at(Priority.SUGGEST)),
        list_audit=ListAudit(read_unit=adapters.search_unit),
        judge_parts=bind_diagnosis(adapters, settings.public_url).parts,
        settings=shown_settings(settings),
        clock=clock,
    )
