"""What Cal.com tells us: the inbox of notices, the hooks they come through, and the sweeps behind them."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

UTC_TIME = sa.Text().with_variant(sa.TIMESTAMP(timezone=True), "postgresql")
OPEN = {"sqlite_where": sa.text("finished_at IS NULL"), "postgresql_where": sa.text("finished_at IS NULL")}


def upgrade() -> None:
    create_notices()
    create_hooks()
    create_sweeps()


def downgrade() -> None:
    for table in ("sweeps", "hooks", "notices"):
        op.drop_table(table)


def create_notices() -> None:
    op.create_table(
        "notices",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("body_hash", sa.Text(), nullable=False),
        sa.Column("trigger", sa.Text(), nullable=False),
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("former_uid", sa.Text(), nullable=False),
        sa.Column("job_id", sa.Text(), nullable=False),
        sa.Column("starts_at", UTC_TIME),
        sa.Column("former_starts_at", UTC_TIME),
        sa.Column("received_at", UTC_TIME, nullable=False),
        sa.Column("next_attempt_at", UTC_TIME, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("crashes", sa.Integer(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("lease_until", UTC_TIME),
        sa.Column("published_at", UTC_TIME),
        sa.Column("finished_at", UTC_TIME),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_notices_account_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_notices"),
        sa.UniqueConstraint("account_id", "body_hash", name="uq_notices_account_id"),
    )
    op.create_index("ix_notices_due", "notices", ["next_attempt_at"], **OPEN)
    op.create_index("ix_notices_finished_at", "notices", ["finished_at"])


def create_hooks() -> None:
    op.create_table(
        "hooks",
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("encrypted_secret", sa.Text(), nullable=False),
        sa.Column("encrypted_former_secret", sa.Text()),
        sa.Column("former_until", UTC_TIME),
        sa.Column("calcom_id", sa.Text(), nullable=False),
        sa.Column("registered_at", UTC_TIME),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_hooks_account_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("account_id", name="pk_hooks"),
    )


def create_sweeps() -> None:
    op.create_table(
        "sweeps",
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("swept_until", UTC_TIME, nullable=False),
        sa.Column("next_at", UTC_TIME, nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("lease_until", UTC_TIME),
        sa.Column("published_at", UTC_TIME),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_sweeps_account_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("account_id", name="pk_sweeps"),
    )
    op.create_index("ix_sweeps_next_at", "sweeps", ["next_at"])
