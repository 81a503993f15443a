"""Leases: one holder at a time, and the next one when it falls silent."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, or_, update

from sidecar.context import Context
from sidecar.store.change import changed_rows
from sidecar.store.insert import insert_new
from sidecar.store.tables import LeaseRow

RELAY = "relay"


def acquire(ctx: Context, name: str, holder: str, ttl_s: float) -> bool:
    """Takes or renews the lease for `ttl_s` seconds. False while somebody else holds it."""
    now = ctx.now()
    until = now + timedelta(seconds=ttl_s)
    with ctx.uow() as uow:
        won = insert_new(uow.session, LeaseRow, {"name": name, "holder": holder, "until": until})
        if not won:
            query = (
                update(LeaseRow)
                .where(LeaseRow.name == name, or_(LeaseRow.holder == holder, LeaseRow.until <= now))
                .values(holder=holder, until=until)
            )
            won = changed_rows(uow.session, query) == 1
        uow.commit()
    return won


def give_back(ctx: Context, name: str, holder: str) -> None:
    """Frees the lease at once when `holder` has it, so that a spare need not wait."""
    with ctx.uow() as uow:
        uow.session.execute(delete(LeaseRow).where(LeaseRow.name == name, LeaseRow.holder == holder))
        uow.commit()
