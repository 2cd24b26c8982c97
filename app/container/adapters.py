"""The adapters of one process, as the ports they fulfil."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from importlib.metadata import version
from ipaddress import ip_network

from app.broker.doorbell import RedisDoorbell
from app.broker.publisher import CeleryPublisher
from app.broker.signs_of_life import RedisSignsOfLife
from app.cache.probe import RedisProbe
from app.cache.slot_cache import RedisSlotCache
from app.cache.uses import RedisSlotUses
from app.calcom.client import CalcomCalendar
from app.calcom.connections import trusted
from app.calcom.transport import TimeLimits
from app.domain.held_slots import WholeSlotCache
from app.domain.limits import Counted, Limit, Limits, LimitTable
from app.domain.operators import IdentityProvider, Passwords
from app.domain.ports import Aside, BulkPublisher, CalendarAt, Clock, Doorbell, HookDesk, NoticePublisher, Publisher
from app.domain.privacy import ContactSeal
from app.domain.processes import SignsOfLife
from app.domain.sending import Sender
from app.domain.slot_use import SlotUses
from app.domain.stores import OpenUnit
from app.domain.traffic import Priority, Standing, Traffic
from app.identity.passwords import Argon2Passwords
from app.services.diagnose import DatabaseFacts
from app.services.judge_redis import RedisInfo
from app.storage.contact_seal import FernetContactSeal
from app.storage.database import Database, utc_now
from app.traffic.counting import RedisLimits
from app.traffic.shared import RedisTraffic
from app.webhooks.sender import WebhookSender
from app.webhooks.targets import TargetRules
from config.settings import Settings

NAMES_AT_ONCE = 128
"""Threads for looking up the names of endpoints: more than are ever sent to at a time, for a dead name server holds
its thread longer than we wait for it."""


SIGN_INS = 60
"""Wrong passwords an hour from one address: enough for a whole office behind one."""


USER_AGENT = f"Ringbook/{version('ringbook')}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapters:
    """What the use cases are bound to. `search_unit` is for lists that can be filtered; `look_ups` runs what may take
    longer than a caller waits.

    `notes` writes down what nobody waits for.
    """

    open_unit: OpenUnit
    read_unit: OpenUnit
    search_unit: OpenUnit
    when_directory_changes: Callable[[Callable[[], None]], None]
    calendar_at: CalendarAt
    traffic: Traffic
    limits: Limits
    cache: WholeSlotCache
    hook_desk: HookDesk
    publisher: Publisher
    notice_publisher: NoticePublisher
    bulk_publisher: BulkPublisher
    doorbell: Doorbell
    signs: SignsOfLife
    uses: SlotUses
    clock: Clock
    look_ups: Executor
    notes: Executor
    redis_answers: Callable[[], bool]
    redis_info: Callable[[], RedisInfo | None]
    read_traffic: Callable[[], list[Standing]]
    database_facts: Callable[[], DatabaseFacts]
    checkpoint: Callable[[], None]
    sender: Sender
    passwords: Passwords
    provider: IdentityProvider | None
    contact_seal: ContactSeal
    close: Callable[[], None]


def choose_adapters(settings: Settings, *, local: Clock = utc_now, aside: Aside = nullcontext) -> Adapters:
    """Connects to nothing before it is used, so that it may be called before a fork. `local`: this host's own clock."""
    stack, database = ExitStack(), Database(settings.database_url, secret_keys=settings.secret_keys, local=local)
    publisher, traffic = CeleryPublisher(settings.redis_url), RedisTraffic(settings.redis_url)
    limits = RedisLimits(settings.redis_url, limit_table(settings), secret="".join(settings.secret_keys[-1:]))
    calendar = CalcomCalendar(TimeLimits(), USER_AGENT, traffic, aside)
    doorbell, probe = RedisDoorbell(settings.redis_url), RedisProbe.of(settings.redis_url)
    signs, uses = RedisSignsOfLife(settings.redis_url), RedisSlotUses(settings.redis_url, database.clock)
    for close in (database.dispose, *(one.close for one in (calendar, traffic, limits, doorbell, probe, signs, uses))):
        stack.callback(close)
    return Adapters(
        open_unit=database.unit,
        read_unit=database.reading_unit,
        search_unit=database.searching_unit,
        when_directory_changes=database.when_directory_changes,
        calendar_at=calendar.at,
        traffic=traffic,
        cache=RedisSlotCache(settings.redis_url, database.clock, uses.count),
        hook_desk=calendar.at(Priority.SUGGEST).hooks(),
        publisher=publisher,
        notice_publisher=publisher,
        bulk_publisher=publisher,
        limits=limits,
        doorbell=doorbell,
        signs=signs,
        uses=uses,
        clock=database.clock,
        look_ups=_threads(stack, "look-up", max(4, settings.web_threads // 2)),
        notes=_threads(stack, "notes", 1),
        redis_answers=probe.answers,
        redis_info=probe.info,
        read_traffic=traffic.standings,
        database_facts=partial(_database_facts, settings.database_url, database),
        checkpoint=database.checkpoint,
        sender=WebhookSender(_target_rules(settings, partial(_threads, stack)), trust=trusted(), user_agent=USER_AGENT),
        passwords=Argon2Passwords(),
        provider=_provider(settings),
        contact_seal=FernetContactSeal(settings.secret_keys),
        close=stack.close,
    )


def _threads(stack: ExitStack, name: str, number: int) -> Executor:
    executor = ThreadPoolExecutor(max_workers=number, thread_name_prefix=name)
    stack.callback(partial(executor.shutdown, wait=False, cancel_futures=True))
    return executor


def limit_table(settings: Settings) -> LimitTable:
    """All organizations behind one address share its number of failures, hence the tenfold."""
    minute, hour = timedelta(minutes=1), timedelta(hours=1)
    return {
        Counted.ADDRESS: Limit(most=settings.limit_per_address, window=minute),
        Counted.ORGANIZATION: Limit(most=settings.limit_per_organization, window=minute),
        Counted.CONTACT: Limit(most=settings.limit_per_contact, window=hour),
        Counted.FAILURES: Limit(most=settings.limit_failures, window=minute),
        Counted.SIGN_INS: Limit(most=SIGN_INS, window=hour),
        Counted.ALL_FAILURES: Limit(most=10 * settings.limit_failures, window=minute),
    }


def _provider(settings: Settings) -> IdentityProvider | None:
    if not settings.oidc_issuer:
        return None
    from app.identity.provider import OidcProvider  # needs packages that few install

    return OidcProvider(settings.oidc_issuer, settings.oidc_client_id, settings.oidc_client_secret)


def _target_rules(settings: Settings, threads: Callable[[str, int], Executor]) -> TargetRules:
    names = threads("webhook-names", NAMES_AT_ONCE)
    return TargetRules(allowed=[ip_network(text) for text in settings.webhook_networks], look_ups=names)


def _database_facts(url: str, database: Database) -> DatabaseFacts:
    from app.storage.schema import current_revision, newest_revision  # Alembic: no process that serves needs it

    name, server = database.server()
    return DatabaseFacts(
        name=name, version=server, revision=current_revision(url) or "", newest_revision=newest_revision() or ""
    )
