"""Thousands of cases at once: walked through the real core, stored in bulk, with what lists read filled afterwards.

For what must hold, or be quick, with many cases; a single case is made by tests/builders.py through the services.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select, update

from sidecar.context import Context
from sidecar.services.listed import fill_lists
from sidecar.services.procedures import current_sop
from sidecar.services.turns import may_act
from sidecar.sop import commands as cmd
from sidecar.sop import events as ev
from sidecar.sop.case import Case, CaseState, evolve
from sidecar.sop.engine import decide
from sidecar.sop.errors import SopError
from sidecar.sop.events import Disposition
from sidecar.sop.procedure import ActivityKind, Procedure
from sidecar.store.audit import row_hash
from sidecar.store.cases import columns
from sidecar.store.people import Person
from sidecar.store.tables import CaseRow, EventRow, SiteRow
from sidecar.store.unit_of_work import UnitOfWork
from tests.builders import Office

DIVISIONS = ("", "Divisi Teknis", "Divisi Hukum", "Divisi Data, Informasi & Umum")
WORDS = (
    *("Rapat", "pleno", "RAPAT", "Pemilih", "50%", "Café", "CAFÉ", "Cafe\u0301", "Straße", "STRASSE", "a_b", "axb"),
    *("logistik", "\\TPS\\", "🎉", "Sosialisasi", "rekapitulasi", "İstanbul", "ﬁnal", "o'clock", "“kutip”"),
)


@dataclass(frozen=True)
class Walked:
    case: Case
    events: Sequence[ev.Event]


def make_many(ctx: Context, office: Office, count: int, seed: int = 1) -> int:
    """Stores `count` cases of all the office's procedures, each somewhere on its way; returns how many lists took in.
    The same seed gives the same cases. They end shortly before the context's now."""
    dice = random.Random(seed)
    with ctx.uow() as uow:
        sop, sha256 = current_sop(uow, office.site_id)
        people = uow.people.of_site(office.site_id)
        first_post = 1 + (uow.session.scalar(select(func.max(CaseRow.post_id))) or 1_000)
        walked = [
            _walk(dice, dice.choice(sop.procedures), people, office.site_id, first_post + number, ctx.now())
            for number in range(count)
        ]
        rows = [
            {
                **columns(one.case),
                "sop_sha256": sha256,
                "opened_by": one.case.opened_by,
                "opened_at": one.events[0].at,
                "updated_at": one.events[-1].at,
            }
            for one in walked
        ]
        uow.session.execute(insert(CaseRow), rows)
        _store_events(uow, office.site_id, walked)
        uow.commit()
    return fill_lists(ctx)


def _walk(
    dice: random.Random, procedure: Procedure, people: dict[int, Person], site_id: str, post_id: int, end: datetime
) -> Walked:
    """One case, opened within the last weeks, after a random number of fitting and less fitting commands."""
    now = end - timedelta(minutes=dice.randint(600, 40_000))
    role = dice.choice(procedure.openers or (procedure.first.role,))
    openers = [person.actor for person in people.values() if role in person.actor.roles]
    opened = cmd.Open(
        actor=dice.choice(openers) if openers else cmd.SYSTEM,
        case_id=UUID(int=dice.getrandbits(128)).hex,
        site_id=site_id,
        post_id=post_id,
        title=" ".join(dice.choices(WORDS, k=dice.randint(1, 5))),
        disposition=Disposition(
            division=dice.choice(DIVISIONS),
            occasion=dice.choice([occasion.key for occasion in procedure.occasions] or [""]),
            activity_date=dice.choice(("", "besok", (end + timedelta(days=dice.randint(-40, 40))).date().isoformat())),
        ),
    )
    events = decide(procedure, None, opened, now)
    case = evolve(None, events[0])
    for _ in range(dice.choice((0, 1, 2, 4, 6, 8, 12, 20))):
        now = min(now + timedelta(minutes=dice.randint(1, 500), seconds=dice.randint(0, 59)), end)
        try:
            new = decide(procedure, case, next(_commands(dice, procedure, case, people, now)), now)
        except (SopError, StopIteration):
            continue
        events += new
        for event in new:
            case = evolve(case, event)
    return Walked(case, events)


def _commands(
    dice: random.Random, procedure: Procedure, case: Case, people: dict[int, Person], now: datetime
) -> Iterator[cmd.Command]:
    """One command that may fit; none when nobody may act."""
    if case.state is CaseState.PUBLISHING:
        yield cmd.RecordPublished(actor=cmd.SYSTEM, url=f"http://127.0.0.1:8/{case.post_id}/")
        return
    activity = procedure.activity(case.activity_no)
    acting = [people[standing.person].actor for standing in may_act(procedure, case, people, now)]
    actor = dice.choice(acting) if acting else cmd.SYSTEM
    everybody = [person.actor for person in people.values()]
    chance = dice.random()
    if chance < 0.03:
        yield cmd.Cancel(actor=dice.choice(everybody), note="Batal")
    elif chance < 0.08:
        yield cmd.PlanPublication(actor=actor, publish_at=now + timedelta(minutes=dice.randint(1, 30_000)))
    elif chance < 0.12:
        role = dice.choice(procedure.activities).role
        yield cmd.Reassign(actor=dice.choice(everybody), role=role, assignee=dice.choice(everybody), note="Cuti")
    elif activity.kind is ActivityKind.ASSIGN:
        yield cmd.Assign(actor=actor, assignee=dice.choice((None, dice.choice(everybody))))
    elif activity.kind is ActivityKind.HANDOVER:
        yield cmd.HandOver(actor=actor, assignee=dice.choice((None, dice.choice(everybody))))
    elif activity.kind is ActivityKind.WORK:
        yield cmd.Submit(actor=actor, content_sha256=f"{dice.getrandbits(256):064x}", title=case.title)
    elif activity.kind is ActivityKind.DECIDE and chance < 0.2:
        yield cmd.ReturnForRevision(actor=actor, note="Perbaiki")
    elif activity.kind is ActivityKind.DECIDE:
        yield cmd.Approve(actor=actor, content_sha256=case.content_sha256)
    elif activity.kind is ActivityKind.PUBLISH:
        yield cmd.Publish(actor=cmd.SYSTEM if activity.publishing == "automatic" else actor)


def _store_events(uow: UnitOfWork, site_id: str, walked: Sequence[Walked]) -> None:
    """The audit chain goes on, in one statement."""
    seq, last_hash = uow.audit.lock_head(site_id)
    rows: list[dict[str, Any]] = []
    for one in walked:
        for revision, event in enumerate(one.events, start=1):
            seq += 1
            row: dict[str, Any] = {
                "site_id": site_id,
                "seq": seq,
                "case_id": one.case.id,
                "revision": revision,
                "kind": event.kind,
                "at": event.at,
                "person": event.by.person,
                "data": ev.to_dict(event),
                "prev_hash": last_hash,
            }
            last_hash = row["hash"] = row_hash(row)
            rows.append(row)
    uow.session.execute(insert(EventRow), rows)
    head = update(SiteRow).where(SiteRow.id == site_id).values(chain_seq=seq, chain_hash=last_hash)
    uow.session.execute(head.execution_options(synchronize_session=False))
