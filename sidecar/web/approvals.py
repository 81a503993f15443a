"""The approval page `/a/<token>`: GET and HEAD show, POST decides. Works without scripts, login or cookies."""

from __future__ import annotations

from collections.abc import Callable
from gettext import NullTranslations
from pathlib import Path
from typing import Any

import structlog
from flask import Blueprint, Response, current_app, redirect, request, send_file
from werkzeug.wrappers import Response as AnyResponse

from sidecar.context import Context
from sidecar.i18n import LANGUAGES, N_, translator
from sidecar.mail.tokens import TokenError, TokenUsed, UnknownToken, WrongCode
from sidecar.services import approvals as service
from sidecar.services.errors import ServiceError
from sidecar.sop.errors import SopError
from sidecar.store.errors import StoreError
from sidecar.web import errors, page, sentences
from sidecar.web.media import send_stored
from sidecar.web.names import OfficeNames
from sidecar.web.render import render

log = structlog.get_logger(__name__)
blueprint = Blueprint("approvals", __name__, url_prefix="/a")

STYLE = Path(__file__).parent / "static" / "style.css"
MAX_NOTE = 10_000
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)

# state of the token (and why it was withdrawn, or what it decided) -> heading, sentence
TEXTS: dict[tuple[str, str], tuple[str, str]] = {
    ("used", "approve"): (
        N_("Approved. Thank you."),
        N_("Your decision has been recorded. Nothing more is needed from you."),
    ),
    ("used", "return"): (
        N_("Returned for correction. Thank you."),
        N_("Your decision has been recorded, and your note goes to those who correct it."),
    ),
    ("used", ""): (N_("You have decided already"), N_("This link decides once; its decision stands in the history.")),
    ("expired", ""): (
        N_("This link has expired"),
        N_("Nothing was decided. You can still decide in WordPress."),
    ),
    ("locked", ""): (
        N_("This link is locked"),
        N_("The code was wrong five times. Nothing was decided. You can still decide in WordPress."),
    ),
    ("withdrawn", "step_moved"): (
        N_("This step is over"),
        N_("It was decided by somebody else or another way, so this link decides nothing any more."),
    ),
    ("withdrawn", "role_lost"): (
        N_("This is no longer your step"),
        N_(
            "You do not hold the role for this step any more, or your time as acting officer is over; this link decides"
            " nothing."
        ),
    ),
    ("withdrawn", "reassigned"): (
        N_("This is no longer your step"),
        N_("Somebody else has been named for this step, so this link decides nothing."),
    ),
}
REFUSALS = (SopError, ServiceError, StoreError, TokenError)
INCOMPLETE = N_("Press one of the two buttons; a note has at most 10,000 characters.")


@blueprint.after_request
def _private(answer: Response) -> Response:
    answer.headers["Content-Security-Policy"] = POLICY
    return answer


@blueprint.get("/style.css")
def style() -> Response:
    """The page's only style sheet."""
    answer = send_file(STYLE.resolve(), mimetype="text/css")
    answer.headers["Cache-Control"] = "public, max-age=300"
    return answer


@blueprint.get("/<value>")
def show(value: str) -> Response:
    """The page. Changes nothing, whoever opens it and however often."""
    ctx = _context()
    return _answer(ctx, service.open_token(ctx, value), value)


@blueprint.post("/<value>")
def decide(value: str) -> AnyResponse:
    """`decision` = approve | return, `note`, `code`, `revision` (of the case, as the person saw it)."""
    ctx = _context()
    decision, note = request.form.get("decision", ""), _note(request.form.get("note", ""))
    token = service.open_token(ctx, value)
    if decision not in service.DECISIONS or len(note) > MAX_NOTE:
        return _answer(ctx, token, value, 422, lambda page: translator(page.language).gettext(INCOMPLETE), note)
    try:
        token = service.decide_by_token(ctx, value, decision, note, request.form.get("code", ""), _revision())
    except REFUSALS as error:
        log.info("decision_refused", site_id=token.site_id, case_id=token.case_id, code=error.code)
        return _refused(ctx, value, error, note)
    log.info("decided_by_mail", site_id=token.site_id, case_id=token.case_id, decision=token.decision)
    # See other: loading the page again must not send the form again.
    return redirect(f"/a/{value}?lang={_wished()}" if _wished() else f"/a/{value}", code=303)


@blueprint.get("/<value>/media/<sha256>")
def picture(value: str, sha256: str) -> Response:
    """A picture of the content that this token decides on, and no other."""
    ctx = _context()
    token = service.open_token(ctx, value)
    found = next((made for made in service.pictures_of(ctx, token) if made.sha256 == sha256), None)
    if found is None:
        raise UnknownToken
    answer = send_stored(ctx, found.path)
    answer.headers["Cache-Control"] = "private, max-age=3600, immutable"
    return answer


def _context() -> Context:
    ctx: Context = current_app.extensions["tayang"]
    return ctx


def _wished() -> str:
    wished = request.args.get("lang", "")
    return wished if wished in LANGUAGES else ""


def _note(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\0", "").strip()


def _revision() -> int | None:
    given = request.form.get("revision", "")
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 10 else None


def _refused(ctx: Context, value: str, error: Any, note: str) -> Response:
    """The page once more, with what was wrong; or how it stands, when the token decides nothing any more."""

    def problem(page: service.Page) -> str:
        texts = translator(page.language)
        if isinstance(error, WrongCode):
            left = texts.ngettext("%(n)d try is left.", "%(n)d tries are left.", error.left) % {"n": error.left}
            wrong = texts.gettext("The code is wrong; nothing was decided.")
            return f"{wrong} {left}"
        if isinstance(error, TokenUsed):
            return texts.gettext("You have decided already; this second decision was not taken.")
        if isinstance(error, TokenError):
            return ""
        params = getattr(error, "params", {})
        return sentences.refusal(error.code, params, page.language, OfficeNames(ctx, page.site.id, page.language))

    status = 422 if isinstance(error, WrongCode) else errors.STATUSES.get(error.code, errors.CONFLICT)
    return _answer(ctx, service.open_token(ctx, value), value, status, problem, note)


def _answer(
    ctx: Context,
    token: service.Token,
    value: str,
    status: int = 200,
    problem: Callable[[service.Page], str] = lambda page: "",
    note: str = "",
) -> Response:
    """The page to decide on, or how it stands when the token decides nothing (any more)."""
    found = service.page_of(ctx, token, _wished())
    texts = translator(found.language)
    path = f"/a/{value}"
    common: dict[str, Any] = {"language": found.language, "office": found.site.name, "path": path}
    if token.state == service.OPEN:
        values = page.decision(found, path, ctx.now())
        html = render("approval.html", texts, page=values, problem=problem(found), note=note, **common)
    else:
        html = _state(found, ctx, texts, problem(found), common)
    return Response(html, status=status, mimetype="text/html")


def _state(found: service.Page, ctx: Context, texts: NullTranslations, problem: str, common: dict[str, Any]) -> str:
    token = found.token
    keys = ((token.state, token.decision or token.reason), (token.state, ""), ("withdrawn", "step_moved"))
    heading, sentence = next(TEXTS[key] for key in keys if key in TEXTS)
    return render(
        "state.html",
        texts,
        heading=texts.gettext(heading),
        sentence=problem or texts.gettext(sentence),
        tone="good" if token.state == service.USED and not problem else "",
        page=page.summary(found),
        **common,
    )
