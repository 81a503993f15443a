"""The view of a case (docs/architecture.md, "View"), without the sentences: those the web room adds in the language.

Beside the contract each option carries `params`, and each history entry `data`: what their sentences are filled with.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from sidecar.context import Context
from sidecar.services.errors import NoSuchCase, UnknownSite
from sidecar.services.procedures import calendar_of, sop_version
from sidecar.services.turns import Standing, may_act
from sidecar.sop import events as ev
from sidecar.sop.case import Case, CaseState
from sidecar.sop.deadlines import OfficeCalendar, case_due_at, due_at, office_seconds
from sidecar.sop.engine import on_website, options
from sidecar.sop.procedure import Activity, ActivityKind, Procedure, Sop
from sidecar.sop.reports import StepRecord, step_records
from sidecar.store.cases import StoredCase
from sidecar.store.outbox import CHANNELS_DELIVER, CHANNELS_PREPARE, OutboxState
from sidecar.store.people import Person
from sidecar.store.tables import DeliveryRow, MailRow, OutboxRow, SiteRow
from sidecar.store.unit_of_work import UnitOfWork

View = dict[str, Any]
EDITABLE = frozenset({ActivityKind.ASSIGN, ActivityKind.WORK, ActivityKind.HANDOVER})
# What a history entry says elsewhere already.
NOT_IN_DATA = frozenset({"kind", "at", "by", "via", "note", "no", "attempt", "case_id", "site_id", "disposition"})


@dataclass(frozen=True)
class Reader:
    """What a view is made from: the case with its SOP, people and language, at one moment."""

    site: SiteRow
    sop: Sop
    procedure: Procedure
    case: Case
    people: Mapping[int, Person]
    language: str
    now: datetime

    @property
    def activity(self) -> Activity:
        return self.procedure.activity(self.case.activity_no)

    def role_name(self, key: str) -> str:
        return self.sop.role(key).name.in_language(self.language)

    def name(self, person: int | None) -> str:
        """Empty for the system; a person who is gone from WordPress keeps the last known name."""
        if person is None:
            return ""
        return self.people[person].name if person in self.people else f"#{person}"

    @cached_property
    def acting(self) -> list[Standing]:
        """Asked for by several parts of a view, and found by asking for every person of the office."""
        return may_act(self.procedure, self.case, self.people, self.now)


def view_case(
    ctx: Context,
    site_id: str,
    actor: int | None,
    *,
    case_id: str = "",
    post_id: int = 0,
    language: str = "id",
    own: bool = False,
) -> View:
    """The case by its id, or the post's latest one, as `actor` (None: nobody in particular) may see and press it.
    `own`: only a case in which the actor may act or has a part; any other is no case.

    Raises UnknownSite, NoSuchCase (also for another office's case).
    """
    # Before anything is read: the view is at least as new as it says.
    now = ctx.now()
    with ctx.uow(read_only=True) as uow:
        site = uow.sites.get(site_id)
        if site is None:
            raise UnknownSite(site_id=site_id)
        stored = uow.cases.get(site_id, case_id) if case_id else uow.cases.of_post(site_id, post_id)
        if stored is None or (own and not uow.listing.is_seen_by(site_id, stored.case.id, actor or 0)):
            raise NoSuchCase(case_id=case_id, post_id=post_id)
        reader = reader_of(uow, site, stored, uow.people.of_site(site_id), language, now)
        return _view(reader, uow, actor)


def reader_of(
    uow: UnitOfWork, site: SiteRow, stored: StoredCase, people: Mapping[int, Person], language: str, now: datetime
) -> Reader:
    sop = sop_version(uow, site.id, stored.sop_sha256)
    return Reader(site, sop, sop.procedure(stored.case.procedure_key), stored.case, people, language, now)


def status_of(procedure: Procedure, case: Case) -> str:
    """The WordPress status that the post should have."""
    match case.state:
        case CaseState.PUBLISHED:
            return "publish" if on_website(procedure, case) else procedure.social_status
        case CaseState.CANCELLED:
            return "draft"
    return procedure.status_slug(case.activity_no)


def who(reader: Reader) -> str:
    """`Role: Name, Name` of whoever must act now; only the role when nobody holds it; empty when the case is over."""
    if reader.case.state is not CaseState.OPEN:
        return ""
    names = [reader.name(standing.person) for standing in reader.acting]
    role = reader.role_name(reader.activity.role)
    return f"{role}: {', '.join(names)}" if names else role


def head(reader: Reader) -> View:
    """The part that the short view and the whole one share."""
    case, procedure = reader.case, reader.procedure
    return {
        "case_id": case.id,
        "site_id": case.site_id,
        "procedure": {"key": procedure.key, "name": procedure.name.in_language(reader.language)},
        "post_id": case.post_id,
        "post_type": procedure.post_type,
        "website": on_website(procedure, case),
        "title": case.title,
        "state": str(case.state),
        "revision": case.revision,
        "status": status_of(procedure, case),
        "content_sha256": case.content_sha256,
        "publish_at": iso(case.publish_at),
        "url": case.url,
        "corrects": case.corrects,
        "as_of": ev.utc_iso(reader.now),
        "activity": _activity(reader),
        "may_act": [
            {
                "person": standing.person,
                "name": reader.name(standing.person),
                "acting_for": standing.acting_for,
                "acting_for_name": reader.name(standing.acting_for),
            }
            for standing in reader.acting
        ],
        "may_edit": [standing.person for standing in reader.acting] if reader.activity.kind in EDITABLE else [],
        "who": who(reader),
    }


def iso(moment: datetime | None) -> str | None:
    """ISO 8601 in UTC, as all JSON has it."""
    return moment.astimezone(UTC).isoformat() if moment else None


def _view(reader: Reader, uow: UnitOfWork, actor: int | None) -> View:
    case = reader.case
    events = uow.audit.events(case.site_id, case.id)
    records = step_records(reader.procedure, events)
    opened = events[0]
    return {
        **head(reader),
        "options": _options(reader, actor),
        "steps": _steps(reader, records),
        "history": _history(reader, events, records, uow.revisions.case_revisions(case.site_id, case.id)),
        "mails": [_mail(row) for row in uow.mails.of_case(case.site_id, case.id)],
        "deliveries": [_delivery(row) for row in uow.deliveries.of_case(case.site_id, case.id)],
        "problems": _problems(uow.outbox.of_case(case.site_id, case.id)),
        "disposition": asdict(opened.disposition) if isinstance(opened, ev.CaseOpened) else {},
        "corrected": _corrected(uow, case),
    }


def _corrected(uow: UnitOfWork, case: Case) -> View | None:
    """What a correction corrects: as it stands in public."""
    stored = uow.cases.get(case.site_id, case.corrects) if case.corrects else None
    if stored is None:
        return None
    return {
        "case_id": stored.case.id,
        "title": stored.case.title,
        "url": stored.case.url,
        # Nothing changes a case after its publication.
        "published_at": iso(stored.updated_at),
    }


def _activity(reader: Reader) -> View:
    case, activity = reader.case, reader.activity
    calendar = calendar_of(reader.sop, reader.site.timezone)
    return {
        "no": activity.no,
        "name": activity.name.in_language(reader.language),
        "role": activity.role,
        "role_name": reader.role_name(activity.role),
        "kind": str(activity.kind),
        "attempt": case.attempt,
        "minutes": activity.quality.minutes,
        "entered_at": iso(case.entered_at),
        "due_at": iso(case_due_at(reader.procedure, case, calendar)),
    }


def _options(reader: Reader, actor: int | None) -> list[View]:
    person = reader.people.get(actor) if actor is not None else None
    if person is None:
        return []
    activity = reader.activity
    params = {"role": activity.role, "role_name": reader.role_name(activity.role), "no": activity.no}
    return [
        {
            "command": option.command,
            "allowed": not option.code,
            "code": option.code,
            "params": {**params, "who": who(reader), "state": str(reader.case.state)},
            "note_required": option.note_required,
            "names_role": option.names_role,
            "candidates": _holders(reader, option.names_role),
        }
        for option in options(reader.procedure, reader.case, person.actor, reader.now)
    ]


def _holders(reader: Reader, role: str) -> list[View]:
    found = [p for p in reader.people.values() if role and role in p.actor.roles]
    return [{"person": p.person, "name": p.name} for p in sorted(found, key=lambda p: (p.name, p.person))]


def _steps(reader: Reader, records: Sequence[StepRecord]) -> list[View]:
    calendar = calendar_of(reader.sop, reader.site.timezone)
    last = {record.no: record for record in records}
    return [_step(reader, activity, last.get(activity.no), calendar) for activity in reader.procedure.activities]


def _step(reader: Reader, activity: Activity, record: StepRecord | None, calendar: OfficeCalendar) -> View:
    """`record`: its last finished run. `person`: who did it, must do it now, or is named for it."""
    state = _step_state(reader.case, activity.no)
    done = record if state == "done" else None
    people = _people_of_step(reader, activity, state, done)
    return {
        "no": activity.no,
        "name": activity.name.in_language(reader.language),
        "role": activity.role,
        "role_name": reader.role_name(activity.role),
        "kind": str(activity.kind),
        "minutes": activity.quality.minutes,
        "status": reader.procedure.status_slug(activity.no),
        "state": state,
        "attempt": reader.case.attempts.get(activity.no, 0),
        "person": people[0] if len(people) == 1 else None,
        "person_name": ", ".join(reader.name(person) for person in people),
        "acting_for": done.acting_for if done else None,
        "acting_for_name": reader.name(done.acting_for) if done else "",
        "seconds": done.seconds if done else None,
        **_clock_of_step(reader, activity, state, done, calendar),
        "final_approval": activity.final_approval,
    }


def _people_of_step(reader: Reader, activity: Activity, state: str, done: StepRecord | None) -> list[int]:
    if done is not None:
        return [done.person] if done.person is not None else []
    if state == "current":
        return [standing.person for standing in reader.acting]
    return [reader.case.named[activity.role]] if activity.role in reader.case.named else []


def _clock_of_step(
    reader: Reader, activity: Activity, state: str, done: StepRecord | None, calendar: OfficeCalendar
) -> View:
    """When it began, ended and was or is due, and the office time that it took, so far if it is under way."""
    if done is not None:
        entered, left, due = done.entered_at, done.left_at, due_at(activity.quality.minutes, done.entered_at, calendar)
    elif state == "current":
        entered, left, due = reader.case.entered_at, None, case_due_at(reader.procedure, reader.case, calendar)
    else:
        return {"entered_at": None, "left_at": None, "due_at": None, "office_seconds": None}
    return {
        "entered_at": iso(entered),
        "left_at": iso(left),
        "due_at": iso(due),
        "office_seconds": office_seconds(entered, left or reader.now, calendar),
    }


def _step_state(case: Case, no: int) -> str:
    if no < case.activity_no or case.state is CaseState.PUBLISHED:
        return "done"
    return "current" if no == case.activity_no and case.state is not CaseState.CANCELLED else "todo"


def _history(
    reader: Reader, events: Sequence[ev.Event], records: Sequence[StepRecord], versions: Sequence[int]
) -> list[View]:
    """`version`: the number that services.changes gives to the content that came with the event, else None."""
    by_end = {(record.left_at, record.no, record.attempt): record for record in records}
    number = {revision: no for no, revision in enumerate(versions, start=1)}
    return [
        {**_entry(reader, event, by_end), "version": number.get(revision)}
        for revision, event in enumerate(events, start=1)
    ]


def _entry(reader: Reader, event: ev.Event, by_end: Mapping[tuple[datetime, int, int], StepRecord]) -> View:
    no = getattr(event, "no", None)
    attempt = getattr(event, "attempt", 1 if no else None)
    ends = isinstance(event, ev.Step) and not isinstance(event, ev.PublicationOrdered)
    record = by_end.get((event.at, no, attempt)) if ends and no and attempt else None
    # A publication is the deed of whoever ordered it, though a worker saw it happen.
    person, acting_for, via = (
        (record.person, record.acting_for, record.via)
        if record
        else (event.by.person, event.by.acting_for, str(event.via))
    )
    return {
        "at": iso(event.at),
        "kind": event.kind,
        "no": no,
        "attempt": attempt,
        "by": person,
        "by_name": reader.name(person),
        "acting_for": acting_for,
        "acting_for_name": reader.name(acting_for),
        "via": str(via),
        "note": getattr(event, "note", "") or getattr(event, "reason", ""),
        "seconds": record.seconds if record else None,
        "decision": record.decision if record else "",
        "data": _data(reader, event),
    }


def _data(reader: Reader, event: ev.Event) -> View:
    data = {key: value for key, value in ev.to_dict(event).items() if key not in NOT_IN_DATA}
    for key in ("assignee_role", "role"):
        if data.get(key):
            data[f"{key}_name"] = reader.role_name(data[key])
    if data.get("assignee"):
        data["assignee_name"] = reader.name(data["assignee"])
    if "delegation" in data:
        data["to_name"] = reader.name(data["delegation"]["to_person"])
        data["from_name"] = reader.name(data["delegation"]["from_person"])
    for key in ("no", "next_no", "to_no"):
        number = getattr(event, key, None)
        if isinstance(number, int):
            data[f"{key}_name"] = reader.procedure.activity(number).name.in_language(reader.language)
    return data


def _mail(row: MailRow) -> View:
    return {
        "no": row.no,
        "attempt": row.case_attempt,
        "person": row.person,
        "name": row.name,
        "state": row.state,
        "sent_at": iso(row.sent_at),
    }


def _problems(rows: Sequence[OutboxRow]) -> list[View]:
    """Work for this case that was given up and not done since; a channel's own trouble stands at its delivery."""
    last = {row.kind: row for row in rows if row.kind not in (CHANNELS_PREPARE, CHANNELS_DELIVER)}
    dead = [row for row in last.values() if row.state == str(OutboxState.DEAD)]
    return [
        # The stored text is `code: sentence`.
        {"kind": row.kind, "at": iso(row.finished_at), "sentence": row.error.partition(": ")[2] or row.error}
        for row in dead
    ]


def _delivery(row: DeliveryRow) -> View:
    return {
        "channel": row.channel,
        "kind": row.kind,
        "account": row.account,
        "state": row.state,
        "remote_id": row.remote_id,
        "url": row.url,
        "error": row.error,
    }
