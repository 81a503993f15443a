"""An SOP document as frozen data. The engine knows no activity by name: another office's SOP is another file.

Terms: SOP AP (PermenPAN-RB 35/2012) kegiatan = Activity, pelaksana = Role, mutu baku = QualityStandard.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class ActivityKind(StrEnum):
    """What the role does in an activity, and so which command ends it."""

    ASSIGN = "assign"
    WORK = "work"
    DECIDE = "decide"
    HANDOVER = "handover"
    PUBLISH = "publish"


class PublishingStart(StrEnum):
    """How the publish activity begins: by itself (at the planned time, else at once) or by a person's button."""

    AUTOMATIC = "automatic"
    BUTTON = "button"


@dataclass(frozen=True)
class Text:
    """One text in the languages of the interface; Indonesian is the SOP's own wording."""

    id: str
    en: str = ""

    def in_language(self, language: str) -> str:
        return self.en if language.startswith("en") and self.en else self.id


@dataclass(frozen=True)
class Role:
    """`by_division`: of several holders the one in the disposition's division is named when a case is opened."""

    key: str
    name: Text
    by_division: bool = False


@dataclass(frozen=True)
class QualityStandard:
    """Mutu baku: requirement (kelengkapan), time standard in minutes, output."""

    required_inputs: Text
    minutes: int
    output: Text


@dataclass(frozen=True)
class Reading:
    """A `field` that the SOP document leaves open, and why the file says what it says. An office may correct it."""

    field: str
    reason: Text


@dataclass(frozen=True)
class Activity:
    no: int
    name: Text
    role: str
    kind: ActivityKind
    quality: QualityStandard
    remarks: Text = Text("")
    return_to: int | None = None
    final_approval: bool = False
    allow_self_approval: bool = False
    publishing: PublishingStart | None = None
    assisted_by: tuple[str, ...] = ()
    readings: tuple[Reading, ...] = ()


@dataclass(frozen=True)
class Occasion:
    key: str
    name: Text


@dataclass(frozen=True)
class Procedure:
    """A checked procedure: activities numbered 1..n without a gap, the last one publishes."""

    key: str
    name: Text
    post_type: str
    activities: tuple[Activity, ...]
    website: bool = True
    openers: tuple[str, ...] = ()
    occasions: tuple[Occasion, ...] = ()
    readings: tuple[Reading, ...] = ()

    def activity(self, no: int) -> Activity:
        """Raises KeyError for a number that the procedure does not have."""
        for activity in self.activities:
            if activity.no == no:
                return activity
        raise KeyError(no)

    @property
    def first(self) -> Activity:
        return self.activities[0]

    @property
    def last(self) -> Activity:
        return self.activities[-1]

    @property
    def final_approval(self) -> Activity:
        return next(a for a in reversed(self.activities) if a.final_approval)

    @property
    def checking_activity(self) -> Activity:
        """Where a case returns when its content changed after approval: the first check after the last work."""
        last_work = max(a.no for a in self.activities if a.kind is ActivityKind.WORK)
        return next(a for a in self.activities if a.no > last_work and a.kind is ActivityKind.DECIDE)

    @property
    def roles(self) -> frozenset[str]:
        """Keys of the roles that act in it."""
        return frozenset(activity.role for activity in self.activities)

    def may_open(self, roles: frozenset[str]) -> bool:
        return bool(roles & frozenset(self.openers or (self.first.role,)))

    def status_slug(self, no: int) -> str:
        """WordPress post status that mirrors activity `no`: at most 20 characters (the column's width)."""
        return f"tyg_{self.key}_{no}"

    @property
    def social_status(self) -> str:
        """Last WordPress status of a post that went to social media only."""
        return f"tyg_{self.key}_out"

    @property
    def out_status(self) -> str:
        """Last WordPress status, unless the website was switched off for the post (then `social_status`)."""
        return "publish" if self.website else self.social_status


@dataclass(frozen=True)
class Identity:
    """The identity block of the SOP document (PermenPAN-RB 35/2012), in the SOP's own words."""

    office: str
    unit: str
    made_on: str
    approved_on: str
    approved_by: str
    legal_basis: tuple[str, ...]
    qualifications: tuple[str, ...]
    equipment: tuple[str, ...]
    warnings: tuple[str, ...]
    records: tuple[str, ...]
    related: tuple[str, ...] = ()
    place: str = ""
    readings: tuple[Reading, ...] = ()


@dataclass(frozen=True)
class Sop:
    number: str
    title: str
    identity: Identity
    roles: tuple[Role, ...]
    procedures: tuple[Procedure, ...]
    clock: str = "office"

    def procedure(self, key: str) -> Procedure:
        for procedure in self.procedures:
            if procedure.key == key:
                return procedure
        raise KeyError(key)

    def role(self, key: str) -> Role:
        for role in self.roles:
            if role.key == key:
                return role
        raise KeyError(key)


@dataclass(frozen=True)
class Problem:
    """One thing wrong with an SOP: where (keys and indexes from the document's root) and what."""

    path: tuple[str | int, ...]
    code: str
    message: str


