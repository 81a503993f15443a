"""Rows of the delivery journal. services/deliveries.py moves them from state to state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from sidecar.i18n import N_, translator
from sidecar.store.tables import ChannelRow, DeliveryRow, SiteRow


class DeliveryState(StrEnum):
    PLANNED = "planned"
    PREPARED = "prepared"
    ARMED = "armed"
    ACCEPTED = "accepted"
    PROVEN = "proven"
    UNCONFIRMED = "unconfirmed"
    FAILED = "failed"


# From these on something may be visible: planning again must not touch the row.
OUT = frozenset({DeliveryState.ARMED, DeliveryState.ACCEPTED, DeliveryState.PROVEN, DeliveryState.UNCONFIRMED})


NO_CHANNEL = N_("The office has no channel “%(channel)s”, or has switched it off.")


@dataclass(frozen=True)
class Planned:
    """One message for one channel, as approved."""

    channel: str
    caption: str


class Deliveries:
    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, delivery_id: int) -> DeliveryRow | None:
        return self._session.get(DeliveryRow, delivery_id)

    def of_case(self, site_id: str, case_id: str) -> list[DeliveryRow]:
        query = select(DeliveryRow).where(DeliveryRow.site_id == site_id, DeliveryRow.case_id == case_id)
        return list(self._session.scalars(query.order_by(DeliveryRow.channel)))

    def plan(
        self, site_id: str, case_id: str, content_sha256: str, planned: Sequence[Planned], now: datetime
    ) -> list[DeliveryRow]:
        """One row per channel of the approved content, planned anew unless something of it may be visible already.

        A row of an earlier approval whose channel is not wanted any more is removed when nothing is visible. A channel
        that the office does not have, or has switched off, fails at once, so that people see it. Returns the rows that
        are to be delivered.
        """
        existing = {row.channel: row for row in self.of_case(site_id, case_id)}
        for channel, row in existing.items():
            if channel not in {item.channel for item in planned} and row.state not in OUT:
                self._session.delete(row)
        rows = [self._plan_one(site_id, case_id, content_sha256, item, existing, now) for item in planned]
        self._session.flush()
        return [row for row in rows if row.state == str(DeliveryState.PLANNED)]

    def _plan_one(
        self,
        site_id: str,
        case_id: str,
        content_sha256: str,
        item: Planned,
        existing: dict[str, DeliveryRow],
        now: datetime,
    ) -> DeliveryRow:
        row = existing.get(item.channel)
        if row is not None and row.state in OUT:
            return row
        channel = self._session.get(ChannelRow, (site_id, item.channel))
        usable = channel is not None and channel.enabled
        error = "" if usable else self._no_channel(site_id, item.channel)  # asked before the row is there half filled
        if row is None:
            row = DeliveryRow(site_id=site_id, case_id=case_id, channel=item.channel, revision=0, attempt=0)
            self._session.add(row)
        row.kind, row.account = (channel.kind, channel.account) if channel else ("", "")
        row.state = str(DeliveryState.PLANNED if usable else DeliveryState.FAILED)
        row.error_code = "" if usable else "no_such_channel"
        row.error = error
        row.revision += 1
        row.content_sha256, row.caption = content_sha256, item.caption
        row.native_key, row.prepared, row.remote_id, row.url = "", {}, "", ""
        row.armed_at = row.accepted_at = row.proven_at = None
        row.planned_at = row.updated_at = now
        return row

    def _no_channel(self, site_id: str, channel: str) -> str:
        site = self._session.get(SiteRow, site_id)
        return translator(site.language if site else "").gettext(NO_CHANNEL) % {"channel": channel}
