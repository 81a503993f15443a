"""The only place that makes HTTP errors: problem documents (RFC 9457) for the API, a plain page for people."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import Any

import structlog
from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from sidecar.card_catalogue import CatalogueError
from sidecar.channel_limits import LimitsError
from sidecar.i18n import DEFAULT_LANGUAGE, LANGUAGES, translator
from sidecar.mail.tokens import TokenError, UnknownToken
from sidecar.services.errors import ServiceError
from sidecar.sop.errors import SopError
from sidecar.store.errors import StoreError
from sidecar.web import sentences
from sidecar.web.render import render
from sidecar.wordpress.signatures import SignatureError

log = structlog.get_logger(__name__)

STATUSES: Mapping[str, int] = {
    "bad_signature": 401,
    "stale_timestamp": 401,
    "unknown_site": 401,
    "not_your_turn": 403,
    "self_approval": 403,
    "not_found": 404,
    "no_such_case": 404,
    "no_such_row": 404,
    "method_not_allowed": 405,
    "pairing_over": 410,
    "too_large": 413,
    "malformed": 422,
    "note_required": 422,
    "not_a_holder": 422,
    "publish_at_past": 422,
    "bad_delegation": 422,
    "content_missing": 422,
    "nowhere_to_publish": 422,
    "too_many_tries": 429,
    "internal": 500,
    "bad_card_template": 500,
    "bad_channel_limits": 500,
    "database_busy": 503,
}
CONFLICT = 409
RETRY_AFTER_S = {429: 60, 503: 5}


class RequestError(Exception):
    """A call that does not get past the door."""

    def __init__(self, code: str, **params: object) -> None:
        self.code = code
        self.params = params
        super().__init__(code)


CODED = (RequestError, SopError, ServiceError, StoreError, SignatureError, TokenError, CatalogueError, LimitsError)


def register(app: Flask) -> None:
    """Every exception with a stable code becomes its status; anything else is a 500 with a number for the log."""
    for kind in CODED:
        app.register_error_handler(kind, _coded)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def language() -> str:
    """What this answer is written in: the call's own wish, else the browser's, else Indonesian."""
    wished = getattr(g, "language", None) or request.args.get("lang", "")
    if wished in LANGUAGES:
        return str(wished)
    return request.accept_languages.best_match(LANGUAGES) or DEFAULT_LANGUAGE


def problem(code: str, params: Mapping[str, object] | None = None) -> Response:
    """The error as JSON, or as a page when a person's browser asked."""
    status = STATUSES.get(code, CONFLICT)
    # An office that is not there looks like a wrong signature: nobody learns which offices exist.
    code = "bad_signature" if code == "unknown_site" else code
    params = params or {}
    names: sentences.Names = getattr(g, "names", None) or sentences.NoNames()
    detail = sentences.refusal(code, params, language(), names)
    if not request.path.startswith("/api/"):
        return page(status, detail)
    body = {"type": "about:blank", "title": code.replace("_", " "), "status": status, "code": code}
    answer = Response(
        json.dumps({**body, "detail": detail, "params": params}, default=str, ensure_ascii=False),
        status=status,
        mimetype="application/problem+json",
    )
    if status in RETRY_AFTER_S:
        answer.headers["Retry-After"] = str(RETRY_AFTER_S[status])
    return answer


def page(status: int, sentence: str, title: str = "") -> Response:
    """A plain page with one sentence. The same for every address that leads nowhere."""
    texts = translator(language())
    title = title or texts.gettext("This did not work")
    html = render("problem.html", texts, language=language(), title=title, sentence=sentence)
    return Response(html, status=status, mimetype="text/html")


def dead_link() -> Response:
    """One answer for every token that is forged, cut, foreign or gone."""
    _ = translator(language()).gettext
    sentence = _("This link is not valid. Open the newest mail about it, or look it up in WordPress.")
    return page(404, sentence, _("No valid link"))


def _coded(error: Any) -> Response:
    if isinstance(error, UnknownToken):
        return dead_link()
    params = getattr(error, "params", {})
    log.info("refused", code=error.code, site_id=getattr(g, "site_id", ""), request_id=_request_id())
    return problem(error.code, params)


def _http(error: HTTPException) -> Response:
    if isinstance(error, RequestEntityTooLarge):
        return problem("too_large")
    status = error.code or 500
    code = {404: "not_found", 405: "method_not_allowed"}.get(status, "malformed" if status < 500 else "internal")
    answer = problem(code, {"field": "-", "reason": error.name} if code == "malformed" else {})
    if status == 405 and error.get_response().headers.get("Allow"):
        answer.headers["Allow"] = error.get_response().headers["Allow"]
    return answer


def _unexpected(error: Exception) -> Response:
    # The path of an approval page holds its token: the log gets the endpoint's name instead.
    log.error("unexpected", endpoint=request.endpoint, request_id=_request_id(), exc_info=error)
    return problem("internal", {"request_id": _request_id()})


def _request_id() -> str:
    if not hasattr(g, "request_id"):
        g.request_id = uuid.uuid4().hex[:12]
    return str(g.request_id)
