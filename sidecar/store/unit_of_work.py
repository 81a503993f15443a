"""One transaction. Whoever opens it commits it; leaving without commit takes everything back."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

from sidecar.store.audit import AuditTrail
from sidecar.store.cases import Cases
from sidecar.store.deliveries import Deliveries
from sidecar.store.errors import DatabaseBusy
from sidecar.store.idempotency import Idempotency
from sidecar.store.listing import Listing
from sidecar.store.mails import Mails
from sidecar.store.outbox import Outbox
from sidecar.store.people import People
from sidecar.store.revisions import Revisions
from sidecar.store.sites import Sites
from sidecar.store.sops import Sops
from sidecar.store.tokens import Tokens

# PostgreSQL: lock_not_available, deadlock_detected, serialization_failure.
BUSY_STATES = frozenset({"55P03", "40P01", "40001"})


class UnitOfWork:
    """`session` is for queries of one's own; the attributes hold what several services need.

    Raises DatabaseBusy when a lock could not be had in time: nothing has changed, the call may be made again.
    """

    session: Session
    sites: Sites
    people: People
    sops: Sops
    cases: Cases
    audit: AuditTrail
    idempotency: Idempotency
    outbox: Outbox
    revisions: Revisions
    tokens: Tokens
    mails: Mails
    deliveries: Deliveries
    listing: Listing

    def __init__(self, sessions: sessionmaker[Session], read_only: bool = False) -> None:
        self._sessions = sessions
        self._read_only = read_only

    def __enter__(self) -> Self:
        self.session = self._sessions()
        try:
            self.session.connection()
        except OperationalError as error:
            self.session.close()
            raise _translated(error) from error
        self.sites = Sites(self.session)
        self.people = People(self.session)
        self.sops = Sops(self.session)
        self.cases = Cases(self.session)
        self.audit = AuditTrail(self.session)
        self.idempotency = Idempotency(self.session)
        self.outbox = Outbox(self.session)
        self.revisions = Revisions(self.session)
        self.tokens = Tokens(self.session)
        self.mails = Mails(self.session)
        self.deliveries = Deliveries(self.session)
        self.listing = Listing(self.session)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # close, not rollback: that would also empty the rows that were read, and callers keep them.
        self.session.close()
        if isinstance(error, OperationalError):
            translated = _translated(error)
            if translated is not error:
                raise translated from error

    def commit(self) -> None:
        """Makes it true. Raises RuntimeError in a read-only transaction."""
        if self._read_only:
            raise RuntimeError("this transaction was opened for reading")
        self.session.commit()


def _translated(error: OperationalError) -> Exception:
    state = getattr(error.orig, "sqlstate", None)
    if state in BUSY_STATES or "database is locked" in str(error.orig):
        return DatabaseBusy()
    return error
