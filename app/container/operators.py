"""What operators do, from the command line."""

from __future__ import annotations

from dataclasses import dataclass

from app.container.adapters import Adapters
from app.container.diagnosis import bind_diagnosis
from app.container.mending import bind_discarding, bind_preflight, bind_requeueing
from app.container.staff import StaffCases, bind_staff
from app.container.webhooks import WebhookCases, bind_webhooks
from app.domain.traffic import Priority
from app.services.add_account import AddAccount
from app.services.add_agent import AddAgent
from app.services.add_api_key import AddApiKey
from app.services.add_organization import AddOrganization
from app.services.caller_secrets import AddCallerSecret, ListCallerSecrets, RemoveCallerSecret
from app.services.change_account import ChangeAccount
from app.services.change_agent import ChangeAgent
from app.services.change_organization import ChangeOrganization
from app.services.connect_hook import ConnectHook, DisconnectHook, ShowHook
from app.services.diagnose import Diagnose
from app.services.discard_job import DiscardJob
from app.services.erase_person import ErasePerson
from app.services.list_api_keys import ListApiKeys
from app.services.list_audit import ListAudit
from app.services.list_directory import ListAccounts, ListAgents, ListOrganizations
from app.services.list_jobs import ListJobs
from app.services.preflight_job import PreflightJob
from app.services.prune_personal_data import PrunePersonalData
from app.services.requeue_job import RequeueJob
from app.services.revoke_api_key import RevokeApiKey
from app.services.rotate_keys import RotateKeys
from app.services.show_directory import ShowAccount, ShowAgent, ShowOrganization
from app.services.show_job import ShowJob


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorCases:
    """The use cases behind the commands of `ringbook`."""

    add_organization: AddOrganization
    change_organization: ChangeOrganization
    add_caller_secret: AddCallerSecret
    list_caller_secrets: ListCallerSecrets
    remove_caller_secret: RemoveCallerSecret
    list_organizations: ListOrganizations
    show_organization: ShowOrganization
    add_account: AddAccount
    change_account: ChangeAccount
    list_accounts: ListAccounts
    show_account: ShowAccount
    connect_hook: ConnectHook
    disconnect_hook: DisconnectHook
    show_hook: ShowHook
    add_agent: AddAgent
    change_agent: ChangeAgent
    list_agents: ListAgents
    show_agent: ShowAgent
    list_jobs: ListJobs
    show_job: ShowJob
    preflight_job: PreflightJob
    requeue_job: RequeueJob
    discard_job: DiscardJob
    erase_person: ErasePerson
    prune_personal_data: PrunePersonalData
    list_audit: ListAudit
    add_api_key: AddApiKey
    list_api_keys: ListApiKeys
    revoke_api_key: RevokeApiKey
    rotate_keys: RotateKeys
    diagnose: Diagnose
    webhooks: WebhookCases
    staff: StaffCases


def bind_operators(adapters: Adapters, *, calcom_base_url: str, public_url: str) -> OperatorCases:
    read_unit, open_unit = adapters.read_unit, adapters.open_unit
    calendar, clock = adapters.calendar_at(Priority.SUGGEST), adapters.clock
    return OperatorCases(
        add_organization=AddOrganization(open_unit=open_unit, clock=clock),
        change_organization=ChangeOrganization(open_unit=open_unit),
        add_caller_secret=AddCallerSecret(open_unit=open_unit, clock=clock),
        list_caller_secrets=ListCallerSecrets(read_unit=read_unit, clock=clock),
        remove_caller_secret=RemoveCallerSecret(open_unit=open_unit),
        list_organizations=ListOrganizations(read_unit=read_unit),
        show_organization=ShowOrganization(read_unit=read_unit),
        add_account=AddAccount(
            open_unit=open_unit, read_unit=read_unit, calendar=calendar, clock=clock, default_base_url=calcom_base_url
        ),
        change_account=ChangeAccount(open_unit=open_unit, read_unit=read_unit, calendar=calendar),
        list_accounts=ListAccounts(read_unit=read_unit),
        show_account=ShowAccount(read_unit=read_unit),
        connect_hook=_bind_connecting(adapters, public_url),
        disconnect_hook=DisconnectHook(open_unit=open_unit, read_unit=read_unit, desk=adapters.hook_desk),
        show_hook=ShowHook(read_unit=read_unit),
        add_agent=AddAgent(open_unit=open_unit, read_unit=read_unit, calendar=calendar, clock=clock),
        change_agent=ChangeAgent(open_unit=open_unit, read_unit=read_unit, calendar=calendar),
        list_agents=ListAgents(read_unit=read_unit),
        show_agent=ShowAgent(read_unit=read_unit),
        list_jobs=ListJobs(read_unit=adapters.search_unit),
        show_job=ShowJob(read_unit=read_unit),
        preflight_job=bind_preflight(adapters, Priority.SUGGEST),
        requeue_job=bind_requeueing(adapters),
        discard_job=bind_discarding(adapters),
        erase_person=ErasePerson(open_unit=open_unit, read_unit=read_unit, clock=clock),
        prune_personal_data=PrunePersonalData(open_unit=open_unit, read_unit=read_unit, clock=clock),
        list_audit=ListAudit(read_unit=adapters.search_unit),
        add_api_key=AddApiKey(open_unit=open_unit, clock=clock),
        list_api_keys=ListApiKeys(read_unit=read_unit),
        revoke_api_key=RevokeApiKey(open_unit=open_unit, clock=clock),
        rotate_keys=RotateKeys(open_unit=open_unit),
        webhooks=bind_webhooks(adapters),
        staff=bind_staff(adapters),
        diagnose=bind_diagnosis(adapters, public_url),
    )


def _bind_connecting(adapters: Adapters, public_url: str) -> ConnectHook:
    return ConnectHook(
        open_unit=adapters.open_unit,
        read_unit=adapters.read_unit,
        desk=adapters.hook_desk,
        clock=adapters.clock,
        public_url=public_url,
    )
