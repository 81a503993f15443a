"""One page of an office's cases, short."""

from __future__ import annotations

from sidecar.context import Context
from sidecar.services.errors import Malformed, UnknownSite
from sidecar.services.view_case import View, head, reader_of
from sidecar.sop.case import CaseState
from sidecar.store.listing import Wanted

MAX_PER_PAGE = 200


def list_cases(
    ctx: Context,
    site_id: str,
    actor: int,
    *,
    mine: bool = False,
    state: str = "open",
    own: bool = False,
    page: int = 1,
    per_page: int = 20,
    language: str = "id",
) -> tuple[list[View], int]:
    """Short views, last changed first, and how many there are. `mine`: only open ones that wait for `actor`, the first
    due first. `own`: only cases in which `actor` may act or has a part.

    `state` empty: all. Raises UnknownSite, Malformed.
    """
    if state and state not in set(CaseState):
        raise Malformed(field="state")
    if page < 1 or not 1 <= per_page <= MAX_PER_PAGE:
        raise Malformed(field="page")
    now, offset = ctx.now(), (page - 1) * per_page
    with ctx.uow(read_only=True) as uow:
        site = uow.sites.get(site_id)
        if site is None:
            raise UnknownSite(site_id=site_id)
        if mine:
            wanted = Wanted(site_id=site_id, now=now, people=(actor,))
            ids = [row.id for row in uow.listing.first_due(wanted, per_page, offset)]
            total = uow.listing.count(wanted, CaseState.OPEN)
        else:
            wanted = Wanted(site_id=site_id, now=now, seen_by=actor if own else None)
            ids = uow.listing.last_changed(wanted, state, per_page, offset)
            total = uow.listing.count(wanted, state)
        people, stored = uow.people.of_site(site_id), uow.cases.some(site_id, ids)
        return [head(reader_of(uow, site, stored[one], people, language, now)) for one in ids], total
