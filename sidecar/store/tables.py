"""All tables. Every row says its site: one sidecar, many offices. Times are aware UTC; digests hex SHA-256.

Change a table only together with a new migration: tests/unit/store/test_migrations.py compares the two.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Integer, MetaData, String, Text, UniqueConstraint, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from sidecar.store.types import BigId, UtcDateTime

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
SITE_ID_LENGTH = 40
SHA256_LENGTH = 64
RUNNING = "state IN ('open', 'publishing')"


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {datetime: UtcDateTime, dict[str, Any]: JSON, list[str]: JSON, list[dict[str, Any]]: JSON}


def _site() -> Mapped[str]:
    return mapped_column(String(SITE_ID_LENGTH), ForeignKey("sites.id"))


def _site_key() -> Mapped[str]:
    return mapped_column(String(SITE_ID_LENGTH), ForeignKey("sites.id"), primary_key=True)


def _case() -> Mapped[str]:
    return mapped_column(String(32), ForeignKey("cases.id"))


class SiteRow(Base):
    """One office. `robot_password`, `secrets` (webhook secrets, JSON list) are encrypted. `chain_seq`, `chain_hash`:
    head of the office's audit chain; whoever appends locks this row."""

    __tablename__ = "sites"
    id: Mapped[str] = mapped_column(String(SITE_ID_LENGTH), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    wordpress_url: Mapped[str] = mapped_column(String(500))
    robot_login: Mapped[str] = mapped_column(String(100))
    robot_password: Mapped[str] = mapped_column(Text)
    secrets: Mapped[str] = mapped_column(Text)
    timezone: Mapped[str] = mapped_column(String(60))
    language: Mapped[str] = mapped_column(String(10))
    transport: Mapped[str] = mapped_column(String(10))
    chain_seq: Mapped[int] = mapped_column(BigId, default=0)
    chain_hash: Mapped[str] = mapped_column(String(SHA256_LENGTH), default="")
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class PersonRow(Base):
    """A WordPress user of the office. `person` is the WordPress user id. `delegations`: who acts for this person and
    when, a list of `sidecar.store.people.ActingOfficer`."""

    __tablename__ = "people"
    site_id: Mapped[str] = _site_key()
    person: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    login: Mapped[str] = mapped_column(String(100))
    name: Mapped[str] = mapped_column(String(250))
    email: Mapped[str] = mapped_column(String(320))
    locale: Mapped[str] = mapped_column(String(20))
    roles: Mapped[list[str]]
    active: Mapped[bool]
    division: Mapped[str] = mapped_column(String(200), server_default="")
    delegations: Mapped[list[dict[str, Any]]] = mapped_column(server_default="[]")
    updated_at: Mapped[datetime]


class SopVersionRow(Base):
    """An installed SOP document; a case keeps the version with which it began."""

    __tablename__ = "sop_versions"
    site_id: Mapped[str] = _site_key()
    sha256: Mapped[str] = mapped_column(String(SHA256_LENGTH), primary_key=True)
    number: Mapped[str] = mapped_column(String(100))
    document: Mapped[dict[str, Any]]
    installed_at: Mapped[datetime]
    current: Mapped[bool]


class CaseRow(Base):
    """State of a case: `snapshot` is the whole `sidecar.sop.case.Case`, the columns are what is asked for.

    One running case per post: what was published may be corrected by another one. Changed only by compare-and-set on
    `revision`.
    """

    __tablename__ = "cases"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    site_id: Mapped[str] = _site()
    procedure_key: Mapped[str] = mapped_column(String(40))
    sop_sha256: Mapped[str] = mapped_column(String(SHA256_LENGTH))
    post_id: Mapped[int] = mapped_column(BigId)
    title: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(20))
    revision: Mapped[int]
    activity_no: Mapped[int]
    attempt: Mapped[int]
    entered_at: Mapped[datetime]
    content_sha256: Mapped[str] = mapped_column(String(SHA256_LENGTH))
    publish_at: Mapped[datetime | None]
    url: Mapped[str] = mapped_column(Text)
    opened_by: Mapped[int] = mapped_column(BigId)
    opened_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    snapshot: Mapped[dict[str, Any]]
    # For lists only (sidecar/services/listed.py writes them; a row without a role has not been filled yet).
    role: Mapped[str] = mapped_column(String(40), server_default="")
    division: Mapped[str] = mapped_column(Text, server_default="")
    occasion: Mapped[str] = mapped_column(String(60), server_default="")
    activity_date: Mapped[date | None]
    search_title: Mapped[str] = mapped_column(Text, server_default="")
    due_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    __table_args__ = (
        Index(
            "uq_cases_site_id_post_id",
            "site_id",
            "post_id",
            unique=True,
            sqlite_where=text(RUNNING),
            postgresql_where=text(RUNNING),
        ),
        Index(None, "site_id", "post_id"),
        Index(None, "site_id", "state", "updated_at"),
        Index(None, "site_id", "updated_at"),
        Index("ix_cases_board", "site_id", "procedure_key", "state", "activity_no", "due_at"),
        Index(None, "site_id", "published_at"),
        Index(None, "site_id", "publish_at"),
        Index(None, "site_id", "activity_date"),
    )


