"""SOP documents of the store as checked objects."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

from sidecar.context import Context
from sidecar.services.errors import NoSop, UnknownSite
from sidecar.sop.deadlines import OfficeCalendar
from sidecar.sop.procedure import Sop
from sidecar.sop_file import load_document
from sidecar.store.tables import SopVersionRow
from sidecar.store.unit_of_work import UnitOfWork

_KEPT = 64
_LOADED: dict[str, Sop] = {}


def get_sop(ctx: Context, site_id: str) -> Sop:
    """The SOP by which the office works now. Raises UnknownSite, NoSop."""
    with ctx.uow(read_only=True) as uow:
        if uow.sites.get(site_id) is None:
            raise UnknownSite(site_id=site_id)
        return current_sop(uow, site_id)[0]


def current_sop(uow: UnitOfWork, site_id: str) -> tuple[Sop, str]:
    """The SOP with which a new case begins, and its SHA-256. Raises NoSop."""
    row = uow.sops.current(site_id)
    if row is None:
        raise NoSop(site_id=site_id)
    return _load(row), row.sha256


def sop_version(uow: UnitOfWork, site_id: str, sha256: str) -> Sop:
    """The version that a case keeps. Raises NoSop."""
    # Lists ask for every case: the database is asked once per process, for a document never changes under its digest.
    if sha256 in _LOADED:
        return _LOADED[sha256]
    row = uow.sops.get(site_id, sha256)
    if row is None:
        raise NoSop(site_id=site_id)
    return _load(row)


def calendar_of(sop: Sop, timezone: str) -> OfficeCalendar:
    """Office hours of the site's zone with Indonesia's public holidays and joint leave, or around the clock."""
    zone = ZoneInfo(timezone)
    if sop.clock == "always":
        return OfficeCalendar(zone=zone, always=True)
    return OfficeCalendar(zone=zone, closed=_Holidays())


class _Holidays(frozenset[date]):
    """Asks the `holidays` package year by year, as dates are looked up."""

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and day in _holidays_of(day.year)


@lru_cache(maxsize=16)
def _holidays_of(year: int) -> frozenset[date]:
    names = holidays.country_holidays("ID", years=year, categories=("public", "government"))
    return frozenset(names)


def _load(row: SopVersionRow) -> Sop:
    if row.sha256 not in _LOADED:
        if len(_LOADED) >= _KEPT:
            _LOADED.clear()
        _LOADED[row.sha256] = load_document(row.document)
    return _LOADED[row.sha256]
