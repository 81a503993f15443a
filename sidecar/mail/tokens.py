"""The e-mailed token: what lets one person decide one attempt of one step, without a login.

A row holds who, what and a 256-bit nonce; the secret comes from a key outside the database and the row, so the same
mail can be composed again after a crash and a copy of the database opens nothing. The row keeps only the SHA-256 of the
secret. Keys: a list of bytes, the first one signs, the others still verify (rotation).
"""

from __future__ import annotations

import hashlib
import hmac
import secrets as random
from collections.abc import Sequence

from itsdangerous import BadData, URLSafeSerializer

CODE_DIGITS = 6
MAX_FAILURES = 5
_MAX_VALUE_CHARACTERS = 512


class TokenError(Exception):
    """A token that decides nothing. Nothing has changed, unless the class says so."""

    code = "token_error"


class UnknownToken(TokenError):
    """Forged, cut, of a key that is gone, or of no row. All look the same from outside."""

    code = "unknown_token"


class TokenUsed(TokenError):
    """It has decided already."""

    code = "token_used"


class TokenExpired(TokenError):
    code = "token_expired"


class TokenWithdrawn(TokenError):
    """The step moved on, the content changed, or the person lost the role."""

    code = "token_withdrawn"


class TokenLocked(TokenError):
    """`MAX_FAILURES` wrong codes."""

    code = "token_locked"


class WrongCode(TokenError):
    """The failure has been counted. `left`: how many tries remain."""

    code = "wrong_code"

    def __init__(self, left: int = 0) -> None:
        self.left = left
        super().__init__(f"wrong code, {left} tries left")


def new_nonce() -> str:
    """256 random bits as 64 hex digits."""
    return random.token_hex(32)


def secret(key: bytes, token_id: int | str, nonce: str) -> str:
    """The secret part of the link: 64 hex digits, computable only with the key."""
    return _mac(key, b"approval-secret", token_id, nonce).hex()


def secret_sha256(value: str) -> str:
    """What the row keeps of a secret."""
    return hashlib.sha256(value.encode()).hexdigest()


def code(key: bytes, token_id: int | str, nonce: str) -> str:
    """The 6 digits that stand in the mail beside the link."""
    number = int.from_bytes(_mac(key, b"approval-code", token_id, nonce)[:8], "big")
    return f"{number % 10**CODE_DIGITS:0{CODE_DIGITS}d}"


def key_of(keys: Sequence[bytes], token_id: int | str, nonce: str, stored_sha256: str) -> bytes:
    """The key with which a row was made. Raises UnknownToken when it has been rotated out."""
    for key in keys:
        if hmac.compare_digest(secret_sha256(secret(key, token_id, nonce)), stored_sha256):
            return key
    raise UnknownToken


def dump(key: bytes, token_id: int | str, nonce: str) -> str:
    """The value for the URL `/a/<value>`."""
    return _dump(key, str(token_id), secret(key, token_id, nonce))


def url(public_url: str, key: bytes, token_id: int | str, nonce: str) -> str:
    """The address that the mail's button opens."""
    return f"{public_url.rstrip('/')}/a/{dump(key, token_id, nonce)}"


def load(keys: Sequence[bytes], value: str) -> tuple[str, str]:
    """(row id, secret) of a value that we signed. Raises UnknownToken for anything else.

    The row's own hash must still be compared: `fits`.
    """
    if len(value) > _MAX_VALUE_CHARACTERS or not value.isascii():
        raise UnknownToken
    try:
        loaded = _serializer(keys).loads(value)
    except BadData as error:
        raise UnknownToken from error
    if not (isinstance(loaded, list) and len(loaded) == 2 and all(isinstance(part, str) for part in loaded)):
        raise UnknownToken
    token_id, secret_part = loaded
    # base64 lets the last character vary without changing the bytes: accept one spelling only.
    if not any(hmac.compare_digest(_dump(key, token_id, secret_part).encode(), value.encode()) for key in keys):
        raise UnknownToken
    return token_id, secret_part


def fits(secret_part: str, stored_sha256: str) -> bool:
    """Does the secret of a loaded value belong to the row?"""
    return hmac.compare_digest(secret_sha256(secret_part), stored_sha256)


def right_code(key: bytes, token_id: int | str, nonce: str, given: str) -> bool:
    """Compares in constant time; blanks that a person types between the digits do not matter."""
    digits = "".join(given.split())
    return hmac.compare_digest(code(key, token_id, nonce).encode(), digits.encode())


def _mac(key: bytes, purpose: bytes, token_id: int | str, nonce: str) -> bytes:
    return hmac.new(key, b"\0".join((purpose, str(token_id).encode(), nonce.encode())), hashlib.sha256).digest()


def _dump(key: bytes, token_id: str, secret_part: str) -> str:
    value = _serializer([key]).dumps([token_id, secret_part])
    return value if isinstance(value, str) else value.decode()


def _serializer(keys: Sequence[bytes]) -> URLSafeSerializer:
    # itsdangerous signs with the last key of its list, we with the first.
    return URLSafeSerializer(
        list(reversed(keys)),
        salt="approval",
        signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
    )
