"""The adapters of one process, as the ports they fulfil."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version

from app.broker.doorbell import RedisDoorbell
from app.broker.publisher import CeleryPublisher
from app.cache.probe import RedisProbe
from app.cache.slot_cache import RedisSlotCache
from app.calcom.client import CalcomCalendar
from app.calcom.transport import TimeLimits
from app.domain.ports import CalendarAt, Clock, Doorbell, Publisher, SlotCache
from app.domain.stores import OpenUnit
from app.domain.traffic import Standing, Traffic
from app.services.diagnose import DatabaseFacts
from app.services.judge_redis import RedisInfo
from app.storage.database import Database, utc_now
from app.storage.schema import current_revision, newest_revision
from app.traffic.shared import RedisTraffic
from config.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapters:
    """What the use cases are bound to. `look_ups` runs what may take longer than a caller waits."""

    open_unit: OpenUnit
    read_unit: OpenUnit
    calendar_at: CalendarAt
    traffic: Traffic
    cache: SlotCache
    publisher: Publisher
    doorbell: Doorbell
    clock: Clock
    look_ups: Executor
    redis_answers: Callable[[], bool]
    redis_info: Callable[[], RedisInfo | None]
    read_traffic: Callable[[], list[Standing]]
    database_facts: Callable[[], DatabaseFacts]
    close: Callable[[], None]


def choose_adapters(settings: Settings, *, local: Clock = utc_now) -> Adapters:
    """Connects to nothing before it is used, so that it may be called before a fork. `local`: this host's own clock."""
    stack = ExitStack()
    database = Database(settings.database_url, secret_keys=settings.secret_keys, local=local)
    traffic = RedisTraffic(settings.redis_url)
    calendar = CalcomCalendar(TimeLimits(), f"Ringbook/{version('ringbook')}", traffic)
    doorbell, probe = RedisDoorbell(settings.redis_url), RedisProbe.of(settings.redis_url)
    look_ups = ThreadPoolExecutor(max_workers=max(4, settings.web_threads // 2), thread_name_prefix="look-up")
    for close in (database.dispose, calendar.close, traffic.close, doorbell.close, probe.close):
        stack.callback(close)
    stack.callback(partial(look_ups.shutdown, wait=False, cancel_futures=True))
    return Adapters(
        open_unit=database.unit,
        read_unit=database.reading_unit,
        calendar_at=calendar.at,
        traffic=traffic,
        cache=RedisSlotCache(settings.redis_url, database.clock),
        publisher=CeleryPublisher(settings.redis_url),
        doorbell=doorbell,
        clock=database.clock,
        look_ups=look_ups,
        redis_answers=probe.answers,
        redis_info=probe.info,
        read_traffic=traffic.standings,
        database_facts=partial(_database_facts, settings.database_url, database),
        close=stack.close,
    )


def _database_facts(url: str, database: Database) -> DatabaseFacts:
    name, server = database.server()
    return DatabaseFacts(
        name=name, version=server, revision=current_revision(url) or "", newest_revision=newest_revision() or ""
    )
