"""Inserts that leave an existing row alone, on both databases."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, literal_column
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from sidecar.store.tables import Base


def insert_new(session: Session, table: type[Base], values: dict[str, Any]) -> bool:
    """Inserts the row unless one with the same unique key is there. True when it is new."""
    # RETURNING, not rowcount: after an INSERT the PostgreSQL driver's rowcount is not kept.
    done: ColumnElement[int] = literal_column("1")
    if session.get_bind().dialect.name == "sqlite":
        lite = sqlite.insert(table).values(values).on_conflict_do_nothing().returning(done)
        return session.execute(lite).first() is not None
    large = postgresql.insert(table).values(values).on_conflict_do_nothing().returning(done)
    return session.execute(large).first() is not None
