"""An index by which appointments at a time of an account are found."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_appointments_account_id", "appointments", ["account_id", "starts_at"])


def downgrade() -> None:
    op.drop_index("ix_appointments_account_id", "appointments")
