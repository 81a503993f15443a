"""Acting officers from WordPress profiles, and the one person whom the disposition's division names."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from sidecar.context import Context
from sidecar.services import outbox
from sidecar.services.errors import Malformed
from sidecar.services.mirror import mirror_of
from sidecar.services.open_case import OpenRequest, open_case
from sidecar.services.outbox import list_rows
from sidecar.services.replay_cases import replay_cases
from sidecar.services.run_command import run_command
from sidecar.services.settle_office import settle_office
from sidecar.services.sync_people import sync_people
from sidecar.sop import errors
from tests.builders import Clock, Office, look, make_case, make_office, make_person, make_request, make_sop, step
from workers import run
from workers.queues import KINDS


def acting(to: int, start: datetime, end: datetime, kind: str = "plh") -> dict[str, Any]:
    return {"to_person": to, "starts_at": start.isoformat(), "ends_at": end.isoformat(), "kind": kind}


def give(ctx: Context, office: Office, role: str, *delegations: dict[str, Any]) -> None:
    person = make_person(office.holder(role), role, delegations=list(delegations))
    sync_people(ctx, office.site_id, [person], complete=False)


def live(ctx: Context, office: Office, case_id: str) -> list[int]:
    with ctx.uow(read_only=True) as uow:
        return sorted(row.person for row in uow.tokens.live_of_case(office.site_id, case_id))


def settlings(ctx: Context) -> list[tuple[datetime, str]]:
    return sorted((row.due_at, row.state) for row in list_rows(ctx) if row.kind == "turns.settle")


def work(ctx: Context) -> list[str]:
    """Everything that is due for the settling of turns, as the worker does it."""
    due = [row for row in outbox.claim_due(ctx, limit=500) if row.kind == "turns.settle"]
    return [run.perform_row(ctx, row.id, 60) for row in due]


def acts(ctx: Context, office: Office, case_id: str) -> list[tuple[int, int | None]]:
    return [(one["person"], one["acting_for"]) for one in look(ctx, office, case_id)["may_act"]]


def mirrors(ctx: Context, case_id: str) -> int:
    return sum(row.kind == "wordpress.mirror" for row in list_rows(ctx, case_id=case_id))


def test_an_acting_officer_is_called_and_let_go_in_time(ctx: Context, office: Office, clock: Clock) -> None:
    case_id = make_case(ctx, office, upto=4)
    kasubbag, humas = office.holder("kasubbag"), office.holder("humas")
    start, end = clock() + timedelta(hours=1), clock() + timedelta(days=2)
    give(ctx, office, "kasubbag", acting(humas, start, end))
    assert work(ctx) == ["done"]
    assert acts(ctx, office, case_id) == [(kasubbag, None)] and live(ctx, office, case_id) == [kasubbag]
    before = mirrors(ctx, case_id)

    clock.at = start
    assert work(ctx) == ["done"]
    assert acts(ctx, office, case_id) == [(kasubbag, None), (humas, kasubbag)]
    assert live(ctx, office, case_id) == [kasubbag, humas]
    assert [(m["person"], m["state"]) for m in look(ctx, office, case_id)["mails"]][-1] == (humas, "pending")
    assert mirrors(ctx, case_id) == before + 1
    assert mirror_of(ctx, office.site_id, case_id)["may_act"] == [kasubbag, humas]

    clock.at = end
    assert work(ctx) == ["done"]
    assert acts(ctx, office, case_id) == [(kasubbag, None)] and live(ctx, office, case_id) == [kasubbag]
    assert mirrors(ctx, case_id) == before + 2
    assert [(m["person"], m["state"]) for m in look(ctx, office, case_id)["mails"]][-1] == (humas, "withdrawn")
    assert work(ctx) == []


def test_nothing_twice(ctx: Context, office: Office, clock: Clock) -> None:
    case_id = make_case(ctx, office, upto=4)
    humas, now = office.holder("humas"), clock()
    delegation = acting(humas, now, now + timedelta(days=1))
    for _ in range(3):
        give(ctx, office, "kasubbag", delegation)
    assert [due for due, _ in settlings(ctx)] == [now, now + timedelta(days=1)]
    assert settle_office(ctx, office.site_id) == 1
    mails = len(look(ctx, office, case_id)["mails"])
    assert settle_office(ctx, office.site_id) == 0
    assert work(ctx) == ["done"]
    assert len(look(ctx, office, case_id)["mails"]) == mails
    assert live(ctx, office, case_id) == [office.holder("kasubbag"), humas]


def test_a_mirror_of_the_same_revision_is_newer_by_its_moment(ctx: Context, office: Office, clock: Clock) -> None:
    case_id = make_case(ctx, office, upto=4)
    before = mirror_of(ctx, office.site_id, case_id)
    give(ctx, office, "kasubbag", acting(office.holder("humas"), clock(), clock() + timedelta(days=1)))
    clock.pass_(microseconds=1)
    after = mirror_of(ctx, office.site_id, case_id)
    assert after["revision"] == before["revision"] and after["as_of"] > before["as_of"]
    assert len(after["may_act"]) == len(before["may_act"]) + 1
    assert look(ctx, office, case_id)["as_of"] == after["as_of"]


def test_who_acts_for_somebody_is_recorded_so(ctx: Context, office: Office, clock: Clock) -> None:
    case_id = make_case(ctx, office, upto=4)
    kasubbag, humas = office.holder("kasubbag"), office.holder("humas")
    give(ctx, office, "kasubbag", acting(humas, clock(), clock() + timedelta(days=1), "plt"))
    sha256 = look(ctx, office, case_id)["content_sha256"]
    run_command(ctx, make_request(office, case_id, "approve", humas, params={"content_sha256": sha256}))
    view = look(ctx, office, case_id)
    assert (view["history"][-1]["by"], view["history"][-1]["acting_for"]) == (humas, kasubbag)
    done = view["steps"][3]
    assert (done["person"], done["acting_for"], done["acting_for_name"]) == (humas, kasubbag, f"Orang {kasubbag}")
    assert all(not one.differences for one in replay_cases(ctx))


def test_nobody_approves_by_way_of_another(ctx: Context, office: Office, clock: Clock) -> None:
    """Who submitted cannot approve as the acting officer of the one who checks."""
    penyusun = office.holder("penyusun")
    give(ctx, office, "kasubbag", acting(penyusun, clock(), clock() + timedelta(days=1)))
    case_id = make_case(ctx, office, upto=4)
    sha256 = look(ctx, office, case_id)["content_sha256"]
    with pytest.raises(errors.SelfApproval):
        run_command(ctx, make_request(office, case_id, "approve", penyusun, params={"content_sha256": sha256}))
    assert penyusun not in live(ctx, office, case_id)


def test_powers_are_not_passed_on(ctx: Context, office: Office, clock: Clock) -> None:
    humas, desain, until = office.holder("humas"), office.holder("desain"), clock() + timedelta(days=1)
    give(ctx, office, "kasubbag", acting(humas, clock(), until))
    give(ctx, office, "humas", acting(desain, clock(), until))
    case_id = make_case(ctx, office, upto=4)
    assert desain not in [person for person, _ in acts(ctx, office, case_id)]


def test_an_acting_officer_opens_what_the_officer_may_open(ctx: Context, office: Office, clock: Clock) -> None:
    humas, sekretaris = office.holder("humas"), office.holder("sekretaris")
    request = OpenRequest(
        site_id="jember", procedure="pemberitaan", post_id=9, title="A", actor=humas, idempotency_key="open-9"
    )
    with pytest.raises(errors.NotYourTurn):
        open_case(ctx, request)
    give(ctx, office, "sekretaris", acting(humas, clock(), clock() + timedelta(days=1)))
    opened = look(ctx, office, open_case(ctx, request).case_id)["history"][0]
    assert (opened["by"], opened["acting_for"]) == (humas, sekretaris)


def test_the_person_named_is_stood_in_for_and_only_that_person(ctx: Context, office: Office, clock: Clock) -> None:
    sync_people(ctx, "jember", [make_person(50, "penyusun"), make_person(60)], complete=False)
    case_id = make_case(ctx, office, upto=2)
    kasubbag, penyusun = office.holder("kasubbag"), office.holder("penyusun")
    run_command(ctx, make_request(office, case_id, "assign", kasubbag, params={"assignee": penyusun}))
    stand_in = acting(60, clock(), clock() + timedelta(days=1))
    sync_people(ctx, "jember", [make_person(50, "penyusun", delegations=[stand_in])], complete=False)
    assert acts(ctx, office, case_id) == [(penyusun, None)]
    give(ctx, office, "penyusun", stand_in)
    assert acts(ctx, office, case_id) == [(penyusun, None), (60, penyusun)]


def test_a_delegation_in_one_case_begins_and_ends_by_itself_too(ctx: Context, office: Office, clock: Clock) -> None:
    case_id = make_case(ctx, office, upto=4)
    kasubbag, humas = office.holder("kasubbag"), office.holder("humas")
    start, end = clock() + timedelta(hours=2), clock() + timedelta(hours=4)
    params = {"to_person": humas, "starts_at": start.isoformat(), "ends_at": end.isoformat()}
    run_command(ctx, make_request(office, case_id, "delegate", kasubbag, params=params))
    assert live(ctx, office, case_id) == [kasubbag]
    for moment, expected in ((start, [kasubbag, humas]), (end, [kasubbag])):
        clock.at = moment
        assert "done" in work(ctx)
        assert live(ctx, office, case_id) == expected


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"to_person": 4}, "people.4.delegations.0.to_person"),
        ({"to_person": 999}, "people.4.delegations.0.to_person"),
        ({"ends_at": "2026-11-23T01:00:00+00:00"}, "people.4.delegations.0.ends_at"),
        ({"ends_at": "2026-11-23T02:00:00+00:00"}, "people.4.delegations.0.ends_at"),
        ({"starts_at": "besok"}, "people.4.delegations.0.starts_at"),
        ({"starts_at": "2026-11-23T02:00:00"}, "people.4.delegations.0.starts_at"),
        ({"to_person": None}, "people.4.delegations.0.to_person"),
        ({"kind": "pjs"}, "people.4.delegations.0.kind"),
    ],
)
def test_a_delegation_that_nobody_could_act_by_is_refused(
    ctx: Context, office: Office, wrong: dict[str, Any], field: str
) -> None:
    assert office.holder("kasubbag") == 4
    good = acting(7, datetime.fromisoformat("2026-11-23T02:00:00+00:00"), datetime.fromisoformat("2026-11-24T02:00Z"))
    with pytest.raises(Malformed) as caught:
        give(ctx, office, "kasubbag", {**good, **wrong})
    assert caught.value.params["field"] == field
    with ctx.uow(read_only=True) as uow:
        assert uow.people.of_site("jember")[4].delegations == ()


def test_people_come_back_as_they_were_given(ctx: Context, office: Office, clock: Clock) -> None:
    until = clock() + timedelta(days=1)
    given = make_person(4, "kasubbag", division="Divisi Teknis", delegations=[acting(7, clock(), until, "plt")])
    sync_people(ctx, "jember", [given], complete=False)
    with ctx.uow(read_only=True) as uow:
        people = uow.people.of_site("jember")
        assert uow.people.actor("jember", 7) == people[7].actor
    [officer] = people[4].delegations
    assert (people[4].division, officer.kind, officer.ends_at) == ("Divisi Teknis", "plt", until)
    [received] = people[7].actor.delegations
    assert (received.from_person, received.roles) == (4, ("kasubbag",))
    # Who holds no role any more has none to pass on.
    sync_people(ctx, "jember", [make_person(7, "humas")], complete=True)
    with ctx.uow(read_only=True) as uow:
        assert uow.people.actor("jember", 7).delegations == ()


@pytest.mark.parametrize(
    ("divisions", "named"),
    [
        ({50: "Divisi Teknis", 51: "Divisi Hukum"}, 50),
        ({50: " divisi  TEKNIS", 51: ""}, 50),
        ({50: "Divisi Teknis", 51: "Divisi Teknis"}, None),
        ({50: "Divisi Hukum", 51: ""}, None),
    ],
)
def test_the_division_of_the_disposition_names_its_holder(
    ctx: Context, office: Office, divisions: dict[int, str], named: int | None
) -> None:
    assert make_sop().role("pengampu").by_division and not make_sop().role("pembina").by_division
    people = [make_person(n, roles=["pengampu", "pembina"], division=text) for n, text in divisions.items()]
    sync_people(ctx, "jember", people, complete=False)
    case_id = make_case(ctx, office, upto=1)
    with ctx.uow(read_only=True) as uow:
        stored = uow.cases.get("jember", case_id)
    assert stored is not None and stored.case.named == ({"pengampu": named} if named else {})
    assert all(not one.differences for one in replay_cases(ctx))
    if named:
        step_of = next(s for s in look(ctx, office, case_id)["steps"] if s["role"] == "pengampu")
        assert (step_of["state"], step_of["person"]) == ("todo", named)


def test_a_stepper_knows_time_used_and_due(ctx: Context, office: Office, clock: Clock) -> None:
    case_id = make_case(ctx, office, upto=1)
    clock.pass_(hours=30)  # Monday 09.00 to Tuesday 15.00 local: 14 hours of office time
    step(ctx, office, case_id)
    clock.pass_(minutes=3)
    first, second, third = look(ctx, office, case_id)["steps"][:3]
    assert (first["seconds"], first["office_seconds"]) == (30 * 3600, 14 * 3600)
    assert first["left_at"] == second["entered_at"] and first["due_at"] < first["left_at"]
    assert (second["state"], second["office_seconds"], second["seconds"]) == ("current", 180, None)
    assert (second["person"], second["left_at"]) == (office.holder("kasubbag"), None)
    assert second["due_at"] == look(ctx, office, case_id)["activity"]["due_at"]
    assert (third["person"], third["entered_at"], third["due_at"], third["office_seconds"]) == (None, None, None, None)


def test_offices_do_not_mix(ctx: Context, office: Office, clock: Clock) -> None:
    other = make_office(ctx, "situbondo")
    case_id = make_case(ctx, other, upto=4)
    give(ctx, office, "kasubbag", acting(office.holder("humas"), clock(), clock() + timedelta(days=1)))
    assert settle_office(ctx, "situbondo") == 0
    assert [person for person, _ in acts(ctx, other, case_id)] == [other.holder("kasubbag")]


def test_settling_has_a_queue() -> None:
    assert KINDS["turns.settle"].queue == "wordpress"
