"""What an attempt asked of Cal.com and how long that took. The indexes of the desk's list are built afterwards."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

LATE = (
    "ix_jobs_org_status",
    "ix_jobs_agent_status",
    "ix_jobs_account_status",
    "ix_jobs_action_status",
    "ix_jobs_result_status",
    "ix_jobs_call_status",
    "ix_jobs_tried_2",
    "ix_jobs_tried_5",
    "ix_jobs_email",
    "ix_jobs_phone",
    "ix_appointments_email",
    "ix_appointments_phone",
)


TEXT_AT = """
CREATE OR REPLACE FUNCTION text_at(document json, path text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT AS $$
BEGIN
    RETURN document #>> string_to_array(path, '.');
EXCEPTION WHEN untranslatable_character OR invalid_text_representation THEN
    RETURN NULL;
END
$$
"""
"""No row is refused by an index because of a stray character in its JSON, which `#>>` alone would refuse."""


def upgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        op.execute(TEXT_AT)
    op.add_column("attempts", sa.Column("request", sa.JSON()))
    op.add_column("attempts", sa.Column("duration_ms", sa.Integer()))


def downgrade() -> None:
    for name in LATE:
        op.execute(f"DROP INDEX IF EXISTS {name}")
    if op.get_context().dialect.name == "postgresql":
        op.execute("DROP FUNCTION IF EXISTS text_at(json, text)")
    op.drop_column("attempts", "duration_ms")
    op.drop_column("attempts", "request")
