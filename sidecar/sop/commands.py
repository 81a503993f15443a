"""What somebody asks for. A command may be refused; an event is a fact."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from sidecar.sop.events import Delegation, Disposition


class Via(StrEnum):
    """The way a command came in."""

    WP = "wp"
    EMAIL = "email"
    SYSTEM = "system"


@dataclass(frozen=True)
class Actor:
    """Who commands: `person` is the WordPress user, None for the system itself. `roles` and the office-wide
    `delegations` are those in force when the command was received."""

    person: int | None
    roles: frozenset[str] = frozenset()
    delegations: tuple[Delegation, ...] = ()


SYSTEM = Actor(None)


@dataclass(frozen=True, kw_only=True)
class Command:
    """`expected_revision`: what the person saw; None for the system, which acts on what is there."""

    name: ClassVar[str]
    actor: Actor
    via: Via = Via.WP
    expected_revision: int | None = None
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Open(Command):
    """`corrects`: the post's published case, when this is a correction of it; `named`: persons for roles, by the
    disposition's division."""

    name = "open"
    case_id: str
    site_id: str
    post_id: int
    title: str
    disposition: Disposition = field(default_factory=Disposition)
    corrects: str = ""
    named: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Assign(Command):
    """Ends an assigning activity; `assignee` (with the roles held) is named for the next activity's role."""

    name = "assign"
    assignee: Actor | None = None


@dataclass(frozen=True, kw_only=True)
class HandOver(Command):
    name = "hand_over"
    assignee: Actor | None = None


@dataclass(frozen=True, kw_only=True)
class Submit(Command):
    """`website`: the content is meant for the website too; of a correction always."""

    name = "submit"
    content_sha256: str
    title: str = ""
    website: bool = True


@dataclass(frozen=True, kw_only=True)
class Approve(Command):
    """`content_sha256`: the content that the person saw."""

    name = "approve"
    content_sha256: str


@dataclass(frozen=True, kw_only=True)
class ReturnForRevision(Command):
    name = "return"


@dataclass(frozen=True, kw_only=True)
class PlanPublication(Command):
    """`publish_at`: aware UTC, None for as soon as it is approved."""

    name = "plan_publication"
    publish_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Publish(Command):
    name = "publish"


@dataclass(frozen=True, kw_only=True)
class Reassign(Command):
    """`role` is held in this case by `assignee` from now on; the note is the reason."""

    name = "reassign"
    role: str
    assignee: Actor


@dataclass(frozen=True, kw_only=True)
class Cancel(Command):
    name = "cancel"


@dataclass(frozen=True, kw_only=True)
class Delegate(Command):
    """The actor lets `to` act for them in this case, from `starts_at` until `ends_at` (not included)."""

    name = "delegate"
    to: Actor
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, kw_only=True)
class RecordPublished(Command):
    """The system saw the publication succeed at `url`."""

    name = "record_published"
    url: str


@dataclass(frozen=True, kw_only=True)
class StopPublication(Command):
    """The system found other content than the approved: `content_sha256` is what is there now, `website` whether it is
    meant for the website (None: the content is the same, and something else stands in the way)."""

    name = "stop_publication"
    content_sha256: str
    website: bool | None = None
