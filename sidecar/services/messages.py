"""Signed messages are accepted once."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete

from sidecar.context import Context
from sidecar.services.errors import Malformed, Replayed
from sidecar.store.insert import insert_new
from sidecar.store.tables import SeenMessageRow

# Well beyond the signature's tolerance of 300 s either way: an older message is refused by its timestamp.
KEEP_S = 3600
MAX_ID = 200


def remember_message(ctx: Context, site_id: str, message_id: str) -> None:
    """Remembers the webhook-id of an accepted message. Raises Replayed when the site has sent it before,
    Malformed for an id that is empty or too long."""
    if not 0 < len(message_id) <= MAX_ID:
        raise Malformed(field="webhook-id")
    now = ctx.now()
    with ctx.uow() as uow:
        uow.session.execute(delete(SeenMessageRow).where(SeenMessageRow.seen_at < now - timedelta(seconds=KEEP_S)))
        row = {"site_id": site_id, "message_id": message_id, "seen_at": now}
        if not insert_new(uow.session, SeenMessageRow, row):
            raise Replayed(message_id=message_id)
        uow.commit()
