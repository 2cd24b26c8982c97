"""What providers do over HTTP with an API key: all that operators do, and what only they need."""

from __future__ import annotations

from dataclasses import dataclass

from app.container.adapters import Adapters
from app.container.operators import OperatorCases
from app.domain.traffic import Priority
from app.services.check_api_key import CheckApiKey
from app.services.connect_private_account import ConnectPrivateAccount
from app.services.delete_agent import DeleteAgent
from app.services.disconnect_accounts import DisconnectAccounts
from app.services.find_event_types import FindEventTypes
from app.services.search_appointments import SearchAppointments, ShowAppointment
from app.services.show_connection import ShowConnection


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderCases:
    """The use cases behind the routes that want an API key. `operators`: those they share with the command line."""

    operators: OperatorCases
    check_api_key: CheckApiKey
    connect_private_account: ConnectPrivateAccount
    disconnect_accounts: DisconnectAccounts
    show_connection: ShowConnection
    delete_agent: DeleteAgent
    find_event_types: FindEventTypes
    search_appointments: SearchAppointments
    show_appointment: ShowAppointment


def bind_providers(adapters: Adapters, operators: OperatorCases, *, calcom_base_url: str) -> ProviderCases:
    read_unit, open_unit, clock = adapters.read_unit, adapters.open_unit, adapters.clock
    calendar = adapters.calendar_at(Priority.SUGGEST)
    return ProviderCases(
        operators=operators,
        check_api_key=CheckApiKey(read_unit=read_unit, open_unit=open_unit, notes=adapters.notes, clock=clock),
        connect_private_account=ConnectPrivateAccount(
            open_unit=open_unit,
            read_unit=read_unit,
            calendar=calendar,
            clock=clock,
            default_base_url=calcom_base_url,
        ),
        disconnect_accounts=DisconnectAccounts(open_unit=open_unit, clock=clock),
        show_connection=ShowConnection(read_unit=read_unit),
        delete_agent=DeleteAgent(open_unit=open_unit, clock=clock),
        find_event_types=FindEventTypes(read_unit=read_unit, calendar=calendar),
        search_appointments=SearchAppointments(read_unit=adapters.search_unit),
        show_appointment=ShowAppointment(read_unit=read_unit),
    )
