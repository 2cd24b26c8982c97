"""What operators do, at the desk."""

from __future__ import annotations

from dataclasses import dataclass

from app.container.adapters import Adapters
from app.container.callbacks import CallbackCases, bind_callbacks
from app.container.desk_webhooks import DeskWebhookCases, bind_desk_webhooks
from app.container.job_desk import JobDeskCases, bind_job_desk
from app.container.mending import MendingCases, bind_mending
from app.container.overview import bind_overview
from app.container.setup import SetupCases, bind_setup
from app.container.staff import StaffCases, bind_staff
from app.domain.operators import IdentityProvider
from app.services.desk_sessions import CheckSession, SignOut
from app.services.read_overview import ReadOverview
from app.services.set_password import SetPassword
from app.services.sign_in import SignIn, SignInByProvider
from config.settings import Settings


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
    jobs: JobDeskCases
    callbacks: CallbackCases
    webhooks: DeskWebhookCases
    setup: SetupCases
    mending: MendingCases
    overview: ReadOverview


def bind_desk(adapters: Adapters, settings: Settings) -> DeskCases:
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
        jobs=bind_job_desk(adapters),
        callbacks=bind_callbacks(adapters),
        webhooks=bind_desk_webhooks(adapters),
        setup=bind_setup(adapters, settings),
        mending=bind_mending(adapters),
        overview=bind_overview(adapters),
    )