class TurnRow(Base):
    """Who may act on a case now, `acting_for` somebody else or None. Written in the transaction that settles the turns
    (sidecar/services/turns.py); no rows for a step that the system does by itself."""

    __tablename__ = "turns"
    site_id: Mapped[str] = _site()
    case_id: Mapped[str] = mapped_column(String(32), ForeignKey("cases.id"), primary_key=True)
    person: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    acting_for: Mapped[int | None] = mapped_column(BigId)
    __table_args__ = (Index(None, "site_id", "person", "case_id"),)


class PartRow(Base):
    """Who has or had a part in a case: opened it, acted on it (also by somebody acting for them), or is named in it."""

    __tablename__ = "parts"
    site_id: Mapped[str] = _site()
    case_id: Mapped[str] = mapped_column(String(32), ForeignKey("cases.id"), primary_key=True)
    person: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    __table_args__ = (Index(None, "site_id", "person", "case_id"),)


class PairingRow(Base):
    """An invitation to connect an office's WordPress, good for one use (sidecar/services/pairing.py). The office itself
    need not exist yet: `name`, `timezone`, `language` and the SOP `document` are for the one that is made then."""

    __tablename__ = "pairings"
    token_sha256: Mapped[str] = mapped_column(String(SHA256_LENGTH), primary_key=True)
    site_id: Mapped[str] = mapped_column(String(SITE_ID_LENGTH))
    name: Mapped[str] = mapped_column(String(200))
    timezone: Mapped[str] = mapped_column(String(60))
    language: Mapped[str] = mapped_column(String(10))
    document: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class PairingFailureRow(Base):
    """A wrong pairing, for the limit per address; `address` is a keyed fingerprint. Rows are gone after a minute."""

    __tablename__ = "pairing_failures"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    address: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime]
    __table_args__ = (Index(None, "address", "at"),)


class EventRow(Base):
    """The audit trail: append-only, one hash chain per site (sidecar/store/audit.py)."""

    __tablename__ = "events"
    site_id: Mapped[str] = _site_key()
    seq: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    case_id: Mapped[str] = _case()
    revision: Mapped[int]
    kind: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime]
    person: Mapped[int | None] = mapped_column(BigId)
    data: Mapped[dict[str, Any]]
    prev_hash: Mapped[str] = mapped_column(String(SHA256_LENGTH))
    hash: Mapped[str] = mapped_column(String(SHA256_LENGTH))
    __table_args__ = (UniqueConstraint("case_id", "revision"), Index(None, "site_id", "at"))


class IdempotencyRow(Base):
    """What a command with this key led to. `request_sha256` tells a repetition from another command."""

    __tablename__ = "idempotency"
    site_id: Mapped[str] = _site_key()
    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    request_sha256: Mapped[str] = mapped_column(String(SHA256_LENGTH))
    case_id: Mapped[str] = _case()
    revision: Mapped[int]
    created_at: Mapped[datetime]


class SeenMessageRow(Base):
    """A webhook-id that was accepted already; rows older than the tolerance may be deleted."""

    __tablename__ = "seen_messages"
    site_id: Mapped[str] = _site_key()
    message_id: Mapped[str] = mapped_column(String(200), primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class OutboxRow(Base):
    """Work that a transaction ordered: pending -> queued -> running -> done | dead (sidecar/services/outbox.py).

    `attempt` counts the times it was queued; `lease_until` bounds queued and running; `error` is the last one.
    """

    __tablename__ = "outbox"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    site_id: Mapped[str] = _site()
    case_id: Mapped[str | None] = mapped_column(String(32), ForeignKey("cases.id"))
    kind: Mapped[str] = mapped_column(String(40))
    payload: Mapped[dict[str, Any]]
    dedupe_key: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(10))
    due_at: Mapped[datetime]
    attempt: Mapped[int]
    lease_until: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    __table_args__ = (
        UniqueConstraint("site_id", "dedupe_key"),
        Index(None, "state", "due_at"),
        Index(None, "case_id"),
    )


class RevisionRow(Base):
    """What was submitted, or found at publication: `content` is what `content_sha256` digests; `media_urls` and
    `rendered` are for previews. `case_revision`: the case's revision that it came with."""

    __tablename__ = "revisions"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    site_id: Mapped[str] = _site()
    case_id: Mapped[str] = _case()
    case_revision: Mapped[int]
    content_sha256: Mapped[str] = mapped_column(String(SHA256_LENGTH))
    content: Mapped[dict[str, Any]]
    media_urls: Mapped[dict[str, Any]]
    rendered: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    __table_args__ = (UniqueConstraint("case_id", "case_revision"),)


