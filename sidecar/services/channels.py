"""The office's accounts on the networks; credentials are encrypted at rest."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from sidecar.context import Context
from sidecar.services.errors import Malformed, NoSuchRow, UnknownSite
from sidecar.store.tables import ChannelRow
from sidecar.store.unit_of_work import UnitOfWork

CHANNEL_KEY = re.compile(r"[a-z][a-z0-9_-]{0,39}")


@dataclass(frozen=True)
class Channel:
    """An account with its credentials opened. `kind` names the network's adapter (`bluesky`, `mastodon`, …);
    `base_url` its API; `public_url` where readers see it; `settings` are not secret (such as max_characters)."""

    site_id: str
    key: str
    kind: str
    base_url: str
    account: str
    public_url: str = ""
    credentials: Mapping[str, Any] = field(default_factory=dict, repr=False)
    settings: Mapping[str, Any] = field(default_factory=dict)
    enabled: bool = True


def put_channel(ctx: Context, channel: Channel) -> bool:
    """Adds the account or changes it. True when it is new. Raises UnknownSite, Malformed."""
    if not CHANNEL_KEY.fullmatch(channel.key):
        raise Malformed(field="key", reason="a small letter, then small letters, digits, - or _")
    with ctx.uow() as uow:
        _require_site(uow, channel.site_id)
        new = uow.session.get(ChannelRow, (channel.site_id, channel.key)) is None
        uow.session.merge(
            ChannelRow(
                site_id=channel.site_id,
                key=channel.key,
                kind=channel.kind,
                base_url=channel.base_url.rstrip("/"),
                account=channel.account,
                public_url=channel.public_url,
                credentials=ctx.keys.encrypt(json.dumps(dict(channel.credentials))),
                settings=dict(channel.settings),
                enabled=channel.enabled,
                updated_at=ctx.now(),
            )
        )
        uow.commit()
    return new


def get_channel(ctx: Context, site_id: str, key: str) -> Channel:
    """For the workers. Raises NoSuchRow."""
    with ctx.uow(read_only=True) as uow:
        row = uow.session.get(ChannelRow, (site_id, key))
    if row is None:
        raise NoSuchRow(id=key)
    return _channel(ctx, row)


def list_channels(ctx: Context, site_id: str, enabled_only: bool = False) -> list[Channel]:
    """The office's accounts by key. Raises UnknownSite."""
    query = select(ChannelRow).where(ChannelRow.site_id == site_id).order_by(ChannelRow.key)
    with ctx.uow(read_only=True) as uow:
        _require_site(uow, site_id)
        rows = list(uow.session.scalars(query))
    return [_channel(ctx, row) for row in rows if row.enabled or not enabled_only]


def _require_site(uow: UnitOfWork, site_id: str) -> None:
    if uow.sites.get(site_id) is None:
        raise UnknownSite(site_id=site_id)


def _channel(ctx: Context, row: ChannelRow) -> Channel:
    return Channel(
        site_id=row.site_id,
        key=row.key,
        kind=row.kind,
        base_url=row.base_url,
        account=row.account,
        public_url=row.public_url,
        credentials=json.loads(ctx.keys.decrypt(row.credentials)),
        settings=row.settings,
        enabled=row.enabled,
    )
