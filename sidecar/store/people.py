"""People of an office, as WordPress last told."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from sidecar.sop.commands import Actor
from sidecar.sop.events import Delegation, utc_iso
from sidecar.store.tables import PersonRow


@dataclass(frozen=True)
class ActingOfficer:
    """`to_person` acts for the person who has this, in all roles held then, from `starts_at` until `ends_at` (not
    included), aware UTC. `kind`: plh (pelaksana harian) or plt (pelaksana tugas)."""

    to_person: int
    starts_at: datetime
    ends_at: datetime
    kind: str = "plh"


@dataclass(frozen=True)
class Person:
    """A WordPress user; `person` is the user id. One who is not `active` holds no role. `delegations`: who acts for
    this person; `acts_for`: the same from the other side, of everybody for whom this person acts at some time."""

    person: int
    login: str
    name: str
    email: str
    locale: str
    roles: frozenset[str]
    active: bool = True
    division: str = ""
    delegations: tuple[ActingOfficer, ...] = ()
    acts_for: tuple[Delegation, ...] = ()

    @property
    def actor(self) -> Actor:
        if not self.active:
            return Actor(self.person)
        return Actor(self.person, self.roles, self.acts_for)


class People:
    def __init__(self, session: Session) -> None:
        self._session = session

    def of_site(self, site_id: str) -> dict[int, Person]:
        """Everybody ever known, by id, so that history keeps its names."""
        query = select(PersonRow).where(PersonRow.site_id == site_id).order_by(PersonRow.person)
        rows = self._session.scalars(query.execution_options(populate_existing=True))
        return _with_both_sides([_person(row) for row in rows])

    def actor(self, site_id: str, person: int) -> Actor:
        """The person with the roles held now and the delegations received; an unknown one has none."""
        found = self.of_site(site_id).get(person)
        return found.actor if found else Actor(person)

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
                division=person.division,
                delegations=[_plain(one) for one in person.delegations],
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


def _with_both_sides(people: Sequence[Person]) -> dict[int, Person]:
    received: dict[int, list[Delegation]] = {}
    for giver in people:
        for one in giver.delegations if giver.active else ():
            roles = tuple(sorted(giver.roles))
            given = Delegation(giver.person, one.to_person, roles, one.starts_at, one.ends_at)
            received.setdefault(one.to_person, []).append(given)
    return {person.person: replace(person, acts_for=tuple(received.get(person.person, ()))) for person in people}


def _person(row: PersonRow) -> Person:
    return Person(
        person=row.person,
        login=row.login,
        name=row.name,
        email=row.email,
        locale=row.locale,
        roles=frozenset(row.roles),
        active=row.active,
        division=row.division,
        delegations=tuple(_acting_officer(one) for one in row.delegations),
    )


def _plain(one: ActingOfficer) -> dict[str, Any]:
    return {
        "to_person": one.to_person,
        "starts_at": utc_iso(one.starts_at),
        "ends_at": utc_iso(one.ends_at),
        "kind": one.kind,
    }


def _acting_officer(data: Mapping[str, Any]) -> ActingOfficer:
    times = {key: datetime.fromisoformat(data[key]) for key in ("starts_at", "ends_at")}
    return ActingOfficer(data["to_person"], **times, kind=data["kind"])
