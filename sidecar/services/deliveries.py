"""The delivery journal: planned -> prepared -> armed -> accepted -> proven | unconfirmed | failed.

Each change is one transaction, a compare-and-set on the row's `revision`: of two workers with the same row one goes on
and the other gets StoreConflict. The rule that makes a post appear once: only who has just armed the row makes the
visible call, and a row that is found armed is looked for on the network first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import update

from sidecar.context import Context
from sidecar.services.errors import NoSuchRow
from sidecar.services.procedures import sop_version
from sidecar.sop.case import Case
from sidecar.sop.engine import on_website
from sidecar.store.change import changed_rows
from sidecar.store.deliveries import DeliveryState
from sidecar.store.errors import StoreConflict
from sidecar.store.tables import DeliveryRow
from sidecar.store.unit_of_work import UnitOfWork

FINAL = frozenset({DeliveryState.PROVEN, DeliveryState.UNCONFIRMED, DeliveryState.FAILED})


@dataclass(frozen=True)
class Delivery:
    """A row of the journal. `key`: the same in every attempt, and another one when it is planned anew; `attempt`
    counts the armings; `since`: nothing of it can be on the network before that."""

    id: int
    site_id: str
    case_id: str
    channel: str
    kind: str
    state: DeliveryState
    revision: int
    attempt: int
    content_sha256: str
    caption: str
    key: str
    prepared: Mapping[str, Any]
    remote_id: str
    url: str
    since: datetime
    armed_at: datetime | None


@dataclass(frozen=True)
class Assignment:
    """A delivery with what it needs to go out: the case as it is now and the content that was approved. `link`: the
    article's address; empty for social media only, where the case's own address is one of its posts."""

    delivery: Delivery
    case: Case
    content: Mapping[str, Any]
    link: str


def load(ctx: Context, delivery_id: int) -> Assignment:
    """Raises NoSuchRow when the delivery, its case or its content is gone (it was planned away)."""
    with ctx.uow(read_only=True) as uow:
        row = uow.deliveries.get(delivery_id)
        if row is None:
            raise NoSuchRow(id=delivery_id)
        stored = uow.cases.get(row.site_id, row.case_id)
        revision = uow.revisions.latest(row.site_id, row.case_id, row.content_sha256)
        if stored is None or revision is None:
            raise NoSuchRow(id=delivery_id)
        procedure = sop_version(uow, row.site_id, stored.sop_sha256).procedure(stored.case.procedure_key)
        link = stored.case.url if on_website(procedure, stored.case) else ""
        return Assignment(_delivery(row), stored.case, revision.content, link)


def note_prepared(ctx: Context, delivery: Delivery, prepared: Mapping[str, Any]) -> Delivery:
    """planned | prepared -> prepared: what is uploaded already. Raises StoreConflict."""
    _require(delivery, DeliveryState.PLANNED, DeliveryState.PREPARED)
    return _change(
        ctx, delivery, state=DeliveryState.PREPARED, prepared=dict(prepared), native_key=delivery.key, error=""
    )


def arm(ctx: Context, delivery: Delivery) -> Delivery:
    """prepared -> armed, committed: the caller, and nobody else, may make the visible call now, once.

    An armed row may be armed anew by who has found out that nothing is visible. Raises StoreConflict.
    """
    _require(delivery, DeliveryState.PREPARED, DeliveryState.ARMED)
    return _change(ctx, delivery, state=DeliveryState.ARMED, attempt=delivery.attempt + 1, armed_at=ctx.now())


def disarm(ctx: Context, delivery: Delivery, code: str, sentence: str) -> Delivery:
    """armed -> prepared: the visible call was refused for certain, so it may be tried again. Raises StoreConflict."""
    _require(delivery, DeliveryState.ARMED)
    return _change(ctx, delivery, state=DeliveryState.PREPARED, error_code=code, error=sentence)


def accepted(ctx: Context, delivery: Delivery, remote_id: str, url: str) -> Delivery:
    """armed -> accepted: it is out. Raises StoreConflict."""
    _require(delivery, DeliveryState.ARMED)
    return _change(
        ctx,
        delivery,
        state=DeliveryState.ACCEPTED,
        remote_id=remote_id,
        url=url,
        accepted_at=ctx.now(),
        error_code="",
        error="",
    )


def proven(ctx: Context, delivery: Delivery, url: str) -> Delivery:
    """accepted -> proven: read back from the network at `url`. Raises StoreConflict."""
    _require(delivery, DeliveryState.ACCEPTED)
    return _change(ctx, delivery, state=DeliveryState.PROVEN, url=url, proven_at=ctx.now(), error_code="", error="")


def unconfirmed(ctx: Context, delivery: Delivery, code: str, sentence: str) -> Delivery:
    """armed | accepted -> unconfirmed: nobody but a person can find out. Raises StoreConflict."""
    _require(delivery, DeliveryState.ARMED, DeliveryState.ACCEPTED)
    return _change(ctx, delivery, state=DeliveryState.UNCONFIRMED, error_code=code, error=sentence)


def failed(ctx: Context, delivery: Delivery, code: str, sentence: str) -> Delivery:
    """planned | prepared -> failed: nothing is visible, and trying again would change nothing. Raises StoreConflict."""
    _require(delivery, DeliveryState.PLANNED, DeliveryState.PREPARED)
    return _change(ctx, delivery, state=DeliveryState.FAILED, error_code=code, error=sentence)


def revive(ctx: Context, delivery: Delivery) -> Delivery:
    """failed -> planned: a person has mended the cause and wants another try. Raises StoreConflict."""
    _require(delivery, DeliveryState.FAILED)
    return _change(ctx, delivery, state=DeliveryState.PLANNED, error_code="", error="")


def note_trouble(ctx: Context, delivery: Delivery, code: str, sentence: str) -> Delivery:
    """Keeps the last error where people see it; the state stays. Raises StoreConflict."""
    return _change(ctx, delivery, error_code=code, error=sentence)


def every_of_case(uow: UnitOfWork, site_id: str, case_id: str) -> list[Delivery]:
    """The case's deliveries by channel."""
    return [_delivery(row) for row in uow.deliveries.of_case(site_id, case_id)]


