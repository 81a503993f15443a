"""The signed API for the plugin: `/api/v1/sites/<site>/…`. Every route goes through `door.signed`."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, g, jsonify

from sidecar.card_catalogue import cards
from sidecar.channel_limits import caption_limits
from sidecar.context import Context
from sidecar.i18n import translator
from sidecar.media_links import media_url
from sidecar.services.board import BoardRequest, board, tasks
from sidecar.services.case_calendar import case_calendar
from sidecar.services.changes import changes_of
from sidecar.services.channels import Channel, list_channels
from sidecar.services.list_cases import list_cases
from sidecar.services.media import card_of_case
from sidecar.services.open_case import OpenRequest, open_case
from sidecar.services.procedures import get_sop
from sidecar.services.requests import CommandRequest
from sidecar.services.run_command import run_command
from sidecar.services.sites import Site
from sidecar.services.sync_people import sync_people
from sidecar.services.view_case import view_case
from sidecar.sop.procedure import Activity, Procedure, Text
from sidecar.web import bodies, sentences
from sidecar.web.door import signed
from sidecar.web.errors import RequestError
from sidecar.web.openapi import document

PROTOCOL = 1
MAX_CARDS = 3
PREFIX = "/api/v1/sites/<site_id>"
# What every command carries beside its own parameters.
COMMON = frozenset(bodies.CommandBody.model_fields) | {"command"}

blueprint = Blueprint("hooks", __name__)


@blueprint.get("/api/openapi.json")
def openapi() -> Response:
    """This API as an OpenAPI 3.1 document. Public: it holds nothing of any office."""
    return jsonify(document())


@blueprint.post(f"{PREFIX}/sop")
@signed(bodies.Sop)
def sop(ctx: Context, site: Site, body: bodies.Sop) -> Response:
    """The SOP in force, the office's channels, the card templates."""
    found = get_sop(ctx, site.id)
    return jsonify(
        protocol=PROTOCOL,
        number=found.number,
        title=found.title,
        clock=found.clock,
        roles=[{"key": role.key, "name": _text(role.name)} for role in found.roles],
        procedures=[_procedure(procedure) for procedure in found.procedures],
        channels=[_channel(ctx, channel) for channel in list_channels(ctx, site.id, enabled_only=True)],
        cards=cards(ctx.settings.config_dir),
    )


@blueprint.post(f"{PREFIX}/people")
@signed(bodies.People)
def people(ctx: Context, site: Site, body: bodies.People) -> Response:
    """WordPress says who there is and which SOP roles they hold."""
    given = [person.model_dump(mode="json") for person in body.people]
    return jsonify(people=sync_people(ctx, site.id, given, body.complete))


@blueprint.post(f"{PREFIX}/cases")
@signed(bodies.OpenCase)
def open_(ctx: Context, site: Site, body: bodies.OpenCase) -> tuple[Response, int]:
    """Opens the case of a post."""
    request = OpenRequest(
        site_id=site.id,
        procedure=body.procedure,
        post_id=body.post_id,
        title=body.title,
        actor=body.actor,
        idempotency_key=body.idempotency_key,
        disposition=body.disposition.model_dump(),
    )
    outcome = open_case(ctx, request)
    view = _view(ctx, site, body.actor, body.language, case_id=outcome.case_id)
    return jsonify(case=view, replayed=outcome.replayed), 201


@blueprint.post(f"{PREFIX}/cases/<case_id>/commands")
@signed(bodies.COMMAND)
def command(ctx: Context, site: Site, body: bodies.CommandBody, case_id: str) -> Response:
    """A person's command on a case, exactly once per idempotency key."""
    raw: dict[str, Any] = g.raw
    request = CommandRequest(
        site_id=site.id,
        case_id=case_id,
        command=raw["command"],
        actor=body.actor,
        idempotency_key=body.idempotency_key,
        expected_revision=body.expected_revision,
        note=body.note,
        # As they came: the content must be digested exactly as it was sent.
        params={key: value for key, value in raw.items() if key not in COMMON},
    )
    outcome = run_command(ctx, request)
    return jsonify(case=_view(ctx, site, body.actor, body.language, case_id=case_id), replayed=outcome.replayed)


@blueprint.post(f"{PREFIX}/cases/view")
@signed(bodies.ViewCase)
def view(ctx: Context, site: Site, body: bodies.ViewCase) -> Response:
    """One case, by its id or its post."""
    if (body.case_id is None) == (body.post_id is None):
        raise RequestError("malformed", field="case_id", reason="give either case_id or post_id")
    by = {"case_id": body.case_id} if body.case_id else {"post_id": body.post_id}
    return jsonify(case=_view(ctx, site, body.actor, body.language, own=body.scope == "own", **by))


@blueprint.post(f"{PREFIX}/cases/changes")
@signed(bodies.Changes)
def changes(ctx: Context, site: Site, body: bodies.Changes) -> Response:
    """The versions of a case's content, and what changed between two of them."""
    seen_by = body.actor if body.scope == "own" else None
    found = changes_of(ctx, site.id, body.case_id, body.older, body.newer, body.language, seen_by)
    return jsonify(found)


