"""Whose turn it is, and the e-mailed tokens that follow from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sidecar.keys import APPROVAL_TOKENS, Keys
from sidecar.mail import tokens as token_codes
from sidecar.sop.case import Case, CaseState
from sidecar.sop.engine import standing
from sidecar.sop.events import utc_iso
from sidecar.sop.procedure import ActivityKind, Procedure, PublishingStart
from sidecar.store import outbox, tokens
from sidecar.store.mails import MailState
from sidecar.store.people import Person
from sidecar.store.tables import ApprovalTokenRow, MailRow
from sidecar.store.unit_of_work import UnitOfWork

TOKEN_LIFE = timedelta(days=14)


@dataclass(frozen=True)
class Standing:
    """Somebody who may act now, `acting_for` somebody else or None."""

    person: int
    acting_for: int | None


def may_act(procedure: Procedure, case: Case, people: Mapping[int, Person], now: datetime) -> list[Standing]:
    """Everybody who may do the present step, by id; who would approve their own submission is not among them."""
    if case.state is not CaseState.OPEN:
        return []
    activity = procedure.activity(case.activity_no)
    found = []
    for person in people.values():
        by = standing(activity.role, case, person.actor, now)
        if by is None or by.person is None:
            continue
        decides_alone = activity.kind is ActivityKind.DECIDE and not activity.allow_self_approval
        if not (decides_alone and by.people & case.submitted_by):
            found.append(Standing(by.person, by.acting_for))
    return found


def turn_goes_by_mail(procedure: Procedure, case: Case) -> bool:
    """A step that the system does by itself has no turn."""
    activity = procedure.activity(case.activity_no)
    automatic = activity.kind is ActivityKind.PUBLISH and activity.publishing is PublishingStart.AUTOMATIC
    return case.state is CaseState.OPEN and not automatic


def waits_for(procedure: Procedure, case: Case, people: Mapping[int, Person], now: datetime) -> dict[int, int | None]:
    """Who may act, where somebody must, and for whom they act or None; nobody for a step that the system does."""
    waiting = may_act(procedure, case, people, now) if turn_goes_by_mail(procedure, case) else []
    return {standing.person: standing.acting_for for standing in waiting}


def settle_turns(
    uow: UnitOfWork,
    keys: Keys,
    procedure: Procedure,
    case: Case,
    people: Mapping[int, Person],
    now: datetime,
    lost: str = tokens.REASSIGNED,
) -> bool:
    """Makes lists, tokens and mails follow the case: who may act and has no token for this run of the step gets one by
    mail; tokens of earlier steps, and of people who may not act (any more, reason `lost`), are withdrawn.

    False: it waits for the same people as before.
    """
    acting = waits_for(procedure, case, people, now)
    changed = uow.listing.keep_turns(case.site_id, case.id, acting)
    called = set(acting)
    holders = set()
    for row in uow.tokens.live_of_case(case.site_id, case.id):
        here = case.state is CaseState.OPEN and (row.no, row.attempt) == (case.activity_no, case.attempt)
        if here and row.person in called:
            holders.add(row.person)
        else:
            row.withdrawn_at, row.withdrawn_reason = now, lost if here else tokens.STEP_MOVED
            uow.session.flush()
            uow.mails.withdraw_pending(case.site_id, case.id, row.id)
    for person in sorted(called - holders):
        _call(uow, keys, case, people[person], now)
    return changed


def order_settling_at(uow: UnitOfWork, site_id: str, moments: Iterable[datetime], now: datetime) -> None:
    """The office's turns are settled anew at each of the `moments` that is not over; each moment once."""
    for at in sorted({at for at in moments if at >= now}):
        uow.outbox.add(site_id, outbox.TURNS_SETTLE, {}, dedupe_key=utc_iso(at), now=now, due_at=at)


def _call(uow: UnitOfWork, keys: Keys, case: Case, person: Person, now: datetime) -> None:
    token = ApprovalTokenRow(
        site_id=case.site_id,
        case_id=case.id,
        revision=case.revision,
        no=case.activity_no,
        attempt=case.attempt,
        person=person.person,
        content_sha256=case.content_sha256,
        nonce=token_codes.new_nonce(),
        secret_sha256="",
        issued_at=now,
        expires_at=now + TOKEN_LIFE,
        withdrawn_reason="",
        failures=0,
    )
    uow.tokens.add(token)
    secret = token_codes.secret(keys.key(APPROVAL_TOKENS), token.id, token.nonce)
    token.secret_sha256 = token_codes.secret_sha256(secret)
    order_mail(uow, outbox.MAIL_TURN, case, person, now, token.id)


def order_mail(
    uow: UnitOfWork, kind: str, case: Case, person: Person, now: datetime, token_id: int | None = None
) -> None:
    """A mails row with the address of this moment, and the outbox row `{"mail_id": …}` that sends it. Nobody without
    an address is written to."""
    if not person.email:
        return
    mail = MailRow(
        site_id=case.site_id,
        case_id=case.id,
        kind=kind,
        no=case.activity_no,
        case_attempt=case.attempt,
        person=person.person,
        name=person.name,
        address=person.email,
        language=_language(uow, case.site_id, person),
        token_id=token_id,
        message_id="",
        state=str(MailState.PENDING),
        tries=0,
        error="",
        created_at=now,
    )
    uow.mails.add(mail)
    uow.outbox.add(case.site_id, kind, {"mail_id": mail.id}, dedupe_key=str(mail.id), now=now, case_id=case.id)


def _language(uow: UnitOfWork, site_id: str, person: Person) -> str:
    """The person's own choice in WordPress, else the office's."""
    if person.locale:
        return "en" if person.locale.startswith("en") else "id"
    site = uow.sites.get(site_id)
    return site.language if site else "id"
