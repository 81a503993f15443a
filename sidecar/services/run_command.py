"""A person's or the system's command on a case: one transaction for state, events, idempotency record, outbox rows."""

from __future__ import annotations

from dataclasses import dataclass

from sidecar.context import Context
from sidecar.services.effects import Change, apply_effects
from sidecar.services.errors import IdempotencyMismatch, NoSuchCase, NowhereToPublish, UnknownSite
from sidecar.services.procedures import sop_version
from sidecar.services.requests import CommandRequest, Snapshot, build, check_key, snapshot_of
from sidecar.sop import commands as cmd
from sidecar.sop.case import Case, evolve
from sidecar.sop.engine import decide
from sidecar.sop.errors import StaleRevision
from sidecar.store.cases import StoredCase
from sidecar.store.errors import StoreConflict
from sidecar.store.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class Outcome:
    """`revision`: the case's revision after the command. `replayed`: it had been done before, nothing changed now."""

    case_id: str
    revision: int
    replayed: bool = False


def run_command(ctx: Context, request: CommandRequest) -> Outcome:
    """Carries out a person's command exactly once per idempotency key.

    Raises UnknownSite, NoSuchCase, Malformed, NowhereToPublish, IdempotencyMismatch, DatabaseBusy or a SopError; then
    nothing changed.
    """
    with ctx.uow() as uow:
        outcome = execute(ctx, uow, request)
        uow.commit()
    return outcome


def execute(ctx: Context, uow: UnitOfWork, request: CommandRequest) -> Outcome:
    """As `run_command`, inside the caller's transaction; the caller commits."""
    check_key(request.idempotency_key)
    stored = _locked(uow, request.site_id, request.case_id)
    done = uow.idempotency.find(request.site_id, request.idempotency_key)
    if done is not None:
        if done.request_sha256 != request.sha256:
            raise IdempotencyMismatch(idempotency_key=request.idempotency_key)
        return Outcome(done.case_id, done.revision, replayed=True)
    snapshot = _submitted(request, stored.case) if request.command == "submit" else None
    actor = uow.people.actor(request.site_id, request.actor)
    command = build(request, actor, lambda person: uow.people.actor(request.site_id, person), snapshot)
    case = _carry_out(ctx, uow, stored, command, snapshot)
    uow.idempotency.remember(case.site_id, request.idempotency_key, request.sha256, case.id, case.revision, ctx.now())
    return Outcome(case.id, case.revision)


def run_system_command(
    ctx: Context, site_id: str, case_id: str, command: cmd.Command, snapshot: Snapshot | None = None
) -> Outcome:
    """The system's own command (publish, record_published, stop_publication); repeat it and the core refuses.

    `snapshot`: the content found, with stop_publication. Raises NoSuchCase, DatabaseBusy or a SopError.
    """
    with ctx.uow() as uow:
        outcome = execute_system(ctx, uow, site_id, case_id, command, snapshot)
        uow.commit()
    return outcome


def execute_system(
    ctx: Context,
    uow: UnitOfWork,
    site_id: str,
    case_id: str,
    command: cmd.Command,
    snapshot: Snapshot | None = None,
) -> Outcome:
    """As `run_system_command`, inside the caller's transaction; the caller commits."""
    case = _carry_out(ctx, uow, _locked(uow, site_id, case_id), command, snapshot)
    return Outcome(case.id, case.revision)


def _submitted(request: CommandRequest, case: Case) -> Snapshot:
    snapshot = snapshot_of(request.params, case.post_id)
    content = snapshot.content
    if not content.get("website", True) and not content.get("channels") and not case.corrects:
        raise NowhereToPublish
    return snapshot


def _locked(uow: UnitOfWork, site_id: str, case_id: str) -> StoredCase:
    stored = uow.cases.lock(site_id, case_id)
    if stored is None:
        if uow.sites.get(site_id) is None:
            raise UnknownSite(site_id=site_id)
        raise NoSuchCase(case_id=case_id)
    return stored


def _carry_out(
    ctx: Context, uow: UnitOfWork, stored: StoredCase, command: cmd.Command, snapshot: Snapshot | None
) -> Case:
    before = stored.case
    procedure = sop_version(uow, before.site_id, stored.sop_sha256).procedure(before.procedure_key)
    # Read after the lock was had: the events of a case must not run backwards.
    now = ctx.now()
    events = decide(procedure, before, command, now)
    case = before
    for event in events:
        case = evolve(case, event)
        uow.audit.append(case.site_id, case.id, case.revision, event)
    try:
        uow.cases.save(case, before.revision, now)
    except StoreConflict as error:
        raise StaleRevision(expected=before.revision, actual=None) from error
    change = Change(procedure, stored.sop_sha256, before, case, events, now, snapshot)
    apply_effects(uow, ctx.keys, change, uow.people.of_site(case.site_id))
    return case
