"""`POST /api/v1/pair` as WordPress calls it: no signature, one token, one answer for every code that is not good."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from sidecar.context import Context
from sidecar.services.pairing import CODE_PREFIX, Invitation, invite
from sidecar.sop_file import dump_document
from sidecar.web.app import create_app
from tests.builders import Clock, make_sop
from tests.contract.plugin import Plugin, code

NAME = "KPU Kabupaten Banyuwangi"


@pytest.fixture
def client(ctx: Context) -> FlaskClient:
    return create_app(ctx).test_client()


def body_of(ctx: Context, **other: Any) -> dict[str, Any]:
    """What the plugin sends for a fresh code."""
    invitation = Invitation(site_id="banyuwangi", name=NAME, document=dump_document(make_sop()))
    pasted = invite(ctx, invitation).removeprefix(CODE_PREFIX)
    told = json.loads(base64.urlsafe_b64decode(pasted + "=" * (-len(pasted) % 4)))
    return {
        "token": told["t"],
        "site_id": told["s"],
        "wordpress_url": "http://127.0.0.1:8",
        "robot_login": "tayang-robot",
        "robot_password": "abcd efgh ijkl mnop qrst uvwx",
        "plugin_version": "0.1.0",
        "protocol": 1,
        "language": "id",
        **other,
    }


def test_what_is_answered_signs_the_next_call(ctx: Context, client: FlaskClient, clock: Clock) -> None:
    body = body_of(ctx)
    answer = client.post("/api/v1/pair", json=body)
    assert answer.status_code == 200
    told = answer.get_json()
    assert told.keys() == {"site_id", "name", "secrets", "protocol"}
    assert (told["site_id"], told["name"], told["protocol"]) == ("banyuwangi", NAME, 1)
    plugin = Plugin(client.application, clock, "banyuwangi")
    path = f"{plugin.prefix}/sop"
    sop = plugin.send(path, json.dumps({"to": path}).encode(), secret=told["secrets"][0])
    assert (sop.status_code, sop.get_json()["number"]) == (200, make_sop().number)
    again = client.post("/api/v1/pair", json=body)
    assert code(again) == (410, "pairing_over")
    assert "tayang site invite" in again.get_json()["detail"]


def test_the_sixth_wrong_code_has_to_wait(ctx: Context, client: FlaskClient, clock: Clock) -> None:
    body = body_of(ctx)
    # The office's own web server stands between; what a caller makes up before its entry does not help.
    for number in range(5):
        sent = {"X-Forwarded-For": f"198.51.100.{number}, 203.0.113.7"}
        assert code(client.post("/api/v1/pair", json={**body, "token": "x"}, headers=sent)) == (410, "pairing_over")
    held = client.post("/api/v1/pair", json=body, headers={"X-Forwarded-For": "203.0.113.7"})
    assert code(held) == (429, "too_many_tries") and held.headers["Retry-After"] == "60"
    other = client.post("/api/v1/pair", json={**body, "token": "x"}, headers={"X-Forwarded-For": "203.0.113.8"})
    assert code(other) == (410, "pairing_over")
    clock.pass_(minutes=1)
    assert client.post("/api/v1/pair", json=body, headers={"X-Forwarded-For": "203.0.113.7"}).status_code == 200


@pytest.mark.parametrize(
    "changed",
    [
        {"protocol": 2},
        {"token": 7},
        {"robot_password": ""},
        {"wordpress_url": "kpu-jember"},
        {"wordpress_url": "http://x\0"},
        {"roles": []},
    ],
)
def test_a_body_not_as_agreed_uses_nothing_up(ctx: Context, client: FlaskClient, changed: dict[str, Any]) -> None:
    body = body_of(ctx)
    assert code(client.post("/api/v1/pair", json={**body, **changed})) == (422, "malformed")
    assert code(client.post("/api/v1/pair", data=b"{", content_type="application/json")) == (422, "malformed")
    assert client.post("/api/v1/pair", json=body).status_code == 200
