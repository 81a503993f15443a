"""The Flask application: `gunicorn 'sidecar.web.app:create_app()'`."""

from __future__ import annotations

from flask import Flask, Response

from sidecar.bootstrap import bootstrap
from sidecar.context import Context
from sidecar.web import approvals, errors, health, hooks, media, pairing

MAX_BODY_BYTES = 2 * 1024 * 1024


def create_app(context: Context | None = None) -> Flask:
    """`context` None: from the environment. Raises SettingsError when that cannot be used."""
    app = Flask(__name__, static_folder=None)
    app.extensions["tayang"] = context or bootstrap()
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    app.jinja_env.autoescape = True
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    for blueprint in (hooks.blueprint, pairing.blueprint, approvals.blueprint, media.blueprint, health.blueprint):
        app.register_blueprint(blueprint)
    errors.register(app)
    app.after_request(_safe_headers)
    return app


def _safe_headers(answer: Response) -> Response:
    """For every answer; the approval page adds what its own needs."""
    answer.headers.setdefault("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'")
    answer.headers.setdefault("Cache-Control", "no-store")
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["Cross-Origin-Resource-Policy"] = (
        "cross-origin" if (answer.mimetype or "").startswith("image/") else "same-origin"
    )
    return answer
