"""Looking at what the service stands on, for the doctor and for the desk."""

from __future__ import annotations

from app.container.adapters import Adapters
from app.domain.traffic import Priority
from app.services.diagnose import Diagnose
from app.services.judge_account import JudgeAccount
from app.services.judge_hook import JudgeHook


def bind_diagnosis(adapters: Adapters, public_url: str) -> Diagnose:
    return Diagnose(
        read_unit=adapters.read_unit,
        judge_account=bind_account_judge(adapters, public_url),
        clock=adapters.clock,
        database_facts=adapters.database_facts,
        redis_info=adapters.redis_info,
    )


def bind_account_judge(adapters: Adapters, public_url: str) -> JudgeAccount:
    read_unit = adapters.read_unit
    return JudgeAccount(
        read_unit=read_unit,
        calendar=adapters.calendar_at(Priority.SUGGEST),
        judge_hook=JudgeHook(read_unit=read_unit, desk=adapters.hook_desk, public_url=public_url),
    )
