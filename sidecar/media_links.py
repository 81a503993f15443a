"""Addresses under which a network may fetch one picture for a while. Instagram takes addresses only, no uploads."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from itsdangerous import BadData, URLSafeSerializer

from sidecar.context import Context
from sidecar.keys import MEDIA_LINKS, Keys

VALID_FOR = timedelta(days=2)


class MediaLinkError(Exception):
    """Not made by us, or its time is over."""

    code = "no_such_media"


def media_url(ctx: Context, name: str, valid_for: timedelta = VALID_FOR) -> str:
    """Where the file `name` of the media store (`ab/abcd….jpg`) can be fetched until `valid_for` from now."""
    value = _serializer(ctx.keys).dumps([name, int((ctx.now() + valid_for).timestamp())])
    return f"{ctx.settings.public_url}/m/{value if isinstance(value, str) else value.decode()}"


def media_name(keys: Keys, value: str, now: datetime) -> str:
    """The file's name in the media store. Raises MediaLinkError."""
    try:
        name, until = _serializer(keys).loads(value)
    except (BadData, TypeError, ValueError) as error:
        raise MediaLinkError from error
    if not isinstance(name, str) or not isinstance(until, int) or now.timestamp() >= until:
        raise MediaLinkError
    return name


def _serializer(keys: Keys) -> URLSafeSerializer:
    return URLSafeSerializer(
        keys.for_itsdangerous(MEDIA_LINKS),
        salt="media",
        signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
    )
