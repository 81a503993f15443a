"""Standard Webhooks signatures, both ways (https://www.standardwebhooks.com, spec/standard-webhooks.md).

The library signs; the checks around it are ours, because its `verify` reads the machine's clock, does not tell an old
message from a forged one, and raises whatever its parsing raises. `tests/vectors/signatures.json` holds both languages
to the same result.
"""

from __future__ import annotations

import binascii
import hmac
import re
import secrets as random
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from standardwebhooks import Webhook

TOLERANCE_S = 300
ID_HEADER, TIMESTAMP_HEADER, SIGNATURE_HEADER = "webhook-id", "webhook-timestamp", "webhook-signature"

_MESSAGE_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")
_TIMESTAMP = re.compile(r"[1-9][0-9]{0,11}")
_MAX_SIGNATURES = 10


class SignatureError(Exception):
    """A call that does not prove where it comes from."""

    code = "bad_signature"


class BadSignature(SignatureError):
    """Headers missing or malformed, or no secret of the office made this signature."""


class StaleTimestamp(SignatureError):
    """Rightly signed, but more than `TOLERANCE_S` from our clock."""

    code = "stale_timestamp"


def new_secret() -> str:
    """A fresh secret `whsec_<base64 of 32 random bytes>`."""
    return "whsec_" + binascii.b2a_base64(random.token_bytes(32), newline=False).decode()


def new_message_id() -> str:
    return "msg_" + random.token_hex(16)


def sign(secrets: Sequence[str], message_id: str, now: datetime, body: bytes) -> dict[str, str]:
    """The three headers for `body` (UTF-8), with one signature per secret, so that either side may rotate first.

    `now`: aware UTC. Raises ValueError without secrets or for a malformed message id.
    """
    if not secrets or not _MESSAGE_ID.fullmatch(message_id):
        raise ValueError("signing needs at least one secret and a message id of letters, digits, '_' and '-'")
    signatures = [_signature(secret, message_id, now, body) for secret in secrets]
    return {
        ID_HEADER: message_id,
        TIMESTAMP_HEADER: str(int(now.timestamp())),
        SIGNATURE_HEADER: " ".join(signatures),
    }


def verify(secrets: Sequence[str], headers: Mapping[str, str], body: bytes, now: datetime) -> str:
    """The message id of a call made by a holder of one of `secrets` within 300 s of `now` (aware UTC).

    `headers`: names in any case. Raises BadSignature or StaleTimestamp; a forged old message is a BadSignature, so that
    nobody learns anything about the clock without a secret.
    """
    lower = {name.lower(): value for name, value in headers.items()}
    message_id, timestamp = lower.get(ID_HEADER, ""), lower.get(TIMESTAMP_HEADER, "")
    if not _MESSAGE_ID.fullmatch(message_id) or not _TIMESTAMP.fullmatch(timestamp):
        raise BadSignature("message id or timestamp missing or malformed")
    sent_at = datetime.fromtimestamp(int(timestamp), tz=UTC)
    given = [item for item in lower.get(SIGNATURE_HEADER, "").split(" ")[:_MAX_SIGNATURES] if item.startswith("v1,")]
    if not _any_matches(secrets, given, message_id, sent_at, body):
        raise BadSignature("no secret of this office made this signature")
    if abs((now - sent_at).total_seconds()) > TOLERANCE_S:
        raise StaleTimestamp(f"signed at {sent_at.isoformat()}, our clock says {now.isoformat()}")
    return message_id


def _any_matches(secrets: Sequence[str], given: Sequence[str], message_id: str, sent_at: datetime, body: bytes) -> bool:
    try:
        wanted = [_signature(secret, message_id, sent_at, body) for secret in secrets]
    except UnicodeDecodeError:
        return False
    return any(hmac.compare_digest(w.encode(), g.encode()) for w in wanted for g in given)


def _signature(secret: str, message_id: str, at: datetime, body: bytes) -> str:
    signature: str = Webhook(secret).sign(message_id, at.astimezone(UTC), body.decode("utf-8"))
    return signature
