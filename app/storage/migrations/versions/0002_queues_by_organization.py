"""An index by which the first due jobs of each organization are found."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

OPEN = {"sqlite_where": sa.text("finished_at IS NULL"), "postgresql_where": sa.text("finished_at IS NULL")}


def upgrade() -> None:
    op.create_index("ix_jobs_queue", "jobs", ["org_id", "next_attempt_at"], **OPEN)


def downgrade() -> None:
    op.drop_index("ix_jobs_queue", "jobs")
