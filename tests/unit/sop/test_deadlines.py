from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.sop.deadlines import NoOfficeHours, OfficeCalendar, due_at, office_seconds

WIB, WITA, WIT = (ZoneInfo(f"Asia/{city}") for city in ("Jakarta", "Makassar", "Jayapura"))
OFFICE = OfficeCalendar(WIB, closed=frozenset({date(2026, 12, 25)}))


def local(text: str, zone: ZoneInfo = WIB) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


@pytest.mark.parametrize(
    ("entered", "minutes", "due"),
    [
        ("2026-11-23T09:00", 30, "2026-11-23T09:30"),
        ("2026-11-23T07:00", 5, "2026-11-23T08:05"),  # before opening
        ("2026-11-23T15:50", 10, "2026-11-23T16:00"),  # exactly at closing
        ("2026-11-23T15:50", 30, "2026-11-24T08:20"),  # over the night
        ("2026-11-27T15:55", 10, "2026-11-30T08:05"),  # over the weekend
        ("2026-12-24T15:59", 2, "2026-12-28T08:01"),  # holiday and weekend
        ("2026-11-23T18:00", 500, "2026-11-25T08:20"),  # more than a day's hours
    ],
)
def test_office_hours(entered, minutes, due):
    assert due_at(minutes, local(entered), OFFICE) == local(due)


def test_each_zone_has_its_own_morning():
    entered = datetime(2026, 11, 22, 22, 30, tzinfo=UTC)  # 05.30 WIB, 06.30 WITA, 07.30 WIT, Monday
    for zone in (WIB, WITA, WIT):
        assert due_at(5, entered, OfficeCalendar(zone)) == local("2026-11-23T08:05", zone)


def test_around_the_clock():
    entered = local("2026-11-28T23:00")
    assert due_at(120, entered, OfficeCalendar(WIB, always=True)) == entered + timedelta(hours=2)


def test_an_office_that_never_opens_is_an_error_not_an_endless_loop():
    with pytest.raises(NoOfficeHours):
        due_at(1, local("2026-11-23T09:00"), OfficeCalendar(WIB, hours={}))


def test_half_days():
    friday = OfficeCalendar(WIB, hours={4: (time(8), time(11, 30))})
    assert due_at(240, local("2026-11-27T08:00"), friday) == local("2026-12-04T08:30")


moments = st.integers(0, 365 * 24 * 3600).map(lambda s: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=s))


@given(moments, st.integers(1, 3000))
def test_the_time_used_until_the_deadline_is_the_standard(entered, minutes):
    due = due_at(minutes, entered, OFFICE)
    assert due > entered
    assert abs(office_seconds(entered, due, OFFICE) - minutes * 60) <= 1
