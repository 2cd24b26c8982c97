"""Judge a Redis or Valkey server by its own INFO: version, persistence and what it does when memory is full."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from app.services.findings import Finding, ok, problem, warning

RedisInfo = Mapping[str, object]
"""The answer to INFO, names as the server gives them (https://redis.io/docs/latest/commands/info/)."""

OLDEST = (6, 2)


def judge_redis(info: RedisInfo | None) -> Iterator[Finding]:
    """One finding a matter; None stands for a server that did not answer."""
    if info is None:
        yield problem(
            "redis",
            "It does not answer. Requests are still accepted; nothing runs until it is back.",
            "Start it (ringbook up brings its own), or correct REDIS_URL.",
        )
        return
    yield _version(info)
    yield _persistence(info)
    yield _eviction(info)


def _version(info: RedisInfo) -> Finding:
    compatible = str(info.get("redis_version", ""))
    name = f"Valkey {info['valkey_version']}" if info.get("valkey_version") else f"Redis {compatible}"
    numbers = [int(part) for part in compatible.split(".")[:2] if part.isdigit()]
    if tuple(numbers) < OLDEST:
        return problem("redis", f"{name} is too old.", "Use Redis 6.2 or later, or Valkey.")
    return ok("redis", f"{name} answers.")


def _persistence(info: RedisInfo) -> Finding:
    if str(info.get("aof_enabled", "0")) == "1":
        if str(info.get("aof_last_write_status", "ok")) != "ok":
            return problem("redis persistence", "It cannot write its append-only file.", "Look at its disk.")
        return ok("redis persistence", "It keeps an append-only file.")
    return warning(
        "redis persistence",
        "It keeps no append-only file: a restart forgets queued messages; their jobs run some seconds later.",
        "Set appendonly yes.",
    )


def _eviction(info: RedisInfo) -> Finding:
    policy = str(info.get("maxmemory_policy", "noeviction"))
    bounded = str(info.get("maxmemory", "0")) != "0"
    if policy == "noeviction":
        return ok("redis eviction", "It evicts nothing.")
    text = f"Its policy {policy} may throw queued messages away when memory is full"
    if bounded and policy.startswith("allkeys"):
        return problem("redis eviction", f"{text}.", "Set maxmemory-policy noeviction.")
    return warning("redis eviction", f"{text}, should a limit be set.", "Set maxmemory-policy noeviction.")