def problems(sop: Sop) -> Iterator[Problem]:
    """Everything that makes an SOP impossible to run, beyond the form that the schema checks."""
    role_keys = [role.key for role in sop.roles]
    for i, key in enumerate(role_keys):
        if key in role_keys[:i]:
            yield Problem(("roles", i, "key"), "duplicate_role", f"role '{key}' is defined twice")
    keys = [procedure.key for procedure in sop.procedures]
    for i, procedure in enumerate(sop.procedures):
        if procedure.key in keys[:i]:
            yield Problem(
                ("procedures", i, "key"), "duplicate_procedure", f"procedure '{procedure.key}' is defined twice"
            )
        for problem in _procedure_problems(procedure, frozenset(role_keys)):
            yield Problem(("procedures", i, *problem.path), problem.code, problem.message)


def _procedure_problems(procedure: Procedure, roles: frozenset[str]) -> Iterator[Problem]:
    for i, opener in enumerate(procedure.openers):
        if opener not in roles:
            yield Problem(("openers", i), "unknown_role", f"role '{opener}' is not defined under roles")
    if not procedure.activities or procedure.activities[0].no != 1:
        yield Problem(("activities",), "no_start", "the procedure has no start: its first activity must be number 1")
        return
    seen: set[int] = set()
    for i, activity in enumerate(procedure.activities):
        at = ("activities", i)
        if activity.no in seen:
            yield Problem((*at, "no"), "duplicate_number", f"activity number {activity.no} is used twice")
        elif i and activity.no != procedure.activities[i - 1].no + 1:
            before = procedure.activities[i - 1].no
            yield Problem(
                (*at, "no"),
                "dead_end",
                f"activity {before} leads nowhere: {before + 1} is missing, {activity.no} follows",
            )
        seen.add(activity.no)
        for problem in _activity_problems(activity, roles):
            yield Problem((*at, *problem.path), problem.code, problem.message)
    yield from _ending_problems(procedure)


def _activity_problems(activity: Activity, roles: frozenset[str]) -> Iterator[Problem]:
    if activity.role not in roles:
        yield Problem(("role",), "unknown_role", f"role '{activity.role}' is not defined under roles")
    for i, role in enumerate(activity.assisted_by):
        if role not in roles:
            yield Problem(("assisted_by", i), "unknown_role", f"role '{role}' is not defined under roles")
    if activity.quality.minutes < 1:
        yield Problem(("minutes",), "zero_minutes", "the time standard must be at least 1 minute")
    if activity.kind is ActivityKind.DECIDE:
        if activity.return_to is None:
            yield Problem(
                (), "dead_end", f"activity {activity.no} decides, but 'return_to' is missing: 'no' leads nowhere"
            )
        elif activity.return_to >= activity.no:
            yield Problem(
                ("return_to",),
                "return_not_earlier",
                f"'return_to' {activity.return_to} is not earlier than activity {activity.no}",
            )
    elif activity.return_to is not None:
        yield Problem(
            ("return_to",),
            "return_without_decision",
            f"only a deciding activity can return; activity {activity.no} is of kind '{activity.kind}'",
        )
    if activity.final_approval and activity.kind is not ActivityKind.DECIDE:
        yield Problem(
            ("final_approval",), "final_approval_without_decision", "only a deciding activity can be the final approval"
        )


def _ending_problems(procedure: Procedure) -> Iterator[Problem]:
    numbers = {activity.no: activity for activity in procedure.activities}
    for i, activity in enumerate(procedure.activities):
        target = numbers.get(activity.return_to) if activity.return_to is not None else None
        if (
            activity.return_to is not None
            and activity.return_to < activity.no
            and (target is None or target.kind is not ActivityKind.WORK)
        ):
            yield Problem(
                ("activities", i, "return_to"),
                "return_not_to_work",
                f"'return_to' {activity.return_to} is not a working activity: nobody could correct anything there",
            )
        if activity.kind is ActivityKind.PUBLISH and i != len(procedure.activities) - 1:
            yield Problem(
                ("activities", i, "kind"), "publish_not_last", f"activity {activity.no} publishes, but others follow it"
            )
    last = procedure.activities[-1]
    if last.kind is not ActivityKind.PUBLISH:
        yield Problem(
            ("activities", len(procedure.activities) - 1, "kind"),
            "dead_end",
            f"the procedure ends with activity {last.no} of kind '{last.kind}': the last one must publish",
        )
    finals = [a for a in procedure.activities if a.final_approval]
    last_work = max((a.no for a in procedure.activities if a.kind is ActivityKind.WORK), default=0)
    if not finals:
        yield Problem(
            ("activities",), "no_final_approval", "no activity is marked 'final_approval': nothing may be published"
        )
    elif len(finals) > 1:
        yield Problem(("activities",), "two_final_approvals", "more than one activity is marked 'final_approval'")
    elif any(a.no > finals[0].no and a.kind in (ActivityKind.WORK, ActivityKind.DECIDE) for a in procedure.activities):
        yield Problem(
            ("activities",), "no_final_approval", "work or a decision follows the final approval: it would not be final"
        )
    if not last_work:
        yield Problem(("activities",), "no_work", "no activity of kind 'work': there would be nothing to approve")
