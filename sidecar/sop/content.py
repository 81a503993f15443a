"""The digest that approvals bind to. The plugin computes the same one: tests/vectors/digests.json."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any


def canonical_json(value: Any) -> bytes:
    """UTF-8 JSON with keys sorted by code point, no spaces, nothing escaped that need not be.

    Raises ValueError for a float: PHP and Python would not write it alike.
    """
    _refuse_floats(value)
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def content_sha256(content: Mapping[str, Any]) -> str:
    """Hex SHA-256 of the canonical JSON of `content` (its form: docs/architecture.md)."""
    return hashlib.sha256(canonical_json(dict(content))).hexdigest()


def _refuse_floats(value: Any) -> None:
    if isinstance(value, float):
        raise ValueError("a float has no canonical form here")
    if isinstance(value, Mapping):
        for item in value.values():
            _refuse_floats(item)
    elif isinstance(value, list | tuple):
        for item in value:
            _refuse_floats(item)
