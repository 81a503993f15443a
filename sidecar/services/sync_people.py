"""WordPress says who there is and which SOP roles they hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sidecar.context import Context
from sidecar.services.errors import Malformed, UnknownSite
from sidecar.services.procedures import sop_version
from sidecar.services.turns import settle_turns
from sidecar.sop.case import CaseState
from sidecar.store import tokens
from sidecar.store.people import Person
from sidecar.store.unit_of_work import UnitOfWork


def sync_people(ctx: Context, site_id: str, people: Sequence[Mapping[str, Any]], complete: bool) -> int:
    """Stores the people given; with `complete`, everybody else loses their roles. Returns how many were given.

    Open cases follow: who may not act any more loses the e-mailed token, who may act now gets one.
    Raises UnknownSite, Malformed.
    """
    given = [_person(raw) for raw in people]
    with ctx.uow() as uow:
        if uow.sites.get(site_id) is None:
            raise UnknownSite(site_id=site_id)
        # One at a time per office, and not while a command reads who may act.
        uow.audit.lock_head(site_id)
        before = uow.people.of_site(site_id)
        for person in given:
            uow.people.put(site_id, person, ctx.now())
        uow.session.flush()
        if complete:
            uow.people.deactivate_others(site_id, {person.person for person in given}, ctx.now())
            uow.session.flush()
        if _rights(before) != _rights(uow.people.of_site(site_id)):
            _settle_open_cases(ctx, uow, site_id)
        uow.commit()
    return len(given)


def _settle_open_cases(ctx: Context, uow: UnitOfWork, site_id: str) -> None:
    now, people = ctx.now(), uow.people.of_site(site_id)
    for stored in uow.cases.find(site_id, CaseState.OPEN)[0]:
        case = stored.case
        procedure = sop_version(uow, site_id, stored.sop_sha256).procedure(case.procedure_key)
        settle_turns(uow, ctx.keys, procedure, case, people, now, lost=tokens.ROLE_LOST)


def _rights(people: Mapping[int, Person]) -> dict[int, frozenset[str]]:
    return {number: person.actor.roles for number, person in people.items() if person.actor.roles}


def _person(raw: Mapping[str, Any]) -> Person:
    number, roles = raw.get("id"), raw.get("roles", [])
    if isinstance(number, bool) or not isinstance(number, int) or number < 1:
        raise Malformed(field="people.id")
    if not isinstance(roles, list) or not all(isinstance(role, str) for role in roles):
        raise Malformed(field="people.roles")
    texts = {name: raw.get(name, "") for name in ("login", "name", "email", "locale")}
    for name, value in texts.items():
        if not isinstance(value, str):
            raise Malformed(field=f"people.{name}")
    return Person(person=number, roles=frozenset(roles), **texts)
