"""Operators of the desk, their sessions, links and wrong passwords; the record tells what a deed was done to."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

UTC_TIME = sa.Text().with_variant(sa.TIMESTAMP(timezone=True), "postgresql")


def upgrade() -> None:
    create_operators()
    create_sessions()
    create_links()
    create_tries()
    op.add_column("audit", sa.Column("target", sa.Text(), nullable=False, server_default=""))
    for name in ("target", "actor", "deed"):
        op.create_index(f"ix_audit_{name}", "audit", [name, "at", "id"])


def downgrade() -> None:
    for name in ("target", "actor", "deed"):
        op.drop_index(f"ix_audit_{name}", "audit")
    op.drop_column("audit", "target")
    for table in ("sign_in_tries", "operator_links", "operator_sessions", "operators"):
        op.drop_table(table)


def create_operators() -> None:
    op.create_table(
        "operators",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("created_at", UTC_TIME, nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("disabled_at", UTC_TIME),
        sa.Column("signed_in_at", UTC_TIME),
        sa.PrimaryKeyConstraint("id", name="pk_operators"),
        sa.UniqueConstraint("name", name="uq_operators_name"),
    )


def create_sessions() -> None:
    op.create_table(
        "operator_sessions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("operator_id", sa.Text(), nullable=False),
        sa.Column("csrf", sa.Text(), nullable=False),
        sa.Column("created_at", UTC_TIME, nullable=False),
        sa.Column("seen_at", UTC_TIME, nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("browser", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name="fk_operator_sessions_operator_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_operator_sessions"),
    )
    op.create_index("ix_operator_sessions_operator_id", "operator_sessions", ["operator_id", "seen_at"])
    op.create_index("ix_operator_sessions_seen_at", "operator_sessions", ["seen_at"])


def create_links() -> None:
    op.create_table(
        "operator_links",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("operator_id", sa.Text(), nullable=False),
        sa.Column("expires_at", UTC_TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name="fk_operator_links_operator_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_operator_links"),
        sa.UniqueConstraint("operator_id", name="uq_operator_links_operator_id"),
    )


def create_tries() -> None:
    op.create_table(
        "sign_in_tries",
        sa.Column("name_hash", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("tried_at", UTC_TIME, nullable=False),
        sa.PrimaryKeyConstraint("name_hash", name="pk_sign_in_tries"),
    )