@blueprint.post(f"{PREFIX}/cases/list")
@signed(bodies.ListCases)
def list_(ctx: Context, site: Site, body: bodies.ListCases) -> Response:
    """Short views, last changed first."""
    found, total = list_cases(
        ctx,
        site.id,
        body.actor,
        mine=body.mine,
        state=body.state,
        own=body.scope == "own",
        page=body.page,
        per_page=body.per_page,
        language=body.language,
    )
    return jsonify(cases=found, total=total)


@blueprint.post(f"{PREFIX}/cases/board")
@signed(bodies.Board)
def board_(ctx: Context, site: Site, body: bodies.Board) -> Response:
    """Cases of one procedure in columns by step, each a page long."""
    request = BoardRequest(
        site_id=site.id,
        actor=body.actor,
        procedure=body.procedure,
        role=body.role,
        person=body.person,
        division=body.division,
        mine=body.mine,
        late=body.late,
        search=body.search,
        own=body.scope == "own",
        column=body.column,
        page=body.page,
        per_page=body.per_page,
        language=body.language,
    )
    found = board(ctx, request)
    for column in found["columns"]:
        column["name"] = column["name"] or sentences.column(column["key"], body.language)
        _say_what_is_missing(column["cases"], body.language)
    return jsonify(found)


@blueprint.post(f"{PREFIX}/cases/tasks")
@signed(bodies.Tasks)
def tasks_(ctx: Context, site: Site, body: bodies.Tasks) -> Response:
    """What waits for one person, first due first."""
    found = tasks(ctx, site.id, body.actor, page=body.page, per_page=body.per_page, language=body.language)
    _say_what_is_missing(found["cases"], body.language)
    return jsonify(found)


@blueprint.post(f"{PREFIX}/cases/calendar")
@signed(bodies.Calendar)
def calendar(ctx: Context, site: Site, body: bodies.Calendar) -> Response:
    """What is planned and published on the office's days, with the days on which it greets."""
    own = body.scope == "own"
    entries = case_calendar(ctx, site.id, body.actor, body.first, body.last, own=own, language=body.language)
    return jsonify(entries=entries)


def _say_what_is_missing(cards: list[dict[str, Any]], language: str) -> None:
    for card in cards:
        missing = card.pop("missing", None)
        card["stuck_reason"] = sentences.stuck(missing, language) if missing else ""


def _view(ctx: Context, site: Site, actor: int, language: str, **by: Any) -> dict[str, Any]:
    """The case's view with the sentences that services leave to us."""
    found = view_case(ctx, site.id, actor, language=language, **by)
    gettext = translator(language).gettext
    for option in found["options"]:
        option["label"] = sentences.command(option["command"], language)
        params = option.pop("params", {})
        option["reason"] = sentences.refusal(option["code"], params, language, g.names) if option["code"] else ""
    for entry in found["history"]:
        entry["sentence"] = sentences.history(entry, language, site.timezone)
        entry.pop("data", None)
    for delivery in found["deliveries"]:
        message = delivery["error"]
        delivery["error"] = gettext(message) if message else ""
    found["card"] = _card(ctx, site, found)
    return found


def _card(ctx: Context, site: Site, view: dict[str, Any]) -> list[dict[str, Any]] | None:
    """The painted card, for those who decide in WordPress."""
    pictures = card_of_case(ctx, site.id, view["case_id"], view["content_sha256"])
    if pictures is None:
        return None
    # The same address for a whole day, so that a page that asks again shows no other picture.
    day = ctx.now().replace(hour=0, minute=0, second=0, microsecond=0)
    valid_for = day + timedelta(days=2) - ctx.now()
    return [
        {"url": media_url(ctx, one.path, valid_for), "width": one.width, "height": one.height, "alt": one.source.alt}
        for one in pictures[:MAX_CARDS]
    ]


def _text(text: Text) -> dict[str, str]:
    return {"id": text.id, "en": text.en or text.id}


def _procedure(procedure: Procedure) -> dict[str, Any]:
    return {
        "key": procedure.key,
        "name": _text(procedure.name),
        "post_type": procedure.post_type,
        "website": procedure.website,
        "openers": list(procedure.openers or (procedure.first.role,)),
        "occasions": [{"key": occasion.key, "name": _text(occasion.name)} for occasion in procedure.occasions],
        "out_status": procedure.out_status,
        "social_status": procedure.social_status,
        "activities": [_activity(procedure, activity) for activity in procedure.activities],
    }


def _activity(procedure: Procedure, activity: Activity) -> dict[str, Any]:
    return {
        "no": activity.no,
        "name": _text(activity.name),
        "role": activity.role,
        "kind": str(activity.kind),
        "minutes": activity.quality.minutes,
        "status": procedure.status_slug(activity.no),
        "required_inputs": _text(activity.quality.required_inputs),
        "output": _text(activity.quality.output),
        "return_to": activity.return_to,
        "final_approval": activity.final_approval,
        "publishing": str(activity.publishing) if activity.publishing else None,
    }


def _channel(ctx: Context, channel: Channel) -> dict[str, Any]:
    limits = caption_limits(ctx.settings.config_dir, channel.kind, channel.settings)
    return {
        "key": channel.key,
        "kind": channel.kind,
        "account": channel.account,
        "max_characters": limits["max_characters"] if limits else None,
        "limits": limits,
    }
