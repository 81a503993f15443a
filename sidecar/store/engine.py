"""Engines. SQLite: WAL, foreign keys, and BEGIN IMMEDIATE so that a writer never has to upgrade a read lock."""

from __future__ import annotations

import os
import weakref
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url

BUSY_TIMEOUT_MS = 10_000
LOCK_TIMEOUT_MS = 10_000


def make_engine(url: str) -> Engine:
    """An engine for `sqlite:////file` or `postgresql+psycopg://…`; a forked child starts with no connection of its
    parent's."""
    if url.startswith("sqlite"):
        engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        given = make_url(url).query.get("options", "")
        options = f"-c lock_timeout={LOCK_TIMEOUT_MS} -c timezone=UTC {given}"
        engine = create_engine(url, pool_pre_ping=True, connect_args={"options": options})
    alive = weakref.ref(engine)
    os.register_at_fork(after_in_child=lambda: _forget_connections(alive()))
    return engine


def reading(engine: Engine) -> Engine:
    """The same engine for transactions that only read: no write lock, and one snapshot from the first read to the
    last, so that a case and its events fit together while others write."""
    if engine.dialect.name == "sqlite":
        return engine.execution_options(read_only=True)
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def _forget_connections(engine: Engine | None) -> None:
    if engine is not None:
        engine.dispose(close=False)


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # The driver must not begin transactions by itself: _begin_sqlite does.
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        # What a person was told is decided must survive a power cut, not only a killed process.
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_TIMEOUT_MS}",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    read_only = connection.get_execution_options().get("read_only", False)
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")
