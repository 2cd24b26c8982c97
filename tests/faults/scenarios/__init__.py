"""What can go wrong, a kind of trouble a file; importing this room registers every scenario."""

from tests.faults.scenarios import (
    broker,
    clocks,
    crashes,
    databases,
    failpoints,
    frozen,
    limits,
    load,
    races,
    refusals,
    repeats,
    supervised,
    together,
    upstream,
    versions,
)

__all__ = [
    "broker",
    "clocks",
    "crashes",
    "databases",
    "failpoints",
    "frozen",
    "limits",
    "load",
    "races",
    "refusals",
    "repeats",
    "supervised",
    "together",
    "upstream",
    "versions",
]
