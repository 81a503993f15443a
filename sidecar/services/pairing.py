"""One code, pasted once into wp-admin, connects an office's WordPress with this sidecar.

The code names this sidecar, the office and a 256-bit secret, of which only the SHA-256 is kept. Whoever brings the
secret in time becomes the office's WordPress: a new office is made, a known one gets a new webhook secret and the new
application password, and what was connected before is cut off.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets as random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, func, insert, select, update

from sidecar.context import Context
from sidecar.services.errors import Malformed, PairingOver, TooManyTries
from sidecar.services.install_sop import store_sop
from sidecar.services.sites import Site, check_site, open_site, store_site
from sidecar.sop_file import load_document
from sidecar.store.change import changed_rows
from sidecar.store.tables import PairingFailureRow, PairingRow
from sidecar.store.unit_of_work import UnitOfWork

CODE_PREFIX = "tayang1."
MAX_FAILURES = 5
FAILURES_KEPT = timedelta(minutes=1)
MAX_VALID_FOR = timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class Invitation:
    """`name`, `timezone`, `language` of a known office may stay empty: they are then kept. `document`: a checked SOP
    that is installed with the pairing."""

    site_id: str
    name: str = ""
    timezone: str = ""
    language: str = ""
    document: Mapping[str, Any] | None = None
    valid_for: timedelta = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class PairRequest:
    """What WordPress brings: the secret of its code and how it is reached. `address`: where the call comes from."""

    token: str = field(repr=False)
    site_id: str
    wordpress_url: str
    robot_login: str
    robot_password: str = field(repr=False)
    address: str


def invite(ctx: Context, invitation: Invitation) -> str:
    """A code for the office, good once; an older one of the same office that was not used is good no more.

    Raises Malformed with the `field` that cannot be, such as a missing `name` of an office that does not exist yet.
    """
    if not timedelta() < invitation.valid_for <= MAX_VALID_FOR:
        raise Malformed(field="valid_for", reason=f"at most {MAX_VALID_FOR.days} days")
    token, now = random.token_urlsafe(32), ctx.now()
    with ctx.uow() as uow:
        if uow.sites.get(invitation.site_id) is None:
            _check_new(invitation)
        uow.session.execute(
            delete(PairingRow).where(PairingRow.site_id == invitation.site_id, PairingRow.used_at.is_(None))
        )
        uow.session.add(
            PairingRow(
                token_sha256=_sha256(token),
                site_id=invitation.site_id,
                name=invitation.name,
                timezone=invitation.timezone,
                language=invitation.language,
                document=None if invitation.document is None else dict(invitation.document),
                created_at=now,
                expires_at=now + invitation.valid_for,
            )
        )
        uow.commit()
    return code_of(ctx.settings.public_url, invitation.site_id, token)


def code_of(public_url: str, site_id: str, token: str) -> str:
    """The code that a person copies: `tayang1.` and base64url of `{"u", "s", "t"}`."""
    parts = json.dumps({"u": public_url, "s": site_id, "t": token}, separators=(",", ":"))
    return CODE_PREFIX + base64.urlsafe_b64encode(parts.encode()).decode().rstrip("=")


def pair(ctx: Context, request: PairRequest, webhook_secret: str) -> Site:
    """Connects the office, exactly once per code; `webhook_secret` signs from now on, alone. Returns the office.

    Raises PairingOver for a secret that is wrong, of another office, used or too old: all the same from outside;
    TooManyTries after five of these within a minute from one address; Malformed for an address or login that cannot
    be, and then the code stays good; DatabaseBusy.
    """
    now, address = ctx.now(), ctx.keys.fingerprint(request.address)
    with ctx.uow() as uow:
        _check_failures(ctx, uow, address)
        token_sha256 = _sha256(request.token)
        claim = (
            update(PairingRow)
            .where(PairingRow.token_sha256 == token_sha256, PairingRow.site_id == request.site_id)
            .where(PairingRow.used_at.is_(None), PairingRow.expires_at > now)
        )
        if changed_rows(uow.session, claim.values(used_at=now)) != 1:
            uow.session.execute(insert(PairingFailureRow).values(address=address, at=now))
            uow.commit()
            raise PairingOver
        row = uow.session.get_one(PairingRow, token_sha256)
        site = _site(ctx, uow, row, request, webhook_secret)
        store_site(ctx, uow, site)
        if row.document is not None:
            # A site that was added just now must be there before its SOP.
            uow.session.flush()
            store_sop(uow, site.id, load_document(row.document), row.document, now)
        uow.commit()
    return site


def _check_new(invitation: Invitation) -> None:
    if not invitation.name.strip():
        raise Malformed(field="name", reason="an office that does not exist yet needs one")
    check_site(_new_site(invitation.site_id, invitation.name, invitation.timezone, invitation.language))


def _new_site(site_id: str, name: str, timezone: str, language: str) -> Site:
    """An office before anything is known of its WordPress."""
    given = {key: value for key, value in (("timezone", timezone), ("language", language)) if value}
    placeholder = Site(
        id=site_id,
        name=name,
        wordpress_url="http://unknown",
        robot_login="",
        robot_password="",
        secrets=("whsec_",),
    )
    return replace(placeholder, **given)  # type: ignore[arg-type]


def _site(ctx: Context, uow: UnitOfWork, row: PairingRow, request: PairRequest, webhook_secret: str) -> Site:
    known = uow.sites.get(row.site_id)
    before = open_site(ctx, known) if known else _new_site(row.site_id, row.name, row.timezone, row.language)
    return replace(
        before,
        name=row.name or before.name,
        timezone=row.timezone or before.timezone,
        language=row.language or before.language,
        wordpress_url=request.wordpress_url,
        robot_login=request.robot_login,
        robot_password=request.robot_password,
        secrets=(webhook_secret,),
    )


def _check_failures(ctx: Context, uow: UnitOfWork, address: str) -> None:
    since = ctx.now() - FAILURES_KEPT
    uow.session.execute(delete(PairingFailureRow).where(PairingFailureRow.at <= since))
    recent = select(func.count()).where(PairingFailureRow.address == address, PairingFailureRow.at > since)
    if (uow.session.scalar(recent) or 0) >= MAX_FAILURES:
        raise TooManyTries(seconds=int(FAILURES_KEPT.total_seconds()))


def _sha256(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
