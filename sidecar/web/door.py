"""The door of the signed API: who calls, is it for this address, is it new, is it in the agreed form. In this order.

Nothing is written before the signature has been checked.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import current_app, g, request
from pydantic import BaseModel, TypeAdapter, ValidationError

from sidecar.context import Context
from sidecar.i18n import DEFAULT_LANGUAGE, LANGUAGES
from sidecar.services.errors import UnknownSite
from sidecar.services.messages import remember_message
from sidecar.services.sites import Site, get_site
from sidecar.web.bodies import Pair
from sidecar.web.errors import RequestError
from sidecar.web.names import OfficeNames
from sidecar.wordpress.signatures import BadSignature, verify

B = TypeVar("B")
LOOPBACK = ("127.0.0.1", "::1")


def context() -> Context:
    ctx: Context = current_app.extensions["tayang"]
    return ctx


def signed(form: type[BaseModel] | TypeAdapter[Any]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The view gets `(ctx, site, body)` plus the other parts of its path; `body` is a `form`, `g.raw` the JSON as it
    came. Raises SignatureError, Replayed, RequestError."""

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def guarded(site_id: str, **path: str) -> Any:
            ctx = context()
            site, message_id = _caller(ctx, site_id)
            g.site_id = site.id
            raw = _json()
            _for_this_address(raw)
            wished = raw.get("language")
            g.language = wished if wished in LANGUAGES else DEFAULT_LANGUAGE
            g.names = OfficeNames(ctx, site.id, g.language)
            remember_message(ctx, site.id, message_id)
            g.raw = raw
            return view(ctx, site, _parse(form), **path)

        guarded.__dict__["signed"] = True
        guarded.__dict__["form"] = form
        return guarded

    return decorate


def by_pairing_token(view: Callable[..., Any]) -> Callable[..., Any]:
    """The one call without a signature: the view gets `(ctx, body)`, and the body's one-time token is the proof, which
    the service behind it checks before anything else. Raises RequestError."""

    @wraps(view)
    def guarded() -> Any:
        raw = _json()
        wished = raw.get("language")
        g.language = wished if wished in LANGUAGES else DEFAULT_LANGUAGE
        return view(context(), _parse(Pair))

    guarded.__dict__["by_pairing_token"] = True
    guarded.__dict__["form"] = Pair
    return guarded


def caller_address() -> str:
    """Where the call comes from. Behind a web server on this machine: what that server saw, the last address of
    X-Forwarded-For; what the caller wrote before it is not believed."""
    peer = request.remote_addr or ""
    forwarded = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    return forwarded if forwarded and peer in LOOPBACK else peer


def _caller(ctx: Context, site_id: str) -> tuple[Site, str]:
    body = request.get_data()  # 413 when it is too large
    try:
        site = get_site(ctx, site_id)
    except UnknownSite:
        # Nobody learns which offices exist.
        raise BadSignature("no such office") from None
    return site, verify(site.secrets, dict(request.headers), body, ctx.now())


def _json() -> dict[str, Any]:
    try:
        raw = json.loads(request.get_data(), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise RequestError("malformed", field="-", reason="this is not JSON") from None
    if not isinstance(raw, dict):
        raise RequestError("malformed", field="-", reason="this is not a JSON object")
    _storable(raw)
    return raw


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _storable(raw: Any) -> None:
    """Neither a database nor UTF-8 takes every string that JSON can spell."""
    text = json.dumps(raw, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        raise RequestError("malformed", field="-", reason="half of a surrogate pair") from None
    if "\\u0000" in text and _has_nul(raw):
        raise RequestError("malformed", field="-", reason="a NUL character")


def _has_nul(value: Any) -> bool:
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, dict):
        return any(_has_nul(key) or _has_nul(item) for key, item in value.items())
    return isinstance(value, list) and any(_has_nul(item) for item in value)


def _for_this_address(raw: dict[str, Any]) -> None:
    to = raw.get("to")
    if not isinstance(to, str) or not hmac.compare_digest(to.encode(), request.path.encode()):
        raise BadSignature("signed for another address")


def _parse(form: type[BaseModel] | TypeAdapter[Any]) -> Any:
    data = request.get_data()
    try:
        return form.validate_json(data) if isinstance(form, TypeAdapter) else form.model_validate_json(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "-"
        raise RequestError("malformed", field=where, reason=first["msg"]) from None
