"""One run of a procedure on one post, and how events change it. Replaying a case's events gives its state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from sidecar.sop import events as ev


class CaseState(StrEnum):
    OPEN = "open"
    PUBLISHING = "publishing"
    PUBLISHED = "published"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Approval:
    """An approval counts for exactly one content."""

    no: int
    attempt: int
    person: int
    content_sha256: str


@dataclass(frozen=True)
class Case:
    """State of a case. `revision` counts its events; `attempts` counts the entries into each activity;
    `named` holds the person named for a role; times are aware UTC. `corrects`: the published case that this one
    corrects, or empty. `website`: what was submitted is meant for the website too."""

    id: str
    site_id: str
    procedure_key: str
    post_id: int
    title: str
    opened_by: int
    activity_no: int
    entered_at: datetime
    state: CaseState = CaseState.OPEN
    revision: int = 0
    attempt: int = 1
    attempts: Mapping[int, int] = field(default_factory=dict)
    named: Mapping[str, int] = field(default_factory=dict)
    content_sha256: str = ""
    submitted_by: frozenset[int] = frozenset()
    approvals: tuple[Approval, ...] = ()
    publish_at: datetime | None = None
    delegations: tuple[ev.Delegation, ...] = ()
    url: str = ""
    corrects: str = ""
    website: bool = True


def evolve(case: Case | None, event: ev.Event) -> Case:
    """The case after one event. Raises ValueError for a first event that does not open a case."""
    if isinstance(event, ev.CaseOpened):
        case = Case(
            id=event.case_id,
            site_id=event.site_id,
            procedure_key=event.procedure_key,
            post_id=event.post_id,
            title=event.title,
            opened_by=event.by.person or 0,
            activity_no=event.no,
            entered_at=event.at,
            attempts={event.no: 1},
            named=dict(event.named),
            corrects=event.corrects,
        )
        return replace(case, revision=1)
    if case is None:
        raise ValueError(f"{event.kind} cannot be the first event of a case")
    return replace(_apply(case, event), revision=case.revision + 1)


def replay(events: Iterable[ev.Event]) -> Case:
    """State after all events of one case, in order. Raises ValueError when there are none."""
    case: Case | None = None
    for event in events:
        case = evolve(case, event)
    if case is None:
        raise ValueError("a case has at least one event")
    return case


def _apply(case: Case, event: ev.Event) -> Case:
    match event:
        case ev.Assigned() | ev.HandedOver():
            named = {**case.named, event.assignee_role: event.assignee} if event.assignee else case.named
            return _enter(replace(case, named=named), event.next_no, event.at)
        case ev.Submitted():
            submitted = replace(
                case,
                content_sha256=event.content_sha256,
                submitted_by=event.by.people,
                approvals=(),
                title=event.title or case.title,
                website=event.website,
            )
            return _enter(submitted, event.next_no, event.at)
        case ev.Approved():
            approval = Approval(event.no, event.attempt, event.by.person or 0, event.content_sha256)
            return _enter(replace(case, approvals=(*case.approvals, approval)), event.next_no, event.at)
        case ev.ReturnedForRevision():
            return _enter(replace(case, approvals=()), event.to_no, event.at)
        case ev.PublicationPlanned():
            return replace(case, publish_at=event.publish_at)
        case ev.PublicationOrdered():
            return replace(case, state=CaseState.PUBLISHING)
        case ev.PublicationStopped():
            stopped = replace(
                case,
                state=CaseState.OPEN,
                approvals=(),
                content_sha256=event.content_sha256,
                website=case.website if event.website is None else event.website,
            )
            return _enter(stopped, event.to_no, event.at)
        case ev.Published():
            return replace(case, state=CaseState.PUBLISHED, url=event.url)
        case ev.Reassigned():
            return replace(case, named={**case.named, event.role: event.assignee})
        case ev.Cancelled():
            return replace(case, state=CaseState.CANCELLED)
        case ev.Delegated():
            return replace(case, delegations=(*case.delegations, event.delegation))
    raise ValueError(f"unknown event {event.kind}")


def _enter(case: Case, no: int, at: datetime) -> Case:
    attempts = {**case.attempts, no: case.attempts.get(no, 0) + 1}
    return replace(case, activity_no=no, attempt=attempts[no], attempts=attempts, entered_at=at)
