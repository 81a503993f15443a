"""The versions of a case's content and what changed between two of them (docs/architecture.md, "Changes")."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sidecar.card_catalogue import CatalogueError, cards
from sidecar.context import Context
from sidecar.i18n import N_, translator
from sidecar.services.errors import Malformed, NoSuchCase, UnknownSite
from sidecar.services.view_case import iso
from sidecar.sop import events as ev
from sidecar.sop.case import Case
from sidecar.sop.changes import Change, changes
from sidecar.store.people import Person
from sidecar.store.tables import RevisionRow
from sidecar.store.unit_of_work import UnitOfWork

# part and aspect of a Change -> its name. `%(of)s` is the channel, or the field of a card.
NAMES: Mapping[tuple[str, str], str] = {
    ("title", ""): N_("Title"),
    ("content", ""): N_("Text"),
    ("excerpt", ""): N_("Excerpt"),
    ("slug", ""): N_("Web address (slug)"),
    ("terms", "category"): N_("Categories"),
    ("terms", "post_tag"): N_("Tags"),
    ("terms", ""): N_("Terms (%(of)s)"),
    ("featured_image", ""): N_("Featured image"),
    ("photo", ""): N_("Photos"),
    ("photo", "alt"): N_("Alternative text of a photo"),
    ("photo", "caption"): N_("Caption of a photo"),
    ("photo", "focal"): N_("Focal point of a photo"),
    ("photo", "file"): N_("File of a photo"),
    ("photos", ""): N_("Photos chosen for social media"),
    ("channels", ""): N_("Channels"),
    ("caption", ""): N_("Text for %(of)s"),
    ("card", ""): N_("Card, %(of)s"),
    ("card", "template"): N_("Template of the card"),
    ("card", "photo"): N_("Photo of the card"),
    ("website", ""): N_("Website"),
}
WEBSITE = {"on": N_("on the website"), "off": N_("social media only")}
SUBMITTED, FOUND, PUBLISHED = "submitted", "found", "published"


@dataclass(frozen=True)
class Version:
    """A content that was submitted, was found at publication, or (number 0) is public and is being corrected."""

    no: int
    kind: str
    at: datetime
    by: int | None
    no_of_activity: int
    attempt: int
    row: RevisionRow


def changes_of(
    ctx: Context,
    site_id: str,
    case_id: str,
    old: int | None,
    new: int | None,
    language: str,
    seen_by: int | None = None,
) -> dict[str, Any]:
    """All versions, and the changes from `old` to `new`: numbers of versions, by default the last two. With one version
    there is nothing to compare: no changes, `from` None. `seen_by`: a case in which this person has no part is no case.

    Raises UnknownSite, NoSuchCase, Malformed for a number that the case does not have.
    """
    with ctx.uow(read_only=True) as uow:
        if uow.sites.get(site_id) is None:
            raise UnknownSite(site_id=site_id)
        stored = uow.cases.get(site_id, case_id)
        if stored is None or (seen_by is not None and not uow.listing.is_seen_by(site_id, case_id, seen_by)):
            raise NoSuchCase(case_id=case_id)
        versions, people = _versions(uow, stored.case), uow.people.of_site(site_id)
    by_no = {version.no: version for version in versions}
    for field, number in (("from", old), ("until", new)):
        if number is not None and number not in by_no:
            raise Malformed(field=field, reason=f"the versions are {', '.join(map(str, by_no)) or 'none'}")
    to = new if new is not None else max(by_no, default=None)
    earlier = [no for no in by_no if to is not None and no < to]
    start = old if old is not None else max(earlier, default=None)
    found = changes(by_no[start].row.content, by_no[to].row.content) if start is not None and to is not None else []
    fields = card_fields(ctx.settings.config_dir, language)
    return {
        "versions": [_version(version, people) for version in versions],
        "from": start,
        "to": to,
        "changes": [_change(change, language, fields) for change in found],
    }


def changed_parts(old: Mapping[str, Any], new: Mapping[str, Any], language: str) -> str:
    """What differs, in few words: `teks, gambar utama, teks untuk Bluesky`; empty when nothing does."""
    names = (name_of(change, language, {}) for change in changes(old, new))
    return ", ".join(dict.fromkeys(name[:1].lower() + name[1:] for name in names))


def card_fields(config_dir: Path, language: str) -> dict[str, str]:
    """How the fields of the cards are called."""
    try:
        known = [field for card in cards(config_dir) for field in card["fields"]]
    except CatalogueError:
        return {}  # whoever makes the card says so; here the keys will do
    return {field["key"]: field["label"].get(language) or field["label"]["id"] for field in known}


def name_of(change: Change, language: str, fields: Mapping[str, str]) -> str:
    """The part's name in the language; `fields`: names of a card's fields. A part of a later version keeps its key."""
    aspect = change.of if (change.part, change.of) in NAMES and change.part == "terms" else change.aspect
    message = NAMES.get((change.part, aspect))
    if message is None:
        return change.part
    of = fields.get(change.of, change.of) if change.part == "card" else change.of
    name = of.replace("_", " ").title() if change.part == "caption" else of
    return translator(language).gettext(message) % {"of": name}


def _versions(uow: UnitOfWork, case: Case) -> list[Version]:
    events = uow.audit.events(case.site_id, case.id)
    found = [
        _with_event(no, row, events[row.case_revision - 1])
        for no, row in enumerate(uow.revisions.of_case(case.site_id, case.id), start=1)
    ]
    corrected = uow.cases.get(case.site_id, case.corrects) if case.corrects else None
    if corrected is None:
        return found
    public = uow.revisions.latest(case.site_id, case.corrects, corrected.case.content_sha256)
    if public is None:
        return found
    last = corrected.case
    return [Version(0, PUBLISHED, corrected.updated_at, None, last.activity_no, last.attempt, public), *found]


def _with_event(no: int, row: RevisionRow, event: ev.Event) -> Version:
    kind = SUBMITTED if isinstance(event, ev.Submitted) else FOUND
    activity, attempt = (event.no, event.attempt) if isinstance(event, ev.Step) else (0, 0)
    return Version(no, kind, row.created_at, event.by.person, activity, attempt, row)


def _version(version: Version, people: Mapping[int, Person]) -> dict[str, Any]:
    by = people.get(version.by) if version.by is not None else None
    return {
        "no": version.no,
        "kind": version.kind,
        "at": iso(version.at),
        "by": version.by,
        "by_name": by.name if by else "",
        "activity_no": version.no_of_activity,
        "attempt": version.attempt,
        "content_sha256": version.row.content_sha256,
    }


def _change(change: Change, language: str, fields: Mapping[str, str]) -> dict[str, Any]:
    label = name_of(change, language, fields)
    if change.part == "photo" and change.aspect:
        label = f"{label}: {change.of}"
    return {"part": change.part, "label": label, "kind": change.kind, "ops": _ops(change, language)}


def _ops(change: Change, language: str) -> Sequence[Sequence[str]]:
    if change.part != "website":
        return change.ops
    gettext = translator(language).gettext
    return [(sign, gettext(WEBSITE[value])) for sign, value in change.ops]
