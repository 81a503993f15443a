"""Run by Alembic. The connection comes from sidecar/store/upgrade.py; there is no other way in."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context

from sidecar.store.tables import Base
from sidecar.store.types import UtcDateTime

connection = context.config.attributes["connection"]


def render_item(kind: str, value: Any, _autogen: object) -> str | Literal[False]:
    """New migrations do not depend on our types: a migration must mean the same forever."""
    if kind == "type" and isinstance(value, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    render_item=render_item,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
