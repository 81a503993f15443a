"""Deciding by the e-mailed token: what the page may show, and the one decision.

GET only reads. The decision goes the same way as any other command, in the transaction that marks the token as used,
so a token decides once, however often and however fast it is sent.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sidecar.context import Context
from sidecar.i18n import language_of
from sidecar.keys import APPROVAL_TOKENS
from sidecar.mail import tokens
from sidecar.services.media import Made, made
from sidecar.services.requests import CommandRequest
from sidecar.services.run_command import execute
from sidecar.services.sites import Site, get_site
from sidecar.services.view_case import view_case
from sidecar.sop.case import Case
from sidecar.sop.commands import Via
from sidecar.sop.events import Approved, ReturnedForRevision
from sidecar.store.tables import ApprovalTokenRow
from sidecar.store.tokens import STEP_MOVED
from sidecar.store.unit_of_work import UnitOfWork

DECISIONS = ("approve", "return")
OPEN, USED, EXPIRED, WITHDRAWN, LOCKED = "open", "used", "expired", "withdrawn", "locked"
REFUSALS: dict[str, type[tokens.TokenError]] = {
    USED: tokens.TokenUsed,
    EXPIRED: tokens.TokenExpired,
    WITHDRAWN: tokens.TokenWithdrawn,
    LOCKED: tokens.TokenLocked,
}


@dataclass(frozen=True)
class Token:
    """What a link is for. `state`: open (it can decide), used, expired, withdrawn or locked; `reason` of a withdrawal:
    step_moved, role_lost, reassigned. `decision`: approve or return, when it was used."""

    id: int
    site_id: str
    case_id: str
    no: int
    attempt: int
    person: int
    content_sha256: str
    state: str
    reason: str = ""
    decision: str = ""


@dataclass(frozen=True)
class Page:
    """All that the approval page shows. `view`: of services.view_case. `content`, `rendered`, `media_urls`,
    `pictures`: the revision to decide on and what was made of it; empty unless the token can decide."""

    token: Token
    site: Site
    person_name: str
    acting_for_name: str
    language: str
    view: dict[str, Any]
    content: dict[str, Any]
    rendered: str
    media_urls: dict[str, str]
    pictures: tuple[Made, ...]


def open_token(ctx: Context, value: str) -> Token:
    """The token of a link; changes nothing. Raises UnknownToken for everything that is not a value of ours."""
    with ctx.uow(read_only=True) as uow:
        row = _row(ctx, uow, value)
        stored = uow.cases.get(row.site_id, row.case_id)
        if stored is None:
            raise tokens.UnknownToken
        return _token(ctx, uow, row, stored.case)


def page_of(ctx: Context, token: Token, language: str = "") -> Page:
    """What to show. `language`: the wished one; empty: the person's own. Changes nothing."""
    site = get_site(ctx, token.site_id)
    with ctx.uow(read_only=True) as uow:
        people = uow.people.of_site(token.site_id)
        readable = token.state == OPEN
        found = uow.revisions.latest(token.site_id, token.case_id, token.content_sha256) if readable else None
    person = people.get(token.person)
    language = language or language_of(person.locale if person else "", site.language)
    content = found.content if found else {}
    view = view_case(ctx, token.site_id, token.person, case_id=token.case_id, language=language)
    own: dict[str, Any] = next((entry for entry in view["may_act"] if entry["person"] == token.person), {})
    return Page(
        token=token,
        site=site,
        person_name=person.name if person else "",
        acting_for_name=own.get("acting_for_name", ""),
        language=language,
        view=view,
        content=content,
        rendered=found.rendered if found else "",
        media_urls=dict(found.media_urls) if found else {},
        pictures=tuple(made(ctx, token.site_id, content)) if content else (),
    )


def pictures_of(ctx: Context, token: Token) -> list[Made]:
    """The pictures that the token's holder may look at: of the content to decide on, while it can decide."""
    if token.state != OPEN:
        return []
    with ctx.uow(read_only=True) as uow:
        found = uow.revisions.latest(token.site_id, token.case_id, token.content_sha256)
    return made(ctx, token.site_id, found.content) if found else []


