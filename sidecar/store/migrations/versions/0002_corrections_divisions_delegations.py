"""A correction is a second case on the same post; people have a division and delegations"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

INDEX = "uq_cases_site_id_post_id"


def upgrade() -> None:
    _replace_index("state IN ('open', 'publishing')")
    op.create_index(op.f("ix_cases_site_id_post_id"), "cases", ["site_id", "post_id"], unique=False)
    op.add_column("people", sa.Column("division", sa.String(length=200), nullable=False, server_default=""))
    op.add_column("people", sa.Column("delegations", sa.JSON(), nullable=False, server_default="[]"))


def downgrade() -> None:
    """Fails, and changes nothing, when a post has been corrected: the older tables cannot hold its second case."""
    op.drop_column("people", "delegations")
    op.drop_column("people", "division")
    op.drop_index(op.f("ix_cases_site_id_post_id"), table_name="cases")
    _replace_index("state <> 'cancelled'")


def _replace_index(where: str) -> None:
    op.drop_index(INDEX, table_name="cases")
    op.create_index(
        INDEX,
        "cases",
        ["site_id", "post_id"],
        unique=True,
        sqlite_where=sa.text(where),
        postgresql_where=sa.text(where),
    )
