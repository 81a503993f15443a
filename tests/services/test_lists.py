"""Board, tasks, calendar and list answer as somebody would who looks at every case, one by one."""

from __future__ import annotations

import random
import unicodedata
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from sidecar.context import Context
from sidecar.services.board import BoardRequest, board, tasks
from sidecar.services.case_calendar import case_calendar
from sidecar.services.list_cases import list_cases
from sidecar.services.listed import fill_lists
from sidecar.services.procedures import sop_version
from sidecar.services.run_command import run_command
from sidecar.services.view_case import View, head, reader_of
from sidecar.sop import events as ev
from sidecar.sop.errors import SopError
from sidecar.sop.procedure import PublishingStart
from tests.builders import Clock, Office, change_people, make_case, make_person, make_request, step
from tests.many import DIVISIONS, make_many

MANY = 2_000
SEARCHES = (
    "",
    "rapat",
    "PLENO r",
    "%",
    "_",
    "a_b",
    "\\",
    "café",
    "strasse",
    "o'clock",
    "🎉",
    "istanbul",
    "final",
    "zz",
)


@pytest.fixture
def crowd(ctx: Context, office: Office) -> Office:
    """The office with several holders for some roles, one role without any, somebody who has left."""
    more = [
        make_person(21, "kasubbag"),
        make_person(22, "penyusun"),
        make_person(23, "penyusun"),
        make_person(24, roles=["humas", "kasubbag"]),
        make_person(25),
        make_person(26, "pengampu"),
    ]
    change_people(ctx, office, [*office.holders(), *more])
    return office


@dataclass(frozen=True)
class Known:
    """A case as the reference knows it: its view, what its events tell, who has a part in it."""

    view: View
    division: str
    activity_day: date | None
    published_at: datetime | None
    updated_at: datetime
    by_itself: bool
    parts: frozenset[int]

    @property
    def turns(self) -> set[int]:
        return set() if self.by_itself else {entry["person"] for entry in self.view["may_act"]}

    @property
    def due_at(self) -> str:
        return str(self.view["activity"]["due_at"])


def everything(ctx: Context, office: Office) -> list[Known]:
    found = []
    with ctx.uow(read_only=True) as uow:
        site, people = uow.sites.get(office.site_id), uow.people.of_site(office.site_id)
        assert site is not None
        for stored in uow.cases.every(office.site_id):
            case = stored.case
            events = uow.audit.events(office.site_id, case.id)
            opened = events[0]
            assert isinstance(opened, ev.CaseOpened)
            procedure = sop_version(uow, site.id, stored.sop_sha256).procedure(case.procedure_key)
            try:
                day = date.fromisoformat(opened.disposition.activity_date)
            except ValueError:
                day = None
            found.append(
                Known(
                    view=head(reader_of(uow, site, stored, people, "id", ctx.now())),
                    division=opened.disposition.division,
                    activity_day=day,
                    published_at=next((one.at for one in events if isinstance(one, ev.Published)), None),
                    updated_at=stored.updated_at,
                    by_itself=procedure.activity(case.activity_no).publishing is PublishingStart.AUTOMATIC,
                    parts=frozenset().union(*(one.by.people for one in events), case.named.values()),
                )
            )
    return found


