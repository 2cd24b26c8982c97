"""Find what needs a person now, the most pressing first."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum

from app.domain.answers import Result
from app.domain.processes import Kind
from app.domain.tallies import THE_CALLERS_MATTER
from app.services.admission import LONGEST_WAIT
from app.services.read_callbacks import MOST as MOST_CALLERS
from app.services.read_present import Present


class Matter(StrEnum):
    """What a person is needed for. Each has a sentence and a place where it is mended in `admin.concerns`."""

    REDIS_AWAY = "redis_away"
    UNSERVED = "unserved"  # a queue from which no process takes messages
    NO_SCHEDULER = "no_scheduler"
    OVERDUE = "overdue"
    CALLERS = "callers"  # to call back: they were told "still confirming", and it failed
    OUTCOME_UNKNOWN = "outcome_unknown"
    FAILED = "failed"
    KEY_REFUSED = "key_refused"
    LEFT_ALONE = "left_alone"  # an account whose breaker is open
    ENDPOINTS_DISABLED = "endpoints_disabled"
    ENDPOINTS_FAILING = "endpoints_failing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Concern:
    """`number` of how many things it is true, at least; `about` is the one it is true of, where there is only one."""

    matter: Matter
    number: int
    about: str = ""
    at_least: bool = False


def find_concerns(present: Present, queues: Collection[str]) -> list[Concern]:
    """`queues`: those that some process has to take messages from."""
    return [concern for find in FINDERS for concern in find(present, queues)]


def _processes(present: Present, queues: Collection[str]) -> Iterator[Concern]:
    if present.living is None:
        yield Concern(matter=Matter.REDIS_AWAY, number=1)
        return
    served = {queue for each in present.living for queue in each.sign.queues}
    unserved = [queue for queue in queues if queue not in served]
    if unserved:
        yield Concern(matter=Matter.UNSERVED, number=len(unserved), about=", ".join(unserved))
    if not any(each.sign.kind is Kind.SCHEDULER for each in present.living):
        yield Concern(matter=Matter.NO_SCHEDULER, number=1)


def _queue(present: Present, _queues: Collection[str]) -> Iterator[Concern]:
    waited = present.oldest_due_seconds or 0.0
    if waited > LONGEST_WAIT.total_seconds():
        yield Concern(matter=Matter.OVERDUE, number=int(waited))


def _callers(present: Present, _queues: Collection[str]) -> Iterator[Concern]:
    if present.callers:
        yield Concern(matter=Matter.CALLERS, number=present.callers, at_least=present.callers >= MOST_CALLERS)


def _failures(present: Present, _queues: Collection[str]) -> Iterator[Concern]:
    failures = present.failures
    if failures.unknown:
        yield Concern(matter=Matter.OUTCOME_UNKNOWN, number=failures.unknown, about=Result.OUTCOME_UNKNOWN)
    for result, number in sorted(failures.by_result.items(), key=lambda each: (-each[1], each[0])):
        if result not in THE_CALLERS_MATTER:
            yield Concern(matter=Matter.FAILED, number=number, about=result, at_least=failures.is_cut)


def _accounts(present: Present, _queues: Collection[str]) -> Iterator[Concern]:
    refused = [each.account for each in present.troubled if each.trouble == Result.UPSTREAM_KEY]
    if refused:
        about = refused[0].name if len(refused) == 1 else ""
        yield Concern(matter=Matter.KEY_REFUSED, number=len(refused), about=about)
    if present.accounts_left_alone:
        first = present.accounts[0].account
        about = first.name if first is not None and present.accounts_left_alone == 1 else ""
        yield Concern(matter=Matter.LEFT_ALONE, number=present.accounts_left_alone, about=about)


def _endpoints(present: Present, _queues: Collection[str]) -> Iterator[Concern]:
    if present.endpoints.disabled_by_us:
        yield Concern(matter=Matter.ENDPOINTS_DISABLED, number=present.endpoints.disabled_by_us)
    if present.endpoints.failing_for_long:
        yield Concern(matter=Matter.ENDPOINTS_FAILING, number=present.endpoints.failing_for_long)


Find = Callable[[Present, Collection[str]], Iterator[Concern]]
FINDERS: tuple[Find, ...] = (_processes, _queue, _callers, _failures, _accounts, _endpoints)
"""The one place for a further concern: a finder here, a matter above, and its words in `admin.concerns`."""
