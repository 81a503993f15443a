"""Offices: add, change, read; secrets are encrypted at rest."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sidecar.context import Context
from sidecar.services.errors import Malformed, UnknownSite
from sidecar.services.listed import count_deadlines
from sidecar.store.tables import SiteRow
from sidecar.store.unit_of_work import UnitOfWork

SITE_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
LANGUAGES = ("id", "en")
TRANSPORTS = ("rest", "xmlrpc")


@dataclass(frozen=True)
class Site:
    """An office with its secrets opened. `secrets`: webhook secrets `whsec_…`, the first one signs, all verify."""

    id: str
    name: str
    wordpress_url: str
    robot_login: str
    robot_password: str = field(repr=False)
    secrets: tuple[str, ...] = field(repr=False)
    timezone: str = "Asia/Jakarta"
    language: str = "id"
    transport: str = "rest"

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


def put_site(ctx: Context, site: Site) -> bool:
    """Adds the office or changes it. True when it is new. Raises Malformed with the `field` that cannot be."""
    with ctx.uow() as uow:
        new = store_site(ctx, uow, site)
        uow.commit()
    return new


def store_site(ctx: Context, uow: UnitOfWork, site: Site) -> bool:
    """As `put_site`, inside the caller's transaction; the caller commits."""
    check_site(site)
    values = {
        "name": site.name,
        "wordpress_url": site.wordpress_url.rstrip("/"),
        "robot_login": site.robot_login,
        "robot_password": ctx.keys.encrypt(site.robot_password),
        "secrets": ctx.keys.encrypt(json.dumps(site.secrets)),
        "timezone": site.timezone,
        "language": site.language,
        "transport": site.transport,
        "updated_at": ctx.now(),
    }
    row = uow.sites.get(site.id)
    if row is None:
        uow.session.add(SiteRow(id=site.id, chain_seq=0, chain_hash="", created_at=ctx.now(), **values))
        return True
    moved = row.timezone != site.timezone
    for name, value in values.items():
        setattr(row, name, value)
    if moved:
        count_deadlines(uow, site.id, site.timezone)
    return False


def get_site(ctx: Context, site_id: str) -> Site:
    """Raises UnknownSite; KeysError when SECRET_KEYS no longer opens its secrets."""
    with ctx.uow(read_only=True) as uow:
        row = uow.sites.get(site_id)
    if row is None:
        raise UnknownSite(site_id=site_id)
    return open_site(ctx, row)


def list_sites(ctx: Context) -> list[Site]:
    """All offices by id."""
    with ctx.uow(read_only=True) as uow:
        rows = uow.sites.every()
    return [open_site(ctx, row) for row in rows]


def change_site(ctx: Context, site_id: str, **changes: object) -> Site:
    """Changes only the fields named. Raises UnknownSite, Malformed."""
    site = replace(get_site(ctx, site_id), **changes)  # type: ignore[arg-type]
    put_site(ctx, site)
    return site


def open_site(ctx: Context, row: SiteRow) -> Site:
    """The stored office with its secrets opened. Raises KeysError."""
    return Site(
        id=row.id,
        name=row.name,
        wordpress_url=row.wordpress_url,
        robot_login=row.robot_login,
        robot_password=ctx.keys.decrypt(row.robot_password),
        secrets=tuple(json.loads(ctx.keys.decrypt(row.secrets))),
        timezone=row.timezone,
        language=row.language,
        transport=row.transport,
    )


def check_site(site: Site) -> None:
    """Raises Malformed with the `field` that cannot be."""
    if not SITE_ID.fullmatch(site.id):
        raise Malformed(field="id", reason="small letters, digits and hyphens, at most 40")
    parts = urlsplit(site.wordpress_url)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise Malformed(field="wordpress_url", reason="must begin with http:// or https://")
    if not site.secrets or not all(secret.startswith("whsec_") for secret in site.secrets):
        raise Malformed(field="secrets", reason="at least one, each beginning with whsec_")
    if site.language not in LANGUAGES:
        raise Malformed(field="language", reason=" | ".join(LANGUAGES))
    if site.transport not in TRANSPORTS:
        raise Malformed(field="transport", reason=" | ".join(TRANSPORTS))
    try:
        ZoneInfo(site.timezone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise Malformed(field="timezone", reason="an IANA zone such as Asia/Jakarta") from error
