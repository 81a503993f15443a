"""Cases as lists show them: the card of board and tasks. Made from a page of rows with a fixed number of queries."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sidecar.services.procedures import sop_version
from sidecar.services.view_case import View, iso
from sidecar.sop.case import CaseState
from sidecar.sop.procedure import Activity, Procedure, PublishingStart, Sop
from sidecar.store.listing import Shown
from sidecar.store.people import Person
from sidecar.store.tables import SiteRow
from sidecar.store.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class Reading:
    """Who reads a list, in which office and language, at which moment."""

    uow: UnitOfWork
    site: SiteRow
    actor: int
    language: str
    now: datetime


def short_cases(reading: Reading, rows: Sequence[Shown]) -> list[View]:
    """The rows as cards, in their order (docs/architecture.md, "Lists"). Beside the contract a stuck card carries
    `missing`, `{"code", "role_name", "person_name"}`, from which the web room makes its sentence."""
    ids = [row.id for row in rows]
    listing, site_id = reading.uow.listing, reading.site.id
    turns, problems = listing.turns(ids), listing.problems(ids)
    people = {number for acting in turns.values() for pair in acting for number in pair if number is not None}
    names = listing.names(site_id, people)
    cards = [_card(reading, row, turns.get(row.id, []), names, problems.get(row.id, 0)) for row in rows]
    _say_who_is_missing(reading, [(row, card) for row, card in zip(rows, cards, strict=True) if card["stuck"]])
    return cards


def whose_turn(reading: Reading, rows: Sequence[Shown]) -> dict[str, str]:
    """Case -> `Role: Name, Name` of whom it waits for; cases that wait for nobody are not in it."""
    waiting = [row for row in rows if row.state == str(CaseState.OPEN)]
    turns = reading.uow.listing.turns([row.id for row in waiting])
    names = reading.uow.listing.names(reading.site.id, {person for acting in turns.values() for person, _ in acting})
    found = {}
    for row in waiting:
        sop, procedure = procedure_of(reading, row)
        activity = procedure.activity(row.activity_no)
        if not begins_by_itself(activity):
            role_name = sop.role(activity.role).name.in_language(reading.language)
            found[row.id] = _who(role_name, [names.get(person, f"#{person}") for person, _ in turns.get(row.id, [])])
    return found


def procedure_of(reading: Reading, row: Shown) -> tuple[Sop, Procedure]:
    """The procedure in the SOP version with which the case began."""
    sop = sop_version(reading.uow, reading.site.id, row.sop_sha256)
    return sop, sop.procedure(row.procedure_key)


def begins_by_itself(activity: Activity) -> bool:
    return activity.publishing is PublishingStart.AUTOMATIC


def _card(
    reading: Reading, row: Shown, turns: Sequence[tuple[int, int | None]], names: Mapping[int, str], problems: int
) -> View:
    sop, procedure = procedure_of(reading, row)
    activity = procedure.activity(row.activity_no)
    role_name = sop.role(activity.role).name.in_language(reading.language)
    waits = row.state == str(CaseState.OPEN) and not begins_by_itself(activity)
    acting = [
        {
            "person": person,
            "name": names.get(person, f"#{person}"),
            "acting_for": acting_for,
            "acting_for_name": "" if acting_for is None else names.get(acting_for, f"#{acting_for}"),
        }
        for person, acting_for in turns
    ]
    left = None if row.due_at is None else math.floor((row.due_at - reading.now).total_seconds())
    return {
        "case_id": row.id,
        "post_id": row.post_id,
        "title": row.title,
        "procedure": {"key": procedure.key, "name": procedure.name.in_language(reading.language)},
        "state": row.state,
        "activity": {
            "no": activity.no,
            "name": activity.name.in_language(reading.language),
            "role": activity.role,
            "role_name": role_name,
            "kind": str(activity.kind),
            "attempt": row.attempt,
            "due_at": iso(row.due_at),
            "entered_at": iso(row.entered_at),
            "minutes": activity.quality.minutes,
        },
        "who": _who(role_name, [str(one["name"]) for one in acting]) if waits else "",
        "may_act": acting,
        "mine": any(person == reading.actor for person, _ in turns),
        "late": row.due_at is not None and row.due_at < reading.now,
        "seconds_left": left,
        "division": row.division,
        "occasion": row.occasion,
        "publish_at": iso(row.publish_at),
        "published_at": iso(row.published_at),
        "url": row.url,
        "corrects": row.corrects or "",
        "problems": problems,
        "stuck": waits and not acting,
    }


def _who(role_name: str, names: Sequence[str]) -> str:
    return f"{role_name}: {', '.join(names)}" if names else role_name


def _say_who_is_missing(reading: Reading, stuck: Sequence[tuple[Shown, View]]) -> None:
    if not stuck:
        return
    named = reading.uow.listing.named([row.id for row, _ in stuck])
    people = reading.uow.people.of_site(reading.site.id)
    for row, card in stuck:
        role = card["activity"]["role"]
        person = named[row.id].get(role)
        card["missing"] = {
            "code": _why_nobody(role, person, people),
            "role_name": card["activity"]["role_name"],
            "person_name": people[person].name if person in people else "",
        }


def _why_nobody(role: str, named: int | None, people: Mapping[int, Person]) -> str:
    """Why nobody may act: `named_absent`, `no_holder`, or `own_submission` (who could decide has submitted it)."""
    if named is not None:
        holds = named in people and role in people[named].actor.roles
        return "own_submission" if holds else "named_absent"
    held = any(role in person.actor.roles for person in people.values())
    return "own_submission" if held else "no_holder"
