"""What operators do, at the desk."""

from __future__ import annotations

from dataclasses import dataclass

from app.container.adapters import Adapters
from app.container.overview import bind_overview
from app.container.staff import StaffCases, bind_staff
from app.domain.operators import IdentityProvider
from app.services.desk_sessions import CheckSession, SignOut
from app.services.read_overview import ReadOverview
from app.services.set_password import SetPassword
from app.services.sign_in import SignIn, SignInByProvider


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskCases:
    """The use cases behind the pages. `provider` is None where operators sign in by password alone."""

    provider: IdentityProvider | None
    sign_in: SignIn
    sign_in_by_provider: SignInByProvider
    check_session: CheckSession
    sign_out: SignOut
    set_password: SetPassword
    staff: StaffCases
    overview: ReadOverview


def bind_desk(adapters: Adapters) -> DeskCases:
    read_unit, open_unit, clock = adapters.read_unit, adapters.open_unit, adapters.clock
    passwords = adapters.passwords
    return DeskCases(
        provider=adapters.provider,
        sign_in=SignIn(
            open_unit=open_unit, read_unit=read_unit, passwords=passwords, limits=adapters.limits, clock=clock
        ),
        sign_in_by_provider=SignInByProvider(open_unit=open_unit, clock=clock),
        check_session=CheckSession(read_unit=read_unit, open_unit=open_unit, clock=clock),
        sign_out=SignOut(open_unit=open_unit, clock=clock),
        set_password=SetPassword(open_unit=open_unit, read_unit=read_unit, passwords=passwords, clock=clock),
        staff=bind_staff(adapters),
        overview=bind_overview(adapters),
    )
