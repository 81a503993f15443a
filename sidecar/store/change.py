"""Changes that say whether they happened: what every compare-and-set stands on."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import CursorResult, Update
from sqlalchemy.orm import Session


def changed_rows(session: Session, query: Update) -> int:
    """Runs an UPDATE and returns how many rows it changed; 0 means that somebody else was first.

    Rows that the session has read before stay as they were read.
    """
    result = session.execute(query.execution_options(synchronize_session=False))
    return cast("CursorResult[Any]", result).rowcount
