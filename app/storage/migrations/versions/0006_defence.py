"""Caller secrets and what an organization asks of its callers; erasure, and the record of what operators did."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

UTC_TIME = sa.Text().with_variant(sa.TIMESTAMP(timezone=True), "postgresql")
UNERASED = {"sqlite_where": sa.text("erased_at IS NULL"), "postgresql_where": sa.text("erased_at IS NULL")}


def upgrade() -> None:
    for name in ("verified_only", "contact_match"):
        op.add_column("organizations", sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))
    create_caller_secrets()
    for table in ("jobs", "appointments"):
        op.add_column(table, sa.Column("erased_at", UTC_TIME))
    op.create_index("ix_jobs_unerased", "jobs", ["finished_at"], **UNERASED)
    op.create_index("ix_appointments_unerased", "appointments", ["ends_at"], **UNERASED)
    create_audit()


def downgrade() -> None:
    op.drop_table("audit")
    op.drop_index("ix_appointments_unerased", "appointments")
    op.drop_index("ix_jobs_unerased", "jobs")
    for table in ("appointments", "jobs"):
        op.drop_column(table, "erased_at")
    op.drop_table("caller_secrets")
    for name in ("contact_match", "verified_only"):
        op.drop_column("organizations", name)


def create_caller_secrets() -> None:
    """The hashes move here; the column they were in stays for the version before, and is not read any more."""
    op.create_table(
        "caller_secrets",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("secret_hash", sa.Text()),
        sa.Column("encrypted_secret", sa.Text()),
        sa.Column("created_at", UTC_TIME, nullable=False),
        sa.Column("ends_at", UTC_TIME),
        sa.PrimaryKeyConstraint("id", name="pk_caller_secrets"),
        sa.ForeignKeyConstraint(["org_id"], ["organizations.id"], name="fk_caller_secrets_org_id"),
    )
    op.create_index("ix_caller_secrets_org_id", "caller_secrets", ["org_id"])
    op.execute(
        "INSERT INTO caller_secrets (id, org_id, kind, secret_hash, created_at)"
        " SELECT 'first-' || id, id, 'shared', caller_secret_hash, created_at"
        " FROM organizations WHERE caller_secret_hash <> ''"
    )


def create_audit() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("at", UTC_TIME, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("deed", sa.Text(), nullable=False),
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("target_hash", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
    )
    op.create_index("ix_audit_at", "audit", ["at", "id"])
