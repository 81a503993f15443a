"""What lists read of a case, kept in the transaction that changes the case, and filled once for cases older than that.

A deadline is kept as it was counted when the step was entered; another zone of the office counts it anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from sidecar.context import Context
from sidecar.services.procedures import calendar_of, sop_version
from sidecar.services.turns import waits_for
from sidecar.sop import events as ev
from sidecar.sop.case import Case, CaseState
from sidecar.sop.deadlines import case_due_at
from sidecar.store.listing import search_form
from sidecar.store.unit_of_work import UnitOfWork

BATCH = 200


def keep_listed(uow: UnitOfWork, case: Case, sop_sha256: str, timezone: str, events: Iterable[ev.Event]) -> None:
    """After `events` have brought the case to where it is; `timezone`: the office's."""
    sop = sop_version(uow, case.site_id, sop_sha256)
    procedure = sop.procedure(case.procedure_key)
    values: dict[str, Any] = {
        "role": procedure.activity(case.activity_no).role,
        "due_at": case_due_at(procedure, case, calendar_of(sop, timezone)) if case.state is CaseState.OPEN else None,
        "search_title": search_form(case.title),
    }
    people = {case.opened_by, *case.named.values()}
    for event in events:
        people |= event.by.people
        match event:
            case ev.CaseOpened():
                values["division"] = event.disposition.division
                values["occasion"] = event.disposition.occasion
                values["activity_date"] = _day(event.disposition.activity_date)
            case ev.Published():
                values["published_at"] = event.at
    uow.listing.keep_columns(case.id, values)
    # 0: nobody, the system opened it.
    uow.listing.keep_parts(case.site_id, case.id, people - {0})


def count_deadlines(uow: UnitOfWork, site_id: str, timezone: str) -> None:
    """The open cases' deadlines by the office's new zone."""
    for stored in uow.cases.find(site_id, CaseState.OPEN)[0]:
        keep_listed(uow, stored.case, stored.sop_sha256, timezone, ())


def fill_lists(ctx: Context, say: Callable[[int], None] = lambda _count: None) -> int:
    """Fills what lists read of cases that are older than the lists; returns of how many. A batch per transaction, so
    that it may be ended at any time and goes on from there. `say`: hears how many are done after each batch."""
    done = 0
    while count := _fill_batch(ctx):
        done += count
        say(done)
    return done


def _fill_batch(ctx: Context) -> int:
    with ctx.uow() as uow:
        unfilled = uow.listing.unfilled(BATCH)
        people = {site_id: uow.people.of_site(site_id) for site_id, _ in unfilled}
        for site_id, case_id in unfilled:
            stored, site = uow.cases.lock(site_id, case_id), uow.sites.get(site_id)
            assert stored is not None and site is not None
            procedure = sop_version(uow, site_id, stored.sop_sha256).procedure(stored.case.procedure_key)
            waits = waits_for(procedure, stored.case, people[site_id], ctx.now())
            uow.listing.keep_turns(site_id, case_id, waits)
            keep_listed(uow, stored.case, stored.sop_sha256, site.timezone, uow.audit.events(site_id, case_id))
        uow.commit()
    return len(unfilled)


def _day(text: str) -> date | None:
    """The day of an activity if it was given as one (`2026-11-10`); what else was written is for people only."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None
