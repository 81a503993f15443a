"""Calls to the sidecar that do not prove where they come from, or make no sense: refused, nothing changed."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from sidecar.wordpress.signatures import new_message_id, sign
from tests.testbed import story
from tests.testbed.office import TIMEOUT_S, Office

pytestmark = pytest.mark.real

Case = tuple[str, int, int]


@pytest.fixture(scope="module")
def case(office: Office) -> Case:
    """A news item at step 4: (case_id, post, revision)."""
    post = story.news_at(office, 4, f"Panggilan bertanda tangan {uuid.uuid4().hex[:8]}")
    view = office.person("kasubbag").view(post)
    return view["case_id"], post, view["revision"]


def approval(office: Office, case: Case, **changes: Any) -> tuple[str, dict[str, Any]]:
    """Path and body of a call that would be accepted if it were signed rightly."""
    case_id, post, revision = case
    path = f"/api/v1/sites/{office.addresses['site']}/cases/{case_id}/commands"
    body = {
        "to": path,
        "language": "id",
        "command": "approve",
        "actor": office.id_of("kasubbag"),
        "expected_revision": revision,
        "idempotency_key": new_message_id(),
        "note": "",
        "content_sha256": office.person("kasubbag").view(post)["content_sha256"],
    }
    return path, {**body, **changes}


def send(
    office: Office, path: str, body: bytes, now: datetime | None = None, secrets: list[str] | None = None
) -> requests.Response:
    headers = sign(secrets or office.secrets(), new_message_id(), now or datetime.now(UTC), body)
    return _post(office, path, body, headers)


def _post(office: Office, path: str, body: bytes, headers: dict[str, str]) -> requests.Response:
    return requests.post(
        office.addresses["sidecar"] + path,
        data=body,
        headers={**headers, "Content-Type": "application/json"},
        timeout=TIMEOUT_S,
    )


def refused(office: Office, case: Case, answer: requests.Response, status: int, code: str) -> None:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert len(answer.json()["detail"]) > 20
    assert office.person("kasubbag").view(case[1])["revision"] == case[2]


def test_unsigned(office: Office, case: Case) -> None:
    path, body = approval(office, case)
    refused(office, case, _post(office, path, json.dumps(body).encode(), {}), 401, "bad_signature")


def test_signed_with_another_secret(office: Office, case: Case) -> None:
    path, body = approval(office, case)
    answer = send(office, path, json.dumps(body).encode(), secrets=["whsec_" + "QUJD" * 11])
    refused(office, case, answer, 401, "bad_signature")


@pytest.mark.parametrize("late", [timedelta(minutes=-6), timedelta(minutes=6)])
def test_stale(office: Office, case: Case, late: timedelta) -> None:
    path, body = approval(office, case)
    answer = send(office, path, json.dumps(body).encode(), now=datetime.now(UTC) + late)
    refused(office, case, answer, 401, "stale_timestamp")


def test_changed_on_the_way(office: Office, case: Case) -> None:
    path, body = approval(office, case)
    headers = sign(office.secrets(), new_message_id(), datetime.now(UTC), json.dumps(body).encode())
    answer = _post(office, path, json.dumps({**body, "actor": office.id_of("pembina")}).encode(), headers)
    refused(office, case, answer, 401, "bad_signature")


def test_sent_to_another_path(office: Office, case: Case) -> None:
    """The signature covers the body only, so the body names its path."""
    path, body = approval(office, case, to="/api/v1/sites/other/cases")
    refused(office, case, send(office, path, json.dumps(body).encode()), 401, "bad_signature")


def test_unknown_office_looks_like_a_bad_signature(office: Office, case: Case) -> None:
    path, body = approval(office, case)
    elsewhere = path.replace(f"/{office.addresses['site']}/", "/bondowoso/")
    answer = send(office, elsewhere, json.dumps({**body, "to": elsewhere}).encode())
    assert answer.status_code == 401
    unsigned = _post(office, path, json.dumps(body).encode(), {})
    assert answer.json()["detail"] == unsigned.json()["detail"]


def test_replayed(office: Office, case: Case) -> None:
    path, body = approval(office, case, command="return")  # refused by the core: a note is required
    del body["content_sha256"]
    raw = json.dumps(body).encode()
    headers = sign(office.secrets(), new_message_id(), datetime.now(UTC), raw)
    refused(office, case, _post(office, path, raw, headers), 422, "note_required")
    refused(office, case, _post(office, path, raw, headers), 409, "replayed")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda body: b"{",
        lambda body: b"[]",
        lambda body: json.dumps({**body, "actor": "kasubbag"}).encode(),
        lambda body: json.dumps({**body, "command": "explode"}).encode(),
        lambda body: json.dumps({key: value for key, value in body.items() if key != "actor"}).encode(),
    ],
    ids=["no JSON", "no object", "actor is no number", "unknown command", "no actor"],
)
def test_malformed(office: Office, case: Case, spoil: Callable[[dict[str, Any]], bytes]) -> None:
    path, body = approval(office, case)
    refused(office, case, send(office, path, spoil(body)), 422, "malformed")


def test_stale_revision(office: Office, case: Case) -> None:
    path, body = approval(office, case, expected_revision=case[2] - 1)
    refused(office, case, send(office, path, json.dumps(body).encode()), 409, "stale_revision")


def test_somebody_else_s_turn(office: Office, case: Case) -> None:
    path, body = approval(office, case, actor=office.id_of("pengampu"))
    refused(office, case, send(office, path, json.dumps(body).encode()), 403, "not_your_turn")


def test_two_clicks_at_once_are_one_decision(office: Office, tag: str) -> None:
    """The same command under the same idempotency key: accepted once, answered twice."""
    post = story.news_at(office, 4, f"Dua klik {tag}")
    view = office.person("kasubbag").view(post)
    path, body = approval(office, (view["case_id"], post, view["revision"]))
    first = send(office, path, json.dumps(body).encode())
    second = send(office, path, json.dumps(body).encode())
    assert (first.status_code, first.json()["replayed"]) == (200, False), first.text
    assert (second.status_code, second.json()["replayed"]) == (200, True), second.text
    after = office.person("kasubbag").view(post)
    assert after["revision"] == view["revision"] + 1
