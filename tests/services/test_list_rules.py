"""What lists promise beyond the right cases: how few rows they read, whom they show a case, and what a card says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import event as sql_event
from sqlalchemy import func, select, text, update

from sidecar import sop_file
from sidecar.context import Context
from sidecar.services import outbox
from sidecar.services.board import BoardRequest, board, tasks
from sidecar.services.case_calendar import case_calendar
from sidecar.services.errors import Malformed, NoSop, NoSuchCase, UnknownSite
from sidecar.services.install_sop import install_sop
from sidecar.services.list_cases import list_cases
from sidecar.services.listed import fill_lists
from sidecar.services.observances import observances
from sidecar.services.run_command import run_command
from sidecar.services.sites import change_site
from sidecar.services.view_case import View, view_case
from sidecar.store.listing import search_form
from sidecar.store.tables import CaseRow, DeliveryRow, PartRow, TurnRow
from tests.builders import (
    Clock,
    Office,
    change_people,
    look,
    make_case,
    make_office,
    make_person,
    make_request,
    make_sop,
    publish,
    step,
)
from tests.many import make_many

NEWS = BoardRequest(site_id="jember", actor=4, procedure="pemberitaan")
DAY = date(2026, 11, 23)


def cards(answer: View) -> list[View]:
    return [card for column in answer["columns"] for card in column["cases"]]


def card_of(ctx: Context, request: BoardRequest = NEWS) -> View:
    """The only one on the board."""
    [card] = cards(board(ctx, request))
    return card


@contextmanager
def watched(ctx: Context) -> Iterator[Counter[str]]:
    """Counts the `statements` that are sent, and the `cases` that are loaded as a whole."""
    counts: Counter[str] = Counter()
    with ctx.uow(read_only=True) as uow:
        engine = uow.session.get_bind()

    def sent(*_: Any) -> None:
        counts["statements"] += 1

    def loaded(*_: Any) -> None:
        counts["cases"] += 1

    sql_event.listen(engine, "after_cursor_execute", sent)
    sql_event.listen(CaseRow, "load", loaded)
    try:
        yield counts
    finally:
        sql_event.remove(engine, "after_cursor_execute", sent)
        sql_event.remove(CaseRow, "load", loaded)


@pytest.mark.parametrize(
    "ask",
    [
        lambda ctx: board(ctx, NEWS),
        lambda ctx: board(ctx, replace(NEWS, own=True, mine=True, search="rapat", late=True)),
        lambda ctx: board(ctx, replace(NEWS, column="4", page=2, per_page=5)),
        lambda ctx: tasks(ctx, "jember", 4),
        lambda ctx: list_cases(ctx, "jember", 4, mine=True),
        lambda ctx: list_cases(ctx, "jember", 4, state="", own=True),
        lambda ctx: case_calendar(ctx, "jember", 4, DAY - timedelta(days=30), DAY + timedelta(days=31)),
    ],
    ids=["board", "filtered", "column", "tasks", "mine", "list", "calendar"],
)
def test_no_list_grows_with_the_office(ctx: Context, office: Office, ask: Callable[[Context], Any]) -> None:
    """As many statements with a thousand cases as with fifty; whole cases are loaded only of the page of a list."""
    make_many(ctx, office, 50)
    with watched(ctx) as few:
        ask(ctx)
    make_many(ctx, office, 950, seed=2)
    with watched(ctx) as many:
        ask(ctx)
    # Sentences about stuck cards cost three more; there may be none among the fifty.
    assert 3 < many["statements"] <= min(few["statements"] + 3, 30)
    assert many["cases"] <= 20


@pytest.mark.parametrize(
    ("query", "index"),
    [
        (
            "SELECT id FROM cases WHERE site_id = 'jember' AND procedure_key = 'pemberitaan' AND state = 'open'"
            " AND activity_no = 4 ORDER BY due_at LIMIT 20",
            "ix_cases_board",
        ),
        (
            "SELECT id FROM cases WHERE site_id = 'jember' AND published_at >= '2026-11-16'",
            "ix_cases_site_id_published_at",
        ),
        ("SELECT case_id FROM turns WHERE site_id = 'jember' AND person = 4", "ix_turns_site_id_person_case_id"),
        ("SELECT case_id FROM parts WHERE site_id = 'jember' AND person = 4", "ix_parts_site_id_person_case_id"),
    ],
)
def test_the_indexes_serve_what_lists_ask(sqlite: Context, query: str, index: str) -> None:
    make_many(sqlite, make_office(sqlite), 300)
    with sqlite.uow(read_only=True) as uow:
        plan = " ".join(str(row) for row in uow.session.execute(text(f"EXPLAIN QUERY PLAN {query}")))
    assert index in plan and "SCAN cases" not in plan


def test_filling_goes_on_where_it_was_ended(ctx: Context, office: Office) -> None:
    make_many(ctx, office, 450)
    answers = [board(ctx, NEWS), tasks(ctx, "jember", 4), list_cases(ctx, "jember", 4, own=True)]
    empty = {"role": "", "division": "", "occasion": "", "activity_date": None, "search_title": ""}
    with ctx.uow() as uow:
        uow.session.execute(update(CaseRow).values(**empty, due_at=None, published_at=None))
        for table in ("turns", "parts"):
            uow.session.execute(text(f"DELETE FROM {table}"))
        uow.commit()
    assert tasks(ctx, "jember", 4)["total"] == 0

    class Ended(Exception):
        pass

    def end(done: int) -> None:
        raise Ended(done)

    with pytest.raises(Ended, match="200"):
        fill_lists(ctx, end)
    said: list[int] = []
    assert fill_lists(ctx, said.append) == 250
    assert said == [200, 250]
    assert [board(ctx, NEWS), tasks(ctx, "jember", 4), list_cases(ctx, "jember", 4, own=True)] == answers


def test_own_is_who_acts_or_has_a_part(ctx: Context, office: Office) -> None:
    case_id = make_case(ctx, office, upto=4)
    seen = {1: False, 2: False, office.holder("sekretaris"): True, office.holder("kasubbag"): True}
    seen[office.holder("penyusun")] = True
    for actor, sees in seen.items():
        own = replace(NEWS, actor=actor, own=True)
        assert (len(cards(board(ctx, own))), list_cases(ctx, "jember", actor, own=True)[1]) == (int(sees), int(sees))
        if sees:
            assert view_case(ctx, "jember", actor, case_id=case_id, own=True)["case_id"] == case_id
        else:
            with pytest.raises(NoSuchCase):
                view_case(ctx, "jember", actor, case_id=case_id, own=True)
    # Named for a later step is a part, and stays one after somebody else was named.
    humas = office.holder("humas")
    change = {"role": "humas", "assignee": humas}
    common: dict[str, Any] = {"actor": office.holder("sekretaris"), "note": "Cuti", "params": change}
    run_command(ctx, make_request(office, case_id, "reassign", **common))
    assert view_case(ctx, "jember", humas, case_id=case_id, own=True)["may_act"][0]["person"] == office.holder(
        "kasubbag"
    )


def test_a_case_on_which_nobody_may_act_says_who_is_missing(ctx: Context, office: Office) -> None:
    case_id = make_case(ctx, office, upto=3)
    assert not card_of(ctx)["stuck"]
    penyusun, role = office.holder("penyusun"), office.sop.role("penyusun").name.id
    others = [person for person in office.holders() if person["id"] != penyusun]
    change_people(ctx, office, others)
    card = card_of(ctx)
    assert (card["stuck"], card["who"], card["may_act"], card["mine"]) == (True, role, [], False)
    assert card["missing"] == {"code": "no_holder", "role_name": role, "person_name": ""}
    # Named, then gone, while others hold the role.
    change_people(ctx, office, [*office.holders(), make_person(31, "penyusun")])
    named = {"role": "penyusun", "assignee": penyusun}
    run_command(
        ctx, make_request(office, case_id, "reassign", office.holder("sekretaris"), note="Mutasi", params=named)
    )
    assert not card_of(ctx)["stuck"]
    change_people(ctx, office, [*others, make_person(31, "penyusun")])
    missing = card_of(ctx)["missing"]
    assert (missing["code"], missing["person_name"]) == ("named_absent", f"Orang {penyusun}")
    # Who could decide has submitted it.
    change_people(ctx, office, office.holders())
    step(ctx, office, case_id)
    both = [person for person in office.holders() if person["id"] not in (penyusun, office.holder("kasubbag"))]
    change_people(ctx, office, [*both, make_person(penyusun, roles=["penyusun", "kasubbag"])])
    assert card_of(ctx)["missing"]["code"] == "own_submission"


def test_what_waits_for_its_time_is_neither_stuck_nor_late(ctx: Context, office: Office, clock: Clock) -> None:
    greeting = replace(NEWS, procedure="ucapan")
    case_id = make_case(ctx, office, "ucapan", upto=6)
    at = clock() + timedelta(days=3)
    view = look(ctx, office, case_id)
    plan = make_request(
        office, case_id, "plan_publication", view["may_act"][0]["person"], params={"publish_at": at.isoformat()}
    )
    run_command(ctx, plan)
    step(ctx, office, case_id)
    clock.pass_(days=2)
    card = card_of(ctx, greeting)
    assert (card["activity"]["no"], card["stuck"], card["late"], card["who"]) == (7, False, False, "")
    assert card["publish_at"] == at.isoformat() and card["seconds_left"] > 24 * 3600
    assert tasks(ctx, "jember", office.holder("humas"))["total"] == 0
    assert look(ctx, office, case_id)["activity"]["due_at"] == card["activity"]["due_at"]
    entries = case_calendar(ctx, "jember", 4, DAY, DAY + timedelta(days=9))
    assert [(one["kind"], one["date"]) for one in entries if one["case_id"]] == [("planned", "2026-11-26")]
    # Ordered, then out.
    clock.pass_(days=1)
    step(ctx, office, case_id)
    [column] = [one for one in board(ctx, greeting)["columns"] if one["count"]]
    assert (column["key"], column["no"], column["late"]) == ("publishing", None, 0)
    publish(ctx, office, case_id)
    [column] = [one for one in board(ctx, greeting)["columns"] if one["count"]]
    assert (column["key"], column["cases"][0]["published_at"]) == ("published", clock().isoformat())
    clock.pass_(days=7, seconds=1)
    assert cards(board(ctx, greeting)) == []


def test_problems_are_counted_until_they_are_mended(ctx: Context, office: Office) -> None:
    case_id = make_case(ctx, office, upto=10)
    assert card_of(ctx)["problems"] == 0
    work = [outbox.claim(ctx, due.id) for due in outbox.claim_due(ctx) if due.kind == "media.derive"][-1]
    assert work is not None and outbox.give_up(ctx, work, "truncated: Foto 34 terpotong.")
    with ctx.uow() as uow:
        failed = update(DeliveryRow).where(DeliveryRow.case_id == case_id, DeliveryRow.channel == "bluesky")
        uow.session.execute(failed.values(state="failed"))
        uow.commit()
    assert card_of(ctx)["problems"] == 2 == len(look(ctx, office, case_id)["problems"]) + 1
    outbox.requeue(ctx, work.id)
    assert card_of(ctx)["problems"] == 1


def test_another_zone_counts_deadlines_anew(ctx: Context, office: Office, clock: Clock) -> None:
    # 15:58 in Jakarta: two minutes are left today. In Jayapura it is 17:58: the office has closed.
    clock.at = clock.at.replace(hour=8, minute=58)
    case_id = make_case(ctx, office, upto=4)
    before = card_of(ctx)["activity"]["due_at"]
    change_site(ctx, "jember", timezone="Asia/Jayapura")
    after = card_of(ctx)["activity"]["due_at"]
    assert after == look(ctx, office, case_id)["activity"]["due_at"] != before


def test_steps_of_an_older_sop_keep_their_column(ctx: Context, office: Office) -> None:
    make_case(ctx, office, upto=9)
    document = sop_file.dump_document(make_sop())
    greeting = next(one for one in document["procedures"] if one["key"] == "ucapan")
    shorter = {**greeting, "key": "pemberitaan", "post_type": "post", "website": True}
    document = {**document, "number": "14/2027", "procedures": [shorter]}
    install_sop(ctx, "jember", sop_file.load_document(document), document)
    columns = board(ctx, NEWS)["columns"]
    assert [column["key"] for column in columns] == ["1", "2", "3", "4", "5", "6", "7", "9", "publishing", "published"]
    [old] = [column for column in columns if column["count"]]
    assert (old["no"], old["role"], old["name"]) == (
        9,
        "pembina",
        make_sop().procedure("pemberitaan").activity(9).name.id,
    )


def test_an_office_sees_only_its_own(ctx: Context, office: Office) -> None:
    make_case(ctx, office, upto=4)
    other = make_office(ctx, "lumajang")
    assert cards(board(ctx, replace(NEWS, site_id="lumajang"))) == []
    assert tasks(ctx, "lumajang", other.holder("kasubbag"))["total"] == 0
    assert list_cases(ctx, "lumajang", 4, state="") == ([], 0)


def test_what_cannot_be_asked(ctx: Context, office: Office) -> None:
    for request in (replace(NEWS, page=0), replace(NEWS, per_page=101), replace(NEWS, column="99")):
        with pytest.raises(Malformed):
            board(ctx, request)
    with pytest.raises(NoSop):
        board(ctx, replace(NEWS, procedure="rahasia"))
    for ask in (lambda: board(ctx, replace(NEWS, site_id="x")), lambda: tasks(ctx, "x", 1)):
        with pytest.raises(UnknownSite):
            ask()
    for last in (DAY - timedelta(days=1), DAY + timedelta(days=62)):
        with pytest.raises(Malformed):
            case_calendar(ctx, "jember", 4, DAY, last)
    assert case_calendar(ctx, "jember", 4, DAY, DAY + timedelta(days=61))


def test_a_title_is_found_however_it_is_typed() -> None:
    assert search_form("  CAFÉ  Straße\tﬁnal ") == search_form("cafe\u0301 STRASSE final")
    assert search_form("50%_\\") == "50%_\\"


def test_observances_in_both_languages_without_joint_leave() -> None:
    new_year = (date(2026, 12, 20), date(2027, 1, 10))
    assert [(one.day.isoformat(), one.name) for one in observances(*new_year, "id")] == [
        ("2026-12-25", "Hari Raya Natal"),
        ("2027-01-01", "Tahun Baru Masehi"),
        ("2027-01-05", "Isra Mikraj Nabi Muhammad"),
    ]
    assert [one.name for one in observances(*new_year, "en")] == ["Christmas Day", "New Year's Day", "Isra' and Mi'raj"]
    for language, name in (("id", "Hari Raya Idul Fitri"), ("en", "Eid al-Fitr")):
        far = observances(date(2031, 1, 1), date(2031, 12, 31), language)
        feasts = [one for one in far if one.name == name]
        assert feasts and all(one.estimated for one in feasts)
        assert not any("(" in one.name for one in far)
        assert any(not one.estimated for one in far)


def test_rows_of_lists_follow_the_case(ctx: Context, office: Office) -> None:
    case_id = make_case(ctx, office, upto=4)
    with ctx.uow(read_only=True) as uow:
        turns = list(uow.session.scalars(select(TurnRow.person).where(TurnRow.case_id == case_id)))
        parts = set(uow.session.scalars(select(PartRow.person).where(PartRow.case_id == case_id)))
    assert turns == [office.holder("kasubbag")]
    assert parts == {office.holder(role) for role in ("sekretaris", "kasubbag", "penyusun")}
    supervisor = office.holder("sekretaris")
    run_command(ctx, make_request(office, case_id, "cancel", supervisor, note="Batal"))
    with ctx.uow(read_only=True) as uow:
        assert uow.session.scalar(select(func.count()).select_from(TurnRow)) == 0
