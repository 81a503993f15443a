"""Pictures for networks that fetch by address: `/m/<signed value>`, for a while only."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, send_file

from sidecar.context import Context
from sidecar.media_links import MediaLinkError, media_name
from sidecar.media_store import MediaStore, MediaStoreError
from sidecar.web.errors import RequestError

blueprint = Blueprint("media", __name__)
MIMES = {".jpg": "image/jpeg", ".png": "image/png", ".webp": "image/webp", ".gif": "image/gif"}


@blueprint.get("/m/<value>")
def picture(value: str) -> Response:
    """The file; it never changes, so it may be kept."""
    ctx: Context = current_app.extensions["tayang"]
    try:
        name = media_name(ctx.keys, value, ctx.now())
    except MediaLinkError:
        raise RequestError("not_found") from None
    answer = send_stored(ctx, name)
    answer.headers["Cache-Control"] = "public, max-age=86400, immutable"
    return answer


def send_stored(ctx: Context, name: str) -> Response:
    """A file of the media store, as what it is and nothing else."""
    try:
        path = MediaStore(ctx.settings.media_dir).path(name)
    except MediaStoreError:
        raise RequestError("not_found") from None
    return send_file(path.resolve(), mimetype=MIMES.get(path.suffix, "application/octet-stream"), etag=path.stem)
