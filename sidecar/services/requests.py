"""Commands as they come in (plain JSON values) made into commands of the core."""

from __future__ import annotations

import hashlib
import html
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sidecar.services.errors import Malformed
from sidecar.sop import commands as cmd
from sidecar.sop.content import content_sha256

# A person's own idempotency key may be any text up to this length (the column's width).
MAX_KEY = 200
TAG = re.compile(r"</?[A-Za-z][^<>]*>")
NOT_PART_OF_IDENTITY = frozenset({"media_urls", "rendered"})


@dataclass(frozen=True, kw_only=True)
class CommandRequest:
    """A person's command on a case. `params`: what docs/architecture.md lists for the command, as parsed JSON.

    `expected_revision`: the revision that the person saw. `idempotency_key`: the same for a repetition.
    """

    site_id: str
    case_id: str
    command: str
    actor: int
    idempotency_key: str
    expected_revision: int | None
    note: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    via: cmd.Via = cmd.Via.WP

    @property
    def sha256(self) -> str:
        """Tells a repetition from another command under the same key; previews may differ."""
        params = {key: value for key, value in self.params.items() if key not in NOT_PART_OF_IDENTITY}
        return digest(self.case_id, self.command, self.actor, self.note, params)


@dataclass(frozen=True)
class Snapshot:
    """The content that came with a command; `sha256` was computed here, never taken over."""

    content: dict[str, Any]
    sha256: str
    media_urls: dict[str, Any]
    rendered: str


def digest(*parts: object) -> str:
    """Hex SHA-256 of plain values."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()


def plain_title(title: str) -> str:
    """A title as people read it. WordPress keeps titles as HTML: `Logistik &amp; TPS`, at times with `<em>`."""
    return html.unescape(TAG.sub("", title)).strip()


def check_key(key: object) -> None:
    """Raises Malformed for an idempotency key that is no text or too long."""
    if not isinstance(key, str) or not 0 < len(key) <= MAX_KEY:
        raise Malformed(field="idempotency_key")


def snapshot_of(params: Mapping[str, Any], post_id: int) -> Snapshot:
    """`content`, `media_urls`, `rendered` of a command. Raises Malformed."""
    content = params.get("content")
    if not isinstance(content, dict) or content.get("post_id") != post_id:
        raise Malformed(field="content")
    # PHP writes an empty map as [].
    media_urls, rendered = params.get("media_urls") or {}, params.get("rendered") or ""
    if not isinstance(media_urls, dict):
        raise Malformed(field="media_urls")
    if not isinstance(rendered, str):
        raise Malformed(field="rendered")
    try:
        sha256 = content_sha256(content)
    except (ValueError, TypeError) as error:
        raise Malformed(field="content", reason=str(error)) from error
    return Snapshot(content, sha256, media_urls, rendered)


def build(
    request: CommandRequest, actor: cmd.Actor, find: Callable[[int], cmd.Actor], snapshot: Snapshot | None
) -> cmd.Command:
    """The core's command. `find` gives another person with the roles held now. Raises Malformed.

    `snapshot` is the submitted content, for `submit` only.
    """
    _check_common(request)
    common: dict[str, Any] = {
        "actor": actor,
        "via": request.via,
        "expected_revision": request.expected_revision,
        "note": request.note,
    }
    params = request.params
    match request.command:
        case "assign":
            return cmd.Assign(**common, assignee=_optional_person(params, "assignee", find))
        case "hand_over":
            return cmd.HandOver(**common, assignee=_optional_person(params, "assignee", find))
        case "submit" if snapshot is not None:
            title = snapshot.content.get("title")
            text = plain_title(title) if isinstance(title, str) else ""
            website = bool(snapshot.content.get("website", True))
            return cmd.Submit(**common, content_sha256=snapshot.sha256, title=text, website=website)
        case "approve":
            return cmd.Approve(**common, content_sha256=_text(params, "content_sha256"))
        case "return":
            return cmd.ReturnForRevision(**common)
        case "plan_publication":
            at = _time(params, "publish_at") if params.get("publish_at") is not None else None
            return cmd.PlanPublication(**common, publish_at=at)
        case "publish":
            return cmd.Publish(**common)
        case "reassign":
            return cmd.Reassign(**common, role=_text(params, "role"), assignee=find(_person(params, "assignee")))
        case "cancel":
            return cmd.Cancel(**common)
        case "delegate":
            return cmd.Delegate(
                **common,
                to=find(_person(params, "to_person")),
                starts_at=_time(params, "starts_at"),
                ends_at=_time(params, "ends_at"),
            )
    raise Malformed(field="command", value=request.command)


def _check_common(request: CommandRequest) -> None:
    revision = request.expected_revision
    if revision is not None and (isinstance(revision, bool) or not isinstance(revision, int)):
        raise Malformed(field="expected_revision")
    if not isinstance(request.note, str):
        raise Malformed(field="note")


def _person(params: Mapping[str, Any], name: str) -> int:
    value = params.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise Malformed(field=name)
    return value


def _optional_person(params: Mapping[str, Any], name: str, find: Callable[[int], cmd.Actor]) -> cmd.Actor | None:
    return None if params.get(name) is None else find(_person(params, name))


def _text(params: Mapping[str, Any], name: str) -> str:
    value = params.get(name)
    if not isinstance(value, str) or not value:
        raise Malformed(field=name)
    return value


def _time(params: Mapping[str, Any], name: str) -> datetime:
    try:
        moment = datetime.fromisoformat(_text(params, name))
    except ValueError as error:
        raise Malformed(field=name) from error
    if moment.tzinfo is None:
        raise Malformed(field=name, reason="needs an offset such as +07:00")
    return moment.astimezone(UTC)
