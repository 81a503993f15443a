"""Standard Webhooks signatures and content digests: the same vectors in Python and PHP."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook

from sidecar.sop.content import canonical_json, content_sha256
from sidecar.wordpress import signatures

VECTORS = Path(__file__).parents[1] / "vectors"
SIGNATURES = json.loads((VECTORS / "signatures.json").read_text())
DIGESTS = json.loads((VECTORS / "digests.json").read_text())


def name(vector: dict[str, Any]) -> str:
    return str(vector["name"])


def at(timestamp: int) -> datetime:
    return datetime.fromtimestamp(timestamp, tz=UTC)


def headers(vector: dict[str, Any]) -> dict[str, str]:
    return {
        "Webhook-Id": vector["id"],
        "Webhook-Timestamp": str(vector["timestamp"]),
        "Webhook-Signature": vector["signature"],
    }


@pytest.mark.parametrize("vector", SIGNATURES["accepted"], ids=name)
def test_signs_and_accepts_the_vector(vector: dict[str, Any]) -> None:
    body, now = vector["body"].encode(), at(vector["timestamp"])
    made = signatures.sign(vector["secrets"], vector["id"], now, body)
    assert made[signatures.SIGNATURE_HEADER] == vector["signature"]
    assert signatures.verify(vector["secrets"][:1], headers(vector), body, now) == vector["id"]
    assert signatures.verify(vector["secrets"][-1:], headers(vector), body, at(vector["timestamp"] + 300))


@pytest.mark.parametrize("vector", SIGNATURES["refused"], ids=name)
def test_refuses_the_vector_with_its_code(vector: dict[str, Any]) -> None:
    with pytest.raises(signatures.SignatureError) as caught:
        signatures.verify(vector["secrets"], headers(vector), vector["body"].encode(), at(vector["now"]))
    assert caught.value.code == vector["code"]


@pytest.mark.parametrize("missing", ["Webhook-Id", "Webhook-Timestamp", "Webhook-Signature"])
def test_refuses_a_missing_header(missing: str) -> None:
    vector = SIGNATURES["accepted"][0]
    some = {key: value for key, value in headers(vector).items() if key != missing}
    with pytest.raises(signatures.BadSignature):
        signatures.verify(vector["secrets"], some, vector["body"].encode(), at(vector["timestamp"]))


@pytest.mark.parametrize("timestamp", ["", "nan", "1e9", "-5", "0", "01795413600", "9" * 13, "1795413600.5"])
def test_refuses_an_odd_timestamp(timestamp: str) -> None:
    vector = SIGNATURES["accepted"][0]
    odd = {**headers(vector), "Webhook-Timestamp": timestamp}
    with pytest.raises(signatures.BadSignature):
        signatures.verify(vector["secrets"], odd, vector["body"].encode(), at(vector["timestamp"]))


def test_refuses_a_body_that_is_not_utf8() -> None:
    vector = SIGNATURES["accepted"][0]
    with pytest.raises(signatures.BadSignature):
        signatures.verify(vector["secrets"], headers(vector), b"\xff\xfe", at(vector["timestamp"]))


def test_the_library_accepts_what_we_sign() -> None:
    secret, body = signatures.new_secret(), '{"to":"/x","a":"é"}'.encode()
    made = signatures.sign([secret], signatures.new_message_id(), datetime.now(UTC), body)
    assert Webhook(secret).verify(body, made) == {"to": "/x", "a": "é"}


@pytest.mark.parametrize("vector", DIGESTS, ids=name)
def test_content_digest(vector: dict[str, Any]) -> None:
    assert canonical_json(vector["content"]).decode() == vector["canonical"]
    assert content_sha256(vector["content"]) == vector["sha256"]


def test_no_float_has_a_digest() -> None:
    with pytest.raises(ValueError, match="float"):
        content_sha256({"focal": [50.5, 50]})
