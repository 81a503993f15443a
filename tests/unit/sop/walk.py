"""Builders for the core's tests: people, commands that fit an activity, walks through a procedure."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sidecar import sop_file
from sidecar.sop import commands as cmd
from sidecar.sop import events as ev
from sidecar.sop.case import Case, CaseState, evolve
from sidecar.sop.engine import decide
from sidecar.sop.procedure import Activity, ActivityKind, Procedure, PublishingStart

ROOT = Path(__file__).parents[3]
JEMBER = sop_file.load_file(ROOT / "config/sop/13-ORT.06-3509-2021.yaml")
SECOND = sop_file.load_file(Path(__file__).parent / "second_sop.yaml")
PROCEDURES = [*JEMBER.procedures, *SECOND.procedures]
T0 = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def holder(role: str, person: int = 0) -> cmd.Actor:
    """One person per role, unless another number is asked for; a second holder gets person + 100."""
    roles = sorted({a.role for p in PROCEDURES for a in p.activities})
    return cmd.Actor(person or roles.index(role) + 1, frozenset({role}))


def start(procedure: Procedure, now: datetime = T0) -> tuple[Case, list[ev.Event]]:
    opener = holder((procedure.openers or (procedure.first.role,))[0])
    command = cmd.Open(actor=opener, case_id="c1", site_id="jember", post_id=7, title="Judul")
    return apply(procedure, None, command, now)


def apply(procedure: Procedure, case: Case | None, command: cmd.Command, now: datetime) -> tuple[Case, list[ev.Event]]:
    events = decide(procedure, case, command, now)
    for event in events:
        case = evolve(case, event)
    assert case is not None
    return case, events


def fitting(activity: Activity, case: Case, digest: str = "d1") -> cmd.Command:
    """The command of the right person that carries the case forward from `activity`."""
    actor = holder(activity.role)
    match activity.kind:
        case ActivityKind.ASSIGN:
            return cmd.Assign(actor=actor)
        case ActivityKind.HANDOVER:
            return cmd.HandOver(actor=actor)
        case ActivityKind.WORK:
            return cmd.Submit(actor=actor, content_sha256=digest)
        case ActivityKind.DECIDE:
            return cmd.Approve(actor=actor, content_sha256=case.content_sha256)
    # An activity that begins by itself is begun by the system.
    return cmd.Publish(actor=actor if activity.publishing is PublishingStart.BUTTON else cmd.SYSTEM)


def walk_to(procedure: Procedure, no: int, digest: str = "d1") -> tuple[Case, list[ev.Event]]:
    """A case that has just entered activity `no`, and all its events."""
    case, events = start(procedure)
    now = T0
    while case.activity_no != no:
        now += timedelta(minutes=1)
        case, more = apply(procedure, case, fitting(procedure.activity(case.activity_no), case, digest), now)
        events += more
    return case, events


def publish(procedure: Procedure, case: Case, now: datetime) -> tuple[Case, list[ev.Event]]:
    case, events = apply(procedure, case, fitting(procedure.last, case), now)
    assert case.state is CaseState.PUBLISHING
    case, more = apply(procedure, case, cmd.RecordPublished(actor=cmd.SYSTEM, url="https://x/y"), now)
    return case, events + more


def with_revision(command: cmd.Command, revision: int) -> cmd.Command:
    return replace(command, expected_revision=revision)