class ApprovalTokenRow(Base):
    """An e-mailed token (sidecar/mail/tokens.py); `revision` is the case's revision at which it was issued."""

    __tablename__ = "approval_tokens"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    site_id: Mapped[str] = _site()
    case_id: Mapped[str] = _case()
    revision: Mapped[int]
    no: Mapped[int]
    attempt: Mapped[int]
    person: Mapped[int] = mapped_column(BigId)
    content_sha256: Mapped[str] = mapped_column(String(SHA256_LENGTH))
    nonce: Mapped[str] = mapped_column(String(64))
    secret_sha256: Mapped[str] = mapped_column(String(SHA256_LENGTH))
    issued_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_reason: Mapped[str] = mapped_column(String(40))
    failures: Mapped[int]
    __table_args__ = (Index(None, "case_id"), Index(None, "site_id", "person"))


class MailRow(Base):
    """One mail to one person: `address` and `language` as they were when the event happened.

    `kind` as the outbox row's; `state`: pending -> sent | failed | withdrawn. `token_id` is None for mail.published.
    """

    __tablename__ = "mails"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    site_id: Mapped[str] = _site()
    case_id: Mapped[str] = _case()
    kind: Mapped[str] = mapped_column(String(40))
    no: Mapped[int]
    case_attempt: Mapped[int]
    person: Mapped[int] = mapped_column(BigId)
    name: Mapped[str] = mapped_column(String(250))
    address: Mapped[str] = mapped_column(String(320))
    language: Mapped[str] = mapped_column(String(10))
    token_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("approval_tokens.id"))
    message_id: Mapped[str] = mapped_column(String(300))
    state: Mapped[str] = mapped_column(String(10))
    tries: Mapped[int]
    error: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    __table_args__ = (Index(None, "case_id"),)


class ChannelRow(Base):
    """An account on a network. `credentials` (JSON object) is encrypted; `settings` is not secret."""

    __tablename__ = "channels"
    site_id: Mapped[str] = _site_key()
    key: Mapped[str] = mapped_column(String(40), primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    base_url: Mapped[str] = mapped_column(String(500))
    account: Mapped[str] = mapped_column(String(200))
    public_url: Mapped[str] = mapped_column(String(500))
    credentials: Mapped[str] = mapped_column(Text)
    settings: Mapped[dict[str, Any]]
    enabled: Mapped[bool]
    updated_at: Mapped[datetime]


class DeliveryRow(Base):
    """The journal: one row per case and channel; each change is a compare-and-set on `revision`.

    planned -> prepared -> armed -> accepted -> proven | unconfirmed | failed. `prepared`: what was uploaded (ids).
    `native_key`: what makes the visible call repeatable (record key, idempotency key). `attempt` counts the armings.
    """

    __tablename__ = "deliveries"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    site_id: Mapped[str] = _site()
    case_id: Mapped[str] = _case()
    channel: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(40))
    account: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(20))
    revision: Mapped[int]
    attempt: Mapped[int]
    content_sha256: Mapped[str] = mapped_column(String(SHA256_LENGTH))
    caption: Mapped[str] = mapped_column(Text)
    native_key: Mapped[str] = mapped_column(String(200))
    prepared: Mapped[dict[str, Any]]
    remote_id: Mapped[str] = mapped_column(String(500))
    url: Mapped[str] = mapped_column(String(1000))
    error_code: Mapped[str] = mapped_column(String(60))
    error: Mapped[str] = mapped_column(Text)
    planned_at: Mapped[datetime]
    armed_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    proven_at: Mapped[datetime | None]
    updated_at: Mapped[datetime]
    __table_args__ = (UniqueConstraint("case_id", "channel"), Index(None, "site_id", "state"))


class DerivativeRow(Base):
    """A picture made from a source: same site, source, output and recipe, same bytes. `path` is below MEDIA_DIR."""

    __tablename__ = "derivatives"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    site_id: Mapped[str] = _site()
    source_sha256: Mapped[str] = mapped_column(String(SHA256_LENGTH))
    output: Mapped[str] = mapped_column(String(60))
    recipe: Mapped[str] = mapped_column(String(SHA256_LENGTH))
    sha256: Mapped[str] = mapped_column(String(SHA256_LENGTH))
    width: Mapped[int]
    height: Mapped[int]
    bytes: Mapped[int] = mapped_column(Integer)
    mime: Mapped[str] = mapped_column(String(60))
    path: Mapped[str] = mapped_column(String(300))
    created_at: Mapped[datetime]
    __table_args__ = (UniqueConstraint("site_id", "source_sha256", "output", "recipe"), Index(None, "sha256"))


class LeaseRow(Base):
    """Who does a thing of which there may be only one (the relay); of the installation, not of a site."""

    __tablename__ = "leases"
    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    holder: Mapped[str] = mapped_column(String(200))
    until: Mapped[datetime]
