"""Decisions about jobs: when one was run again, what was changed in it, and runs over many at once."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0008"
branch_labels = None
depends_on = None

UTC_TIME = sa.Text().with_variant(sa.TIMESTAMP(timezone=True), "postgresql")


def upgrade() -> None:
    op.add_column("jobs", sa.Column("requeued_at", UTC_TIME))


def downgrade() -> None:
    op.drop_column("jobs", "requeued_at")
