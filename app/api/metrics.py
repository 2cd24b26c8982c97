"""Counts requests, shows the queue and the traffic to Cal.com, for Prometheus. No label tells anything of a caller."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from app.domain.traffic import Standing
from app.services.check_health import Health

BUCKETS = (0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 8, 10, 15, 20, 25, 30)
"""Seconds; close together where voice platforms cut a tool off."""


class HealthCollector(Collector):
    """Gauges read from the database when they are asked for, so that every process tells the same."""

    def __init__(self, check_health: Callable[[], Health]) -> None:
        self._check_health = check_health

    def collect(self) -> Iterator[GaugeMetricFamily]:
        health = self._check_health()
        up = GaugeMetricFamily("ringbook_up", "1 where the part answers.", labels=["part"])
        up.add_metric(["database"], float(health.database))
        up.add_metric(["redis"], float(health.redis))
        yield up
        jobs = GaugeMetricFamily("ringbook_jobs", "Jobs that have not ended yet, by status.", labels=["status"])
        for status, count in health.jobs.items():
            jobs.add_metric([status], count)
        yield jobs
        waited = health.oldest_due_seconds or 0.0
        yield GaugeMetricFamily("ringbook_oldest_due_seconds", "How long the longest waiting due job waits.", waited)

    def describe(self) -> list[GaugeMetricFamily]:
        return []  # keeps registration from asking the database


class EndedCollector(Collector):
    """How many jobs ended since counting began, from what the scheduler counted: every process tells the same."""

    def __init__(self, count_ended: Callable[[], Mapping[tuple[str, str], int]]) -> None:
        self._count_ended = count_ended

    def collect(self) -> Iterator[CounterMetricFamily]:
        ended = CounterMetricFamily(
            "ringbook_jobs_ended",
            "Jobs that ended, some seconds behind; one that is requeued ends again.",
            labels=["status", "result"],
        )
        for labels, number in self._count_ended().items():
            ended.add_metric(labels, number)
        yield ended

    def describe(self) -> list[CounterMetricFamily]:
        return []


class TrafficCollector(Collector):
    """Budget and breaker of each account used within the hour, read from Redis when they are asked for."""

    def __init__(self, read_traffic: Callable[[], Sequence[Standing]]) -> None:
        self._read_traffic = read_traffic

    def collect(self) -> Iterator[GaugeMetricFamily]:
        left = GaugeMetricFamily(
            "ringbook_calcom_budget_left", "Requests the account may still make in this minute.", labels=["account"]
        )
        breaker = GaugeMetricFamily(
            "ringbook_calcom_breaker_open",
            "1 while Cal.com fails and is left alone.",
            labels=["account"],
        )
        for standing in self._read_traffic():
            left.add_metric([standing.account_id], standing.budget_left)
            breaker.add_metric([standing.account_id], float(standing.breaker_is_open))
        yield left
        yield breaker

    def describe(self) -> list[GaugeMetricFamily]:
        return []


class RequestMetrics:
    """What this process has counted, with the gauges of the whole service; each web process is scraped by itself."""

    def __init__(
        self,
        check_health: Callable[[], Health],
        count_ended: Callable[[], Mapping[tuple[str, str], int]],
        read_traffic: Callable[[], Sequence[Standing]],
    ) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(HealthCollector(check_health))
        self._registry.register(EndedCollector(count_ended))
        self._registry.register(TrafficCollector(read_traffic))
        self._requests = Counter(
            "ringbook_http_requests",
            "Requests answered.",
            ["endpoint", "action", "status", "result"],
            registry=self._registry,
        )
        self._seconds = Histogram(
            "ringbook_http_request_seconds",
            "Time to answer.",
            ["endpoint", "action"],
            buckets=BUCKETS,
            registry=self._registry,
        )

    def observe(self, *, endpoint: str, action: str, status: int, result: str, seconds: float) -> None:
        self._requests.labels(endpoint, action, str(status), result).inc()
        self._seconds.labels(endpoint, action).observe(seconds)

    def exposition(self) -> bytes:
        """All numbers in Prometheus' text format."""
        return generate_latest(self._registry)
