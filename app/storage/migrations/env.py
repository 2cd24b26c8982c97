"""Runs the migrations on the connection `app.storage.schema` opened and locked."""

from __future__ import annotations

from alembic import context

from app.storage import (  # noqa: F401 - of the metadata
    callback_tables,
    directory_tables,
    job_facts,
    mending_tables,
    notice_tables,
    operator_tables,
    tally_tables,
)
from app.storage.webhook_tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,  # true of SQLite too, as the transaction is begun by us and not by its driver
    render_as_batch=True,  # SQLite changes a table by copying it
)
with context.begin_transaction():
    context.run_migrations()