def decide_by_token(
    ctx: Context, value: str, decision: str, note: str, code: str, seen_revision: int | None = None
) -> Token:
    """Approves or returns as the token's person. `seen_revision`: the case's revision that the person saw.

    The same decision once more changes nothing and answers the same. Raises UnknownToken, TokenUsed, TokenExpired,
    TokenWithdrawn, TokenLocked, WrongCode (the failure is counted), or what `run_command` raises.
    """
    if decision not in DECISIONS:
        raise ValueError(f"a token decides {' or '.join(DECISIONS)}, not {decision!r}")
    with ctx.uow() as uow:
        row, case = _locked(ctx, uow, value)
        token = _token(ctx, uow, row, case)
        if token.state == USED and token.decision == decision:
            return token
        if token.state != OPEN:
            raise REFUSALS[token.state]
        _check_code(ctx, uow, row, code)
        # Before the command, which withdraws the tokens of the step that are still live.
        row.used_at = ctx.now()
        uow.session.flush()
        revision = case.revision if seen_revision is None else seen_revision
        execute(ctx, uow, _request(token, decision, note, revision))
        uow.commit()
    return replace(token, state=USED, decision=decision)


def _row(ctx: Context, uow: UnitOfWork, value: str) -> ApprovalTokenRow:
    token_id, secret = tokens.load(ctx.keys.derive(APPROVAL_TOKENS), value)
    row = uow.tokens.get(int(token_id)) if token_id.isdecimal() else None
    if row is None or not tokens.fits(secret, row.secret_sha256):
        raise tokens.UnknownToken
    return row


def _locked(ctx: Context, uow: UnitOfWork, value: str) -> tuple[ApprovalTokenRow, Case]:
    """The case first, then the token: the order in which every command takes them."""
    row = _row(ctx, uow, value)
    stored = uow.cases.lock(row.site_id, row.case_id)
    locked = uow.tokens.lock(row.id)
    if stored is None or locked is None:
        raise tokens.UnknownToken
    return locked, stored.case


def _check_code(ctx: Context, uow: UnitOfWork, row: ApprovalTokenRow, code: str) -> None:
    key = tokens.key_of(ctx.keys.derive(APPROVAL_TOKENS), row.id, row.nonce, row.secret_sha256)
    if tokens.right_code(key, row.id, row.nonce, code):
        return
    row.failures += 1
    left = tokens.MAX_FAILURES - row.failures
    uow.commit()
    if left <= 0:
        raise tokens.TokenLocked
    raise tokens.WrongCode(left)


def _request(token: Token, decision: str, note: str, revision: int) -> CommandRequest:
    return CommandRequest(
        site_id=token.site_id,
        case_id=token.case_id,
        command=decision,
        actor=token.person,
        idempotency_key=_key(token.id),
        expected_revision=revision,
        note=note,
        params={"content_sha256": token.content_sha256} if decision == "approve" else {},
        via=Via.EMAIL,
    )


def _key(token_id: int) -> str:
    return f"token-{token_id}"


def _token(ctx: Context, uow: UnitOfWork, row: ApprovalTokenRow, case: Case) -> Token:
    token = Token(
        row.id,
        row.site_id,
        row.case_id,
        row.no,
        row.attempt,
        row.person,
        row.content_sha256,
        OPEN,
        row.withdrawn_reason,
    )
    if row.used_at is not None:
        return replace(token, state=USED, decision=_decision(uow, row))
    if row.withdrawn_at is not None:
        return replace(token, state=WITHDRAWN)
    if (row.no, row.attempt, row.content_sha256) != (case.activity_no, case.attempt, case.content_sha256):
        return replace(token, state=WITHDRAWN, reason=STEP_MOVED)
    if ctx.now() >= row.expires_at:
        return replace(token, state=EXPIRED)
    return replace(token, state=LOCKED) if row.failures >= tokens.MAX_FAILURES else token


def _decision(uow: UnitOfWork, row: ApprovalTokenRow) -> str:
    done = uow.idempotency.find(row.site_id, _key(row.id))
    events = uow.audit.events(row.site_id, row.case_id) if done else []
    match events[done.revision - 1] if done and done.revision <= len(events) else None:
        case Approved():
            return "approve"
        case ReturnedForRevision():
            return "return"
    return ""
