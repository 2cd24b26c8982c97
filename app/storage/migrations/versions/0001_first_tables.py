"""The first tables: jobs and attempts, appointments, the directory, leases."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

UTC_TIME = sa.Text().with_variant(sa.TIMESTAMP(timezone=True), "postgresql")
OPEN = {"sqlite_where": sa.text("finished_at IS NULL"), "postgresql_where": sa.text("finished_at IS NULL")}
LEASED = {"sqlite_where": sa.text("lease_until IS NOT NULL"), "postgresql_where": sa.text("lease_until IS NOT NULL")}


def upgrade() -> None:
    create_jobs()
    create_attempts()
    create_appointments()
    create_directory()
    create_leases()


def downgrade() -> None:
    for table in (
        "leases",
        "agents",
        "accounts",
        "organizations",
        "appointment_uids",
        "appointments",
        "attempts",
        "jobs",
    ):
        op.drop_table(table)


def create_jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("agent_id", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("appointment_id", sa.Text(), nullable=False),
        sa.Column("command", sa.JSON(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("created_at", UTC_TIME, nullable=False),
        sa.Column("deadline_at", UTC_TIME, nullable=False),
        sa.Column("next_attempt_at", UTC_TIME, nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("calendar", sa.Text(), nullable=False),
        sa.Column("starts_at", UTC_TIME),
        sa.Column("ends_at", UTC_TIME),
        sa.Column("dedupe_key", sa.Text()),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("dedupe_until", UTC_TIME),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("crashes", sa.Integer(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("submissions", sa.Integer(), nullable=False),
        sa.Column("submitted_at", UTC_TIME),
        sa.Column("lease_owner", sa.Text(), nullable=False),
        sa.Column("lease_until", UTC_TIME),
        sa.Column("published_at", UTC_TIME),
        sa.Column("finished_at", UTC_TIME),
        sa.Column("final", sa.JSON(none_as_null=True)),
        sa.CheckConstraint(
            "(finished_at IS NULL) = (status IN ('queued', 'running', 'retrying'))", name=op.f("ck_jobs_finished_when_final")
        ),
        sa.PrimaryKeyConstraint("id", name="pk_jobs"),
        sa.UniqueConstraint("dedupe_key", name="uq_jobs_dedupe_key"),
    )
    op.create_index("ix_jobs_appointment_id", "jobs", ["appointment_id", "created_at"])
    op.create_index("ix_jobs_calendar", "jobs", ["calendar", "starts_at"], **OPEN)
    op.create_index("ix_jobs_created_at", "jobs", ["created_at", "id"])
    op.create_index("ix_jobs_due", "jobs", ["next_attempt_at"], **OPEN)
    op.create_index("ix_jobs_finished_at", "jobs", ["finished_at"])
    op.create_index("ix_jobs_lease_until", "jobs", ["lease_until"], **LEASED)
    op.create_index("ix_jobs_org_id", "jobs", ["org_id", "created_at", "id"])
    op.create_index("ix_jobs_status", "jobs", ["status", "created_at", "id"])


def create_attempts() -> None:
    op.create_table(
        "attempts",
        sa.Column("job_id", sa.Text(), nullable=False),
        sa.Column("fence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("started_at", UTC_TIME, nullable=False),
        sa.Column("submitted_at", UTC_TIME),
        sa.Column("finished_at", UTC_TIME),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("http_status", sa.Integer()),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_attempts_job_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("job_id", "fence", name="pk_attempts"),
    )


def create_appointments() -> None:
    op.create_table(
        "appointments",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("agent_id", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("event_type_id", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("starts_at", UTC_TIME, nullable=False),
        sa.Column("ends_at", UTC_TIME, nullable=False),
        sa.Column("attendee_name", sa.Text(), nullable=False),
        sa.Column("attendee_email", sa.Text(), nullable=False),
        sa.Column("attendee_phone", sa.Text(), nullable=False),
        sa.Column("attendee_time_zone", sa.Text(), nullable=False),
        sa.Column("attendee_language", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_appointments"),
    )
    op.create_index(
        "ix_appointments_attendee_email", "appointments", ["org_id", "agent_id", "attendee_email", "ends_at"]
    )
    op.create_index(
        "ix_appointments_attendee_phone", "appointments", ["org_id", "agent_id", "attendee_phone", "ends_at"]
    )
    op.create_table(
        "appointment_uids",
        sa.Column("appointment_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("uid", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["appointment_id"], ["appointments.id"], name="fk_appointment_uids_appointment_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("appointment_id", "position", name="pk_appointment_uids"),
        sa.UniqueConstraint("uid", "account_id", name="uq_appointment_uids_uid"),
    )


def create_directory() -> None:
    op.create_table(
        "organizations",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", UTC_TIME, nullable=False),
        sa.Column("primary_account_id", sa.Text()),
        sa.Column("caller_secret_hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_organizations"),
    )
    op.create_table(
        "accounts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("base_url", sa.Text(), nullable=False),
        sa.Column("encrypted_key", sa.Text()),
        sa.Column("key_last4", sa.Text(), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("created_at", UTC_TIME, nullable=False),
        sa.Column("settle_seconds", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["org_id"], ["organizations.id"], name="fk_accounts_org_id"),
        sa.PrimaryKeyConstraint("id", name="pk_accounts"),
    )
    op.create_index("ix_accounts_org_id", "accounts", ["org_id"])
    op.create_table(
        "agents",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text()),
        sa.Column("event_type", sa.JSON(), nullable=False),
        sa.Column("created_at", UTC_TIME, nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("wait_seconds", sa.Float(), nullable=False),
        sa.Column("always_200", sa.Boolean(), nullable=False),
        sa.Column("placeholder_email", sa.Text(), nullable=False),
        sa.Column("phone_country", sa.Text(), nullable=False),
        sa.Column("field_answers", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_agents_account_id"),
        sa.ForeignKeyConstraint(["org_id"], ["organizations.id"], name="fk_agents_org_id"),
        sa.PrimaryKeyConstraint("id", name="pk_agents"),
    )
    op.create_index("ix_agents_org_id", "agents", ["org_id"])


def create_leases() -> None:
    op.create_table(
        "leases",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("held_until", UTC_TIME, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_leases"),
    )
