"""Is the audit trail as it was written?"""

from __future__ import annotations

from sidecar.context import Context
from sidecar.services.errors import UnknownSite
from sidecar.store.audit import Verification


def verify_audit(ctx: Context, site_id: str = "") -> list[Verification]:
    """One verification per office, or of one office. Raises UnknownSite."""
    with ctx.uow(read_only=True) as uow:
        ids = [row.id for row in uow.sites.every()]
        if site_id and site_id not in ids:
            raise UnknownSite(site_id=site_id)
        return [uow.audit.verify(one) for one in ([site_id] if site_id else ids)]
