"""What the store refuses; `code` is stable, `params` fill the sentence that the edges make of it."""

from __future__ import annotations


class StoreError(Exception):
    code = "store_error"

    def __init__(self, **params: object) -> None:
        self.params = params
        super().__init__(f"{self.code} {params}" if params else self.code)


class DatabaseBusy(StoreError):
    """Another writer held the database too long; nothing has changed, the same call may be made again."""

    code = "database_busy"


class StoreConflict(StoreError):
    """A compare-and-set touched no row: somebody else was first."""

    code = "stale_revision"
