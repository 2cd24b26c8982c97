"""Decisions about jobs: when one was run again, what was changed in it, and runs over many at once."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

UTC_TIME = sa.Text().with_variant(sa.TIMESTAMP(timezone=True), "postgresql")
NOT_OVER = sa.text("finished_at IS NULL")


def upgrade() -> None:
    op.add_column("jobs", sa.Column("requeued_at", UTC_TIME))
    create_amendments()
    create_runs()
    create_items()


def downgrade() -> None:
    for table in ("bulk_items", "bulk_runs", "amendments"):
        op.drop_table(table)
    op.drop_column("jobs", "requeued_at")


def create_amendments() -> None:
    op.create_table(
        "amendments",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("job_id", sa.Text(), nullable=False),
        sa.Column("at", UTC_TIME, nullable=False),
        sa.Column("changed", sa.JSON(), nullable=False),
        sa.Column("former_starts_at", UTC_TIME),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_amendments_job_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_amendments"),
    )
    op.create_index("ix_amendments_job_id", "amendments", ["job_id", "at"])


def create_runs() -> None:
    op.create_table(
        "bulk_runs",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("wanted", sa.JSON(), nullable=False),
        sa.Column("rate", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("created_at", UTC_TIME, nullable=False),
        sa.Column("next_at", UTC_TIME, nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("paused_at", UTC_TIME),
        sa.Column("collected", sa.Integer(), nullable=False),
        sa.Column("capped", sa.Boolean(), nullable=False),
        sa.Column("place_at", UTC_TIME),
        sa.Column("place_id", sa.Text()),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("started_at", UTC_TIME),
        sa.Column("finished_at", UTC_TIME),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("crashes", sa.Integer(), nullable=False),
        sa.Column("lease_until", UTC_TIME),
        sa.Column("published_at", UTC_TIME),
        sa.PrimaryKeyConstraint("id", name="pk_bulk_runs"),
    )
    op.create_index("ix_bulk_runs_created_at", "bulk_runs", ["created_at", "id"])
    op.create_index(
        "ix_bulk_runs_due", "bulk_runs", ["next_at"], sqlite_where=NOT_OVER, postgresql_where=NOT_OVER
    )


def create_items() -> None:
    op.create_table(
        "bulk_items",
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("job_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text()),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("done_at", UTC_TIME),
        sa.ForeignKeyConstraint(["run_id"], ["bulk_runs.id"], name="fk_bulk_items_run_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run_id", "position", name="pk_bulk_items"),
        sa.UniqueConstraint("run_id", "job_id", name="uq_bulk_items_run_id"),
    )
    op.create_index("ix_bulk_items_state", "bulk_items", ["run_id", "state", "position"])
    op.create_index("ix_bulk_items_tally", "bulk_items", ["run_id", "verdict", "state", "result"])
