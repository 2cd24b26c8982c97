"""What can go wrong, a kind of trouble a file; importing this room registers every scenario."""

from tests.faults.scenarios import (
    broker,
    crashes,
    databases,
    failpoints,
    load,
    races,
    repeats,
    supervised,
    together,
    upstream,
)

__all__ = [
    "broker",
    "crashes",
    "databases",
    "failpoints",
    "load",
    "races",
    "repeats",
    "supervised",
    "together",
    "upstream",
]
