"""Kalender: what is planned, being published and published, the activities it is about, and coming observances."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sidecar.context import Context
from sidecar.services.board import reading_of
from sidecar.services.errors import Malformed
from sidecar.services.observances import Observance, observances
from sidecar.services.short_cases import Reading, short_cases
from sidecar.services.view_case import View, iso
from sidecar.store.listing import OPEN, PUBLISHED, Shown, Wanted

MAX_DAYS = 62
KINDS = ("observance", "activity", "planned", "publishing", "published")


def case_calendar(
    ctx: Context, site_id: str, actor: int, first: date, last: date, *, own: bool = False, language: str = "id"
) -> list[View]:
    """The entries of the office's days from `first` to `last`, both included, in order (docs/architecture.md, "Lists").

    Raises UnknownSite; Malformed when `last` is before `first` or more than 62 days are asked for.
    """
    if not first <= last < first + timedelta(days=MAX_DAYS):
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
    entries = []
    for row, card in zip(rows, short_cases(reading, rows), strict=True):
        at = row.published_at if row.state == PUBLISHED else (row.publish_at or row.entered_at)
        entries.append(_entry(card, _kind(row, at, reading.now), at.astimezone(zone).date(), at))
    return entries


def _kind(row: Shown, at: datetime, now: datetime) -> str:
    if row.state == PUBLISHED:
        return "published"
    # Ordered for a time that has not come is still a plan.
    return "planned" if row.state == OPEN or at > now else "publishing"


def _activities(reading: Reading, rows: Sequence[Shown]) -> list[View]:
    cards = short_cases(reading, rows)
    return [_entry(card, "activity", row.activity_date, None) for row, card in zip(rows, cards, strict=True)]


def _entry(card: View, kind: str, day: date, at: datetime | None) -> View:
    return {
        "kind": kind,
        "at": iso(at),
        "date": day.isoformat(),
        "title": card["title"],
        "case_id": card["case_id"],
        "post_id": card["post_id"],
        "procedure": card["procedure"],
        "state": card["state"],
        "url": card["url"],
        "estimated": False,
        "who": card["who"],
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