@cache
def plain(title: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", title).casefold().split())


def is_wanted(known: Known, request: BoardRequest, now: datetime) -> bool:
    view, is_open = known.view, known.view["state"] == "open"
    people = {person for person in (request.person, request.actor if request.mine else None) if person is not None}
    late = is_open and datetime.fromisoformat(known.due_at) < now
    return (
        view["procedure"]["key"] == request.procedure
        and (not request.role or (is_open and view["activity"]["role"] == request.role))
        and people <= (known.turns if is_open else known.parts)
        and (not request.division or known.division == request.division)
        and (not request.late or late)
        and plain(request.search) in plain(view["title"])
        and (not request.own or request.actor in known.turns | known.parts)
    )


def columns_of(known: list[Known], request: BoardRequest, now: datetime) -> dict[str, list[Known]]:
    wanted = [one for one in known if is_wanted(one, request, now)]
    found: dict[str, list[Known]] = {}
    for one in sorted(wanted, key=lambda one: (one.due_at, one.view["case_id"])):
        if one.view["state"] == "open":
            found.setdefault(str(one.view["activity"]["no"]), []).append(one)
    publishing = [one for one in wanted if one.view["state"] == "publishing"]
    first = lambda one: (one.view["publish_at"] or one.view["activity"]["entered_at"], one.view["case_id"])  # noqa: E731
    found["publishing"] = sorted(publishing, key=first)
    published = [one for one in wanted if one.published_at and one.published_at >= now - timedelta(days=7)]
    published.sort(key=lambda one: one.view["case_id"])
    found["published"] = sorted(published, key=lambda one: one.published_at or now, reverse=True)
    return found


def ids(cards: list[View]) -> list[str]:
    return [card["case_id"] for card in cards]


def check_board(ctx: Context, known: list[Known], request: BoardRequest) -> int:
    """Compares every column and page with the reference; returns how many cards there were."""
    now, expected = ctx.now(), columns_of(known, request, ctx.now())
    answer = board(ctx, request)
    assert {column["key"] for column in answer["columns"]} >= set(expected)
    for column in answer["columns"]:
        cases = expected.get(column["key"], [])
        late = sum(one.view["state"] == "open" and datetime.fromisoformat(one.due_at) < now for one in cases)
        assert (column["count"], column["late"]) == (len(cases), late), (request, column["key"])
        assert column["pages"] == max(1, -(-len(cases) // request.per_page))
        assert ids(column["cases"]) == [one.view["case_id"] for one in cases[: request.per_page]], (
            request,
            column["key"],
        )
        if column["pages"] > 1:
            last = board(ctx, replace(request, column=column["key"], page=column["pages"]))["columns"]
            assert [one["key"] for one in last] == [column["key"]]
            assert ids(last[0]["cases"]) == [
                one.view["case_id"] for one in cases[(column["pages"] - 1) * request.per_page :]
            ]
        for card, one in zip(column["cases"], cases, strict=False):
            check_card(card, one, request.actor, now)
    under_way = [
        one
        for one in known
        if is_wanted(
            one, BoardRequest(site_id="", actor=request.actor, procedure=request.procedure, own=request.own), now
        )
        and one.view["state"] in ("open", "publishing")
    ]
    assert answer["divisions"] == sorted({one.division for one in under_way} - {""})
    return sum(len(cases) for cases in expected.values())


def check_card(card: View, known: Known, actor: int, now: datetime) -> None:
    view = known.view
    same = ("case_id", "post_id", "title", "procedure", "state", "publish_at", "url", "corrects")
    assert {name: card[name] for name in same} == {name: view[name] for name in same}
    is_open = view["state"] == "open"
    activity = {**view["activity"], "due_at": view["activity"]["due_at"] if is_open else None}
    assert card["activity"] == activity
    waits = is_open and not known.by_itself
    assert card["may_act"] == (view["may_act"] if waits else [])
    assert card["who"] == (view["who"] if waits else "")
    assert card["mine"] == (actor in known.turns)
    assert card["division"] == known.division
    assert card["stuck"] == (waits and not view["may_act"]) == ("missing" in card)
    left = (datetime.fromisoformat(known.due_at) - now).total_seconds() if is_open else None
    assert (card["late"], card["seconds_left"] is None) == (left is not None and left < 0, left is None)
    assert left is None or 0 <= left - card["seconds_left"] < 1
    assert card["published_at"] == (known.published_at.isoformat() if known.published_at else None)


def some_request(dice: random.Random, office: Office) -> BoardRequest:
    def maybe(value: Any, nothing: Any) -> Any:
        return value if dice.random() < 0.25 else nothing

    everybody = [*office.people.values(), 21, 22, 24, 25, 99]
    return BoardRequest(
        site_id=office.site_id,
        actor=dice.choice(everybody),
        procedure=dice.choice([procedure.key for procedure in office.sop.procedures]),
        role=maybe(dice.choice(list(office.people)), ""),
        person=maybe(dice.choice(everybody), None),
        division=maybe(dice.choice(DIVISIONS), ""),
        mine=maybe(True, False),
        late=maybe(True, False),
        search=maybe(dice.choice(SEARCHES), ""),
        own=maybe(True, False),
        per_page=dice.choice((3, 20, 100)),
    )


def test_thousands_of_cases_as_if_one_looked_at_each(ctx: Context, crowd: Office, clock: Clock) -> None:
    assert make_many(ctx, crowd, MANY) == MANY
    assert fill_lists(ctx) == 0
    known, dice = everything(ctx, crowd), random.Random(7)
    states = {state: sum(one.view["state"] == state for one in known) for state in ("open", "publishing", "published")}
    assert min(states.values()) > 20, states
    plainly = [BoardRequest(site_id=crowd.site_id, actor=4, procedure=one.key) for one in crowd.sop.procedures]
    shown = [check_board(ctx, known, request) for request in plainly]
    assert sum(shown) > MANY / 2
    shown = [check_board(ctx, known, some_request(dice, crowd)) for _ in range(60)]
    assert sum(count > 0 for count in shown) > 20
    for search in SEARCHES:
        check_board(ctx, known, replace(plainly[0], search=search))
    for actor in (*crowd.people.values(), 24, 25, 99):
        check_tasks(ctx, crowd, known, actor)
        check_lists(ctx, crowd, known, actor)
    for actor in (4, 24):
        check_calendar(ctx, crowd, known, actor)


def check_tasks(ctx: Context, office: Office, known: list[Known], actor: int) -> None:
    mine = [one for one in known if actor in one.turns]
    mine.sort(key=lambda one: (one.due_at, one.view["case_id"]))
    late = sum(datetime.fromisoformat(one.due_at) < ctx.now() for one in mine)
    first = tasks(ctx, office.site_id, actor, per_page=7)
    assert (first["total"], first["late"]) == (len(mine), late)
    found = [*first["cases"], *tasks(ctx, office.site_id, actor, per_page=7, page=2)["cases"]]
    assert ids(found) == [one.view["case_id"] for one in mine[:14]]
    for card, one in zip(found, mine, strict=False):
        check_card(card, one, actor, ctx.now())
    views, total = list_cases(ctx, office.site_id, actor, mine=True, per_page=7)
    assert (views, total) == ([one.view for one in mine[:7]], len(mine))


def check_lists(ctx: Context, office: Office, known: list[Known], actor: int) -> None:
    for state in ("", "open", "published", "cancelled"):
        for own in (False, True):
            wanted = [one for one in known if state in ("", one.view["state"])]
            wanted = [one for one in wanted if not own or actor in one.turns | one.parts]
            wanted.sort(key=lambda one: one.view["case_id"])
            wanted.sort(key=lambda one: one.updated_at, reverse=True)
            views, total = list_cases(ctx, office.site_id, actor, state=state, own=own, per_page=9, page=2)
            assert (ids(views), total) == ([one.view["case_id"] for one in wanted[9:18]], len(wanted))


def check_calendar(ctx: Context, office: Office, known: list[Known], actor: int) -> None:
    zone, now = ZoneInfo("Asia/Jakarta"), ctx.now()
    first = now.astimezone(zone).date() - timedelta(days=20)
    last = first + timedelta(days=61)
    for own in (False, True):
        expected = set()
        for one in known:
            view = one.view
            if own and actor not in one.turns | one.parts:
                continue
            at, kind = None, ""
            if view["state"] == "published":
                at, kind = one.published_at, "published"
            elif view["state"] == "publishing":
                at = datetime.fromisoformat(view["publish_at"] or view["activity"]["entered_at"])
                kind = "planned" if at > now else "publishing"
            elif view["state"] == "open" and view["publish_at"]:
                at, kind = datetime.fromisoformat(view["publish_at"]), "planned"
            if at and first <= at.astimezone(zone).date() <= last:
                expected.add((kind, view["case_id"], at.astimezone(zone).date().isoformat(), at.isoformat()))
            if one.activity_day and view["state"] != "cancelled" and first <= one.activity_day <= last:
                expected.add(("activity", view["case_id"], one.activity_day.isoformat(), None))
        entries = case_calendar(ctx, office.site_id, actor, first, last, own=own)
        assert [entry["date"] for entry in entries] == sorted(entry["date"] for entry in entries)
        cases = [entry for entry in entries if entry["kind"] != "observance"]
        assert len(cases) == len(expected)
        assert {(one["kind"], one["case_id"], one["date"], one["at"]) for one in cases} == expected


def test_every_command_and_every_change_of_people_keeps_the_lists(ctx: Context, crowd: Office, clock: Clock) -> None:
    """The same comparison, after real commands of all kinds by the right and the wrong people."""
    dice = random.Random(3)
    cases = [
        make_case(ctx, crowd, dice.choice(("pemberitaan", "ucapan")), post_id=100 + number, upto=dice.randint(1, 5))
        for number in range(20)
    ]
    for round_ in range(60):
        clock.pass_(minutes=dice.randint(1, 300))
        case_id, everybody = dice.choice(cases), [*crowd.people.values(), 21, 22, 23, 24]
        common: dict[str, Any] = {"actor": dice.choice(everybody), "expected_revision": None, "note": "Cuti"}
        command, params = dice.choice(
            [
                ("cancel", {}),
                ("return", {}),
                ("plan_publication", {"publish_at": (clock() + timedelta(days=dice.randint(1, 9))).isoformat()}),
                ("plan_publication", {"publish_at": None}),
                ("reassign", {"role": dice.choice(list(crowd.people)), "assignee": dice.choice(everybody)}),
                *[("", {})] * 4,
            ]
        )
        try:
            if command:
                run_command(ctx, make_request(crowd, case_id, command, **common, params=params))
            else:
                step(ctx, crowd, case_id)
        except (SopError, IndexError):
            pass
        if round_ % 20 == 10:
            left = dice.sample(crowd.holders(), k=len(crowd.people) - 2)
            change_people(ctx, crowd, [*left, make_person(21, dice.choice(list(crowd.people)))])
        if round_ % 10 == 9:
            known = everything(ctx, crowd)
            for _ in range(6):
                check_board(ctx, known, some_request(dice, crowd))
            for actor in everybody:
                check_tasks(ctx, crowd, known, actor)
    change_people(ctx, crowd, crowd.holders())
    known = everything(ctx, crowd)
    assert sum(
        check_board(ctx, known, BoardRequest(site_id="jember", actor=1, procedure=key))
        for key in ("pemberitaan", "ucapan")
    )
