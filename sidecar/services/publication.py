"""From the order to publish until it is out: what workers tell the case. Each may be repeated and then does nothing.

The state of the case decides, not the caller's memory: a job that comes late or twice finds that its moment is over.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sidecar.context import Context
from sidecar.i18n import N_, translator
from sidecar.services.changes import changed_parts
from sidecar.services.effects import order_deliveries
from sidecar.services.errors import NoSuchCase
from sidecar.services.procedures import sop_version
from sidecar.services.requests import Snapshot
from sidecar.services.run_command import execute_system, run_system_command
from sidecar.sop import commands as cmd
from sidecar.sop.case import Case, CaseState
from sidecar.sop.content import content_sha256
from sidecar.sop.engine import on_website
from sidecar.sop.errors import CaseClosed, NotPublishing
from sidecar.sop.procedure import Procedure
from sidecar.store import outbox
from sidecar.store.deliveries import DeliveryState
from sidecar.store.tables import RevisionRow
from sidecar.store.unit_of_work import UnitOfWork

OUT = frozenset({DeliveryState.ACCEPTED, DeliveryState.PROVEN})

NOTE_CHANGED = N_("Changed after the final approval: %(parts)s. What is there now must be checked again.")
NOTE_NO_CHANNEL = N_("No channel is planned that could be published on.")
NOTE_ALL_FAILED = N_("Nothing could be published on any channel: see the deliveries.")


@dataclass(frozen=True)
class Running:
    """A case with its procedure, as they are now."""

    case: Case
    procedure: Procedure

    @property
    def publishing(self) -> bool:
        return self.case.state is CaseState.PUBLISHING


def running(ctx: Context, site_id: str, case_id: str) -> Running:
    """Raises NoSuchCase."""
    with ctx.uow(read_only=True) as uow:
        return _running(uow, site_id, case_id)


def start(ctx: Context, site_id: str, case_id: str, approved_sha256: str) -> bool:
    """The system's Publish for a case whose publishing is automatic. False when its moment is over: the case moved on,
    or other content was approved since. Raises NoSuchCase, or a SopError when the core refuses for another reason.
    """
    case = running(ctx, site_id, case_id).case
    if case.state is not CaseState.OPEN or case.content_sha256 != approved_sha256:
        return False
    try:
        command = cmd.Publish(actor=cmd.SYSTEM, via=cmd.Via.SYSTEM, expected_revision=case.revision)
        run_system_command(ctx, site_id, case_id, command)
    except CaseClosed:
        return False
    return True


def record_website_published(ctx: Context, site_id: str, case_id: str, url: str) -> None:
    """The post is public at `url`: the case is published, deliveries and mails are ordered. Raises NoSuchCase."""
    with ctx.uow() as uow:
        _record_published(ctx, uow, site_id, case_id, url)
        uow.commit()


def begin_social(ctx: Context, site_id: str, case_id: str) -> None:
    """For a case that never shows on the website: its deliveries may go out now. Raises NoSuchCase.

    With no delivery that could go out it returns to the people at once.
    """
    with ctx.uow() as uow:
        order_deliveries(uow, site_id, case_id, ctx.now())
        _return_when_nothing_can_go(ctx, uow, site_id, case_id)
        uow.commit()


def after_delivery(ctx: Context, site_id: str, case_id: str) -> None:
    """Call it when a delivery was accepted or failed. The first accepted one makes a social-media-only case published;
    when all of them failed it returns to the people. Raises NoSuchCase."""
    with ctx.uow() as uow:
        found = _running(uow, site_id, case_id)
        if not found.publishing or on_website(found.procedure, found.case):
            return
        rows = uow.deliveries.of_case(site_id, case_id)
        first = next((row for row in rows if row.state in OUT), None)
        if first is not None:
            _record_published(ctx, uow, site_id, case_id, first.url)
        else:
            _return_when_nothing_can_go(ctx, uow, site_id, case_id)
        uow.commit()


def stop_changed(
    ctx: Context, site_id: str, case_id: str, content: dict[str, Any], media_urls: Mapping[str, Any], rendered: str
) -> None:
    """The post is not what was approved: what is there now becomes a revision, and its check begins anew.

    Raises NoSuchCase; ValueError when the content found has no digest, or is the approved one after all.
    """
    sha256 = content_sha256(content)
    with ctx.uow() as uow:
        found = _running(uow, site_id, case_id)
        if found.publishing and found.case.content_sha256 == sha256:
            raise ValueError("WordPress calls the content changed, but its digest is the approved one")
        snapshot = Snapshot(content, sha256, dict(media_urls), rendered)
        approved = uow.revisions.latest(site_id, case_id, found.case.content_sha256)
        language = _language(uow, site_id)
        parts = changed_parts(approved.content if approved else {}, content, language)
        note = translator(language).gettext(NOTE_CHANGED) % {"parts": parts}
        _stop(ctx, uow, site_id, case_id, note, sha256, snapshot)
        uow.commit()


def content_of(ctx: Context, revision_id: int) -> RevisionRow | None:
    """A stored content."""
    with ctx.uow(read_only=True) as uow:
        return uow.session.get(RevisionRow, revision_id)


def order_derivatives(ctx: Context, site_id: str, case_id: str, revision_id: int) -> None:
    """The website's pictures of a revision are made: WordPress is to get them."""
    with ctx.uow() as uow:
        uow.outbox.add(
            site_id,
            outbox.WORDPRESS_DERIVATIVES,
            {"case_id": case_id, "revision_id": revision_id},
            dedupe_key=str(revision_id),
            now=ctx.now(),
            case_id=case_id,
        )
        uow.commit()


def _running(uow: UnitOfWork, site_id: str, case_id: str) -> Running:
    stored = uow.cases.get(site_id, case_id)
    if stored is None:
        raise NoSuchCase(case_id=case_id)
    procedure = sop_version(uow, site_id, stored.sop_sha256).procedure(stored.case.procedure_key)
    return Running(stored.case, procedure)


def _record_published(ctx: Context, uow: UnitOfWork, site_id: str, case_id: str, url: str) -> None:
    command = cmd.RecordPublished(actor=cmd.SYSTEM, via=cmd.Via.SYSTEM, url=url)
    try:
        execute_system(ctx, uow, site_id, case_id, command)
    except NotPublishing:
        return  # recorded already


def _return_when_nothing_can_go(ctx: Context, uow: UnitOfWork, site_id: str, case_id: str) -> None:
    rows = uow.deliveries.of_case(site_id, case_id)
    if all(row.state == str(DeliveryState.FAILED) for row in rows):
        case = _running(uow, site_id, case_id).case
        note = translator(_language(uow, site_id)).gettext(NOTE_ALL_FAILED if rows else NOTE_NO_CHANNEL)
        _stop(ctx, uow, site_id, case_id, note, case.content_sha256, None)


def _language(uow: UnitOfWork, site_id: str) -> str:
    site = uow.sites.get(site_id)
    return site.language if site else ""


def _stop(
    ctx: Context, uow: UnitOfWork, site_id: str, case_id: str, note: str, sha256: str, snapshot: Snapshot | None
) -> None:
    command = cmd.StopPublication(
        actor=cmd.SYSTEM,
        via=cmd.Via.SYSTEM,
        content_sha256=sha256,
        note=note,
        website=bool(snapshot.content.get("website", True)) if snapshot else None,
    )
    try:
        execute_system(ctx, uow, site_id, case_id, command, snapshot)
    except NotPublishing:
        return  # stopped already, or out
