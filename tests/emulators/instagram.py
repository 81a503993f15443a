"""Instagram's content publishing as documented for Graph v25/v26, made strict: parameters and fields
that the reference does not name are refused, and publishing one container twice is journaled as a violation."""

from __future__ import annotations

import hashlib
import io
import re
import secrets
import time
from datetime import UTC, datetime
from typing import Any

import requests
from flask import Blueprint, Response, g, jsonify, request
from PIL import Image

from tests.emulators import faults
from tests.emulators.state import Json, State

DAY_S = 86400
MAX_BYTES = 8 * 1024 * 1024
FETCH_TIMEOUT_S = 5.0
ALLOWED = {
    "image_url", "caption", "alt_text", "is_carousel_item", "media_type", "user_tags", "collaborators",
    "is_ai_generated", "children", "location_id", "access_token",
}  # fmt: skip
PERMISSIONS = ["instagram_basic", "instagram_content_publish", "pages_read_engagement"]
USER_FIELDS = {"id", "user_id", "username", "name", "profile_picture_url", "media_count"}
CONTAINER_FIELDS = {"id", "status_code", "status"}
MEDIA_FIELDS = {"id", "caption", "permalink", "timestamp", "media_type", "media_url", "username", "alt_text"}


class GraphError(Exception):
    def __init__(self, code: int, subcode: int, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code, self.subcode, self.message, self.status = code, subcode, message, status


def blueprint(state: State, public_url: str) -> Blueprint:
    """Routes under /instagram."""
    bp = Blueprint("instagram", __name__, url_prefix="/instagram")
    faults.install(bp, state, lambda: error_response(GraphError(4, 0, "Application request limit reached", 429)))

    @bp.errorhandler(GraphError)
    def graph_error(error: GraphError) -> Response:
        return error_response(error)

    @bp.get("/<version>/me")
    def me(version: str) -> Response:
        account = signed_in(state, version)
        return jsonify(pick({"user_id": account["id"], **user_row(account)}, USER_FIELDS, "id,username"))

    @bp.get("/<version>/me/permissions")
    def permissions(version: str) -> Response:
        account = signed_in(state, version)
        granted = PERMISSIONS if account["scopes"] is None else account["scopes"]
        rows = [{"permission": p, "status": "granted" if p in granted else "declined"} for p in PERMISSIONS]
        return jsonify({"data": rows})

    @bp.get("/<version>/<user>/content_publishing_limit")
    def publishing_limit(version: str, user: str) -> Response:
        account = own_user(state, version, user)
        config = {"quota_total": account["quota_total"], "quota_duration": DAY_S}
        row = {"quota_usage": used_quota(state, account), "config": config}
        return jsonify({"data": [pick(row, set(row), "quota_usage")]})

    @bp.post("/<version>/<user>/media")
    def media(version: str, user: str) -> Response:
        account = own_user(state, version, user, publishing=True)
        fields = body()
        unknown = set(fields) - ALLOWED
        if unknown:
            raise GraphError(100, 0, f"Invalid parameter: {', '.join(sorted(unknown))}")
        if len(since_yesterday(state.all("instagram", "container", account["id"]))) >= 400:
            raise GraphError(4, 0, "Too many containers in 24 hours")
        values = carousel(state, account, fields) if fields.get("media_type") else single(state, fields)
        ready_at = time.time() + float(account["ready_after_s"])
        container = state.add("instagram", "container", account, ready_at=ready_at, forced="", **values)
        state.record("instagram", "container", account["username"], id=container["id"])
        return jsonify({"id": container["id"]})

    @bp.get("/<version>/<user>/media")
    def media_list(version: str, user: str) -> Response:
        account = own_user(state, version, user)
        limit = min(int(request.args.get("limit", 25)), 100)
        rows = state.all("instagram", "media", account["id"])[:limit]
        return jsonify({"data": [pick(media_row(state, row), MEDIA_FIELDS, "id") for row in rows]})

    @bp.post("/<version>/<user>/media_publish")
    def media_publish(version: str, user: str) -> Response:
        account = own_user(state, version, user, publishing=True)
        with state.lock:
            published = publish(state, account, str(body().get("creation_id", "")), public_url)
        return jsonify({"id": published["id"]})

    @bp.get("/<version>/<object_id>")
    def read(version: str, object_id: str) -> Response:
        account = signed_in(state, version)
        if g.fault == "stale-read":
            raise missing(object_id)
        if object_id == account["id"]:
            return jsonify(pick(user_row(account), USER_FIELDS, "id"))
        found = state.objects.get(object_id)
        if not found or found["owner"] != account["id"] or found["network"] != "instagram":
            raise missing(object_id)
        if found["kind"] == "container":
            if g.fault == "expire-container":
                found["forced"] = "EXPIRED"
            return jsonify(pick(container_row(found), CONTAINER_FIELDS, "id"))
        return jsonify(pick(media_row(state, found), MEDIA_FIELDS, "id"))

    return bp


# ----------------------------------------------------------------------------------------------------------- who asks


def signed_in(state: State, version: str) -> Json:
    if not re.fullmatch(r"v\d{1,2}\.\d", version):
        raise GraphError(2500, 0, f"Unknown path components: /{version}")
    header = request.headers.get("Authorization", "")
    token = header.partition(" ")[2] or str(request.values.get("access_token", ""))
    if not token:
        raise GraphError(2500, 0, "An active access token must be used to query information")
    account = state.account_of("instagram", token)
    if account is None:
        raise GraphError(190, 0, "Invalid OAuth access token - Cannot parse access token")
    if account["revoked"]:
        raise GraphError(190, 460, "The session has been invalidated because the user changed their password")
    if account["expires_at"] and float(account["expires_at"]) < time.time():
        raise GraphError(190, 463, "Error validating access token: Session has expired")
    return account


def own_user(state: State, version: str, user: str, *, publishing: bool = False) -> Json:
    account = signed_in(state, version)
    if user != account["id"]:
        raise missing(user)
    if publishing and account["scopes"] is not None and "instagram_content_publish" not in account["scopes"]:
        raise GraphError(10, 0, "Application does not have permission for this action")
    return account


# --------------------------------------------------------------------------------------------------------- containers


def single(state: State, fields: Json) -> Json:
    child = truth(fields.get("is_carousel_item"))
    if child and fields.get("caption"):
        raise GraphError(100, 0, "Captions are not supported on carousel items")
    if child and fields.get("is_ai_generated"):
        raise GraphError(100, 0, "is_ai_generated belongs to the carousel, not to its items")
    if "children" in fields:
        raise GraphError(100, 0, "children needs media_type=CAROUSEL")
    caption, alt = check_caption(fields), str(fields.get("alt_text", ""))
    if len(alt) > 1000:
        raise GraphError(100, 0, "alt_text may hold 1000 characters")
    picture = fetch_picture(state, str(fields.get("image_url", "")))
    return {"child": child, "caption": caption, "pictures": [{**picture, "alt": alt}]}


def carousel(state: State, account: Json, fields: Json) -> Json:
    if fields["media_type"] != "CAROUSEL":
        raise GraphError(100, 2207023, f"The media type {fields['media_type']} is unknown to this stand-in")
    ids = [part for part in str(fields.get("children", "")).split(",") if part]
    if not 2 <= len(ids) <= 10:
        raise GraphError(100, 2207028, "A carousel needs 2 to 10 items")
    pictures = []
    for child_id in ids:
        child = state.find("instagram", "container", child_id)
        if not child or child["owner"] != account["id"] or not child["child"]:
            raise GraphError(100, 0, f"{child_id} is no carousel item of this account")
        if container_state(child) != "FINISHED":
            raise GraphError(9007, 2207027, f"The item {child_id} is {container_state(child)}")
        pictures += child["pictures"]
    return {"child": False, "caption": check_caption(fields), "pictures": pictures}


def check_caption(fields: Json) -> str:
    caption = str(fields.get("caption", ""))
    hashtags, mentions = len(re.findall(r"#\w+", caption)), len(re.findall(r"(?<![\w@])@\w+", caption))
    if len(caption) > 2200 or hashtags > 30 or mentions > 20:
        raise GraphError(36004, 2207010, "The caption was too long, or has too many hashtags or mentions")
    return caption


def fetch_picture(state: State, url: str) -> Json:
    """Fetches and judges the picture as Meta does. Returns its digest and size."""
    if not url.isascii() or not url.startswith(("http://", "https://")):
        raise GraphError(9004, 2207052, "The media could not be fetched from this URI")
    data = download(url)
    try:
        with Image.open(io.BytesIO(data)) as image:
            kind, (width, height) = image.format, image.size
            image.load()
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise GraphError(36001, 2207005, "The image format is not supported") from error
    if kind != "JPEG":  # MPO, the format of phones with two cameras, is refused too
        raise GraphError(36001, 2207005, f"The image format {kind} is not supported")
    if not 0.8 - 0.005 <= width / height <= 1.91 + 0.005:
        raise GraphError(36003, 2207009, f"The aspect ratio {width / height:.3f} is not supported")
    sha256 = hashlib.sha256(data).hexdigest()
    (state.pictures / f"{sha256}.jpg").write_bytes(data)
    return {"sha256": sha256, "width": width, "height": height}


def download(url: str) -> bytes:
    deadline = time.monotonic() + FETCH_TIMEOUT_S
    data = b""
    try:
        with requests.get(url, timeout=FETCH_TIMEOUT_S, stream=True) as answer:
            if answer.status_code != 200:
                raise GraphError(9004, 2207052, f"The URI answers {answer.status_code}")
            for chunk in answer.iter_content(65536):
                data += chunk
                if len(data) > MAX_BYTES:
                    raise GraphError(36000, 2207004, "The image is too large to download: 8 MiB")
                if time.monotonic() > deadline:
                    raise GraphError(-2, 2207003, "It takes too long to download the media")
    except requests.Timeout as error:
        raise GraphError(-2, 2207003, "It takes too long to download the media") from error
    except requests.RequestException as error:
        raise GraphError(9004, 2207052, "The media could not be fetched from this URI") from error
    return data


def container_state(container: Json) -> str:
    if container["forced"]:
        return str(container["forced"])
    if container["created_at"] < time.time() - DAY_S:
        return "EXPIRED"
    return "FINISHED" if container["ready_at"] <= time.time() else "IN_PROGRESS"


# --------------------------------------------------------------------------------------------------------- publishing


def publish(state: State, account: Json, container_id: str, public_url: str) -> Json:
    container = state.find("instagram", "container", container_id)
    if not container or container["owner"] != account["id"] or container["child"]:
        raise GraphError(24, 2207008, "The media builder with this creation id does not exist or has expired")
    present = container_state(container)
    if present == "PUBLISHED":
        state.record("instagram", "violation", account["username"], id=container_id, what="published twice")
        raise GraphError(24, 2207008, "The media builder has been used")
    if present in {"EXPIRED", "ERROR"}:
        raise GraphError(24, 2207008, "The media builder with this creation id does not exist or has expired")
    if present == "IN_PROGRESS":
        raise GraphError(9007, 2207027, "The media is not ready to be published, please wait a moment")
    if account["restricted"] == "spam":
        raise GraphError(4, 2207051, "We restrict certain activity to protect our community")
    if account["restricted"]:
        raise GraphError(25, 2207050, "The Instagram account is restricted")
    if used_quota(state, account) >= account["quota_total"]:
        raise GraphError(9, 2207042, "You reached the maximum number of posts that is allowed to be published")
    container["forced"] = "PUBLISHED"
    code = secrets.token_urlsafe(8).replace("-", "x")
    media = state.add(
        "instagram", "media", account, caption=container["caption"], pictures=container["pictures"],
        shortcode=code, permalink=f"{public_url}/instagram/p/{code}/", username=account["username"],
    )  # fmt: skip
    state.record("instagram", "published", account["username"], id=media["id"], container=container_id,
                 caption=media["caption"], pictures=[p["sha256"] for p in media["pictures"]])  # fmt: skip
    return media


def used_quota(state: State, account: Json) -> int:
    return len(since_yesterday(state.all("instagram", "media", account["id"])))


def since_yesterday(rows: list[Json]) -> list[Json]:
    return [row for row in rows if row["created_at"] > time.time() - DAY_S]


# ------------------------------------------------------------------------------------------------------------ answers


def user_row(account: Json) -> Json:
    return {"id": account["id"], "username": account["username"], "name": account["name"]}


def container_row(container: Json) -> Json:
    present = container_state(container)
    words = {"FINISHED": "Finished: Media has been uploaded and it is ready to be published.",
             "IN_PROGRESS": "In progress: Media is still being processed."}  # fmt: skip
    status = container.get("status") or words.get(present, f"{present.title()}: Media has been {present.lower()}.")
    return {"id": container["id"], "status_code": present, "status": status}


def media_row(state: State, media: Json) -> Json:
    stamp = datetime.fromtimestamp(media["created_at"], UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")
    kind = "CAROUSEL_ALBUM" if len(media["pictures"]) > 1 else "IMAGE"
    row = {"id": media["id"], "permalink": media["permalink"], "timestamp": stamp, "media_type": kind,
           "username": media["username"]}  # fmt: skip
    return {**row, "caption": media["caption"]} if media["caption"] else row


def pick(row: Json, known: set[str], default: str) -> Json:
    wanted = request.args.get("fields", default).split(",")
    for field in wanted:
        if field not in known:
            raise GraphError(100, 0, f"(#100) Tried accessing nonexisting field ({field})")
    return {field: row[field] for field in [*wanted, "id"] if field in row}


def body() -> Json:
    """Form or JSON, as Graph takes both."""
    return dict(request.get_json()) if request.is_json else request.form.to_dict()


def truth(value: Any) -> bool:
    return str(value).lower() in {"true", "1"}


def missing(object_id: str) -> GraphError:
    text = f"Unsupported request. Object with ID '{object_id}' does not exist, cannot be loaded due to missing "
    return GraphError(100, 33, text + "permissions, or does not support this operation")


def error_response(error: GraphError) -> Response:
    content = {
        "message": error.message,
        "type": "OAuthException",
        "code": error.code,
        "error_subcode": error.subcode,
        "is_transient": error.code in {-1, -2, 1, 2, 4},
        "error_user_title": "",
        "error_user_msg": error.message,
        "fbtrace_id": secrets.token_hex(8),
    }
    response = jsonify({"error": content})
    response.status_code = error.status
    if error.status == 429:
        response.headers["Retry-After"] = "60"
    return response
