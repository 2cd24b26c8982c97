"""Who may use the desk, as admins change it there and from the command line."""

from __future__ import annotations

from dataclasses import dataclass

from app.container.adapters import Adapters
from app.services.desk_sessions import SignOutEverywhere
from app.services.operator_accounts import (
    AddOperator,
    ChangeOperator,
    InviteFirstOperator,
    InviteOperator,
    ListOperators,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffCases:
    """The use cases about operators themselves."""

    add: AddOperator
    invite: InviteOperator
    invite_first: InviteFirstOperator
    change: ChangeOperator
    list_all: ListOperators
    sign_out_everywhere: SignOutEverywhere


def bind_staff(adapters: Adapters) -> StaffCases:
    open_unit, clock = adapters.open_unit, adapters.clock
    return StaffCases(
        add=AddOperator(open_unit=open_unit, clock=clock),
        invite=InviteOperator(open_unit=open_unit, clock=clock),
        invite_first=InviteFirstOperator(open_unit=open_unit, clock=clock),
        change=ChangeOperator(open_unit=open_unit, clock=clock),
        list_all=ListOperators(read_unit=adapters.read_unit),
        sign_out_everywhere=SignOutEverywhere(open_unit=open_unit, clock=clock),
    )
