"""Properties that must hold on every path, found by throwing random commands of random people at a case."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.sop import commands as cmd
from sidecar.sop import errors
from sidecar.sop import events as ev
from sidecar.sop.case import CaseState, replay
from sidecar.sop.engine import decide
from sidecar.sop.procedure import Procedure
from tests.unit.sop import walk

DIGESTS = st.sampled_from(["d1", "d2"])


def people(procedure: Procedure) -> list[cmd.Actor]:
    """One person per role, one who holds every role, one who holds none, and the system."""
    roles = sorted({a.role for a in procedure.activities})
    return [*(walk.holder(r) for r in roles), cmd.Actor(98, frozenset(roles)), cmd.Actor(99), cmd.SYSTEM]


@st.composite
def commands(draw, procedure: Procedure, now):
    actor = draw(st.sampled_from(people(procedure)))
    note = draw(st.sampled_from(["", "catatan"]))
    other = draw(st.sampled_from(people(procedure)))
    make = draw(
        st.sampled_from(
            [
                lambda: cmd.Assign(actor=actor, assignee=None),
                lambda: cmd.Assign(actor=actor, assignee=other),
                lambda: cmd.HandOver(actor=actor),
                lambda: cmd.Submit(actor=actor, content_sha256=draw(DIGESTS)),
                lambda: cmd.Approve(actor=actor, content_sha256=draw(DIGESTS)),
                lambda: cmd.ReturnForRevision(actor=actor, note=note),
                lambda: cmd.Publish(actor=actor),
                lambda: cmd.PlanPublication(actor=actor, publish_at=now + timedelta(hours=draw(st.integers(-1, 5)))),
                lambda: cmd.Reassign(actor=actor, role=draw(st.sampled_from(procedure.activities)).role, assignee=other,
                                     note=note),
                lambda: cmd.Delegate(actor=actor, to=other, starts_at=now, ends_at=now + timedelta(minutes=30)),
                lambda: cmd.RecordPublished(actor=actor, url="https://x/y"),
                lambda: cmd.StopPublication(actor=actor, content_sha256=draw(DIGESTS)),
            ]
        )
    )  # fmt: skip
    return make()


@given(st.data(), st.sampled_from(walk.PROCEDURES))
@settings(max_examples=250, deadline=None)
def test_random_commands_never_break_the_rules(data, procedure):
    case, events = walk.start(procedure)
    now = walk.T0
    for _ in range(data.draw(st.integers(5, 45))):
        now += timedelta(minutes=data.draw(st.integers(1, 20)))
        if data.draw(st.integers(0, 3)) and case.state is CaseState.OPEN:  # mostly forward, or nothing would be reached
            command = walk.fitting(procedure.activity(case.activity_no), case, data.draw(DIGESTS))
        else:
            command = data.draw(commands(procedure, now))
        try:
            case, more = walk.apply(procedure, case, command, now)
        except errors.SopError:
            continue
        events += more
    assert replay(events) == case
    assert [ev.from_dict(ev.to_dict(e)) for e in events] == events
    check_no_step_is_skipped(procedure, events)
    check_publication_was_approved(procedure, events)


def check_no_step_is_skipped(procedure: Procedure, events: list[ev.Event]) -> None:
    at = procedure.first.no
    for event in events:
        if not isinstance(event, ev.Step) or isinstance(event, ev.PublicationOrdered | ev.Published):
            continue
        assert event.no == at
        if isinstance(event, ev.ReturnedForRevision | ev.PublicationStopped):
            assert event.to_no < at
            at = event.to_no
        else:
            assert event.next_no == at + 1
            at = event.next_no


def check_publication_was_approved(procedure: Procedure, events: list[ev.Event]) -> None:
    """Before each order to publish, every deciding step since the last submission approved the same content,
    and nobody among them had submitted it (unless the SOP allows it)."""
    for i, order in enumerate(events):
        if not isinstance(order, ev.PublicationOrdered):
            continue
        fresh = max(k for k, e in enumerate(events[:i]) if isinstance(e, ev.Submitted | ev.PublicationStopped))
        submitted = next(e for e in reversed(events[:i]) if isinstance(e, ev.Submitted))
        approvals = [e for e in events[fresh:i] if isinstance(e, ev.Approved)]
        last_work = max(a.no for a in procedure.activities if a.kind == "work")
        wanted = [a.no for a in procedure.activities if a.kind == "decide" and a.no > last_work]
        assert [a.no for a in approvals] == wanted
        assert {a.content_sha256 for a in approvals} == {order.content_sha256}
        for approval in approvals:
            if not procedure.activity(approval.no).allow_self_approval:
                assert not approval.by.people & submitted.by.people


@given(st.data(), st.sampled_from(walk.PROCEDURES))
@settings(max_examples=60, deadline=None)
def test_a_stale_revision_never_counts(data, procedure):
    no = data.draw(st.sampled_from([a.no for a in procedure.activities]))
    case, _ = walk.walk_to(procedure, no)
    wrong = data.draw(st.integers(0, 60).filter(lambda r: r != case.revision))
    command = walk.with_revision(walk.fitting(procedure.activity(no), case), wrong)
    try:
        decide(procedure, case, command, walk.T0 + timedelta(hours=3))
    except errors.StaleRevision:
        return
    raise AssertionError("a stale command was accepted")
