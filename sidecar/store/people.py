"""People of an office, as WordPress last told."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from sidecar.sop.commands import Actor
from sidecar.store.tables import PersonRow


@dataclass(frozen=True)
class Person:
    """A WordPress user; `person` is the user id. One who is not `active` holds no role."""

    person: int
    login: str
    name: str
    email: str
    locale: str
    roles: frozenset[str]
    active: bool = True

    @property
    def actor(self) -> Actor:
        return Actor(self.person, self.roles if self.active else frozenset())


class People:
    def __init__(self, session: Session) -> None:
        self._session = session

    def of_site(self, site_id: str) -> dict[int, Person]:
        """Everybody ever known, by id, so that history keeps its names."""
        query = select(PersonRow).where(PersonRow.site_id == site_id).order_by(PersonRow.person)
        rows = self._session.scalars(query.execution_options(populate_existing=True))
        return {row.person: _person(row) for row in rows}

    def actor(self, site_id: str, person: int) -> Actor:
        """The person with the roles held now; an unknown one holds none."""
        row = self._session.get(PersonRow, (site_id, person))
        return _person(row).actor if row else Actor(person)

    def put(self, site_id: str, person: Person, now: datetime) -> None:
        """Inserts or replaces."""
        self._session.merge(
            PersonRow(
                site_id=site_id,
                person=person.person,
                login=person.login,
                name=person.name,
                email=person.email,
                locale=person.locale,
                roles=sorted(person.roles),
                active=person.active,
                updated_at=now,
            )
        )

    def deactivate_others(self, site_id: str, keep: Collection[int], now: datetime) -> list[int]:
        """Takes the roles of everybody not in `keep`. Returns whom."""
        query = select(PersonRow).where(PersonRow.site_id == site_id, PersonRow.active)
        gone = [row for row in self._session.scalars(query) if row.person not in keep]
        for row in gone:
            row.active, row.roles, row.updated_at = False, [], now
        return [row.person for row in gone]


def _person(row: PersonRow) -> Person:
    return Person(row.person, row.login, row.name, row.email, row.locale, frozenset(row.roles), row.active)
