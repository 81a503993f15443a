"""Tables of (state, command) -> events or refusal."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from sidecar.sop import commands as cmd
from sidecar.sop import errors
from sidecar.sop import events as ev
from sidecar.sop.case import CaseState, replay
from sidecar.sop.engine import decide, options
from sidecar.sop.procedure import ActivityKind, PublishingStart
from tests.unit.sop import walk

NEWS, GREETING = walk.JEMBER.procedures
NOW = walk.T0 + timedelta(hours=2)


@pytest.mark.parametrize("procedure", walk.PROCEDURES, ids=lambda p: p.key)
def test_the_whole_way(procedure):
    case, events = walk.walk_to(procedure, procedure.last.no)
    case, more = walk.publish(procedure, case, NOW)
    assert case.state is CaseState.PUBLISHED and case.url == "https://x/y"
    numbers = [e.no for e in events + more if isinstance(e, ev.Step) and not isinstance(e, ev.PublicationOrdered)]
    assert numbers == [a.no for a in procedure.activities]
    assert case.revision == len(events + more)


@pytest.mark.parametrize("procedure", walk.PROCEDURES, ids=lambda p: p.key)
def test_return_reopens_the_named_step_as_a_new_attempt(procedure):
    for activity in procedure.activities:
        if activity.kind is not ActivityKind.DECIDE:
            continue
        case, _ = walk.walk_to(procedure, activity.no)
        command = cmd.ReturnForRevision(actor=walk.holder(activity.role), note="Perbaiki")
        case, (event,) = walk.apply(procedure, case, command, NOW)
        assert case.activity_no == activity.return_to == event.to_no
        assert case.attempt == 2 and case.approvals == ()


def refusal(procedure, case, command, now=NOW):
    with pytest.raises(errors.SopError) as caught:
        decide(procedure, case, command, now)
    return caught.value


def test_return_needs_a_note():
    case, _ = walk.walk_to(NEWS, 4)
    for note in ("", "  \n"):
        error = refusal(NEWS, case, cmd.ReturnForRevision(actor=walk.holder("kasubbag"), note=note))
        assert error.code == "note_required"


def test_another_role_is_told_whose_turn_it_is():
    case, _ = walk.walk_to(NEWS, 9)
    error = refusal(NEWS, case, cmd.Approve(actor=walk.holder("humas"), content_sha256="d1"))
    assert (error.code, error.params["role"], error.params["no"]) == ("not_your_turn", "pembina", 9)


def test_a_command_of_another_kind_does_not_fit():
    case, _ = walk.walk_to(NEWS, 3)
    assert refusal(NEWS, case, cmd.Approve(actor=walk.holder("penyusun"), content_sha256="d1")).code == "wrong_activity"
    assert refusal(NEWS, case, cmd.Publish(actor=walk.holder("penyusun"))).code == "wrong_activity"


def test_stale_revision():
    case, _ = walk.walk_to(NEWS, 4)
    command = cmd.Approve(actor=walk.holder("kasubbag"), content_sha256="d1", expected_revision=case.revision - 1)
    error = refusal(NEWS, case, command)
    assert (error.code, error.params) == ("stale_revision", {"expected": case.revision - 1, "actual": case.revision})


def test_nobody_approves_their_own_submission():
    both = cmd.Actor(50, frozenset({"humas", "kasubbag"}))
    case, _ = walk.walk_to(NEWS, 6)
    case, _ = walk.apply(NEWS, case, cmd.Submit(actor=both, content_sha256="d2"), NOW)
    assert refusal(NEWS, case, cmd.Approve(actor=both, content_sha256="d2")).code == "self_approval"
    assert decide(NEWS, case, cmd.ReturnForRevision(actor=both, note="x"), NOW)


def test_self_approval_where_the_sop_allows_it():
    siaran = walk.SECOND.procedures[0]
    both = cmd.Actor(50, frozenset({"wartawan", "kepala"}))
    case, _ = walk.start(siaran)
    case, _ = walk.apply(siaran, case, cmd.Submit(actor=both, content_sha256="d"), NOW)
    case, _ = walk.apply(siaran, case, cmd.Approve(actor=walk.holder("redaktur"), content_sha256="d"), NOW)
    assert decide(siaran, case, cmd.Approve(actor=both, content_sha256="d"), NOW)


def test_nobody_approves_what_was_submitted_in_their_name():
    case, _ = walk.walk_to(NEWS, 6)
    absent = cmd.Actor(60, frozenset({"humas", "kasubbag"}))
    delegation = ev.Delegation(60, 61, ("humas",), NOW - timedelta(days=1), NOW + timedelta(days=1))
    acting = cmd.Actor(61, frozenset(), (delegation,))
    case, (event,) = walk.apply(NEWS, case, cmd.Submit(actor=acting, content_sha256="d2"), NOW)
    assert event.by == ev.By(61, 60)
    assert refusal(NEWS, case, cmd.Approve(actor=absent, content_sha256="d2")).code == "self_approval"


def test_approval_binds_to_the_content():
    case, _ = walk.walk_to(NEWS, 7)
    error = refusal(NEWS, case, cmd.Approve(actor=walk.holder("kasubbag"), content_sha256="other"))
    assert error.code == "content_changed"


def test_submission_without_content_is_refused():
    case, _ = walk.walk_to(NEWS, 3)
    assert refusal(NEWS, case, cmd.Submit(actor=walk.holder("penyusun"), content_sha256="")).code == "content_missing"


def test_the_person_named_acts_alone():
    case, _ = walk.walk_to(NEWS, 2)
    named = cmd.Actor(77, frozenset({"penyusun"}))
    case, (event,) = walk.apply(NEWS, case, cmd.Assign(actor=walk.holder("kasubbag"), assignee=named), NOW)
    assert (event.assignee, event.assignee_role) == (77, "penyusun")
    other = refusal(NEWS, case, cmd.Submit(actor=walk.holder("penyusun"), content_sha256="d"))
    assert (other.code, other.params["named"]) == ("not_your_turn", 77)
    assert decide(NEWS, case, cmd.Submit(actor=named, content_sha256="d"), NOW)


def test_only_a_holder_can_be_named():
    case, _ = walk.walk_to(NEWS, 2)
    command = cmd.Assign(actor=walk.holder("kasubbag"), assignee=walk.holder("desain"))
    assert refusal(NEWS, case, command).code == "not_a_holder"


def test_reassign_moves_the_role_to_another_holder_with_a_reason():
    case, _ = walk.walk_to(NEWS, 2)
    named, other = cmd.Actor(77, frozenset({"penyusun"})), cmd.Actor(78, frozenset({"penyusun"}))
    case, _ = walk.apply(NEWS, case, cmd.Assign(actor=walk.holder("kasubbag"), assignee=named), NOW)
    command = cmd.Reassign(actor=walk.holder("kasubbag"), role="penyusun", assignee=other, note="Sakit")
    assert refusal(NEWS, case, replace(command, note="")).code == "note_required"
    assert refusal(NEWS, case, replace(command, assignee=walk.holder("humas"))).code == "not_a_holder"
    assert refusal(NEWS, case, replace(command, actor=walk.holder("desain"))).code == "not_your_turn"
    case, _ = walk.apply(NEWS, case, command, NOW)
    assert decide(NEWS, case, cmd.Submit(actor=other, content_sha256="d"), NOW)
    assert refusal(NEWS, case, cmd.Submit(actor=named, content_sha256="d")).code == "not_your_turn"


def test_delegation_counts_within_its_dates_only():
    case, _ = walk.walk_to(NEWS, 9)
    deputy = cmd.Actor(90, frozenset())
    start, end = NOW, NOW + timedelta(days=2)
    command = cmd.Delegate(actor=walk.holder("pembina"), to=deputy, starts_at=start, ends_at=end)
    case, _ = walk.apply(NEWS, case, command, NOW)
    approve = cmd.Approve(actor=deputy, content_sha256="d1")
    assert refusal(NEWS, case, approve, start - timedelta(seconds=1)).code == "not_your_turn"
    (event,) = decide(NEWS, case, approve, start)
    assert event.by == ev.By(90, walk.holder("pembina").person)
    assert refusal(NEWS, case, approve, end).code == "not_your_turn"


@pytest.mark.parametrize(("to", "hours"), [(0, 1), (1, 0), (1, -1), (1, 1)])
def test_bad_delegations(to, hours):
    case, _ = walk.walk_to(NEWS, 9)
    pembina = walk.holder("pembina")
    target = {0: cmd.Actor(None), 1: pembina if hours == 1 else cmd.Actor(90)}[to]
    command = cmd.Delegate(actor=pembina, to=target, starts_at=NOW, ends_at=NOW + timedelta(hours=hours))
    assert refusal(NEWS, case, command).code == "bad_delegation"


def test_publication_needs_the_final_approval_of_this_very_content():
    case, _ = walk.walk_to(NEWS, 10)
    forged = replace(case, content_sha256="other")
    assert refusal(NEWS, forged, cmd.Publish(actor=walk.holder("humas"))).code == "not_approved"
    assert refusal(NEWS, replace(case, approvals=()), cmd.Publish(actor=walk.holder("humas"))).code == "not_approved"


def test_the_system_starts_only_automatic_publication():
    assert NEWS.last.publishing is PublishingStart.BUTTON
    case, _ = walk.walk_to(NEWS, 10)
    assert refusal(NEWS, case, cmd.Publish(actor=cmd.SYSTEM)).code == "not_your_turn"
    assert GREETING.last.publishing is PublishingStart.AUTOMATIC
    case, _ = walk.walk_to(GREETING, 7)
    (event,) = decide(GREETING, case, cmd.Publish(actor=cmd.SYSTEM, via=cmd.Via.SYSTEM), NOW)
    assert event.by == ev.By(None)
    assert refusal(GREETING, case, cmd.Publish(actor=walk.holder("humas"))).code == "publishes_by_itself"
    early, _ = walk.walk_to(GREETING, 6)
    assert refusal(GREETING, early, cmd.Publish(actor=cmd.SYSTEM)).code == "wrong_activity"


def test_a_planned_time_is_kept():
    case, _ = walk.walk_to(NEWS, 6)
    at = NOW + timedelta(days=1)
    assert (
        refusal(NEWS, case, cmd.PlanPublication(actor=walk.holder("humas"), publish_at=NOW)).code == "publish_at_past"
    )
    plan = cmd.PlanPublication(actor=walk.holder("humas"), publish_at=at)
    assert refusal(NEWS, case, replace(plan, actor=walk.holder("desain"))).code == "not_your_turn"
    case, _ = walk.apply(NEWS, case, plan, NOW)
    for no in (6, 7, 8, 9):
        case, _ = walk.apply(NEWS, case, walk.fitting(NEWS.activity(no), case), NOW)
    (event,) = decide(NEWS, case, cmd.Publish(actor=walk.holder("humas")), NOW)
    assert event.publish_at == at


def test_changed_content_stops_publication_and_returns_to_the_check():
    case, _ = walk.walk_to(NEWS, 10)
    case, _ = walk.apply(NEWS, case, cmd.Publish(actor=walk.holder("humas")), NOW)
    stop = cmd.StopPublication(actor=cmd.SYSTEM, content_sha256="changed", note="Judul berubah")
    case, _ = walk.apply(NEWS, case, stop, NOW)
    assert (case.state, case.activity_no, case.content_sha256) == (CaseState.OPEN, 7, "changed")
    assert case.approvals == ()
    error = refusal(NEWS, case, cmd.Approve(actor=walk.holder("kasubbag"), content_sha256="d1"))
    assert error.code == "content_changed"


def test_only_the_system_reports_publication_and_only_while_publishing():
    case, _ = walk.walk_to(NEWS, 10)
    assert refusal(NEWS, case, cmd.RecordPublished(actor=cmd.SYSTEM, url="u")).code == "not_publishing"
    case, _ = walk.apply(NEWS, case, cmd.Publish(actor=walk.holder("humas")), NOW)
    assert refusal(NEWS, case, cmd.RecordPublished(actor=walk.holder("humas"), url="u")).code == "not_publishing"


def test_cancel_needs_a_reason_and_ends_the_case():
    case, _ = walk.walk_to(NEWS, 6)
    cancel = cmd.Cancel(actor=walk.holder("sekretaris"), note="Kegiatan batal")
    assert refusal(NEWS, case, replace(cancel, note=" ")).code == "note_required"
    assert refusal(NEWS, case, replace(cancel, actor=walk.holder("humas"))).code == "not_your_turn"
    case, _ = walk.apply(NEWS, case, cancel, NOW)
    assert case.state is CaseState.CANCELLED
    assert refusal(NEWS, case, cmd.Submit(actor=walk.holder("humas"), content_sha256="d")).code == "case_closed"


def test_an_ordered_publication_can_be_called_off_until_its_time():
    case, _ = walk.walk_to(NEWS, 10)
    at = NOW + timedelta(hours=1)
    case, _ = walk.apply(NEWS, case, cmd.PlanPublication(actor=walk.holder("humas"), publish_at=at), NOW)
    case, _ = walk.apply(NEWS, case, cmd.Publish(actor=walk.holder("humas")), NOW)
    cancel = cmd.Cancel(actor=walk.holder("sekretaris"), note="Kegiatan ditunda")
    assert [(o.command, o.code) for o in options(NEWS, case, walk.holder("sekretaris"), NOW)] == [("cancel", "")]
    assert [(o.command, o.code) for o in options(NEWS, case, walk.holder("humas"), NOW)] == [
        ("cancel", "not_your_turn")
    ]
    assert refusal(NEWS, case, cancel, at).code == "case_closed"
    assert options(NEWS, case, walk.holder("sekretaris"), at) == []
    case, _ = walk.apply(NEWS, case, cancel, at - timedelta(seconds=1))
    assert case.state is CaseState.CANCELLED
    assert refusal(NEWS, case, cmd.RecordPublished(actor=cmd.SYSTEM, url="u"), at).code == "not_publishing"


def test_only_openers_open_and_only_once():
    command = cmd.Open(actor=walk.holder("humas"), case_id="c", site_id="s", post_id=1, title="t")
    assert refusal(NEWS, None, command).code == "not_your_turn"
    case, _ = walk.start(NEWS)
    again = replace(command, actor=walk.holder("sekretaris"))
    assert refusal(NEWS, case, again).code == "case_exists"


def test_no_case_no_command():
    assert refusal(NEWS, None, cmd.Publish(actor=cmd.SYSTEM)).code == "wrong_activity"
    with pytest.raises(ValueError, match="at least one event"):
        replay([])


@pytest.mark.parametrize("procedure", walk.PROCEDURES, ids=lambda p: p.key)
def test_every_button_tells_the_truth(procedure):
    """What `options` allows, `decide` accepts; what it greys carries the code that `decide` would give."""
    for activity in procedure.activities:
        case, _ = walk.walk_to(procedure, activity.no)
        for role in {a.role for a in procedure.activities}:
            for option in options(procedure, case, walk.holder(role), NOW):
                allowed = option.code == ""
                own = role == activity.role
                if option.command in ("assign", "hand_over", "submit", "approve", "return", "publish"):
                    assert allowed is own, (activity.no, role, option)
                    assert option.command != "publish" or activity.publishing is PublishingStart.BUTTON


def test_a_closed_case_offers_nothing():
    case, _ = walk.walk_to(NEWS, 10)
    case, _ = walk.publish(NEWS, case, NOW)
    assert options(NEWS, case, walk.holder("humas"), NOW) == []
