"""Keys of the provider side, accounts of one agent, and what ends without being deleted."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

UTC_TIME = sa.Text().with_variant(sa.TIMESTAMP(timezone=True), "postgresql")


def upgrade() -> None:
    create_api_keys()
    op.add_column("accounts", sa.Column("agent_id", sa.Text()))
    op.add_column("accounts", sa.Column("email", sa.Text(), nullable=False, server_default=""))
    op.add_column("accounts", sa.Column("disconnected_at", UTC_TIME))
    op.add_column("agents", sa.Column("deleted_at", UTC_TIME))
    op.add_column("appointments", sa.Column("meeting_url", sa.Text(), nullable=False, server_default=""))
    op.create_index("ix_appointments_org_id", "appointments", ["org_id", "starts_at", "id"])


def downgrade() -> None:
    op.drop_index("ix_appointments_org_id", "appointments")
    op.drop_column("appointments", "meeting_url")
    op.drop_column("agents", "deleted_at")
    for name in ("disconnected_at", "email", "agent_id"):
        op.drop_column("accounts", name)
    op.drop_table("api_keys")


def create_api_keys() -> None:
    op.create_table(
        "api_keys",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("org_id", sa.Text()),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("key_hash", sa.Text(), nullable=False),
        sa.Column("ends_with", sa.Text(), nullable=False),
        sa.Column("created_at", UTC_TIME, nullable=False),
        sa.Column("expires_at", UTC_TIME),
        sa.Column("last_used_at", UTC_TIME),
        sa.Column("revoked_at", UTC_TIME),
        sa.ForeignKeyConstraint(["org_id"], ["organizations.id"], name="fk_api_keys_org_id"),
        sa.PrimaryKeyConstraint("id", name="pk_api_keys"),
        sa.UniqueConstraint("key_hash", name="uq_api_keys_key_hash"),
    )
    op.create_index("ix_api_keys_org_id", "api_keys", ["org_id", "created_at", "id"])
