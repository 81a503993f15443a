"""What follows from events, as outbox rows of the same transaction (docs/architecture.md, "The outbox").

Payloads: mail.* `{"mail_id"}`; wordpress.mirror `{"case_id", "revision"}`; publication.start `{"case_id",
"content_sha256"}`; wordpress.publish `{"case_id", "content_sha256", "visible"}`; media.derive `{"case_id",
"revision_id"}`; channels.* `{"delivery_id"}`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sidecar.keys import Keys
from sidecar.services.listed import keep_listed
from sidecar.services.requests import Snapshot
from sidecar.services.turns import order_mail, order_settling_at, settle_turns
from sidecar.sop import events as ev
from sidecar.sop.case import Case, CaseState
from sidecar.sop.engine import on_website
from sidecar.sop.procedure import ActivityKind, Procedure, PublishingStart
from sidecar.store import outbox
from sidecar.store.deliveries import DeliveryState, Planned
from sidecar.store.people import Person
from sidecar.store.tables import RevisionRow
from sidecar.store.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class Change:
    """A case that `events` brought from `before` (None: it was opened) to `case`, at `now`. `sop_sha256`: the SOP
    version with which it began."""

    procedure: Procedure
    sop_sha256: str
    before: Case | None
    case: Case
    events: Sequence[ev.Event]
    now: datetime
    snapshot: Snapshot | None = None

    @property
    def entered(self) -> bool:
        """Was a step entered?"""
        before = self.before
        return before is None or (before.activity_no, before.attempts) != (self.case.activity_no, self.case.attempts)


def apply_effects(uow: UnitOfWork, keys: Keys, change: Change, people: Mapping[int, Person]) -> None:
    """Orders everything that must happen because of the change."""
    case, now = change.case, change.now
    if change.snapshot:
        _keep_content(uow, change, change.snapshot)
    mirror = {"case_id": case.id, "revision": case.revision}
    _order(uow, change, outbox.WORDPRESS_MIRROR, mirror, f"{case.id}:{case.revision}")
    settle_turns(uow, keys, change.procedure, case, people, now)
    site = uow.sites.get(case.site_id)
    keep_listed(uow, case, change.sop_sha256, site.timezone if site else "UTC", change.events)
    for event in change.events:
        match event:
            case ev.Approved(final=True):
                _plan_deliveries(uow, change)
            case ev.PublicationOrdered():
                _order_publication(uow, change, event)
            case ev.Published():
                order_deliveries(uow, case.site_id, case.id, now)
                _tell_published(uow, change, people)
            case ev.Delegated():
                order_settling_at(uow, case.site_id, [event.delegation.starts_at, event.delegation.ends_at], now)
            case ev.Cancelled():
                for kind in (outbox.PUBLICATION_START, outbox.WORDPRESS_PUBLISH, outbox.CHANNELS_PREPARE):
                    uow.outbox.drop(case.site_id, case.id, kind, "the case was cancelled", now)
    _order_start(uow, change)


def order_deliveries(uow: UnitOfWork, site_id: str, case_id: str, now: datetime) -> int:
    """channels.deliver for each delivery of the case that may go out, once per planning. Returns how many are new.

    For workers too: a case that is for social media only delivers before it counts as published.
    """
    rows = [row for row in uow.deliveries.of_case(site_id, case_id) if row.state != str(DeliveryState.FAILED)]
    return sum(
        uow.outbox.add(
            site_id,
            outbox.CHANNELS_DELIVER,
            {"delivery_id": row.id},
            dedupe_key=f"{row.id}:{row.planned_at.isoformat()}",
            now=now,
            case_id=case_id,
        )
        for row in rows
    )


def _keep_content(uow: UnitOfWork, change: Change, snapshot: Snapshot) -> RevisionRow:
    case = change.case
    row = uow.revisions.add(
        case.site_id,
        case.id,
        case.revision,
        snapshot.sha256,
        snapshot.content,
        snapshot.media_urls,
        snapshot.rendered,
        change.now,
    )
    _order(uow, change, outbox.MEDIA_DERIVE, {"case_id": case.id, "revision_id": row.id}, str(row.id))
    return row


def _plan_deliveries(uow: UnitOfWork, change: Change) -> None:
    case = change.case
    revision = uow.revisions.latest(case.site_id, case.id, case.content_sha256)
    channels = revision.content.get("channels") or [] if revision else []
    planned = [Planned(str(item["channel"]), str(item.get("caption", ""))) for item in channels]
    for row in uow.deliveries.plan(case.site_id, case.id, case.content_sha256, planned, change.now):
        _order(uow, change, outbox.CHANNELS_PREPARE, {"delivery_id": row.id}, f"{row.id}:{row.revision}")


def _order_start(uow: UnitOfWork, change: Change) -> None:
    """The system starts the publication at the planned time, or at once; a new plan replaces the old one."""
    case = change.case
    activity = change.procedure.activity(case.activity_no)
    automatic = activity.kind is ActivityKind.PUBLISH and activity.publishing is PublishingStart.AUTOMATIC
    replanned = change.before is not None and change.before.publish_at != case.publish_at
    if case.state is not CaseState.OPEN or not automatic or not (change.entered or replanned):
        return
    uow.outbox.drop(case.site_id, case.id, outbox.PUBLICATION_START, "another time was planned", change.now)
    payload = {"case_id": case.id, "content_sha256": case.content_sha256}
    _order(uow, change, outbox.PUBLICATION_START, payload, f"{case.id}:{case.revision}", case.publish_at)


def _order_publication(uow: UnitOfWork, change: Change, event: ev.PublicationOrdered) -> None:
    case = change.case
    uow.outbox.drop(case.site_id, case.id, outbox.PUBLICATION_START, "the publication was ordered", change.now)
    payload = {
        "case_id": case.id,
        "content_sha256": event.content_sha256,
        "visible": on_website(change.procedure, case),
    }
    _order(uow, change, outbox.WORDPRESS_PUBLISH, payload, f"{case.id}:{case.revision}", event.publish_at)


def _tell_published(uow: UnitOfWork, change: Change, people: Mapping[int, Person]) -> None:
    """Everybody who had a hand in the case hears that it is out."""
    case = change.case
    hands = {p for event in uow.audit.events(case.site_id, case.id) for p in event.by.people}
    for person in sorted(hands):
        if person in people and people[person].active:
            order_mail(uow, outbox.MAIL_PUBLISHED, case, people[person], change.now)


def _order(
    uow: UnitOfWork, change: Change, kind: str, payload: dict[str, Any], key: str, due_at: datetime | None = None
) -> None:
    case, now = change.case, change.now
    uow.outbox.add(case.site_id, kind, payload, dedupe_key=key, now=now, due_at=due_at, case_id=case.id)
