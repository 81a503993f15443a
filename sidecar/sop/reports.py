"""Folds a case's events into rows: one per run of an activity, with the time used against the standard."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sidecar.sop import events as ev
from sidecar.sop.procedure import Procedure

DECISIONS = {
    "assigned": "submit",
    "handed_over": "submit",
    "submitted": "submit",
    "approved": "approve",
    "returned_for_revision": "return",
    "publication_stopped": "return",
    "published": "publish",
}


@dataclass(frozen=True)
class StepRecord:
    """One finished run of an activity. `person` None: the system; `seconds` on the wall clock since it was entered."""

    no: int
    attempt: int
    role: str
    entered_at: datetime
    left_at: datetime
    decision: str
    person: int | None
    acting_for: int | None
    via: str
    note: str

    @property
    def seconds(self) -> int:
        return int((self.left_at - self.entered_at).total_seconds())


def step_records(procedure: Procedure, events: Iterable[ev.Event]) -> list[StepRecord]:
    """The finished steps of one case in order. A publication counts for whoever ordered it."""
    records: list[StepRecord] = []
    entered_at: datetime | None = None
    ordered: ev.PublicationOrdered | None = None
    for event in events:
        if isinstance(event, ev.CaseOpened):
            entered_at = event.at
        elif isinstance(event, ev.PublicationOrdered):
            ordered = event
        elif isinstance(event, ev.Step) and entered_at is not None:
            source = ordered if isinstance(event, ev.Published) and ordered else event
            records.append(
                StepRecord(
                    no=event.no,
                    attempt=event.attempt,
                    role=procedure.activity(event.no).role,
                    entered_at=entered_at,
                    left_at=event.at,
                    decision=DECISIONS[event.kind],
                    person=source.by.person,
                    acting_for=source.by.acting_for,
                    via=source.via,
                    note=event.note,
                )
            )
            entered_at = event.at
    return records
