"""What a use case needs from outside: settings, a way to the database, the clock, the keys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sidecar.keys import Keys
from sidecar.settings import Settings
from sidecar.store.unit_of_work import UnitOfWork


class UowFactory(Protocol):
    def __call__(self, *, read_only: bool = False) -> UnitOfWork:
        """A new transaction; `read_only` takes no write lock and refuses `commit`."""


@dataclass(frozen=True)
class Context:
    """Passed as first argument to every service. `now()` gives aware UTC; tests hand in their own clock.

    `with ctx.uow() as uow: ...; uow.commit()`: one transaction; leaving without commit rolls back.
    """

    settings: Settings
    uow: UowFactory
    now: Callable[[], datetime]
    keys: Keys
