"""Papan Kerja: an office's cases of one procedure in columns by step, each a page long; and the tasks of one person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sidecar.context import Context
from sidecar.services.errors import Malformed, NoSop, UnknownSite
from sidecar.services.procedures import current_sop, sop_version
from sidecar.services.short_cases import Reading, short_cases
from sidecar.services.view_case import View, iso
from sidecar.sop.procedure import Activity, Procedure, Sop
from sidecar.store.listing import PUBLISHED, PUBLISHING, Shown, Wanted
from sidecar.store.unit_of_work import UnitOfWork

SHOWN_FOR = timedelta(days=7)
"""How long what was published stays on the board."""
MAX_PER_PAGE = 100


@dataclass(frozen=True, kw_only=True)
class BoardRequest:
    """What `actor` wants to see; empty fields narrow nothing (`sidecar.store.listing.Wanted` says what each means).

    `own`: only cases in which the actor may act or has a part. `column`: only this one (a step's number,
    `publishing`, `published`), whose `page` is meant; without it every column gives that page.
    """

    site_id: str
    actor: int
    procedure: str
    role: str = ""
    person: int | None = None
    division: str = ""
    mine: bool = False
    late: bool = False
    search: str = ""
    own: bool = False
    column: str = ""
    page: int = 1
    per_page: int = 20
    language: str = "id"


def board(ctx: Context, request: BoardRequest) -> View:
    """The board (docs/architecture.md, "Lists"), first due first, published ones newest first.

    Raises UnknownSite, NoSop (also for a procedure that the office's SOP does not have), Malformed for a column that
    the procedure does not have or a page below 1.
    """
    check_page(request.page, request.per_page)
    now = ctx.now()
    with ctx.uow(read_only=True) as uow:
        reading = reading_of(uow, request.site_id, request.actor, request.language, now)
        sop, _ = current_sop(uow, request.site_id)
        try:
            procedure = sop.procedure(request.procedure)
        except KeyError as error:
            raise NoSop(site_id=request.site_id, procedure=request.procedure) from error
        people = (request.person, request.actor if request.mine else None)
        wanted = Wanted(
            site_id=request.site_id,
            now=now,
            procedure=procedure.key,
            role=request.role,
            people=tuple(person for person in people if person is not None),
            division=request.division,
            late=request.late,
            search=request.search,
            seen_by=request.actor if request.own else None,
        )
        columns = _columns(reading, request, wanted, sop, procedure)
        _fill(reading, columns)
        return {
            "procedure": {"key": procedure.key, "name": procedure.name.in_language(request.language)},
            "columns": [column.view for column in columns],
            "divisions": uow.listing.divisions(wanted),
            "as_of": iso(now),
        }


def tasks(ctx: Context, site_id: str, actor: int, *, page: int = 1, per_page: int = 20, language: str = "id") -> View:
    """What waits for `actor`, also as acting officer, of all procedures, first due first: `{"cases", "total", "late"}`.

    Raises UnknownSite, Malformed.
    """
    check_page(page, per_page)
    now = ctx.now()
    with ctx.uow(read_only=True) as uow:
        reading = reading_of(uow, site_id, actor, language, now)
        wanted = Wanted(site_id=site_id, now=now, people=(actor,))
        counts = uow.listing.step_counts(wanted).values()
        rows = uow.listing.first_due(wanted, per_page, (page - 1) * per_page)
        return {
            "cases": short_cases(reading, rows),
            "total": sum(count for count, _ in counts),
            "late": sum(late for _, late in counts),
        }


def reading_of(uow: UnitOfWork, site_id: str, actor: int, language: str, now: datetime) -> Reading:
    """Raises UnknownSite."""
    site = uow.sites.get(site_id)
    if site is None:
        raise UnknownSite(site_id=site_id)
    return Reading(uow, site, actor, language, now)


def check_page(page: int, per_page: int) -> None:
    """Raises Malformed."""
    if page < 1 or not 1 <= per_page <= MAX_PER_PAGE:
        raise Malformed(field="page")


@dataclass(frozen=True)
class Column:
    view: View
    rows: Sequence[Shown]


def _columns(reading: Reading, request: BoardRequest, wanted: Wanted, sop: Sop, procedure: Procedure) -> list[Column]:
    listing, offset = reading.uow.listing, (request.page - 1) * request.per_page
    counts = listing.step_counts(wanted)
    columns = []
    for step_sop, step in _steps(reading, sop, procedure, counts):
        if request.column in ("", str(step.no)):
            count, late = counts.get(step.no, (0, 0))
            rows = listing.at_step(wanted, step.no, request.per_page, offset) if count > offset else []
            view = _column(request, str(step.no), count, late)
            view |= {
                "no": step.no,
                "name": step.name.in_language(request.language),
                "role": step.role,
                "role_name": step_sop.role(step.role).name.in_language(request.language),
                "kind": str(step.kind),
                "status": procedure.status_slug(step.no),
            }
            columns.append(Column(view, rows))
    if request.column in ("", PUBLISHING):
        count = listing.count(wanted, PUBLISHING)
        rows = listing.being_published(wanted, request.per_page, offset)
        view = _column(request, PUBLISHING, count, 0) | {"status": procedure.status_slug(procedure.last.no)}
        columns.append(Column(view, rows))
    if request.column in ("", PUBLISHED):
        since = wanted.now - SHOWN_FOR
        count = listing.count(wanted, PUBLISHED, since)
        rows = listing.published(wanted, since, request.per_page, offset)
        columns.append(Column(_column(request, PUBLISHED, count, 0) | {"status": procedure.out_status}, rows))
    if not columns:
        raise Malformed(field="column")
    return columns


def _steps(
    reading: Reading, sop: Sop, procedure: Procedure, counts: dict[int, tuple[int, int]]
) -> list[tuple[Sop, Activity]]:
    """The procedure's steps, and those beyond them at which cases of an older version of the SOP still stand."""
    steps = [(sop, activity) for activity in procedure.activities]
    for no in sorted(set(counts) - {activity.no for activity in procedure.activities}):
        sha256 = reading.uow.listing.newest_sop_at(reading.site.id, procedure.key, no)
        if sha256:
            older = sop_version(reading.uow, reading.site.id, sha256)
            steps.append((older, older.procedure(procedure.key).activity(no)))
    return steps


def _column(request: BoardRequest, key: str, count: int, late: int) -> View:
    """What every column has; `publishing` and `published` get their names in the web room."""
    return {
        "key": key,
        "no": None,
        "name": "",
        "role": "",
        "role_name": "",
        "kind": key,
        "status": "",
        "count": count,
        "late": late,
        "cases": [],
        "pages": max(1, -(-count // request.per_page)),
    }


def _fill(reading: Reading, columns: Sequence[Column]) -> None:
    """The cards of all columns at once: a board costs the same few queries however many columns it has."""
    cards = iter(short_cases(reading, [row for column in columns for row in column.rows]))
    for column in columns:
        column.view["cases"] = [next(cards) for _ in column.rows]
