"""What was counted of jobs that ended, and indexes on what needs a person."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

UTC_TIME = sa.Text().with_variant(sa.TIMESTAMP(timezone=True), "postgresql")

FAILED = "status = 'failed'"
UNWELL = "(status <> 'enabled' OR failures > 0)"
TROUBLED = "trouble <> ''"


def upgrade() -> None:
    op.create_table(
        "tallies",
        sa.Column("span", sa.Text(), nullable=False),
        sa.Column("begins_at", UTC_TIME, nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("span", "begins_at", name="pk_tallies"),
    )
    op.create_table(
        "watermarks",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("at", UTC_TIME, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_watermarks"),
    )
    op.add_column("sweeps", sa.Column("trouble", sa.Text(), nullable=False, server_default=""))
    create_partial("ix_sweeps_trouble", "sweeps", ["trouble"], TROUBLED)
    create_partial("ix_webhook_endpoints_unwell", "webhook_endpoints", ["status", "failing_since"], UNWELL)
    create_partial("ix_jobs_failed", "jobs", ["status", "submitted_at", "finished_at"], FAILED)  # last: no job is written meanwhile


def downgrade() -> None:
    op.drop_index("ix_jobs_failed", "jobs")
    op.drop_index("ix_webhook_endpoints_unwell", "webhook_endpoints")
    op.drop_index("ix_sweeps_trouble", "sweeps")
    op.drop_column("sweeps", "trouble")
    op.drop_table("watermarks")
    op.drop_table("tallies")


def create_partial(name: str, table: str, columns: list[str], condition: str) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(condition), postgresql_where=sa.text(condition))
