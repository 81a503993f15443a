"""Lists that the database answers by itself, and pairing by one code

The new columns of `cases` and the rows of `turns` and `parts` of cases that exist already are filled afterwards by
`tayang db upgrade` (sidecar/services/listed.py): a deadline needs the office's SOP and calendar.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("cases", sa.Column("role", sa.String(length=40), server_default="", nullable=False))
    op.add_column("cases", sa.Column("division", sa.Text(), server_default="", nullable=False))
    op.add_column("cases", sa.Column("occasion", sa.String(length=60), server_default="", nullable=False))
    op.add_column("cases", sa.Column("activity_date", sa.Date(), nullable=True))
    op.add_column("cases", sa.Column("search_title", sa.Text(), server_default="", nullable=False))
    op.add_column("cases", sa.Column("due_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("cases", sa.Column("published_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_cases_board",
        "cases",
        ["site_id", "procedure_key", "state", "activity_no", "due_at", "division"],
        unique=False,
    )
    for name in ("updated_at", "published_at", "publish_at", "activity_date"):
        op.create_index(op.f(f"ix_cases_site_id_{name}"), "cases", ["site_id", name], unique=False)
    for table, columns in (("turns", [sa.Column("acting_for", BIG_ID, nullable=True)]), ("parts", [])):
        op.create_table(
            table,
            sa.Column("site_id", sa.String(length=40), nullable=False),
            sa.Column("case_id", sa.String(length=32), nullable=False),
            sa.Column("person", BIG_ID, autoincrement=False, nullable=False),
            *columns,
            sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f(f"fk_{table}_case_id")),
            sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f(f"fk_{table}_site_id")),
            sa.PrimaryKeyConstraint("case_id", "person", name=op.f(f"pk_{table}")),
        )
        op.create_index(
            op.f(f"ix_{table}_site_id_person_case_id"), table, ["site_id", "person", "case_id"], unique=False
        )
    op.create_table(
        "pairings",
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("site_id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("timezone", sa.String(length=60), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("document", sa.JSON(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("token_sha256", name=op.f("pk_pairings")),
    )
    op.create_table(
        "pairing_failures",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("address", sa.String(length=16), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pairing_failures")),
    )
    op.create_index(op.f("ix_pairing_failures_address_at"), "pairing_failures", ["address", "at"], unique=False)


def downgrade() -> None:
    for table in ("pairing_failures", "pairings", "parts", "turns"):
        op.drop_table(table)
    for index in ("board", "site_id_updated_at", "site_id_published_at", "site_id_publish_at", "site_id_activity_date"):
        op.drop_index(f"ix_cases_{index}", table_name="cases")
    for column in ("published_at", "due_at", "search_title", "activity_date", "occasion", "division", "role"):
        op.drop_column("cases", column)
