"""decide(procedure, case, command, now) -> events: the rules of a case, and nothing else.

Rules that hold always: activities in order, none skipped; only a holder of the activity's role, or the one person
named for it in this case, or somebody acting for them within the dates of a delegation; nobody approves their own
submission unless the SOP file allows it; an approval binds to the content; a stale revision is refused.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sidecar.sop import commands as cmd
from sidecar.sop import errors
from sidecar.sop import events as ev
from sidecar.sop.case import Case, CaseState
from sidecar.sop.procedure import Activity, ActivityKind, Procedure, PublishingStart


def decide(procedure: Procedure, case: Case | None, command: cmd.Command, now: datetime) -> list[ev.Event]:
    """The events that `command` causes at `now` (aware UTC). Raises a SopError and changes nothing otherwise."""
    if isinstance(command, cmd.Open):
        return _open(procedure, case, command, now)
    if case is None:
        raise errors.WrongActivity(command=command.name, no=0, kind="")
    if command.expected_revision is not None and command.expected_revision != case.revision:
        raise errors.StaleRevision(expected=command.expected_revision, actual=case.revision)
    if isinstance(command, cmd.RecordPublished | cmd.StopPublication):
        return _system(procedure, case, command, now)
    if case.state is not CaseState.OPEN and not (isinstance(command, cmd.Cancel) and waits_for_its_time(case, now)):
        raise errors.CaseClosed(state=str(case.state))
    activity = procedure.activity(case.activity_no)
    match command:
        case cmd.Assign():
            return _pass_on(ev.Assigned, ActivityKind.ASSIGN, procedure, case, command, now)
        case cmd.HandOver():
            return _pass_on(ev.HandedOver, ActivityKind.HANDOVER, procedure, case, command, now)
        case cmd.Submit():
            return _submit(case, activity, command, now)
        case cmd.Approve():
            return _approve(case, activity, command, now)
        case cmd.ReturnForRevision():
            return _return(case, activity, command, now)
        case cmd.Publish():
            return _publish(procedure, case, activity, command, now)
        case cmd.PlanPublication():
            return _plan(procedure, case, activity, command, now)
        case cmd.Reassign():
            return _reassign(procedure, case, activity, command, now)
        case cmd.Cancel():
            return _cancel(procedure, case, activity, command, now)
        case cmd.Delegate():
            return _delegate(case, activity, command, now)
    raise errors.WrongActivity(command=command.name, no=activity.no, kind=str(activity.kind))


def on_website(procedure: Procedure, case: Case) -> bool:
    """Does what was submitted show on the website? Otherwise it goes to social media only."""
    return procedure.website and case.website


def waits_for_its_time(case: Case, now: datetime) -> bool:
    """Publication is ordered for a time that has not come: until then it can still be called off."""
    return case.state is CaseState.PUBLISHING and case.publish_at is not None and now < case.publish_at


def standing(role: str, case: Case, actor: cmd.Actor, now: datetime) -> ev.By | None:
    """As whom `actor` may act for `role` in this case: in their own right, for somebody else, or not at all (None)."""
    if actor.person is None:
        return None
    named = case.named.get(role)
    if role in actor.roles and named in (None, actor.person):
        return ev.By(actor.person)
    for delegation in (*case.delegations, *actor.delegations):
        if (
            delegation.to_person == actor.person
            and delegation.in_force(now)
            and role in delegation.roles
            and named in (None, delegation.from_person)
        ):
            return ev.By(actor.person, delegation.from_person)
    return None


@dataclass(frozen=True)
class Option:
    """A command that fits the present activity, and why it would be refused (`code` empty: it would be accepted)."""

    command: str
    code: str = ""
    note_required: bool = False
    names_role: str = ""


def options(procedure: Procedure, case: Case, actor: cmd.Actor, now: datetime) -> list[Option]:
    """What `actor` could press now, found by asking `decide` itself, so that no button lies."""
    if case.state is not CaseState.OPEN and not waits_for_its_time(case, now):
        return []
    activity = procedure.activity(case.activity_no)
    found = []
    for command in _candidates(activity, case, actor):
        code = ""
        try:
            decide(procedure, case, command, now)
        except errors.SopError as error:
            code = error.code
        names_role = ""
        if isinstance(command, cmd.Assign | cmd.HandOver):
            names_role = procedure.activity(activity.no + 1).role
        note_required = isinstance(command, cmd.ReturnForRevision | cmd.Cancel)
        found.append(Option(command.name, code, note_required, names_role))
    return found


def _candidates(activity: Activity, case: Case, actor: cmd.Actor) -> Iterable[cmd.Command]:
    placeholder = "-"
    if case.state is not CaseState.OPEN:
        yield cmd.Cancel(actor=actor, note=placeholder)
        return
    match activity.kind:
        case ActivityKind.ASSIGN:
            yield cmd.Assign(actor=actor)
        case ActivityKind.HANDOVER:
            yield cmd.HandOver(actor=actor)
        case ActivityKind.WORK:
            yield cmd.Submit(actor=actor, content_sha256=placeholder)
        case ActivityKind.DECIDE:
            yield cmd.Approve(actor=actor, content_sha256=case.content_sha256)
            yield cmd.ReturnForRevision(actor=actor, note=placeholder)
        case ActivityKind.PUBLISH if activity.publishing is PublishingStart.BUTTON:
            yield cmd.Publish(actor=actor)
    yield cmd.PlanPublication(actor=actor, publish_at=None)
    yield cmd.Cancel(actor=actor, note=placeholder)


def _open(procedure: Procedure, case: Case | None, command: cmd.Open, now: datetime) -> list[ev.Event]:
    if case is not None:
        raise errors.CaseExists(case_id=case.id)
    by = _opener(procedure, command.actor, now)
    if by is None:
        raise errors.NotYourTurn(
            role=(procedure.openers or (procedure.first.role,))[0], no=procedure.first.no, named=None
        )
    return [
        ev.CaseOpened(
            at=now,
            by=by,
            via=command.via,
            case_id=command.case_id,
            site_id=command.site_id,
            procedure_key=procedure.key,
            post_id=command.post_id,
            title=command.title,
            no=procedure.first.no,
            disposition=command.disposition,
            corrects=command.corrects,
            named=command.named,
        )
    ]


def _opener(procedure: Procedure, actor: cmd.Actor, now: datetime) -> ev.By | None:
    if actor.person is None or procedure.may_open(actor.roles):
        return ev.By(actor.person)
    for delegation in actor.delegations:
        if delegation.in_force(now) and procedure.may_open(frozenset(delegation.roles)):
            return ev.By(actor.person, delegation.from_person)
    return None


def _pass_on(
    fact: type[ev.Assigned | ev.HandedOver],
    kind: ActivityKind,
    procedure: Procedure,
    case: Case,
    command: cmd.Assign | cmd.HandOver,
    now: datetime,
) -> list[ev.Event]:
    """Ends an assigning or handing-over activity and names, if asked, the person for the next activity's role."""
    activity = procedure.activity(case.activity_no)
    by = _turn(case, activity, command, now, kind)
    role = procedure.activity(activity.no + 1).role
    return [
        fact(
            at=now,
            by=by,
            via=command.via,
            no=activity.no,
            attempt=case.attempt,
            note=command.note,
            next_no=activity.no + 1,
            assignee=_holder(command.assignee, role),
            assignee_role=role if command.assignee else "",
        )
    ]


