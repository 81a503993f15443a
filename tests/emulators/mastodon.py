"""Mastodon's API (docs.joinmastodon.org): media, statuses with Idempotency-Key, own statuses, instance."""

from __future__ import annotations

import hashlib
import html
import io
import re
import time
from datetime import UTC, datetime

from flask import Blueprint, Response, jsonify, request
from PIL import Image

from tests.emulators import faults
from tests.emulators.state import Json, State

MAX_CHARACTERS, LINK_CHARACTERS, MAX_MEDIA, MAX_ALT = 500, 23, 4, 1500
MAX_BYTES, MAX_MATRIX = 16 * 1024 * 1024, 33_177_600
KEY_LIFE_S = 3600
SCOPES = ["read", "write"]
LINK = re.compile(r"https?://\S+")


class ApiError(Exception):
    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status, self.message = status, message


def blueprint(state: State, public_url: str) -> Blueprint:
    """Routes under /mastodon."""
    bp = Blueprint("mastodon", __name__, url_prefix="/mastodon")
    keys: dict[tuple[str, str], tuple[float, str]] = {}
    faults.install(bp, state, too_many)

    @bp.errorhandler(ApiError)
    def api_error(error: ApiError) -> Response:
        return answer({"error": error.message}, error.status)

    @bp.get("/api/v1/instance")
    @bp.get("/api/v1/instance/")
    @bp.get("/api/v2/instance")
    def instance() -> Response:
        statuses = {
            "max_characters": MAX_CHARACTERS,
            "max_media_attachments": MAX_MEDIA,
            "characters_reserved_per_url": LINK_CHARACTERS,
        }
        media = {"image_size_limit": MAX_BYTES, "image_matrix_limit": MAX_MATRIX, "description_limit": MAX_ALT}
        configuration = {"statuses": statuses, "media_attachments": media}
        return jsonify({"domain": "mastodon.test", "version": "4.4.0", "configuration": configuration})

    @bp.get("/api/v1/apps/verify_credentials")
    def app_credentials() -> Response:
        account = signed_in(state)
        return jsonify({"name": "Tayang", "scopes": scopes_of(account)})

    @bp.get("/api/v1/accounts/verify_credentials")
    def account_credentials() -> Response:
        return jsonify(account_row(signed_in(state, "read:accounts"), public_url))

    @bp.get("/api/v1/accounts/<account_id>/statuses")
    def own_statuses(account_id: str) -> Response:
        account = signed_in(state, "read:statuses")
        rows = state.all("mastodon", "status", account_id)[: min(int(request.args.get("limit", 20)), 40)]
        return jsonify([status_row(state, row, account, public_url) for row in rows])

    @bp.post("/api/v2/media")
    def upload() -> Response:
        account = signed_in(state, "write:media")
        media = state.add("mastodon", "upload", account, attached=False, **checked_upload(state))
        media["ready_at"] = time.time() + float(account["ready_after_s"])
        state.record("mastodon", "upload", account["username"], id=media["id"])
        ready = media["ready_at"] <= time.time()
        return answer(media_row(media, public_url, ready=ready), 200 if ready else 202)

    @bp.get("/api/v1/media/<media_id>")
    def media_state(media_id: str) -> Response:
        account = signed_in(state, "write:media")
        media = state.find("mastodon", "upload", media_id)
        if not media or media["owner"] != account["id"] or media["attached"]:
            raise ApiError(404, "Record not found")
        ready = media["ready_at"] <= time.time()
        return answer(media_row(media, public_url, ready=ready), 200 if ready else 206)

    @bp.post("/api/v1/statuses")
    def statuses() -> Response:
        account = signed_in(state, "write:statuses")
        key = (account["id"], request.headers.get("Idempotency-Key", ""))
        with state.lock:
            known_at, known_id = keys.get(key, (0.0, ""))
            found = state.find("mastodon", "status", known_id)
            if not key[1] or not found or known_at < time.time() - KEY_LIFE_S:
                found = create_status(state, account)
                keys[key] = (time.time(), found["id"])
        return jsonify(status_row(state, found, account, public_url))

    @bp.get("/api/v1/statuses/<status_id>")
    def status(status_id: str) -> Response:
        found = state.find("mastodon", "status", status_id)
        if not found:
            raise ApiError(404, "Record not found")
        return jsonify(status_row(state, found, owner_of(state, found), public_url))

    return bp


def signed_in(state: State, scope: str = "") -> Json:
    token = request.headers.get("Authorization", "").partition(" ")[2]
    account = state.account_of("mastodon", token)
    if account is None or (account["expires_at"] and float(account["expires_at"]) < time.time()):
        raise ApiError(401, "The access token is invalid")
    if account["revoked"]:
        raise ApiError(401, "The access token was revoked")
    granted = scopes_of(account)
    if scope and scope not in granted and scope.split(":")[0] not in granted:
        raise ApiError(403, "This action is outside the authorized scopes")
    return account


