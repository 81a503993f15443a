"""Keys derived from TAYANG_SECRET_KEYS. The first secret signs and encrypts, all of them still verify and decrypt."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

APPROVAL_TOKENS = "approval-token"
"""Purpose of the keys behind e-mailed tokens; issuing (services) and opening (approvals, mail) must agree on it."""
MEDIA_LINKS = "media-link"
"""Purpose of the keys that sign short-lived links to pictures."""


class KeysError(Exception):
    """A stored secret does not open with any of the present keys."""

    code = "wrong_key"


class Keys:
    """One 256-bit sub-key per secret and purpose (HKDF-SHA256), so that no two uses share a key."""

    def __init__(self, secrets: Sequence[str]) -> None:
        self._secrets = tuple(secrets)
        boxes = [Fernet(base64.urlsafe_b64encode(key)) for key in self.derive("at-rest")]
        self._fernet = MultiFernet(boxes)

    def derive(self, purpose: str) -> list[bytes]:
        """32-byte keys for `purpose`, the signing one first."""
        return [
            HKDF(algorithm=SHA256(), length=32, salt=b"tayang", info=purpose.encode()).derive(secret.encode())
            for secret in self._secrets
        ]

    def key(self, purpose: str) -> bytes:
        """The 32-byte key that signs for `purpose`."""
        return self.derive(purpose)[0]

    def for_itsdangerous(self, purpose: str) -> list[bytes]:
        """For `secret_key=`: itsdangerous signs with the last of the list and verifies with all."""
        return list(reversed(self.derive(purpose)))

    def encrypt(self, text: str) -> str:
        """A secret at rest: authenticated, URL-safe text."""
        return self._fernet.encrypt(text.encode()).decode()

    def decrypt(self, stored: str) -> str:
        """Raises KeysError when no key fits or the text was changed."""
        try:
            return self._fernet.decrypt(stored.encode()).decode()
        except InvalidToken as error:
            raise KeysError("a stored secret does not open with TAYANG_SECRET_KEYS") from error

    def fingerprint(self, text: str) -> str:
        """Keyed hash (16 hex digits) by which logs name an address without telling it."""
        return hmac.new(self.key("log-fingerprint"), text.lower().encode(), hashlib.sha256).hexdigest()[:16]
