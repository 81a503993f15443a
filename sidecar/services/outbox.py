"""The life of an outbox row: pending -> queued -> running -> done | dead. Redis is a hint, these rows are the truth.

relay: `claim_due` -> enqueue -> (`release` when Redis refuses); sweep: `sweep`; people: `requeue`, `list_rows`;
job: `claim` -> work -> `finish` | `retry_later` | `give_up`
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, select, update

from sidecar.context import Context
from sidecar.services.errors import NoSuchRow
from sidecar.store.change import changed_rows
from sidecar.store.outbox import OutboxState
from sidecar.store.tables import OutboxRow
from sidecar.store.unit_of_work import UnitOfWork

MAX_ERROR_CHARACTERS = 2000


@dataclass(frozen=True)
class Work:
    """An outbox row as a worker sees it. `attempt` counts from 1 and fences: an older attempt can end nothing."""

    id: int
    site_id: str
    case_id: str | None
    kind: str
    payload: dict[str, Any]
    attempt: int
    state: str
    due_at: datetime
    lease_until: datetime | None
    error: str
    created_at: datetime
    finished_at: datetime | None


def claim_due(ctx: Context, limit: int = 100, lease_s: float = 60) -> list[Work]:
    """Marks due pending rows as queued, oldest first, each for one caller only, and returns them to be enqueued.

    A row that is not begun within `lease_s` seconds goes back to pending by `sweep`, whatever became of the job.
    """
    now = ctx.now()
    with ctx.uow() as uow:
        query = (
            select(OutboxRow.id)
            .where(OutboxRow.state == str(OutboxState.PENDING), OutboxRow.due_at <= now)
            .order_by(OutboxRow.due_at, OutboxRow.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        ids = list(uow.session.scalars(query))
        lease = {"lease_until": now + timedelta(seconds=lease_s), "attempt": OutboxRow.attempt + 1}
        _change(uow, OutboxRow.id.in_(ids), state=str(OutboxState.QUEUED), **lease)
        claimed = [_work(row) for row in _rows(uow, ids)]
        uow.commit()
    return claimed


def release(ctx: Context, works: Sequence[Work], error: str = "", delay_s: float = 5) -> None:
    """Puts rows of `claim_due` back to pending that could not be enqueued; this attempt does not count."""
    now = ctx.now()
    with ctx.uow() as uow:
        for work in works:
            _change(
                uow,
                _is(work.id, OutboxState.QUEUED, work.attempt),
                state=str(OutboxState.PENDING),
                attempt=work.attempt - 1,
                due_at=now + timedelta(seconds=delay_s),
                lease_until=None,
                error=error[:MAX_ERROR_CHARACTERS],
            )
        uow.commit()


def claim(ctx: Context, outbox_id: int, lease_s: float = 300) -> Work | None:
    """queued -> running, for exactly one caller. None: not queued (any more); a job that comes twice does nothing."""
    until = ctx.now() + timedelta(seconds=lease_s)
    with ctx.uow() as uow:
        won = _change(uow, _is(outbox_id, OutboxState.QUEUED), state=str(OutboxState.RUNNING), lease_until=until)
        row = uow.session.get(OutboxRow, outbox_id) if won else None
        work = _work(row) if row else None
        uow.commit()
    return work


def finish(ctx: Context, work: Work) -> bool:
    """running -> done. False when the row is not ours any more: its lease ran out and somebody else has it."""
    return _end(ctx, work, state=str(OutboxState.DONE), error="", finished_at=ctx.now())


def retry_later(ctx: Context, work: Work, due_at: datetime, error: str) -> bool:
    """running -> pending, due at `due_at` (aware UTC). False as in `finish`."""
    return _end(ctx, work, state=str(OutboxState.PENDING), due_at=due_at, error=error[:MAX_ERROR_CHARACTERS])


def give_up(ctx: Context, work: Work, error: str) -> bool:
    """running -> dead: people see it (view, `tayang outbox list`). False as in `finish`."""
    return _end(ctx, work, state=str(OutboxState.DEAD), error=error[:MAX_ERROR_CHARACTERS], finished_at=ctx.now())


def extend(ctx: Context, work: Work, lease_s: float = 300) -> bool:
    """Longer time for a long job. False as in `finish`: then stop."""
    until = ctx.now() + timedelta(seconds=lease_s)
    with ctx.uow() as uow:
        won = _change(uow, _is(work.id, OutboxState.RUNNING, work.attempt), lease_until=until)
        uow.commit()
    return won


def sweep(ctx: Context) -> int:
    """Rows whose lease ran out, queued or running, go back to pending, due now. Returns how many."""
    now = ctx.now()
    lost = OutboxRow.state.in_([OutboxState.QUEUED, OutboxState.RUNNING]) & (OutboxRow.lease_until < now)
    with ctx.uow() as uow:
        query = update(OutboxRow).where(lost).values(state=str(OutboxState.PENDING), due_at=now, lease_until=None)
        swept = changed_rows(uow.session, query)
        uow.commit()
    return swept


def requeue(ctx: Context, outbox_id: int, site_id: str = "") -> None:
    """dead -> pending, due now, for people who mended the cause. Raises NoSuchRow when there is no such dead row."""
    with ctx.uow() as uow:
        where = _is(outbox_id, OutboxState.DEAD)
        if site_id:
            where &= OutboxRow.site_id == site_id
        if not _change(uow, where, state=str(OutboxState.PENDING), due_at=ctx.now(), finished_at=None):
            raise NoSuchRow(id=outbox_id)
        uow.commit()


def list_rows(ctx: Context, site_id: str = "", state: str = "", case_id: str = "", limit: int = 200) -> list[Work]:
    """Rows for people to look at, newest first; empty arguments mean all."""
    query = select(OutboxRow).order_by(OutboxRow.id.desc()).limit(limit)
    for column, value in ((OutboxRow.site_id, site_id), (OutboxRow.state, state), (OutboxRow.case_id, case_id)):
        if value:
            query = query.where(column == value)
    with ctx.uow(read_only=True) as uow:
        return [_work(row) for row in uow.session.scalars(query)]


def _end(ctx: Context, work: Work, **values: object) -> bool:
    with ctx.uow() as uow:
        won = _change(uow, _is(work.id, OutboxState.RUNNING, work.attempt), lease_until=None, **values)
        uow.commit()
    return won


def _is(outbox_id: int, state: OutboxState, attempt: int | None = None) -> ColumnElement[bool]:
    where = (OutboxRow.id == outbox_id) & (OutboxRow.state == str(state))
    return where if attempt is None else where & (OutboxRow.attempt == attempt)


def _change(uow: UnitOfWork, where: ColumnElement[bool], **values: object) -> bool:
    return changed_rows(uow.session, update(OutboxRow).where(where).values(**values)) > 0


def _rows(uow: UnitOfWork, ids: list[int]) -> list[OutboxRow]:
    query = select(OutboxRow).where(OutboxRow.id.in_(ids)).order_by(OutboxRow.due_at, OutboxRow.id)
    return list(uow.session.scalars(query))


def _work(row: OutboxRow) -> Work:
    return Work(
        id=row.id,
        site_id=row.site_id,
        case_id=row.case_id,
        kind=row.kind,
        payload=row.payload,
        attempt=row.attempt,
        state=row.state,
        due_at=row.due_at,
        lease_until=row.lease_until,
        error=row.error,
        created_at=row.created_at,
        finished_at=row.finished_at,
    )
