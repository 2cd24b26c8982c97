"""The world the stand-in serves: users, keys, schedules and event types, read from a JSON file."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DEFAULT_WORLD = Path(__file__).with_name("world.json")


@dataclass(frozen=True)
class Hours:
    days: tuple[str, ...]
    start: str
    end: str


@dataclass(frozen=True)
class User:
    id: int
    username: str
    name: str
    email: str
    time_zone: str
    schedule_id: int
    hours: tuple[Hours, ...]
    out_of_office: frozenset[str]


@dataclass(frozen=True)
class Key:
    user_id: int
    state: str


@dataclass(frozen=True)
class EventType:
    id: int
    slug: str
    title: str
    minutes: int
    owner_id: int | None
    team_slug: str | None
    scheduling: str | None
    host_ids: tuple[int, ...]
    wire: dict[str, Any]
    email: dict[str, bool]
    phone: dict[str, Any] | None
    custom_fields: tuple[dict[str, Any], ...]
    disable_cancelling: bool

    @property
    def lengths(self) -> list[int]:
        return list(self.wire.get("lengthInMinutesOptions") or [])

    @property
    def seats(self) -> int:
        return int(self.wire["seats"].get("seatsPerTimeSlot", 0))

    @property
    def needs_confirmation(self) -> bool:
        return "type" in self.wire["confirmationPolicy"]

    @property
    def pending_blocks(self) -> bool:
        return bool(self.wire["confirmationPolicy"].get("blockUnconfirmedBookingsInBooker"))

    @property
    def email_wanted(self) -> bool:
        return self.email["required"] and not self.email["hidden"]

    @property
    def collective(self) -> bool:
        return self.scheduling == "collective"

    @property
    def is_team(self) -> bool:
        return self.scheduling is not None


@dataclass
class World:
    users: dict[int, User]
    keys: dict[str, Key]
    teams: dict[int, dict[str, Any]]
    event_types: dict[int, EventType]

    def user_named(self, username: str) -> User | None:
        return next((u for u in self.users.values() if u.username == username), None)

    def type_of_user(self, slug: str, username: str) -> EventType | None:
        owner = self.user_named(username)
        return next((t for t in self.event_types.values() if owner and t.slug == slug and t.owner_id == owner.id), None)

    def type_of_team(self, slug: str, team: str) -> EventType | None:
        return next((t for t in self.event_types.values() if t.slug == slug and t.team_slug == team), None)


def load_world(path: Path | None = None) -> World:
    data = json.loads((path or DEFAULT_WORLD).read_text(encoding="utf-8"))
    teams = {team["id"]: team for team in data.get("teams", [])}
    defaults = data["eventTypeDefaults"]
    return World(
        users={row["id"]: _user(row) for row in data["users"]},
        keys={row["key"]: Key(row["userId"], row.get("state", "active")) for row in data["keys"]},
        teams=teams,
        event_types={row["id"]: _event_type(row, defaults, teams) for row in data["eventTypes"]},
    )


def _user(row: Mapping[str, Any]) -> User:
    schedule = row["schedule"]
    return User(
        id=row["id"],
        username=row["username"],
        name=row["name"],
        email=row["email"],
        time_zone=row["timeZone"],
        schedule_id=schedule["id"],
        hours=tuple(Hours(tuple(h["days"]), h["startTime"], h["endTime"]) for h in schedule["availability"]),
        out_of_office=frozenset(row.get("outOfOffice", [])),
    )


def _event_type(row: Mapping[str, Any], defaults: Mapping[str, Any], teams: Mapping[int, Any]) -> EventType:
    team = teams.get(row.get("teamId", 0))
    owner = row.get("ownerId")
    return EventType(
        id=row["id"],
        slug=row["slug"],
        title=row["title"],
        minutes=row.get("lengthInMinutes", 30),
        owner_id=owner,
        team_slug=team["slug"] if team else None,
        scheduling=row.get("schedulingType"),
        host_ids=tuple(row.get("hostIds", [owner])),
        wire={**defaults, **row.get("wire", {})},
        email=row.get("email", {"required": True, "hidden": False}),
        phone=row.get("phone"),
        custom_fields=tuple(row.get("customFields", [])),
        disable_cancelling=row.get("disableCancelling", False),
    )