def _submit(case: Case, activity: Activity, command: cmd.Submit, now: datetime) -> list[ev.Event]:
    by = _turn(case, activity, command, now, ActivityKind.WORK)
    if not command.content_sha256:
        raise errors.ContentMissing()
    return [
        ev.Submitted(
            at=now,
            by=by,
            via=command.via,
            no=activity.no,
            attempt=case.attempt,
            note=command.note,
            next_no=activity.no + 1,
            content_sha256=command.content_sha256,
            title=command.title,
            # What the public reads already is corrected where they read it.
            website=command.website or bool(case.corrects),
        )
    ]


def _approve(case: Case, activity: Activity, command: cmd.Approve, now: datetime) -> list[ev.Event]:
    by = _turn(case, activity, command, now, ActivityKind.DECIDE)
    if not activity.allow_self_approval and by.people & case.submitted_by:
        raise errors.SelfApproval(no=activity.no)
    if command.content_sha256 != case.content_sha256:
        raise errors.ContentChanged(expected=case.content_sha256, actual=command.content_sha256)
    return [
        ev.Approved(
            at=now,
            by=by,
            via=command.via,
            no=activity.no,
            attempt=case.attempt,
            note=command.note,
            next_no=activity.no + 1,
            content_sha256=command.content_sha256,
            final=activity.final_approval,
        )
    ]


def _return(case: Case, activity: Activity, command: cmd.ReturnForRevision, now: datetime) -> list[ev.Event]:
    by = _turn(case, activity, command, now, ActivityKind.DECIDE)
    if not command.note.strip():
        raise errors.NoteRequired(command=command.name)
    if activity.return_to is None:
        raise errors.WrongActivity(command=command.name, no=activity.no, kind=str(activity.kind))
    return [
        ev.ReturnedForRevision(
            at=now,
            by=by,
            via=command.via,
            no=activity.no,
            attempt=case.attempt,
            note=command.note,
            to_no=activity.return_to,
        )
    ]


def _publish(
    procedure: Procedure, case: Case, activity: Activity, command: cmd.Publish, now: datetime
) -> list[ev.Event]:
    _fits(activity, command, ActivityKind.PUBLISH)
    automatic = activity.publishing is PublishingStart.AUTOMATIC
    if automatic and command.actor.person is not None:
        raise errors.PublishesByItself(no=activity.no)
    by = ev.By(None) if automatic else _turn(case, activity, command, now, ActivityKind.PUBLISH)
    _require_final_approval(procedure, case)
    return [
        ev.PublicationOrdered(
            at=now,
            by=by,
            via=command.via,
            no=activity.no,
            attempt=case.attempt,
            note=command.note,
            publish_at=max(now, case.publish_at or now),
            content_sha256=case.content_sha256,
        )
    ]


