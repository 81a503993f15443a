"""The office works by this SOP from now on; running cases keep the version with which they began."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from sidecar.context import Context
from sidecar.services.errors import UnknownSite
from sidecar.sop.content import canonical_json
from sidecar.sop.procedure import Sop
from sidecar.store.unit_of_work import UnitOfWork


def install_sop(ctx: Context, site_id: str, sop: Sop, document: dict[str, Any]) -> str:
    """Stores the checked SOP's plain `document` and makes it current; again changes nothing. Returns its SHA-256.

    Raises UnknownSite.
    """
    with ctx.uow() as uow:
        if uow.sites.get(site_id) is None:
            raise UnknownSite(site_id=site_id)
        sha256 = store_sop(uow, site_id, sop, document, ctx.now())
        uow.commit()
    return sha256


def store_sop(uow: UnitOfWork, site_id: str, sop: Sop, document: dict[str, Any], now: datetime) -> str:
    """As `install_sop`, inside the caller's transaction; the caller commits."""
    sha256 = hashlib.sha256(canonical_json(document)).hexdigest()
    uow.sops.install(site_id, sop.number, sha256, document, now)
    return sha256