def _require(delivery: Delivery, *states: DeliveryState) -> None:
    if delivery.state not in states:
        raise StoreConflict(delivery=delivery.id, state=str(delivery.state))


def _change(ctx: Context, delivery: Delivery, **values: Any) -> Delivery:
    if "state" in values:
        values["state"] = str(values["state"])
    query = (
        update(DeliveryRow)
        .where(DeliveryRow.id == delivery.id, DeliveryRow.revision == delivery.revision)
        .values(**values, revision=delivery.revision + 1, updated_at=ctx.now())
    )
    with ctx.uow() as uow:
        if changed_rows(uow.session, query) != 1:
            raise StoreConflict(delivery=delivery.id, expected=delivery.revision)
        row = uow.deliveries.get(delivery.id)
        if row is None:
            raise StoreConflict(delivery=delivery.id, expected=delivery.revision)
        changed = _delivery(row)
        uow.commit()
    return changed


def _delivery(row: DeliveryRow) -> Delivery:
    return Delivery(
        id=row.id,
        site_id=row.site_id,
        case_id=row.case_id,
        channel=row.channel,
        kind=row.kind,
        state=DeliveryState(row.state),
        revision=row.revision,
        attempt=row.attempt,
        content_sha256=row.content_sha256,
        caption=row.caption,
        # Planned anew means new content; the second of planning tells the two apart.
        key=row.native_key or f"tayang-{row.site_id}-{row.id}-{int(row.planned_at.timestamp())}",
        prepared=row.prepared,
        remote_id=row.remote_id,
        url=row.url,
        since=row.planned_at,
        armed_at=row.armed_at,
    )