def _require_final_approval(procedure: Procedure, case: Case) -> None:
    final = procedure.final_approval.no
    if not any(a.no == final and a.content_sha256 == case.content_sha256 for a in case.approvals):
        raise errors.NotApproved(no=final, role=procedure.activity(final).role)


def _plan(
    procedure: Procedure, case: Case, activity: Activity, command: cmd.PlanPublication, now: datetime
) -> list[ev.Event]:
    by = _stands_for(case, (activity.role, procedure.last.role), activity, command, now)
    if command.publish_at is not None and command.publish_at <= now:
        raise errors.PublishAtPast(publish_at=command.publish_at.isoformat())
    return [ev.PublicationPlanned(at=now, by=by, via=command.via, publish_at=command.publish_at)]


def _supervisors(procedure: Procedure) -> tuple[str, ...]:
    """Who gives orders in this procedure may also move or end them."""
    orders = [a.role for a in procedure.activities if a.kind is ActivityKind.ASSIGN]
    return tuple(dict.fromkeys(orders or [procedure.first.role]))


def _reassign(
    procedure: Procedure, case: Case, activity: Activity, command: cmd.Reassign, now: datetime
) -> list[ev.Event]:
    by = _stands_for(case, (*_supervisors(procedure), command.role), activity, command, now)
    if not command.note.strip():
        raise errors.NoteRequired(command=command.name)
    if command.role not in {a.role for a in procedure.activities}:
        raise errors.NotAHolder(person=command.assignee.person, role=command.role)
    assignee = _holder(command.assignee, command.role)
    if assignee is None:
        raise errors.NotAHolder(person=None, role=command.role)
    return [ev.Reassigned(at=now, by=by, via=command.via, role=command.role, assignee=assignee, reason=command.note)]


def _cancel(procedure: Procedure, case: Case, activity: Activity, command: cmd.Cancel, now: datetime) -> list[ev.Event]:
    by = _stands_for(case, _supervisors(procedure), activity, command, now)
    if not command.note.strip():
        raise errors.NoteRequired(command=command.name)
    return [ev.Cancelled(at=now, by=by, via=command.via, reason=command.note)]


def _delegate(case: Case, activity: Activity, command: cmd.Delegate, now: datetime) -> list[ev.Event]:
    person, to = command.actor.person, command.to.person
    if person is None or to is None or to == person or command.ends_at <= command.starts_at or command.ends_at <= now:
        raise errors.BadDelegation()
    if not command.actor.roles:
        raise errors.NotYourTurn(role=activity.role, no=activity.no, named=case.named.get(activity.role))
    delegation = ev.Delegation(person, to, tuple(sorted(command.actor.roles)), command.starts_at, command.ends_at)
    return [ev.Delegated(at=now, by=ev.By(person), via=command.via, delegation=delegation)]


def _system(
    procedure: Procedure, case: Case, command: cmd.RecordPublished | cmd.StopPublication, now: datetime
) -> list[ev.Event]:
    if case.state is not CaseState.PUBLISHING or command.actor.person is not None:
        raise errors.NotPublishing(state=str(case.state))
    by = ev.By(None)
    if isinstance(command, cmd.RecordPublished):
        return [
            ev.Published(at=now, by=by, via=command.via, no=case.activity_no, attempt=case.attempt, url=command.url)
        ]
    return [
        ev.PublicationStopped(
            at=now,
            by=by,
            via=command.via,
            no=case.activity_no,
            attempt=case.attempt,
            note=command.note,
            to_no=procedure.checking_activity.no,
            content_sha256=command.content_sha256,
            website=None if command.website is None else command.website or bool(case.corrects),
        )
    ]


def _fits(activity: Activity, command: cmd.Command, kind: ActivityKind) -> None:
    if activity.kind is not kind:
        raise errors.WrongActivity(command=command.name, no=activity.no, kind=str(activity.kind))


def _turn(case: Case, activity: Activity, command: cmd.Command, now: datetime, kind: ActivityKind) -> ev.By:
    _fits(activity, command, kind)
    return _stands_for(case, (activity.role,), activity, command, now)


def _stands_for(case: Case, roles: tuple[str, ...], activity: Activity, command: cmd.Command, now: datetime) -> ev.By:
    for role in roles:
        by = standing(role, case, command.actor, now)
        if by is not None:
            return by
    raise errors.NotYourTurn(role=roles[0], no=activity.no, named=case.named.get(roles[0]))


def _holder(assignee: cmd.Actor | None, role: str) -> int | None:
    if assignee is None:
        return None
    if assignee.person is None or role not in assignee.roles:
        raise errors.NotAHolder(person=assignee.person, role=role)
    return assignee.person
