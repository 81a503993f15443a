"""The one place that wires settings, database, clock and keys together."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import sessionmaker

from sidecar.clock import utc_now
from sidecar.context import Context
from sidecar.keys import Keys
from sidecar.logs import setup_logging
from sidecar.settings import Settings, load_settings
from sidecar.store.engine import make_engine, reading
from sidecar.store.unit_of_work import UnitOfWork


def bootstrap(settings: Settings | None = None, now: Callable[[], datetime] = utc_now) -> Context:
    """A context for this process; safe to use from threads and after a fork. Connects on first use.

    Raises SettingsError when `settings` is None and the environment cannot be used.
    """
    settings = settings or load_settings()
    setup_logging(settings.log_level)
    engine = make_engine(settings.database_url)
    writing = sessionmaker(engine, expire_on_commit=False)
    snapshots = sessionmaker(reading(engine), expire_on_commit=False)

    def uow(*, read_only: bool = False) -> UnitOfWork:
        return UnitOfWork(snapshots if read_only else writing, read_only=read_only)

    return Context(settings=settings, uow=uow, now=now, keys=Keys(settings.secret_keys))