def scopes_of(account: Json) -> list[str]:
    return SCOPES if account["scopes"] is None else list(account["scopes"])


def checked_upload(state: State) -> Json:
    file = request.files.get("file")
    if file is None:
        raise ApiError(422, "Validation failed: File can't be blank")
    data, alt = file.read(), request.form.get("description", "")
    if len(data) > MAX_BYTES:
        raise ApiError(422, "Validation failed: File file size must be less than 16 MB")
    if len(alt) > MAX_ALT:
        raise ApiError(422, f"Validation failed: Description is too long (maximum is {MAX_ALT} characters)")
    try:
        with Image.open(io.BytesIO(data)) as image:
            kind, (width, height) = image.format, image.size
    except OSError as error:
        raise ApiError(422, "Validation failed: File content type is invalid") from error
    if kind not in {"JPEG", "PNG", "GIF", "WEBP"} or width * height > MAX_MATRIX:
        raise ApiError(422, "Validation failed: File is not supported")
    sha256 = hashlib.sha256(data).hexdigest()
    (state.pictures / f"{sha256}.jpg").write_bytes(data)
    return {"sha256": sha256, "width": width, "height": height, "alt": alt}


def create_status(state: State, account: Json) -> Json:
    text, media_ids = request.form.get("status", "").strip(), request.form.getlist("media_ids[]")
    if request.form.get("visibility", "public") not in {"public", "unlisted", "private", "direct"}:
        raise ApiError(422, "Validation failed: Visibility is not included in the list")
    if not text and not media_ids:
        raise ApiError(422, "Validation failed: Text can't be blank")
    if len(LINK.sub("x" * LINK_CHARACTERS, text)) > MAX_CHARACTERS:
        raise ApiError(422, f"Validation failed: Text character limit of {MAX_CHARACTERS} exceeded")
    if len(media_ids) > MAX_MEDIA:
        raise ApiError(422, "Validation failed: Cannot attach more than 4 files")
    media = [state.find("mastodon", "upload", media_id) for media_id in media_ids]
    attached = [entry for entry in media if entry and entry["owner"] == account["id"] and not entry["attached"]]
    if len(attached) != len(media_ids):
        raise ApiError(422, "Validation failed: Media attachment is not available")
    if any(entry["ready_at"] > time.time() for entry in attached):
        raise ApiError(422, "Cannot attach files that have not finished processing. Try again in a moment!")
    for entry in attached:
        entry["attached"] = True
    pictures = [{k: e[k] for k in ("sha256", "width", "height", "alt", "id")} for e in attached]
    status = state.add("mastodon", "status", account, caption=text, pictures=pictures, username=account["username"])
    state.record("mastodon", "published", account["username"], id=status["id"], caption=text,
                 pictures=[p["sha256"] for p in pictures])  # fmt: skip
    return status


def owner_of(state: State, status: Json) -> Json:
    return next(a for a in state.accounts if a["id"] == status["owner"])


def status_row(state: State, status: Json, account: Json, public_url: str) -> Json:
    created = datetime.fromtimestamp(status["created_at"], UTC).isoformat(timespec="milliseconds")
    url = f"{public_url}/mastodon/@{status['username']}/{status['id']}"
    media = [media_row(picture, public_url) for picture in status["pictures"]]
    return {"id": status["id"], "uri": url, "url": url, "created_at": created.replace("+00:00", "Z"),
            "visibility": "public", "content": as_html(status["caption"]), "media_attachments": media,
            "account": account_row(account, public_url)}  # fmt: skip


def account_row(account: Json, public_url: str) -> Json:
    name = account["username"]
    return {"id": account["id"], "username": name, "acct": name, "display_name": account["name"],
            "url": f"{public_url}/mastodon/@{name}"}  # fmt: skip


def media_row(media: Json, public_url: str, *, ready: bool = True) -> Json:
    url = f"{public_url}/pictures/{media['sha256']}.jpg" if ready else None
    return {"id": media["id"], "type": "image", "url": url, "description": media["alt"]}


def as_html(text: str) -> str:
    paragraphs = html.escape(text, quote=False).split("\n\n")
    linked = [LINK.sub(lambda m: f'<a href="{m.group()}" rel="nofollow">{m.group()}</a>', p) for p in paragraphs]
    return "".join(f"<p>{p.replace(chr(10), '<br />')}</p>" for p in linked)


def answer(content: Json, status: int) -> Response:
    response = jsonify(content)
    response.status_code = status
    return response


def too_many() -> Response:
    response = answer({"error": "Too many requests"}, 429)
    response.headers["X-RateLimit-Reset"] = datetime.fromtimestamp(time.time() + 60, UTC).isoformat()
    return response
