"""Who may act can change without any event: a role is given or taken, a delegation begins or ends.

The rights themselves need no settling, every command asks for those of its own moment. What follows here is what people
are told: the lists, the e-mailed tokens, the mails and what WordPress knows.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sidecar.context import Context
from sidecar.services.procedures import sop_version
from sidecar.services.turns import order_settling_at, settle_turns, waits_for
from sidecar.sop.case import CaseState
from sidecar.sop.events import utc_iso
from sidecar.store import outbox, tokens
from sidecar.store.people import Person
from sidecar.store.unit_of_work import UnitOfWork


def settle_office(ctx: Context, site_id: str) -> int:
    """Brings every open case of the office up to who may act now; returns how many had changed.

    Each in a transaction of its own, so that it may be ended and begun anew at any time: what is settled stays so.
    """
    return sum(_settle(ctx, site_id, case_id) for case_id in _unsettled(ctx, site_id))


def order_settling(uow: UnitOfWork, site_id: str, people: Mapping[int, Person], now: datetime) -> None:
    """Settling now, if anything waits for anybody, and at each moment to come at which a delegation begins or ends."""
    waiting = uow.cases.find(site_id, CaseState.OPEN, limit=1)[1]
    boundaries = {at for person in people.values() for one in person.delegations for at in (one.starts_at, one.ends_at)}
    order_settling_at(uow, site_id, {*boundaries, *([now] if waiting else [])}, now)


def _unsettled(ctx: Context, site_id: str) -> list[str]:
    with ctx.uow(read_only=True) as uow:
        now, people, turns = ctx.now(), uow.people.of_site(site_id), uow.listing.turns_of_site(site_id)
        found = []
        for stored in uow.cases.find(site_id, CaseState.OPEN)[0]:
            procedure = sop_version(uow, site_id, stored.sop_sha256).procedure(stored.case.procedure_key)
            if waits_for(procedure, stored.case, people, now) != turns.get(stored.case.id, {}):
                found.append(stored.case.id)
    return found


def _settle(ctx: Context, site_id: str, case_id: str) -> bool:
    with ctx.uow() as uow:
        stored = uow.cases.lock(site_id, case_id)
        if stored is None or stored.case.state is not CaseState.OPEN:
            return False  # it went on in between, and settled its turns with that
        case, now = stored.case, ctx.now()
        procedure = sop_version(uow, site_id, stored.sop_sha256).procedure(case.procedure_key)
        changed = settle_turns(uow, ctx.keys, procedure, case, uow.people.of_site(site_id), now, lost=tokens.ROLE_LOST)
        if changed:
            mirror = {"case_id": case.id, "revision": case.revision}
            key = f"{case.id}:{case.revision}:{utc_iso(now)}"
            uow.outbox.add(site_id, outbox.WORDPRESS_MIRROR, mirror, dedupe_key=key, now=now, case_id=case.id)
        uow.commit()
    return changed
