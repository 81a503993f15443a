"""WordPress says who there is and which SOP roles they hold."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sidecar.context import Context
from sidecar.i18n import N_
from sidecar.services.errors import Malformed, UnknownSite
from sidecar.services.settle_office import order_settling
from sidecar.sop.commands import Actor
from sidecar.store.people import ActingOfficer, Person

# plh, pelaksana harian: the officer is away for days; plt, pelaksana tugas: the post is vacant or the absence is long.
KINDS = frozenset({"plh", "plt"})
TO_ONESELF = N_("nobody acts for themselves")
TO_NOBODY = N_("this person is not known in the office")
ENDS_BEFORE = N_("the end must lie after the beginning")


def sync_people(ctx: Context, site_id: str, people: Sequence[Mapping[str, Any]], complete: bool) -> int:
    """Stores the people given; with `complete`, everybody else loses their roles. Returns how many were given.

    What changes for open cases follows by `turns.settle` (services/settle_office.py): at once, and each time that a
    delegation begins or ends. Raises UnknownSite, Malformed (for a delegation too that nobody could act by).
    """
    given = [_person(raw) for raw in people]
    with ctx.uow() as uow:
        if uow.sites.get(site_id) is None:
            raise UnknownSite(site_id=site_id)
        # One at a time per office, and not while a command reads who may act.
        uow.audit.lock_head(site_id)
        before = uow.people.of_site(site_id)
        _check_delegations(given, {*before, *(person.person for person in given)})
        for person in given:
            uow.people.put(site_id, person, ctx.now())
        uow.session.flush()
        if complete:
            uow.people.deactivate_others(site_id, {person.person for person in given}, ctx.now())
            uow.session.flush()
        after = uow.people.of_site(site_id)
        if _rights(before) != _rights(after):
            order_settling(uow, site_id, after, ctx.now())
        uow.commit()
    return len(given)


def _rights(people: Mapping[int, Person]) -> dict[int, Actor]:
    actors = {number: person.actor for number, person in people.items()}
    return {number: actor for number, actor in actors.items() if actor.roles or actor.delegations}


def _check_delegations(given: Sequence[Person], known: Collection[int]) -> None:
    for person in given:
        for i, one in enumerate(person.delegations):
            field = f"people.{person.person}.delegations.{i}"
            if one.to_person == person.person:
                raise Malformed(field=f"{field}.to_person", reason=TO_ONESELF)
            if one.to_person not in known:
                raise Malformed(field=f"{field}.to_person", reason=TO_NOBODY)
            if one.ends_at <= one.starts_at:
                raise Malformed(field=f"{field}.ends_at", reason=ENDS_BEFORE)


def _person(raw: Mapping[str, Any]) -> Person:
    number, roles, delegations = raw.get("id"), raw.get("roles", []), raw.get("delegations", [])
    if isinstance(number, bool) or not isinstance(number, int) or number < 1:
        raise Malformed(field="people.id")
    if not isinstance(roles, list) or not all(isinstance(role, str) for role in roles):
        raise Malformed(field="people.roles")
    texts = {name: raw.get(name, "") for name in ("login", "name", "email", "locale", "division")}
    for name, value in texts.items():
        if not isinstance(value, str):
            raise Malformed(field=f"people.{name}")
    if not isinstance(delegations, list):
        raise Malformed(field=f"people.{number}.delegations")
    officers = tuple(_acting_officer(one, f"people.{number}.delegations.{i}") for i, one in enumerate(delegations))
    return Person(person=number, roles=frozenset(roles), delegations=officers, **texts)


def _acting_officer(raw: object, field: str) -> ActingOfficer:
    if not isinstance(raw, Mapping):
        raise Malformed(field=field)
    to_person, kind = raw.get("to_person"), raw.get("kind", "plh")
    if isinstance(to_person, bool) or not isinstance(to_person, int):
        raise Malformed(field=f"{field}.to_person")
    if kind not in KINDS:
        raise Malformed(field=f"{field}.kind")
    times = {name: _time(raw.get(name), f"{field}.{name}") for name in ("starts_at", "ends_at")}
    return ActingOfficer(to_person, **times, kind=kind)


def _time(value: object, field: str) -> datetime:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise Malformed(field=field)
    return moment.astimezone(UTC)
