"""What lists ask the database: by step, deadline, person, division and title, one page at a time; and the rows that
answer it. No query here loads a case: only the columns that a list shows, and only of the page asked for.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, delete, exists, false, func, insert, or_, select, update
from sqlalchemy.orm import Session, aliased

from sidecar.sop.case import CaseState
from sidecar.store.change import changed_rows
from sidecar.store.deliveries import DeliveryState
from sidecar.store.insert import insert_new
from sidecar.store.outbox import CHANNELS_DELIVER, CHANNELS_PREPARE, OutboxState
from sidecar.store.tables import CaseRow, DeliveryRow, OutboxRow, PartRow, PersonRow, TurnRow

OPEN, PUBLISHING, PUBLISHED = str(CaseState.OPEN), str(CaseState.PUBLISHING), str(CaseState.PUBLISHED)
# Deliveries that wait for a person.
TROUBLED = (str(DeliveryState.FAILED), str(DeliveryState.UNCONFIRMED))
SHOWN = (
    CaseRow.id,
    CaseRow.post_id,
    CaseRow.title,
    CaseRow.procedure_key,
    CaseRow.sop_sha256,
    CaseRow.state,
    CaseRow.activity_no,
    CaseRow.attempt,
    CaseRow.entered_at,
    CaseRow.due_at,
    CaseRow.division,
    CaseRow.occasion,
    CaseRow.activity_date,
    CaseRow.publish_at,
    CaseRow.published_at,
    CaseRow.url,
    CaseRow.snapshot["corrects"].as_string().label("corrects"),
)
Shown = Row[Any]
"""One row of SHOWN."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a list is narrowed to, at the moment `now`; an empty field narrows nothing, all of them must hold.

    `role`, `people` and `late` speak of the step at hand: its role, each of `people` may act on it, its time is over.
    A case that is past its steps has no role and is never late; `people` then means those who had a part in it.
    `seen_by`: only cases in which this person may act or has a part.
    """

    site_id: str
    now: datetime
    procedure: str = ""
    role: str = ""
    people: tuple[int, ...] = ()
    division: str = ""
    late: bool = False
    search: str = ""
    seen_by: int | None = None


class Listing:
    def __init__(self, session: Session) -> None:
        self._session = session

    # ------------------------------------------------------------------------------------------------- written

    def keep_turns(self, site_id: str, case_id: str, acting: Mapping[int, int | None]) -> bool:
        """These may act on the case now, each for somebody else or None; nobody else may. False: as it was before."""
        query = select(TurnRow.person, TurnRow.acting_for).where(TurnRow.case_id == case_id)
        if {row.person: row.acting_for for row in self._session.execute(query)} == dict(acting):
            return False
        self._session.execute(delete(TurnRow).where(TurnRow.case_id == case_id))
        rows = [
            {"site_id": site_id, "case_id": case_id, "person": person, "acting_for": acting_for}
            for person, acting_for in acting.items()
        ]
        if rows:
            self._session.execute(insert(TurnRow), rows)
        return True

    def keep_parts(self, site_id: str, case_id: str, people: Iterable[int]) -> None:
        """These have a part in the case, beside those who had one before."""
        known = set(self._session.scalars(select(PartRow.person).where(PartRow.case_id == case_id)))
        for person in sorted(set(people) - known):
            insert_new(self._session, PartRow, {"site_id": site_id, "case_id": case_id, "person": person})

    def keep_columns(self, case_id: str, values: Mapping[str, Any]) -> None:
        """Columns of the case that only lists read."""
        changed_rows(self._session, update(CaseRow).where(CaseRow.id == case_id).values(dict(values)))

    def unfilled(self, limit: int) -> list[tuple[str, str]]:
        """(site, case) of cases that are older than the lists."""
        query = select(CaseRow.site_id, CaseRow.id).where(CaseRow.role == "").order_by(CaseRow.id).limit(limit)
        return [(row.site_id, row.id) for row in self._session.execute(query)]

    # ---------------------------------------------------------------------------------------------------- read

    def step_counts(self, wanted: Wanted) -> dict[int, tuple[int, int]]:
        """Step number -> how many open cases stand there, and how many of them are late."""
        late = func.count().filter(CaseRow.due_at < wanted.now)
        query = select(CaseRow.activity_no, func.count(), late).where(*self._where(wanted, OPEN))
        rows = self._session.execute(query.group_by(CaseRow.activity_no))
        return {no: (count, late_count) for no, count, late_count in rows}

    def count(self, wanted: Wanted, state: str, since: datetime | None = None) -> int:
        """`state` empty: all cases. `since`: only what was published from then on."""
        query = select(func.count()).select_from(CaseRow).where(*self._where(wanted, state, since=since))
        return self._session.scalar(query) or 0

    def at_step(self, wanted: Wanted, no: int, limit: int, offset: int) -> Sequence[Shown]:
        """Open cases at a step, the first due first."""
        query = select(*SHOWN).where(*self._where(wanted, OPEN), CaseRow.activity_no == no)
        return self._session.execute(query.order_by(CaseRow.due_at, CaseRow.id).limit(limit).offset(offset)).all()

    def first_due(self, wanted: Wanted, limit: int, offset: int) -> Sequence[Shown]:
        """Open cases of all steps, the first due first."""
        query = select(*SHOWN).where(*self._where(wanted, OPEN)).order_by(CaseRow.due_at, CaseRow.id)
        return self._session.execute(query.limit(limit).offset(offset)).all()

    def being_published(self, wanted: Wanted, limit: int, offset: int) -> Sequence[Shown]:
        """Ordered and not out yet, the first to appear first."""
        query = select(*SHOWN).where(*self._where(wanted, PUBLISHING))
        first = func.coalesce(CaseRow.publish_at, CaseRow.entered_at)
        return self._session.execute(query.order_by(first, CaseRow.id).limit(limit).offset(offset)).all()

    def published(self, wanted: Wanted, since: datetime, limit: int, offset: int) -> Sequence[Shown]:
        """Newest first."""
        query = select(*SHOWN).where(*self._where(wanted, PUBLISHED, since=since))
        newest = (CaseRow.published_at.desc(), CaseRow.id)
        return self._session.execute(query.order_by(*newest).limit(limit).offset(offset)).all()

    def last_changed(self, wanted: Wanted, state: str, limit: int, offset: int) -> list[str]:
        """Ids of cases, last changed first; `state` empty: all."""
        query = select(CaseRow.id).where(*self._where(wanted, state))
        newest = (CaseRow.updated_at.desc(), CaseRow.id)
        return list(self._session.scalars(query.order_by(*newest).limit(limit).offset(offset)))

    def between(self, wanted: Wanted, start: datetime, end: datetime) -> Sequence[Shown]:
        """What appeared, or is planned to appear, from `start` until before `end`."""
        appears = func.coalesce(CaseRow.publish_at, CaseRow.entered_at)
        return self._session.execute(
            select(*SHOWN)
            .where(*self._common(wanted))
            .where(
                or_(
                    and_(CaseRow.published_at >= start, CaseRow.published_at < end, CaseRow.state == PUBLISHED),
                    and_(CaseRow.publish_at >= start, CaseRow.publish_at < end, CaseRow.state == OPEN),
                    and_(appears >= start, appears < end, CaseRow.state == PUBLISHING),
                )
            )
        ).all()

    def activities_between(self, wanted: Wanted, first: date, last: date) -> Sequence[Shown]:
        """Cases about an activity that takes place on one of these days, the last one included."""
        query = select(*SHOWN).where(*self._common(wanted), CaseRow.state != str(CaseState.CANCELLED))
        return self._session.execute(query.where(CaseRow.activity_date.between(first, last))).all()

    def divisions(self, wanted: Wanted) -> list[str]:
        """The divisions of cases under way."""
        under_way = Wanted(site_id=wanted.site_id, now=wanted.now, procedure=wanted.procedure, seen_by=wanted.seen_by)
        query = select(CaseRow.division).distinct()
        query = query.where(*self._common(under_way), CaseRow.state.in_((OPEN, PUBLISHING)), CaseRow.division != "")
        return sorted(self._session.scalars(query))

    def is_seen_by(self, site_id: str, case_id: str, person: int) -> bool:
        """May the person act on the case, or has one a part in it?"""
        query = select(CaseRow.id).where(CaseRow.site_id == site_id, CaseRow.id == case_id, _seen_by(site_id, person))
        return self._session.scalar(query) is not None

    def turns_of_site(self, site_id: str) -> dict[str, dict[int, int | None]]:
        """Case -> person -> acting for whom, of all cases of the site that wait for somebody."""
        query = select(TurnRow.case_id, TurnRow.person, TurnRow.acting_for).where(TurnRow.site_id == site_id)
        found: dict[str, dict[int, int | None]] = {}
        for row in self._session.execute(query):
            found.setdefault(row.case_id, {})[row.person] = row.acting_for
        return found

    def turns(self, case_ids: Collection[str]) -> dict[str, list[tuple[int, int | None]]]:
        """Case -> (person, acting for) of those who may act now, by person; a case without any is not among them."""
        query = select(TurnRow.case_id, TurnRow.person, TurnRow.acting_for).where(TurnRow.case_id.in_(case_ids))
        found: dict[str, list[tuple[int, int | None]]] = {}
        for row in self._session.execute(query.order_by(TurnRow.person)):
            found.setdefault(row.case_id, []).append((row.person, row.acting_for))
        return found

    def named(self, case_ids: Collection[str]) -> dict[str, dict[str, int]]:
        """Case -> role -> the person named for it."""
        query = select(CaseRow.id, CaseRow.snapshot["named"]).where(CaseRow.id.in_(case_ids))
        return {case_id: dict(named) for case_id, named in self._session.execute(query)}

    def names(self, site_id: str, people: Collection[int]) -> dict[int, str]:
        query = select(PersonRow.person, PersonRow.name).where(PersonRow.site_id == site_id)
        return {row.person: row.name for row in self._session.execute(query.where(PersonRow.person.in_(people)))}

    def problems(self, case_ids: Collection[str]) -> dict[str, int]:
        """Case -> how much of its work was given up, and how many of its deliveries wait for a person."""
        later = aliased(OutboxRow)
        again = exists().where(
            later.case_id == OutboxRow.case_id, later.kind == OutboxRow.kind, later.id > OutboxRow.id
        )
        work = (
            select(OutboxRow.case_id, func.count())
            .where(OutboxRow.case_id.in_(case_ids), OutboxRow.state == str(OutboxState.DEAD), ~again)
            .where(OutboxRow.kind.not_in((CHANNELS_PREPARE, CHANNELS_DELIVER)))
            .group_by(OutboxRow.case_id)
        )
        deliveries = (
            select(DeliveryRow.case_id, func.count())
            .where(DeliveryRow.case_id.in_(case_ids), DeliveryRow.state.in_(TROUBLED))
            .group_by(DeliveryRow.case_id)
        )
        found: dict[str, int] = {}
        for query in (work, deliveries):
            for case_id, count in self._session.execute(query):
                found[str(case_id)] = found.get(str(case_id), 0) + count
        return found

    def newest_sop_at(self, site_id: str, procedure: str, no: int) -> str | None:
        """SHA-256 of the SOP version of the case that came to this step last."""
        query = select(CaseRow.sop_sha256).where(CaseRow.site_id == site_id, CaseRow.procedure_key == procedure)
        query = query.where(CaseRow.state == OPEN, CaseRow.activity_no == no).order_by(CaseRow.entered_at.desc())
        return self._session.scalar(query.limit(1))

    def _common(self, wanted: Wanted) -> list[ColumnElement[bool]]:
        where = [CaseRow.site_id == wanted.site_id]
        if wanted.procedure:
            where.append(CaseRow.procedure_key == wanted.procedure)
        if wanted.division:
            where.append(CaseRow.division == wanted.division)
        if wanted.search:
            where.append(CaseRow.search_title.contains(search_form(wanted.search), autoescape=True))
        if wanted.seen_by is not None:
            where.append(_seen_by(wanted.site_id, wanted.seen_by))
        return where

    def _where(self, wanted: Wanted, state: str, since: datetime | None = None) -> list[ColumnElement[bool]]:
        where = self._common(wanted)
        if state:
            where.append(CaseRow.state == state)
        if since is not None:
            where.append(CaseRow.published_at >= since)
        if state == OPEN:
            where += [CaseRow.id.in_(_turns_of(wanted.site_id, person)) for person in wanted.people]
            if wanted.role:
                where.append(CaseRow.role == wanted.role)
            if wanted.late:
                where.append(CaseRow.due_at < wanted.now)
        else:
            where += [CaseRow.id.in_(_parts_of(wanted.site_id, person)) for person in wanted.people]
            if wanted.role or wanted.late:
                where.append(false())
        return where


def search_form(title: str) -> str:
    """A title as it is searched: neither capitals nor the way a letter was typed nor extra blanks make a difference."""
    return " ".join(unicodedata.normalize("NFKC", title).casefold().split())


def _turns_of(site_id: str, person: int) -> Any:
    return select(TurnRow.case_id).where(TurnRow.site_id == site_id, TurnRow.person == person)


def _parts_of(site_id: str, person: int) -> Any:
    return select(PartRow.case_id).where(PartRow.site_id == site_id, PartRow.person == person)


def _seen_by(site_id: str, person: int) -> ColumnElement[bool]:
    return or_(CaseRow.id.in_(_turns_of(site_id, person)), CaseRow.id.in_(_parts_of(site_id, person)))
