"""Brings a database to the present tables."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from sidecar.store.engine import make_engine
from sidecar.store.tables import Base

MIGRATIONS = Path(__file__).parent / "migrations"
# Two processes that start together upgrade one after the other.
ADVISORY_LOCK = 7_428_411


def upgrade(url: str, revision: str = "head") -> str:
    """Runs the missing migrations in one transaction and returns the revision reached."""
    engine = make_engine(url)
    try:
        with engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": ADVISORY_LOCK})
            command.upgrade(config(connection), revision)
        with engine.connect() as connection:
            return current(connection) or ""
    finally:
        engine.dispose()


def config(connection: Connection | None = None) -> Config:
    """Alembic's configuration, without a file: it works the same from an installed package."""
    found = Config()
    found.set_main_option("script_location", str(MIGRATIONS))
    found.set_main_option("path_separator", "os")
    found.attributes["connection"] = connection
    return found


def current(connection: Connection) -> str | None:
    """The revision that the database is at; None for an empty one."""
    return MigrationContext.configure(connection).get_current_revision()


def newest() -> str:
    """The revision that this code needs."""
    return ScriptDirectory.from_config(config()).get_current_head() or ""


def differences(connection: Connection) -> list[object]:
    """What migrations and tables do not agree on; empty is good."""
    return list(compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), Base.metadata))
