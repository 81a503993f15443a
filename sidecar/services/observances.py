"""Days on which an office greets: Indonesia's national holidays, from the `holidays` package. Joint leave is left out,
since nobody congratulates on it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import holidays

# The package's languages by ours.
LANGUAGES = {"id": "id", "en": "en_US"}
ESTIMATED = re.compile(r"\s*\((?:perkiraan|estimated)\)$")


@dataclass(frozen=True)
class Observance:
    """`estimated`: a feast of the lunar calendar whose day the government has not set yet."""

    day: date
    name: str
    estimated: bool


def observances(first: date, last: date, language: str) -> list[Observance]:
    """Those from `first` to `last`, both included, by day."""
    found = [one for year in range(first.year, last.year + 1) for one in _of_year(year, language)]
    return [one for one in found if first <= one.day <= last]


@lru_cache(maxsize=32)
def _of_year(year: int, language: str) -> tuple[Observance, ...]:
    days = holidays.country_holidays("ID", years=year, categories="public", language=LANGUAGES.get(language, "id"))
    return tuple(
        Observance(day, ESTIMATED.sub("", name), bool(ESTIMATED.search(name)))
        for day in sorted(days)
        for name in days.get_list(day)
    )
