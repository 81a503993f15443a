"""What WordPress keeps of a case: the body of the `mirror` call (docs/architecture.md)."""

from __future__ import annotations

from sidecar.context import Context
from sidecar.services.errors import NoSuchCase
from sidecar.services.view_case import View, head, reader_of


def mirror_of(ctx: Context, site_id: str, case_id: str) -> View:
    """The case as it is now, in the office's language. `as_of`: what was read is at least as new. Raises NoSuchCase."""
    now = ctx.now()
    with ctx.uow(read_only=True) as uow:
        site, stored = uow.sites.get(site_id), uow.cases.get(site_id, case_id)
        if site is None or stored is None:
            raise NoSuchCase(case_id=case_id)
        view = head(reader_of(uow, site, stored, uow.people.of_site(site_id), site.language, now))
    activity = view["activity"]
    return {
        "case_id": view["case_id"],
        "post_id": view["post_id"],
        "revision": view["revision"],
        "status": view["status"],
        "state": view["state"],
        "activity_no": activity["no"],
        "activity_name": activity["name"],
        "role": activity["role"],
        "role_name": activity["role_name"],
        "may_act": [entry["person"] for entry in view["may_act"]],
        "may_edit": view["may_edit"],
        "who": view["who"],
        "due_at": activity["due_at"],
        "content_sha256": view["content_sha256"],
        "url": view["url"],
        "corrects": view["corrects"],
        "as_of": view["as_of"],
    }
