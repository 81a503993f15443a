"""Does replaying the events of a case give the stored state? The answer must always be yes."""

from __future__ import annotations

from dataclasses import dataclass

from sidecar.context import Context
from sidecar.sop.case import replay


@dataclass(frozen=True)
class Replayed:
    """`differences`: names of stored columns that do not follow from the events; empty is good."""

    site_id: str
    case_id: str
    revision: int
    differences: tuple[str, ...]


def replay_cases(ctx: Context, site_id: str = "") -> list[Replayed]:
    """Replays every case, or every one of an office."""
    found = []
    with ctx.uow(read_only=True) as uow:
        for stored in uow.cases.every(site_id):
            case = stored.case
            try:
                rebuilt = replay(uow.audit.events(case.site_id, case.id))
                differences = uow.cases.differences(case.id, rebuilt)
            except (ValueError, KeyError, TypeError) as error:
                differences = [f"events cannot be replayed: {error!r}"]
            found.append(Replayed(case.site_id, case.id, case.revision, tuple(differences)))
    return found
