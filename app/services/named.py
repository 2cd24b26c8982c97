"""Reads what an operator names: ids, names and the rows they stand for, or says plainly what is wrong."""

from __future__ import annotations

from app.domain.answers import Result
from app.domain.api_keys import ApiKey, ApiKeyStore
from app.domain.directory import Access, Account, Agent, Organization, effective_account_id
from app.domain.errors import NotConnectedError, RefusedError, UnknownNameError
from app.domain.identifiers import UUID
from app.domain.jobs import Job
from app.domain.stores import Directory, JobStore

NAME_LIMIT = 200


def refused(field: str, reason: str) -> RefusedError:
    """An input that cannot be taken: which one, and why."""
    return RefusedError(Result.INVALID, fields={field: reason})


def checked_uuid(text: str, field: str = "id") -> str:
    """The UUID in lower case with its hyphens, as voice platforms send it. Raises RefusedError."""
    normal = text.strip().lower()
    if not UUID.match(normal):
        raise refused(field, f"{text!r} is not a UUID like 3f0c2c4e-9d51-4f0b-8f5e-6f1f0a7c1b2d.")
    return normal


def checked_name(text: str) -> str:
    """One printable line without blanks around it, at most 200 characters. Raises RefusedError."""
    name = text.strip()
    if not name:
        raise refused("name", "It is empty.")
    if len(name) > NAME_LIMIT:
        raise refused("name", f"It is longer than {NAME_LIMIT} characters.")
    if not name.isprintable():
        raise refused("name", "It has control characters in it.")
    return name


def organization_named(directory: Directory, org_id: str) -> Organization:
    found = directory.organization(checked_uuid(org_id, "org"))
    if found is None:
        raise UnknownNameError(f"There is no organization {org_id}.")
    return found


def account_named(directory: Directory, account_id: str) -> Account:
    found = directory.account(checked_uuid(account_id, "account"))
    if found is None:
        raise UnknownNameError(f"There is no account {account_id}.")
    return found


def account_serving(directory: Directory, organization: Organization, account_id: str | None) -> Account:
    """The account an agent books with: its own, which must be of its organization, or the organization's primary."""
    chosen = effective_account_id(account_id, organization)
    if chosen is None:
        raise NotConnectedError(f"{organization.name} has no Cal.com account yet. Connect one first.")
    account = account_named(directory, chosen)
    if account.org_id != organization.id:
        raise refused("account", f"It belongs to another organization than {organization.name}.")
    return account


def access_to(directory: Directory, account: Account) -> Access:
    access = directory.access(account.id)
    if access is None:
        raise NotConnectedError(f"The account {account.name} has no key. Give it one first.")
    return access


def agent_named(directory: Directory, agent_id: str) -> Agent:
    found = directory.agent(checked_uuid(agent_id, "agent"))
    if found is None or found.deleted_at is not None:
        raise UnknownNameError(f"There is no agent {agent_id}.")
    return found


def job_named(jobs: JobStore, job_id: str) -> Job:
    found = jobs.get_with_history(job_id.strip())
    if found is None:
        raise UnknownNameError(f"There is no job {job_id}. Final jobs are deleted after a while.")
    return found


def api_key_named(api_keys: ApiKeyStore, key_id: str) -> ApiKey:
    found = api_keys.get(key_id.strip())
    if found is None:
        raise UnknownNameError(f"There is no API key {key_id}.")
    return found
