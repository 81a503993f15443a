"""Inserts that leave an existing row alone, on both databases."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import CursorResult
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from sidecar.store.tables import Base


def insert_new(session: Session, table: type[Base], values: dict[str, Any]) -> bool:
    """Inserts the row unless one with the same unique key is there. True when it is new."""
    if session.get_bind().dialect.name == "sqlite":
        lite = sqlite.insert(table).values(values).on_conflict_do_nothing()
        return cast("CursorResult[Any]", session.execute(lite)).rowcount == 1
    large = postgresql.insert(table).values(values).on_conflict_do_nothing()
    return cast("CursorResult[Any]", session.execute(large)).rowcount == 1
