"""Every migration may be applied while the code of before still runs: during a deploy both are at work."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, inspect, text

from app.storage.engines import parse_url
from app.storage.schema import _config, _locked, migrate

FIRST = "0001"

pytestmark = pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index")


@dataclass(frozen=True)
class Shape:
    """One table as code sees it: columns (type, may be null, has a default), and what a row may be refused for."""

    columns: dict[str, tuple[str, bool, bool]]
    refusals: frozenset[str]


Schema = dict[str, Shape]


def read_schema(connection: Connection) -> Schema:
    inspector = inspect(connection)
    names = (name for name in inspector.get_table_names() if name != "alembic_version")
    return {name: _shape(inspector, name) for name in names}


def _shape(inspector: Any, table: str) -> Shape:
    columns = {
        column["name"]: (str(column["type"]), bool(column["nullable"]), column["default"] is not None)
        for column in inspector.get_columns(table)
    }
    uniques = [f"unique {sorted(each['column_names'])}" for each in inspector.get_unique_constraints(table)]
    uniques += [f"unique {sorted(each['column_names'])}" for each in inspector.get_indexes(table) if each["unique"]]
    checks = [f"check {each['sqltext']}" for each in inspector.get_check_constraints(table)]
    foreign = [f"foreign key {each['constrained_columns']}" for each in inspector.get_foreign_keys(table)]
    key = inspector.get_pk_constraint(table)["constrained_columns"]
    return Shape(columns, frozenset([*uniques, *checks, *foreign, f"primary key {key}"]))


def dangers(before: Schema, after: Schema) -> Iterator[str]:
    """What the older code would stumble over: what it reads is gone or other, what it writes would be refused."""
    for table, old in before.items():
        new = after.get(table)
        if new is None:
            yield f"{table} is gone"
            continue
        yield from _columns_in_danger(table, old.columns, new.columns)
        yield from (f"{table} has a new {refusal}" for refusal in sorted(new.refusals - old.refusals))


def _columns_in_danger(
    table: str, old: dict[str, tuple[str, bool, bool]], new: dict[str, tuple[str, bool, bool]]
) -> Iterator[str]:
    for name, (kind, nullable, has_default) in old.items():
        if name not in new:
            yield f"{table}.{name} is gone"
        elif new[name][0] != kind:
            yield f"{table}.{name} is {new[name][0]}, was {kind}"
        elif (nullable and not new[name][1]) or (has_default and not new[name][2]):
            yield f"{table}.{name} must be given now"
    for name in sorted(new.keys() - old.keys()):
        if not new[name][1] and not new[name][2]:
            yield f"{table}.{name} is new and must be given"


def test_no_migration_breaks_the_code_that_ran_before_it(empty_url: str) -> None:
    revisions = list(ScriptDirectory.from_config(_config()).walk_revisions())[::-1]
    assert revisions[0].revision == FIRST
    schemas: dict[str, Schema] = {}
    for revision in revisions:
        with _locked(empty_url) as connection:
            command.upgrade(_config(connection), revision.revision)
            schemas[revision.revision] = read_schema(connection)

    assert all(schemas[FIRST].values())
    found = {
        revision.revision: list(dangers(schemas[str(revision.down_revision)], schemas[revision.revision]))
        for revision in revisions[1:]
    }
    assert {name: dangers for name, dangers in found.items() if dangers} == {}


@pytest.mark.parametrize(
    ("statement", "danger"),
    [
        ("DROP TABLE leases", "leases is gone"),
        ("ALTER TABLE jobs DROP COLUMN zone", "jobs.zone is gone"),
        ("ALTER TABLE jobs RENAME COLUMN zone TO time_zone", "jobs.zone is gone"),
        ("ALTER TABLE agents ADD COLUMN voice TEXT NOT NULL DEFAULT ''", ""),
        ("ALTER TABLE agents ADD COLUMN voice TEXT", ""),
        ("CREATE INDEX ix_agents_name ON agents (name)", ""),
        ("CREATE TABLE voices (id TEXT NOT NULL PRIMARY KEY)", ""),
        ("CREATE UNIQUE INDEX ix_agents_name ON agents (name)", "agents has a new unique ['name']"),
    ],
)
def test_a_danger_is_recognised(database_url: str, statement: str, danger: str) -> None:
    assert danger in _dangers_of(database_url, statement) if danger else _dangers_of(database_url, statement) == []


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("statement", "danger"),
    [
        ("ALTER TABLE jobs ALTER COLUMN zone TYPE varchar(9)", "jobs.zone is VARCHAR(9), was TEXT"),
        ("ALTER TABLE jobs ALTER COLUMN deadline_at DROP NOT NULL", ""),
        ("ALTER TABLE jobs ALTER COLUMN starts_at SET NOT NULL", "jobs.starts_at must be given now"),
        ("ALTER TABLE agents ADD COLUMN voice TEXT NOT NULL", "agents.voice is new and must be given"),
        ("ALTER TABLE jobs ADD CHECK (attempts < 9)", "jobs has a new check attempts < 9"),
        ("ALTER TABLE jobs ADD FOREIGN KEY (org_id) REFERENCES organizations", "jobs has a new foreign key ['org_id']"),
    ],
)
def test_a_danger_that_only_postgresql_can_make_is_recognised(postgres_url: str, statement: str, danger: str) -> None:
    assert _dangers_of(postgres_url, statement) == ([danger] if danger else [])


def _dangers_of(url: str, statement: str) -> list[str]:
    migrate(url)
    engine = create_engine(parse_url(url))
    with engine.connect() as connection:
        before = read_schema(connection)
        connection.execute(text(statement))
        found = list(dangers(before, read_schema(connection)))
    engine.dispose()
    return found
