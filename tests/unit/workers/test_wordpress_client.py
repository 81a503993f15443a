"""The client against a local HTTP server that answers like the plugin, and like what else hosts put in its place."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from sidecar.wordpress import client as wp
from sidecar.wordpress import signatures
from tests.serving import serving

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
SECRETS = (signatures.new_secret(),)
Answer = tuple[int, dict[str, str], bytes]


def answer(status: int, body: Any, **headers: str) -> Answer:
    return status, {"Content-Type": "application/json", **headers}, json.dumps(body).encode()


class FakeHost:
    """A WordPress that gives prepared answers and keeps what it was sent."""

    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self.seen: list[tuple[str, str, dict[str, str], bytes]] = []
        self.url = ""


@contextmanager
def listening(host: FakeHost) -> Iterator[FakeHost]:
    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            host.seen.append((self.command, self.path, dict(self.headers), body))
            status, headers, data = host.answers.pop(0)
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(data))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = _answer  # noqa: N815

        def log_message(self, *_args: object) -> None:
            pass

    with serving(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as address:
        host.url = f"{address}/office"
        yield host


@pytest.fixture
def host() -> Iterator[FakeHost]:
    with listening(FakeHost()) as fake:
        yield fake


def connect(host: FakeHost) -> wp.Client:
    return wp.connect(wp.Site(host.url, "robot", "app pass", SECRETS), lambda: NOW)


def test_a_call_is_signed_names_its_route_and_carries_the_password(host: FakeHost) -> None:
    host.answers = [answer(200, {"applied": True, "revision": 7})]
    assert connect(host).mirror({"case_id": "c", "title": "Kunjungan é"}) == wp.Mirrored(True, 7)
    method, path, headers, body = host.seen[0]
    assert (method, path) == ("POST", "/office/wp-json/tayang/v1/sidecar/mirror")
    assert signatures.verify(SECRETS, headers, body, NOW)
    assert json.loads(body)["to"] == "/tayang/v1/sidecar/mirror"
    assert headers["Authorization"].startswith("Basic ")


def test_publish_reads_the_address_and_already(host: FakeHost) -> None:
    host.answers = [answer(200, {"url": "http://x/judul/", "published_at": "2026-11-23T06:00:00Z", "already": True})]
    published = connect(host).publish("c", 12, 9, "ab" * 32, visible=True)
    assert published == wp.Published("http://x/judul/", "2026-11-23T06:00:00Z", True)
    assert json.loads(host.seen[0][3])["visible"] is True


def test_changed_content_comes_back_with_what_is_there_now(host: FakeHost) -> None:
    data = {"status": 409, "content": {"title": "b"}, "content_sha256": "b1", "media_urls": [], "rendered": "<p>b"}
    host.answers = [answer(409, {"code": "tayang_content_changed", "message": "changed", "data": data})]
    with pytest.raises(wp.ContentChanged) as caught:
        connect(host).publish("c", 12, 9, "a1", visible=True)
    assert caught.value.found == wp.Found({"title": "b"}, "b1", {}, "<p>b")


def test_derivatives_are_sent_as_they_are(host: FakeHost) -> None:
    host.answers = [answer(200, {"stored": 1})]
    file = wp.DerivativeFile("tayang_thumb", 400, 300, "image/jpeg", "ff", "AAAA")
    assert connect(host).store_derivatives(34, "ee", [file]) == 1
    assert json.loads(host.seen[0][3])["files"] == [vars(file)]


@pytest.mark.parametrize(
    ("given", "kind", "code"),
    [
        (answer(503, {"code": "busy", "message": "busy"}, **{"Retry-After": "7"}), wp.TryAgain, "busy"),
        (answer(429, {}), wp.TryAgain, "wordpress_unreachable"),
        ((200, {"Content-Type": "text/html"}, b"<h1>Briefly unavailable"), wp.TryAgain, "wordpress_unreadable"),
        (answer(200, ["not", "an", "object"]), wp.TryAgain, "wordpress_unreadable"),
        (answer(200, {"applied": True}), wp.TryAgain, "wordpress_unreadable"),
        (answer(404, {"code": "rest_no_route", "message": "No route"}), wp.TryAgain, "rest_no_route"),
        (answer(401, {"code": "rest_not_logged_in", "message": "no"}), wp.TryAgain, "rest_not_logged_in"),
        (answer(400, {"code": "tayang_malformed", "message": "no"}), wp.Refused, "tayang_malformed"),
        (answer(404, {"code": "tayang_no_post", "message": "gone"}), wp.Refused, "tayang_no_post"),
        ((301, {"Location": "https://other.example/wp-json/"}, b""), wp.Refused, "wordpress_redirect"),
    ],
)
def test_every_other_answer_is_classified(host: FakeHost, given: Answer, kind: type[Exception], code: str) -> None:
    host.answers = [given]
    with pytest.raises(kind) as caught:
        connect(host).mirror({"case_id": "c"})
    assert getattr(caught.value, "code", "") == code


def test_retry_after_is_kept(host: FakeHost) -> None:
    host.answers = [answer(503, {}, **{"Retry-After": "7"})]
    with pytest.raises(wp.TryAgain) as caught:
        connect(host).mirror({})
    assert caught.value.after_s == 7.0


def test_nobody_there_is_worth_another_try() -> None:
    with listening(FakeHost()) as gone:
        pass
    with pytest.raises(wp.TryAgain, match="cannot be reached"):
        connect(gone).content(12)


def test_the_check_compares_the_login(host: FakeHost) -> None:
    host.answers = [answer(200, {"username": "robot", "roles": ["tayang_robot"]})]
    assert connect(host).check("Robot") == ("tayang_robot",)
    host.answers = [answer(200, {"username": "somebody", "roles": []})]
    with pytest.raises(wp.Refused) as caught:
        connect(host).check("robot")
    assert caught.value.code == "wordpress_login"


XMLRPC_METHODS = (
    "<?xml version='1.0'?><methodResponse><params><param><value><array><data>"
    "<value><string>tayang.mirror</string></value><value><string>tayang.publish</string></value>"
    "</data></array></value></param></params></methodResponse>"
)


def xml(body: str) -> Answer:
    return 200, {"Content-Type": "text/xml"}, body.encode()


def xml_value(value: str) -> Answer:
    text = value.replace("&", "&amp;").replace("<", "&lt;")
    return xml(
        f"<?xml version='1.0'?><methodResponse><params><param><value><string>{text}</string></value></param>"
        "</params></methodResponse>"
    )


def xml_fault(code: int, text: str) -> Answer:
    return xml(
        "<?xml version='1.0'?><methodResponse><fault><value><struct>"
        f"<member><name>faultCode</name><value><int>{code}</int></value></member>"
        f"<member><name>faultString</name><value><string>{text}</string></value></member>"
        "</struct></value></fault></methodResponse>"
    )


def connect_xmlrpc(host: FakeHost) -> wp.Client:
    return wp.connect(wp.Site(host.url, "robot", "app pass", SECRETS, "xmlrpc"), lambda: NOW)


def test_xmlrpc_carries_the_same_signed_body(host: FakeHost) -> None:
    import xmlrpc.client

    host.answers = [xml(XMLRPC_METHODS), xml_value('{"applied": true, "revision": 3}')]
    assert connect_xmlrpc(host).mirror({"case_id": "c"}) == wp.Mirrored(True, 3)
    params, name = xmlrpc.client.loads(host.seen[1][3].decode())
    assert name == "tayang.mirror"
    _blog, login, password, body, headers = params
    assert (login, password) == ("robot", "app pass")
    assert isinstance(body, str)
    assert isinstance(headers, dict)
    assert signatures.verify(SECRETS, headers, body.encode(), NOW)


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        (
            lambda: xml_fault(409, '{"code":"tayang_content_changed","data":{"content":{},"content_sha256":"b"}}'),
            wp.ContentChanged,
        ),
        (lambda: xml_fault(400, '{"code":"tayang_malformed","message":"no"}'), wp.Refused),
        (lambda: xml_fault(403, "Incorrect username or password."), wp.TryAgain),
        (lambda: (503, {}, b"later"), wp.TryAgain),
        (lambda: xml_value("<html>"), wp.TryAgain),
    ],
)
def test_xmlrpc_faults_are_classified_alike(host: FakeHost, given: Callable[[], Answer], kind: type[Exception]) -> None:
    host.answers = [xml(XMLRPC_METHODS), given()]
    with pytest.raises(kind):
        connect_xmlrpc(host).publish("c", 1, 1, "a", visible=True)


def test_xmlrpc_of_a_site_without_the_plugin_says_so(host: FakeHost) -> None:
    host.answers = [xml(XMLRPC_METHODS)]
    with pytest.raises(wp.TryAgain) as caught:
        connect_xmlrpc(host).content(1)
    assert caught.value.code == "wordpress_access"
