"""The Flask application of the stand-ins: networks, control, journal, pictures, feed."""

from __future__ import annotations

from pathlib import Path

from flask import Flask, Response, abort, jsonify, request, send_from_directory

from tests.emulators import feed, instagram, mastodon
from tests.emulators.state import FAULTS, Fault, Json, State

NETWORKS = ("instagram", "mastodon")


def create_app(folder: Path, public_url: str, *, pds: feed.Pds | None = None, zone: str = "Asia/Jakarta") -> Flask:
    """`folder`: accounts, objects, pictures and the journal; `public_url`: for permalinks, without slash at the end."""
    app = Flask(__name__)
    state = State(folder)
    app.extensions["emulators"] = state
    server = pds or feed.Pds()
    app.register_blueprint(instagram.blueprint(state, public_url))
    app.register_blueprint(mastodon.blueprint(state, public_url))
    app.register_blueprint(feed.blueprint(state, server, zone))

    @app.get("/healthz")
    def healthz() -> Response:
        return jsonify({"ok": True})

    @app.get("/pictures/<name>")
    def picture(name: str) -> Response:
        return send_from_directory(state.pictures, name)

    @app.get("/journal")
    def journal() -> Response:
        wanted = request.args.to_dict()
        rows = [row for row in state.journal() if all(str(row.get(key)) == value for key, value in wanted.items())]
        return jsonify({"journal": rows})

    control(app, state, server)
    return app


def control(app: Flask, state: State, pds: feed.Pds) -> None:
    """Routes for tests and scripts, not part of any network."""

    @app.post("/control/accounts")
    def add_account() -> Response:
        values = body("network", "username")
        if values["network"] not in NETWORKS:
            abort(422, f"network must be one of {NETWORKS}")
        return jsonify(state.add_account(values.pop("network"), values.pop("username"), **values))

    @app.get("/control/accounts")
    def list_accounts() -> Response:
        return jsonify({"accounts": state.accounts})

    @app.patch("/control/accounts/<network>/<username>")
    def change_account(network: str, username: str) -> Response:
        account = state.change_account(network, username, body())
        return jsonify(account) if account else abort(404)

    @app.post("/control/faults")
    def add_fault() -> Response:
        values = body("network", "fault")
        if values["fault"] not in FAULTS:
            abort(422, f"fault must be one of {FAULTS}")
        state.faults.append(Fault(**values))
        return jsonify({"faults": len(state.faults)})

    @app.delete("/control/faults")
    def no_faults() -> Response:
        state.faults.clear()
        return jsonify({"faults": 0})

    @app.post("/control/pds")
    def set_pds() -> Response:
        values = body("url")
        pds.url, pds.handles = values["url"].rstrip("/"), list(values.get("handles", []))
        return jsonify({"url": pds.url, "handles": pds.handles})


def body(*required: str) -> Json:
    values = request.get_json()
    missing = [name for name in required if not values.get(name)]
    if missing:
        abort(422, f"missing: {', '.join(missing)}")
    return dict(values)
