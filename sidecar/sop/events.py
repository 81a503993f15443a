"""Facts about a case, past tense. Stored as JSON for good: change a field only by adding one with a default."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from typing import Any, ClassVar


@dataclass(frozen=True)
class Delegation:
    """`to_person` acts for `from_person` (who holds `roles`) from `starts_at` until `ends_at`, aware UTC."""

    from_person: int
    to_person: int
    roles: tuple[str, ...]
    starts_at: datetime
    ends_at: datetime

    def in_force(self, now: datetime) -> bool:
        return self.starts_at <= now < self.ends_at


@dataclass(frozen=True)
class Disposition:
    """What the order says: number, note, activity with date and place, supervising division, occasion (greetings)."""

    number: str = ""
    note: str = ""
    activity: str = ""
    activity_date: str = ""
    place: str = ""
    division: str = ""
    occasion: str = ""
    attachment_id: int = 0


@dataclass(frozen=True)
class By:
    """Who did it: `person` (None: the system), and for whom when acting under a delegation."""

    person: int | None
    acting_for: int | None = None

    @property
    def people(self) -> frozenset[int]:
        """Both names stand behind the deed."""
        return frozenset(p for p in (self.person, self.acting_for) if p is not None)


@dataclass(frozen=True, kw_only=True)
class Event:
    kind: ClassVar[str]
    at: datetime
    by: By
    via: str


@dataclass(frozen=True, kw_only=True)
class Step(Event):
    """An event that ends the activity `no` in its `attempt`-th run."""

    no: int
    attempt: int
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class CaseOpened(Event):
    """`corrects`: the published case that this one corrects, empty for a post's first case. `named`: the persons that
    the disposition's division names, by role."""

    kind = "case_opened"
    case_id: str
    site_id: str
    procedure_key: str
    post_id: int
    title: str
    no: int
    disposition: Disposition
    corrects: str = ""
    named: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Assigned(Step):
    kind = "assigned"
    next_no: int
    assignee: int | None = None
    assignee_role: str = ""


@dataclass(frozen=True, kw_only=True)
class HandedOver(Step):
    kind = "handed_over"
    next_no: int
    assignee: int | None = None
    assignee_role: str = ""


@dataclass(frozen=True, kw_only=True)
class Submitted(Step):
    """`website`: does the content go to the website, where the procedure does?"""

    kind = "submitted"
    next_no: int
    content_sha256: str
    title: str = ""
    website: bool = True


@dataclass(frozen=True, kw_only=True)
class Approved(Step):
    kind = "approved"
    next_no: int
    content_sha256: str
    final: bool = False


@dataclass(frozen=True, kw_only=True)
class ReturnedForRevision(Step):
    kind = "returned_for_revision"
    to_no: int


@dataclass(frozen=True, kw_only=True)
class PublicationPlanned(Event):
    kind = "publication_planned"
    publish_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class PublicationOrdered(Step):
    """From `publish_at` on the workers may make it visible."""

    kind = "publication_ordered"
    publish_at: datetime
    content_sha256: str


@dataclass(frozen=True, kw_only=True)
class PublicationStopped(Step):
    """`website`: of the content found; None when the content is what it was."""

    kind = "publication_stopped"
    to_no: int
    content_sha256: str
    website: bool | None = None


@dataclass(frozen=True, kw_only=True)
class Published(Step):
    kind = "published"
    url: str


@dataclass(frozen=True, kw_only=True)
class Reassigned(Event):
    kind = "reassigned"
    role: str
    assignee: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class Cancelled(Event):
    kind = "cancelled"
    reason: str


@dataclass(frozen=True, kw_only=True)
class Delegated(Event):
    kind = "delegated"
    delegation: Delegation


KINDS: Mapping[str, type[Event]] = {
    cls.kind: cls
    for cls in (
        CaseOpened,
        Assigned,
        HandedOver,
        Submitted,
        Approved,
        ReturnedForRevision,
        PublicationPlanned,
        PublicationOrdered,
        PublicationStopped,
        Published,
        Reassigned,
        Cancelled,
        Delegated,
    )
}


def to_dict(event: Event) -> dict[str, Any]:
    """The event as plain JSON values; times as ISO 8601 in UTC with microseconds."""
    return {"kind": event.kind, **{key: _plain(value) for key, value in asdict(event).items()}}


def from_dict(data: Mapping[str, Any]) -> Event:
    """Inverse of `to_dict`. Raises KeyError for an unknown kind; fields added later take their defaults."""
    cls = KINDS[data["kind"]]
    known = {one.name for one in fields(cls)}
    values = {key: value for key, value in data.items() if key in known}
    for key in ("at", "publish_at"):
        if values.get(key):
            values[key] = datetime.fromisoformat(values[key])
    values["by"] = By(**values["by"])
    if "disposition" in values:
        values["disposition"] = Disposition(**values["disposition"])
    if "delegation" in values:
        values["delegation"] = delegation_from_dict(values["delegation"])
    return cls(**values)


def delegation_to_dict(delegation: Delegation) -> dict[str, Any]:
    """The delegation as plain JSON values."""
    return {key: _plain(value) for key, value in asdict(delegation).items()}


def delegation_from_dict(data: Mapping[str, Any]) -> Delegation:
    """Inverse of `delegation_to_dict`."""
    times = {key: datetime.fromisoformat(data[key]) for key in ("starts_at", "ends_at")}
    return Delegation(**{**data, "roles": tuple(data["roles"]), **times})


def utc_iso(moment: datetime) -> str:
    """How a moment is stored: ISO 8601 in UTC with microseconds."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return utc_iso(value)
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
