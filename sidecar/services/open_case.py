"""A case begins: a post is given to a procedure of the office's SOP."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any
from uuid import uuid4

from sidecar.context import Context
from sidecar.services.effects import Change, apply_effects
from sidecar.services.errors import IdempotencyMismatch, Malformed, NoSop, UnknownSite
from sidecar.services.procedures import current_sop, sop_version
from sidecar.services.requests import check_key, digest, plain_title
from sidecar.services.run_command import Outcome
from sidecar.sop import commands as cmd
from sidecar.sop.case import CaseState, evolve
from sidecar.sop.engine import decide, on_website
from sidecar.sop.errors import CaseExists, NotCorrectable
from sidecar.sop.events import Disposition
from sidecar.sop.procedure import Procedure
from sidecar.store.unit_of_work import UnitOfWork


@dataclass(frozen=True, kw_only=True)
class OpenRequest:
    """`disposition`: plain JSON values as in docs/architecture.md. `actor` None: the system opens it (a calendar)."""

    site_id: str
    procedure: str
    post_id: int
    title: str
    actor: int | None
    idempotency_key: str
    disposition: Mapping[str, Any] = field(default_factory=dict)
    via: cmd.Via = cmd.Via.WP

    @property
    def sha256(self) -> str:
        return digest("open", self.procedure, self.post_id, self.title, self.actor, dict(self.disposition))


def open_case(ctx: Context, request: OpenRequest) -> Outcome:
    """Opens the post's case, or a correction of what its last one published, exactly once per idempotency key.

    Raises UnknownSite, NoSop, Malformed, IdempotencyMismatch, DatabaseBusy, CaseExists, NotCorrectable or another
    SopError.
    """
    check_key(request.idempotency_key)
    disposition = disposition_of(request.disposition)
    with ctx.uow() as uow:
        if uow.sites.get(request.site_id) is None:
            raise UnknownSite(site_id=request.site_id)
        # One opening at a time per office: there is no case yet that could be locked.
        uow.audit.lock_head(request.site_id)
        done = uow.idempotency.find(request.site_id, request.idempotency_key)
        if done is not None:
            if done.request_sha256 != request.sha256:
                raise IdempotencyMismatch(idempotency_key=request.idempotency_key)
            return Outcome(done.case_id, done.revision, replayed=True)
        outcome = _open(ctx, uow, request, disposition)
        uow.commit()
    return outcome


def disposition_of(values: Mapping[str, Any]) -> Disposition:
    """Raises Malformed for an unknown name or a value of the wrong type."""
    types = {f.name: int if f.name == "attachment_id" else str for f in fields(Disposition)}
    for name, value in values.items():
        if name not in types or isinstance(value, bool) or not isinstance(value, types[name]):
            raise Malformed(field=f"disposition.{name}")
    return Disposition(**values)


def _open(ctx: Context, uow: UnitOfWork, request: OpenRequest, disposition: Disposition) -> Outcome:
    procedure, sop_sha256 = _procedure(uow, request)
    corrects = _corrected(uow, request, procedure)
    now = ctx.now()
    command = cmd.Open(
        actor=cmd.SYSTEM if request.actor is None else uow.people.actor(request.site_id, request.actor),
        via=request.via,
        case_id=uuid4().hex,
        site_id=request.site_id,
        post_id=request.post_id,
        title=plain_title(request.title),
        disposition=disposition,
        corrects=corrects,
        named=_named_by_division(uow, request, disposition.division),
    )
    events = decide(procedure, None, command, now)
    case = evolve(None, events[0])
    uow.cases.insert(case, sop_sha256, now)
    uow.audit.append(case.site_id, case.id, case.revision, events[0])
    apply_effects(
        uow, ctx.keys, Change(procedure, sop_sha256, None, case, events, now), uow.people.of_site(case.site_id)
    )
    uow.idempotency.remember(case.site_id, request.idempotency_key, request.sha256, case.id, case.revision, now)
    return Outcome(case.id, case.revision)


def _named_by_division(uow: UnitOfWork, request: OpenRequest, division: str) -> dict[str, int]:
    """For each role that goes by division: its one holder in the disposition's division, if there is exactly one."""
    wanted, named = _folded(division), {}
    if not wanted:
        return {}
    sop, _ = current_sop(uow, request.site_id)
    inside = [one for one in uow.people.of_site(request.site_id).values() if _folded(one.division) == wanted]
    for role in sop.procedure(request.procedure).roles & {role.key for role in sop.roles if role.by_division}:
        holders = [one.person for one in inside if role in one.actor.roles]
        if len(holders) == 1:
            named[role] = holders[0]
    return named


def _folded(division: str) -> str:
    return " ".join(division.casefold().split())


def _corrected(uow: UnitOfWork, request: OpenRequest, procedure: Procedure) -> str:
    """The id of the published case that the new one corrects; empty for a post's first case."""
    other = uow.cases.of_post(request.site_id, request.post_id)
    if other is None or other.case.state is CaseState.CANCELLED:
        return ""
    if other.case.state is not CaseState.PUBLISHED:
        raise CaseExists(case_id=other.case.id)
    published_by = sop_version(uow, request.site_id, other.sop_sha256).procedure(other.case.procedure_key)
    if not (on_website(published_by, other.case) and procedure.website):
        raise NotCorrectable(case_id=other.case.id)
    if procedure.key != published_by.key:
        raise Malformed(field="procedure", reason=f"a correction follows the same procedure, {published_by.key}")
    return other.case.id


def _procedure(uow: UnitOfWork, request: OpenRequest) -> tuple[Procedure, str]:
    if isinstance(request.post_id, bool) or not isinstance(request.post_id, int) or request.post_id < 1:
        raise Malformed(field="post_id")
    sop, sha256 = current_sop(uow, request.site_id)
    try:
        return sop.procedure(request.procedure), sha256
    except KeyError as error:
        raise NoSop(site_id=request.site_id, procedure=request.procedure) from error
