"""Kalender: what is planned, being published and published, the activities it is about, and coming observances."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sidecar.context import Context
from sidecar.services.board import reading_of
from sidecar.services.errors import Malformed
from sidecar.services.observances import Observance, observances
from sidecar.services.short_cases import Reading, procedure_of, whose_turn
from sidecar.services.view_case import View, iso
from sidecar.store.listing import OPEN, PUBLISHED, Shown, Wanted

MAX_DAYS = 62
# Beyond these nobody has cases, and dates run out.
FIRST_YEAR, LAST_YEAR = 1945, 2200
KINDS = ("observance", "activity", "planned", "publishing", "published")


def case_calendar(
    ctx: Context, site_id: str, actor: int, first: date, last: date, *, own: bool = False, language: str = "id"
) -> list[View]:
    """The entries of the office's days from `first` to `last`, both included, in order (docs/architecture.md, "Lists").

    Raises UnknownSite; Malformed when `last` is before `first`, more than 62 days or a year beyond all sense are asked.
    """
    if first.year < FIRST_YEAR or last.year > LAST_YEAR or not timedelta() <= last - first < timedelta(days=MAX_DAYS):
        raise Malformed(field="to", reason=f"at most {MAX_DAYS} days, and not before from")
    now = ctx.now()
    with ctx.uow(read_only=True) as uow:
        reading = reading_of(uow, site_id, actor, language, now)
        zone = ZoneInfo(reading.site.timezone)
        wanted = Wanted(site_id=site_id, now=now, seen_by=actor if own else None)
        start, end = _midnight(first, zone), _midnight(last + timedelta(days=1), zone)
        entries = [
            *_entries(reading, uow.listing.between(wanted, start, end), zone),
            *_activities(reading, uow.listing.activities_between(wanted, first, last)),
        ]
    entries += [_observance(one) for one in observances(first, last, language)]
    return sorted(
        entries, key=lambda entry: (entry["date"], KINDS.index(entry["kind"]), entry["at"] or "", entry["title"])
    )


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


def _entries(reading: Reading, rows: Sequence[Shown], zone: ZoneInfo) -> list[View]:
    who, entries = whose_turn(reading, rows), []
    for row in rows:
        at = row.published_at if row.state == PUBLISHED else (row.publish_at or row.entered_at)
        kind = _kind(row, at, reading.now)
        entries.append(_entry(reading, row, kind, at.astimezone(zone).date(), at, who))
    return entries


def _kind(row: Shown, at: datetime, now: datetime) -> str:
    if row.state == PUBLISHED:
        return "published"
    # Ordered for a time that has not come is still a plan.
    return "planned" if row.state == OPEN or at > now else "publishing"


def _activities(reading: Reading, rows: Sequence[Shown]) -> list[View]:
    who = whose_turn(reading, rows)
    return [_entry(reading, row, "activity", row.activity_date, None, who) for row in rows]


def _entry(reading: Reading, row: Shown, kind: str, day: date, at: datetime | None, who: Mapping[str, str]) -> View:
    _, procedure = procedure_of(reading, row)
    return {
        "kind": kind,
        "at": iso(at),
        "date": day.isoformat(),
        "title": row.title,
        "case_id": row.id,
        "post_id": row.post_id,
        "procedure": {"key": procedure.key, "name": procedure.name.in_language(reading.language)},
        "state": row.state,
        "url": row.url,
        "estimated": False,
        "who": who.get(row.id, ""),
    }


def _observance(one: Observance) -> View:
    return {
        "kind": "observance",
        "at": None,
        "date": one.day.isoformat(),
        "title": one.name,
        "case_id": "",
        "post_id": None,
        "procedure": None,
        "state": "",
        "url": "",
        "estimated": one.estimated,
        "who": "",
    }
