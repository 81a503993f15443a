"""When an activity is due. Rule: SOP AP mutu baku waktu, counted in the office's hours or around the clock."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from sidecar.sop.case import Case
from sidecar.sop.procedure import Procedure, PublishingStart

WEEKDAYS: dict[int, tuple[time, time]] = {day: (time(8), time(16)) for day in range(5)}
MAX_DAYS = 400


class NoOfficeHours(Exception):
    """The calendar has no open hour within MAX_DAYS days."""

    code = "no_office_hours"


@dataclass(frozen=True)
class OfficeCalendar:
    """Open hours by weekday (Monday 0), in `zone`; on `closed` dates the office is shut.

    `always` counts around the clock: hours and closed dates are then not looked at.
    """

    zone: tzinfo
    hours: dict[int, tuple[time, time]] = field(default_factory=lambda: dict(WEEKDAYS))
    closed: Collection[date] = frozenset()
    always: bool = False

    def open_span(self, day: date) -> tuple[datetime, datetime] | None:
        """Opening and closing of `day` as aware UTC, None on a closed day."""
        if day in self.closed or day.weekday() not in self.hours:
            return None
        start, end = self.hours[day.weekday()]
        return tuple(datetime.combine(day, t, self.zone).astimezone(UTC) for t in (start, end))  # type: ignore[return-value]


def due_at(minutes: int, entered_at: datetime, calendar: OfficeCalendar) -> datetime:
    """The moment when `minutes` of office time have passed since `entered_at`; both aware UTC.

    Raises NoOfficeHours when the calendar never opens.
    """
    left = timedelta(minutes=minutes)
    if calendar.always:
        return entered_at + left
    day = entered_at.astimezone(calendar.zone).date()
    for _ in range(MAX_DAYS):
        span = calendar.open_span(day)
        if span:
            start = max(span[0], entered_at)
            if start < span[1]:
                if start + left <= span[1]:
                    return start + left
                left -= span[1] - start
        day += timedelta(days=1)
    raise NoOfficeHours(f"no open hour within {MAX_DAYS} days")


def case_due_at(procedure: Procedure, case: Case, calendar: OfficeCalendar) -> datetime:
    """When the case's present activity is due. A publication that begins by itself has its minutes from the planned
    time on: nobody is late while it waits. Raises NoOfficeHours."""
    activity, start = procedure.activity(case.activity_no), case.entered_at
    if activity.publishing is PublishingStart.AUTOMATIC and case.publish_at is not None:
        start = max(start, case.publish_at)
    return due_at(activity.quality.minutes, start, calendar)


def office_seconds(start: datetime, end: datetime, calendar: OfficeCalendar) -> int:
    """Seconds of office time between two aware moments; 0 when `end` is not later."""
    if end <= start:
        return 0
    if calendar.always:
        return int((end - start).total_seconds())
    total = timedelta()
    day = start.astimezone(calendar.zone).date()
    last = end.astimezone(calendar.zone).date()
    while day <= last:
        span = calendar.open_span(day)
        if span:
            total += max(min(span[1], end) - max(span[0], start), timedelta())
        day += timedelta(days=1)
    return int(total.total_seconds())
