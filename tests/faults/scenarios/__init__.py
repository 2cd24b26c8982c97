"""What can go wrong, a kind of trouble a file; importing this room registers every scenario."""

from tests.faults.scenarios import (
    broker,
    clocks,
    crashes,
    databases,
    failpoints,
    frozen,
    load,
    races,
    repeats,
    supervised,
    together,
    upstream,
)

__all__ = [
    "broker",
    "clocks",
    "crashes",
    "databases",
    "failpoints",
    "frozen",
    "load",
    "races",
    "repeats",
    "supervised",
    "together",
    "upstream",
]
