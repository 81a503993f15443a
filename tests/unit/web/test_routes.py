"""What every route promises: a signature, or a place on the short list of public ones."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from jsonschema import Draft202012Validator

from sidecar.context import Context
from sidecar.media_links import media_url
from sidecar.media_store import MediaStore
from sidecar.web.app import create_app
from tests.builders import Clock, fresh_database, make_context

PUBLIC = {
    ("GET", "/api/openapi.json"),
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("GET", "/a/style.css"),
    # These carry their right in the address.
    ("GET", "/a/<value>"),
    ("POST", "/a/<value>"),
    ("GET", "/a/<value>/media/<sha256>"),
    ("GET", "/m/<value>"),
    # This one carries it in the body: the one-time token of a pairing code.
    ("POST", "/api/v1/pair"),
}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ctx(tmp_path: Path, clock: Clock) -> Iterator[Context]:
    with fresh_database("sqlite", tmp_path) as url:
        yield make_context(url, tmp_path, clock, redis_url="redis://127.0.0.1:1/0")


@pytest.fixture
def app(ctx: Context) -> Flask:
    return create_app(ctx)


def test_every_route_is_signed_or_on_the_list(app: Flask) -> None:
    open_ = set()
    for rule in app.url_map.iter_rules():
        if not getattr(app.view_functions[rule.endpoint], "signed", False):
            open_ |= {(method, rule.rule) for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}}
    assert open_ == PUBLIC


def test_openapi_is_valid_and_complete(app: Flask) -> None:
    document = app.test_client().get("/api/openapi.json").get_json()
    assert document["openapi"] == "3.1.0"
    views = {rule.rule: app.view_functions[rule.endpoint] for rule in app.url_map.iter_rules()}
    signed = {path for path, view in views.items() if getattr(view, "signed", False)}
    unsigned = {path for path, view in views.items() if getattr(view, "by_pairing_token", False)}
    assert unsigned == {"/api/v1/pair"}
    assert {path.replace("{", "<").replace("}", ">") for path in document["paths"]} == signed | unsigned
    for path, operation in document["paths"].items():
        headers = {given["name"] for given in operation["post"]["parameters"] if given["in"] == "header"}
        assert ("webhook-signature" in headers) == (path != "/api/v1/pair")
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    known = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    text = json.dumps(document)
    used = {part.split('"')[0] for part in text.split('"$ref": "')[1:]}
    assert used <= known
    ids = [operation["post"]["operationId"] for operation in document["paths"].values()]
    assert len(ids) == len(set(ids))


def test_health(app: Flask) -> None:
    client = app.test_client()
    assert client.get("/healthz").get_json() == {"status": "ok"}
    ready = client.get("/readyz")
    # Redis is a hint: reported, and no reason to take the sidecar out.
    assert ready.status_code == 200
    assert ready.get_json() == {"status": "ok", "database": "ok", "redis": "ConnectionError"}


def test_not_ready_without_its_tables(tmp_path: Path) -> None:
    ctx = make_context(f"sqlite:///{tmp_path / 'empty.db'}", tmp_path, redis_url="redis://127.0.0.1:1/0")
    answer = create_app(ctx).test_client().get("/readyz")
    assert (answer.status_code, answer.get_json()["status"]) == (503, "down")


def test_headers_of_every_answer(app: Flask) -> None:
    client = app.test_client()
    for path in ("/healthz", "/nowhere", "/api/nowhere", "/a/x", "/m/x"):
        headers = client.get(path).headers
        assert headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert (headers["Referrer-Policy"], headers["X-Content-Type-Options"]) == ("no-referrer", "nosniff")
        assert headers["Cache-Control"] == "no-store" and "noindex" in headers["X-Robots-Tag"]


def test_unknown_addresses_are_problems_or_pages(app: Flask) -> None:
    client = app.test_client()
    api, page = client.get("/api/nowhere"), client.get("/nowhere", headers={"Accept-Language": "en"})
    assert (api.status_code, api.mimetype, api.get_json()["code"]) == (404, "application/problem+json", "not_found")
    assert (page.status_code, page.mimetype) == (404, "text/html") and b'<html lang="en">' in page.data
    wrong = client.get("/api/v1/sites/jember/sop")
    assert (wrong.status_code, wrong.get_json()["code"]) == (405, "method_not_allowed")
    assert set(wrong.headers["Allow"].split(", ")) == {"OPTIONS", "POST"}


def test_media_link_serves_one_file_for_a_while(app: Flask, ctx: Context, clock: Clock) -> None:
    store = MediaStore(ctx.settings.media_dir)
    name = store.put(b"\xff\xd8\xff not much of a picture", "image/jpeg")
    path = media_url(ctx, name).removeprefix(ctx.settings.public_url)
    client = app.test_client()
    answer = client.get(path)
    assert (answer.status_code, answer.mimetype) == (200, "image/jpeg")
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    for other in (path[:-1], path[:-4] + "AAAA", "/m/../../etc/passwd", "/m/"):
        assert client.get(other).status_code == 404
    assert client.get(media_url(ctx, "../tayang.db").removeprefix(ctx.settings.public_url)).status_code == 404
    clock.at += timedelta(days=2)
    assert client.get(path).status_code == 404
