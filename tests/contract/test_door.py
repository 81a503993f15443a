"""The signed API at its door: every misuse is refused with a reason and changes nothing; a right call works."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import MetaData, create_engine, select

from sidecar.context import Context
from sidecar.services.run_command import run_command
from sidecar.web.app import create_app
from sidecar.wordpress import signatures
from tests.builders import (
    Clock,
    Office,
    look,
    make_case,
    make_content,
    make_office,
    make_request,
    step,
)
from tests.contract.plugin import Plugin, code

OTHER_SECRET = "whsec_" + "QUJD" * 10


def everything(ctx: Context) -> dict[str, list[Any]]:
    """All rows of all tables."""
    engine = create_engine(ctx.settings.database_url)
    tables = MetaData()
    tables.reflect(engine)
    with engine.connect() as connection:
        found = {name: [tuple(row) for row in connection.execute(select(t))] for name, t in tables.tables.items()}
    engine.dispose()
    return found


ROUTES = ["sop", "people", "cases", f"cases/{'a' * 32}/commands", "cases/view", "cases/list", "cases/changes"]
ROUTES += ["cases/board", "cases/tasks", "cases/calendar"]


@pytest.mark.parametrize("route", ROUTES)
def test_without_a_right_signature_nothing_happens(plugin: Plugin, ctx: Context, clock: Clock, route: str) -> None:
    before = everything(ctx)
    path = f"{plugin.prefix}/{route}"
    body = json.dumps({"to": path}).encode()
    refused = (401, "bad_signature")
    for header in (signatures.ID_HEADER, signatures.TIMESTAMP_HEADER, signatures.SIGNATURE_HEADER):
        assert code(plugin.send(path, body, drop=header)) == refused
    assert code(plugin.send(path, body, secret=OTHER_SECRET)) == refused
    assert code(plugin.call(route, {"to": f"{plugin.prefix}/sops"})) == refused
    assert code(plugin.call(route, {"to": 7})) == refused
    for away in (timedelta(seconds=301), timedelta(seconds=-301)):
        assert code(plugin.send(path, body, at=clock() + away)) == (401, "stale_timestamp")
        assert code(plugin.send(path, body, at=clock() + away, secret=OTHER_SECRET)) == refused
    assert everything(ctx) == before


def test_an_unknown_office_looks_like_a_wrong_signature(plugin: Plugin, ctx: Context, clock: Clock) -> None:
    known = plugin.call("sop", secret=OTHER_SECRET)
    other = Plugin(create_app(ctx), clock, "nowhere").call("sop")
    assert (known.status_code, known.get_json()) == (other.status_code, other.get_json())


def test_a_call_of_one_office_is_none_of_another(plugin: Plugin, ctx: Context, clock: Clock) -> None:
    body = json.dumps({"to": "/api/v1/sites/jember/sop"}).encode()
    make_office(ctx, "lumajang")
    before = everything(ctx)
    # The same secret on purpose: the address in the body tells them apart.
    assert code(plugin.send("/api/v1/sites/lumajang/sop", body)) == (401, "bad_signature")
    assert everything(ctx) == before


def test_a_message_is_taken_once(plugin: Plugin, ctx: Context) -> None:
    assert plugin.call("sop", message_id="msg_1").status_code == 200
    before = everything(ctx)
    assert code(plugin.call("sop", message_id="msg_1")) == (409, "replayed")
    assert everything(ctx) == before


def test_too_large_is_refused_before_anything_else(plugin: Plugin, ctx: Context) -> None:
    before = everything(ctx)
    assert code(plugin.call("sop", {"x": "a" * (2 * 1024 * 1024)})) == (413, "too_large")
    assert everything(ctx) == before


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"[]", b'"x"', b"\xff\xfe", b'{"to": NaN}', b"[" * 100_000, b'{"to":"\\ud800"}', b'{"to":"a\\u0000"}'],
    ids=["empty", "cut", "list", "string", "not utf-8", "nan", "deep", "half a surrogate pair", "nul"],
)
def test_what_is_not_json_is_refused(plugin: Plugin, ctx: Context, data: bytes) -> None:
    before = everything(ctx)
    path = f"{plugin.prefix}/sop"
    if data == b"\xff\xfe":
        headers = {"webhook-id": "msg_1", "webhook-timestamp": "1795413600", "webhook-signature": "v1,AAAA"}
        answer = plugin._client.post(path, data=data, headers=headers)
        assert code(answer) == (401, "bad_signature")
    else:
        assert code(plugin.send(path, data)) == (422, "malformed")
    assert everything(ctx) == before


@pytest.mark.parametrize(
    ("route", "body", "field"),
    [
        ("sop", {"languge": "id"}, "languge"),
        ("people", {"people": "all"}, "people"),
        ("people", {"people": [{"id": "7", "login": "a", "name": "", "email": "", "roles": []}]}, "people.0.id"),
        ("people", {"people": [{"id": 2**70, "login": "a", "name": "", "email": "", "roles": []}]}, "people.0.id"),
        ("cases", {"procedure": "pemberitaan"}, "post_id"),
        ("cases/view", {"actor": 1}, "case_id"),
        ("cases/view", {"actor": 1, "case_id": "../x"}, "case_id"),
        ("cases/list", {"actor": 1, "per_page": 1000}, "per_page"),
        (f"cases/{'a' * 32}/commands", {"command": "explode", "actor": 1}, "-"),
        (
            f"cases/{'a' * 32}/commands",
            {"command": "return", "actor": 1, "idempotency_key": "k"},
            "return.expected_revision",
        ),
    ],
)
def test_a_body_that_is_not_as_agreed_names_its_field(
    plugin: Plugin, ctx: Context, route: str, body: dict[str, Any], field: str
) -> None:
    before = everything(ctx)
    answer = plugin.call(route, {"language": "en", **body})
    assert code(answer) == (422, "malformed")
    assert answer.get_json()["params"]["field"] == field
    assert field in answer.get_json()["detail"]
    changed = {name for name, rows in everything(ctx).items() if rows != before[name]}
    assert changed <= {"seen_messages"}


def test_the_sop_as_the_plugin_needs_it(plugin: Plugin) -> None:
    sop = plugin.call("sop", {"language": "id"}).get_json()
    assert (sop["protocol"], sop["number"]) == (1, "13/ORT.06/3509/2021")
    news = next(procedure for procedure in sop["procedures"] if procedure["key"] == "pemberitaan")
    assert [activity["status"] for activity in news["activities"]] == [f"tyg_pemberitaan_{n}" for n in range(1, 11)]
    assert [channel["key"] for channel in sop["channels"]] == ["bluesky", "mastodon"]
    assert len(sop["roles"]) == 7 and all(role["name"]["id"] and role["name"]["en"] for role in sop["roles"])
    assert all({"key", "name", "occasions", "fields"} == set(card) for card in sop["cards"])
    assert "a-token-that-must-not-leak" not in json.dumps(sop)


def test_a_case_from_opening_to_its_first_decision(plugin: Plugin, office: Office) -> None:
    opener, kasubbag = office.holder("sekretaris"), office.holder("kasubbag")
    opening = {
        "procedure": "pemberitaan",
        "post_id": 12,
        "title": "Rapat",
        "actor": opener,
        "idempotency_key": "open-1",
        "disposition": [],  # an empty map, as PHP writes it
    }
    first, again = plugin.call("cases", opening), plugin.call("cases", opening)
    assert (first.status_code, first.get_json()["replayed"]) == (201, False)
    assert (again.status_code, again.get_json()["replayed"]) == (201, True)
    case = first.get_json()["case"]
    assert case["case_id"] == again.get_json()["case"]["case_id"] and case["options"][0]["label"] == "Tugaskan"
    assert case["history"][0]["sentence"] == "Orang 3 membukanya"

    command = {
        "command": "assign",
        "actor": opener,
        "expected_revision": 1,
        "idempotency_key": "a-1",
        "assignee": kasubbag,
    }
    done = plugin.call(f"cases/{case['case_id']}/commands", command)
    assert done.status_code == 200 and done.get_json()["case"]["activity"]["no"] == 2
    assert plugin.call(f"cases/{case['case_id']}/commands", command).get_json()["replayed"] is True
    stale = plugin.call(f"cases/{case['case_id']}/commands", {**command, "idempotency_key": "a-2"})
    assert code(stale) == (409, "stale_revision")
    mismatch = plugin.call(f"cases/{case['case_id']}/commands", {**command, "note": "other"})
    assert code(mismatch) == (409, "idempotency_mismatch")
    seen = plugin.call("cases/view", {"post_id": 12, "actor": opener}).get_json()["case"]
    refused = next(option for option in seen["options"] if option["command"] == "assign")
    assert (refused["allowed"], refused["code"]) == (False, "not_your_turn")
    assert "Kasubbag/Subkoordinator: Orang 4" in refused["reason"]
    listed = plugin.call("cases/list", {"actor": kasubbag, "mine": True}).get_json()
    assert (listed["total"], listed["cases"][0]["case_id"]) == (1, case["case_id"])
    assert code(plugin.call("cases/view", {"post_id": 99, "actor": opener})) == (404, "no_such_case")


def test_changes_between_two_versions(plugin: Plugin, ctx: Context, office: Office) -> None:
    case_id = make_case(ctx, office, upto=4)
    body = {"case_id": case_id, "actor": office.holder("kasubbag")}
    run_command(ctx, make_request(office, case_id, "return", body["actor"], note="Lengkapi"))
    step(ctx, office, case_id, make_content(title="Rapat Pleno Terbuka"))
    answer = plugin.call("cases/changes", {**body, "from": 1, "until": 2, "language": "en"})
    assert answer.status_code == 200
    assert answer.get_json()["changes"] == [
        {"part": "title", "label": "Title", "kind": "text", "ops": [["=", "Rapat Pleno"], ["+", " Terbuka"]]}
    ]
    assert plugin.call("cases/changes", body).get_json()["from"] == 1
    assert code(plugin.call("cases/changes", {**body, "from": 7})) == (422, "malformed")
    assert code(plugin.call("cases/changes", {**body, "from": "1"})) == (422, "malformed")
    stranger = {**body, "actor": 999, "scope": "own"}
    assert code(plugin.call("cases/changes", stranger)) == (404, "no_such_case")


@pytest.mark.parametrize(("language", "words"), [("id", "Sekarang giliran: Divisi"), ("en", "It is the turn of: ")])
def test_a_refusal_says_who_must_act(plugin: Plugin, ctx: Context, office: Office, language: str, words: str) -> None:
    case_id = make_case(ctx, office, upto=8)
    view = look(ctx, office, case_id)
    command = {
        "command": "approve",
        "actor": office.holder("humas"),
        "expected_revision": view["revision"],
        "idempotency_key": uuid.uuid4().hex,
        "content_sha256": view["content_sha256"],
    }
    answer = plugin.call(f"cases/{case_id}/commands", {**command, "language": language})
    assert code(answer) == (403, "not_your_turn")
    assert words in answer.get_json()["detail"]


def test_content_is_digested_as_it_was_sent(plugin: Plugin, ctx: Context, office: Office) -> None:
    case_id = make_case(ctx, office, upto=3)
    image = {"id": 34, "sha256": "a" * 64, "mime": "image/jpeg", "alt": "", "caption": "", "focal": [50, 50]}
    content = make_content(title="Rapat “Pleno” \u2028 🎉 /", images=[image], featured_image=34)
    command = {
        "command": "submit",
        "actor": office.holder("penyusun"),
        "expected_revision": look(ctx, office, case_id)["revision"],
        "idempotency_key": "s",
        "content": content,
        "media_urls": [],
        "rendered": "<p>x</p>",
    }
    wrong = {**command, "content": {**content, "focal": 1}, "idempotency_key": "w"}
    assert code(plugin.call(f"cases/{case_id}/commands", wrong)) == (422, "malformed")
    answer = plugin.call(f"cases/{case_id}/commands", command)
    assert answer.status_code == 200, answer.get_json()
    from sidecar.sop.content import content_sha256

    assert answer.get_json()["case"]["content_sha256"] == content_sha256(content)


def test_a_real_clock_accepts_what_was_signed_now(ctx: Context, office: Office) -> None:
    from dataclasses import replace

    from sidecar.clock import utc_now

    plugin = Plugin(create_app(replace(ctx, now=utc_now)), Clock(at=datetime.now(UTC)))
    assert plugin.call("sop").status_code == 200
