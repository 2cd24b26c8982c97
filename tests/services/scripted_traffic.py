"""Traffic that holds requests back when the test says so."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.domain.directory import Access
from app.domain.traffic import Priority, Sample


@dataclass
class ScriptedTraffic:
    """`waits` are the answers to the next requests for leave; with none left everybody may go."""

    waits: list[float] = field(default_factory=list)
    asked: list[Priority] = field(default_factory=list)

    def take(self, _access: Access, priority: Priority) -> float:
        self.asked.append(priority)
        return self.waits.pop(0) if self.waits else 0.0

    def record(self, _access: Access, _sample: Sample) -> None:
        raise AssertionError("who calls Cal.com records, not who sends a command")
