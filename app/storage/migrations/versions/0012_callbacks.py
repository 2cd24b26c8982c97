"""Callers to call back; filters of an endpoint's deliveries."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

UTC_TIME = sa.Text().with_variant(sa.TIMESTAMP(timezone=True), "postgresql")
CONTACTS = {"email": "ix_jobs_told_email", "phone": "ix_jobs_told_phone"}
DELIVERIES = ["endpoint_id", "created_at", "id"]

TEXT_AT = """
CREATE OR REPLACE FUNCTION text_at(document json, path text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT AS $$
BEGIN
    RETURN document #>> string_to_array(path, '.');
EXCEPTION WHEN untranslatable_character OR invalid_text_representation THEN
    RETURN NULL;
END
$$
"""
"""No row is refused by an index because of a stray character in its JSON, which `#>>` alone would refuse. It stays when
this is undone: other indexes may be made of it.
"""


def upgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        op.execute(TEXT_AT)
    create_callbacks()
    op.add_column("jobs", sa.Column("told_pending_at", UTC_TIME))
    for name, index in CONTACTS.items():
        create_partial(index, "jobs", ["org_id", sa.text(contact(name))], "told_pending_at IS NOT NULL")
    create_partial("ix_webhook_deliveries_open", "webhook_deliveries", DELIVERIES, "finished_at IS NULL")
    create_partial("ix_webhook_deliveries_failed", "webhook_deliveries", DELIVERIES, "status = 'failed'")
    op.create_index(
        "ix_webhook_deliveries_event_name", "webhook_deliveries", ["endpoint_id", "event_name", "created_at", "id"]
    )


def downgrade() -> None:
    for name in ("event_name", "failed", "open"):
        op.drop_index(f"ix_webhook_deliveries_{name}", "webhook_deliveries")
    for index in CONTACTS.values():
        op.drop_index(index, "jobs")
    op.drop_column("jobs", "told_pending_at")
    op.drop_table("callbacks")


def contact(name: str) -> str:
    """As queries spell it."""
    if op.get_context().dialect.name == "postgresql":
        return f"text_at(command, 'attendee.{name}')"
    return f"json_extract(command, '$.attendee.{name}')"


def create_partial(index: str, table: str, columns: list[object], where: str) -> None:
    op.create_index(index, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def create_callbacks() -> None:
    op.create_table(
        "callbacks",
        sa.Column("job_id", sa.Text(), nullable=False),
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("appointment_id", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("created_at", UTC_TIME, nullable=False),
        sa.Column("claimed_by", sa.Text(), nullable=False, server_default=""),
        sa.Column("claimed_at", UTC_TIME),
        sa.Column("heard_at", UTC_TIME),
        sa.Column("closed_at", UTC_TIME),
        sa.Column("ending", sa.Text()),
        sa.Column("closed_by", sa.Text(), nullable=False, server_default=""),
        sa.Column("settled_by", sa.Text(), nullable=False, server_default=""),
        sa.Column("note", sa.Text(), nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("job_id", name="pk_callbacks"),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_callbacks_job_id", ondelete="CASCADE"),
    )
    is_open = "closed_at IS NULL"
    create_partial("ix_callbacks_open", "callbacks", ["created_at", "job_id"], is_open)
    create_partial("ix_callbacks_org_id", "callbacks", ["org_id", "created_at", "job_id"], is_open)
    create_partial("ix_callbacks_claimed_by", "callbacks", ["claimed_by", "created_at", "job_id"], is_open)
    create_partial("ix_callbacks_appointment_id", "callbacks", ["appointment_id"], is_open)
    create_partial("ix_callbacks_moves", "callbacks", ["org_id", "created_at"], f"{is_open} AND action = 'reschedule'")
    is_closed = "closed_at IS NOT NULL"
    create_partial("ix_callbacks_closed", "callbacks", ["closed_at", "job_id"], is_closed)
    create_partial("ix_callbacks_org_id_closed", "callbacks", ["org_id", "closed_at", "job_id"], is_closed)
