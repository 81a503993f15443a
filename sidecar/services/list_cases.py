"""One page of an office's cases, short."""

from __future__ import annotations

from sidecar.context import Context
from sidecar.services.errors import Malformed, UnknownSite
from sidecar.services.view_case import View, head, reader_of
from sidecar.sop.case import CaseState

MAX_PER_PAGE = 200


def list_cases(
    ctx: Context,
    site_id: str,
    actor: int,
    *,
    mine: bool = False,
    state: str = "open",
    page: int = 1,
    per_page: int = 20,
    language: str = "id",
) -> tuple[list[View], int]:
    """Short views, last changed first, and how many there are. `mine`: only open ones that wait for `actor`, the first
    due first.

    `state` empty: all. Raises UnknownSite, Malformed.
    """
    if state and state not in set(CaseState):
        raise Malformed(field="state")
    if page < 1 or not 1 <= per_page <= MAX_PER_PAGE:
        raise Malformed(field="page")
    with ctx.uow(read_only=True) as uow:
        site = uow.sites.get(site_id)
        if site is None:
            raise UnknownSite(site_id=site_id)
        people, now = uow.people.of_site(site_id), ctx.now()
        first = (page - 1) * per_page
        if not mine:
            stored, total = uow.cases.find(site_id, state, limit=per_page, offset=first)
            return [head(reader_of(uow, site, one, people, language, now)) for one in stored], total
        stored, _ = uow.cases.find(site_id, CaseState.OPEN)
        views = [head(reader_of(uow, site, one, people, language, now)) for one in stored]
    waiting = [view for view in views if any(entry["person"] == actor for entry in view["may_act"])]
    waiting.sort(key=lambda view: str(view["activity"]["due_at"]))
    return waiting[first : first + per_page], len(waiting)
