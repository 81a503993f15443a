"""`POST /api/v1/pair`: an office's WordPress introduces itself with the code that a person pasted."""

from __future__ import annotations

import structlog
from flask import Blueprint, Response, jsonify

from sidecar.context import Context
from sidecar.services.pairing import PairRequest, pair
from sidecar.web import bodies
from sidecar.web.door import by_pairing_token, caller_address
from sidecar.web.hooks import PROTOCOL
from sidecar.wordpress.signatures import new_secret

log = structlog.get_logger(__name__)
blueprint = Blueprint("pairing", __name__)


@blueprint.post("/api/v1/pair")
@by_pairing_token
def pair_(ctx: Context, body: bodies.Pair) -> Response:
    """Connects an office's WordPress by the secret of a pairing code, once."""
    request = PairRequest(
        token=body.token,
        site_id=body.site_id,
        wordpress_url=body.wordpress_url,
        robot_login=body.robot_login,
        robot_password=body.robot_password,
        address=caller_address(),
    )
    site = pair(ctx, request, new_secret())
    log.info("paired", site_id=site.id, wordpress_url=site.wordpress_url, plugin_version=body.plugin_version)
    return jsonify(site_id=site.id, name=site.name, secrets=list(site.secrets), protocol=PROTOCOL)
