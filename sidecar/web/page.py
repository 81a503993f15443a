"""What the approval page says, from the values of services.approvals: sentences, dates, pictures. No decisions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from markupsafe import Markup

from sidecar.i18n import span, translator, when
from sidecar.services.approvals import Page
from sidecar.services.media import Made
from sidecar.web import sentences
from sidecar.web.article import picture_key, safe_article, shown

PREVIEW = "preview"
MAX_CARDS = 3


@dataclass(frozen=True)
class Picture:
    """One picture of ours; sizes in px."""

    sha256: str
    width: int
    height: int
    alt: str
    caption: str = ""


def summary(page: Page) -> dict[str, Any]:
    """What every page about the case shows: title, step, people, history."""
    view, language, zone = page.view, page.language, page.site.timezone
    steps = [{**step, "state_name": _step_state(step["state"], language)} for step in view["steps"]]
    history = [_entry(entry, language, zone) for entry in view["history"]]
    return {
        "title": view["title"],
        "procedure": view["procedure"]["name"],
        "steps": steps,
        "history": list(reversed(history)),
        "facts": _state_facts(view, language),
        "screen_url": f"{page.site.wordpress_url}/wp-admin/post.php?post={view['post_id']}&action=edit",
    }


def decision(page: Page, path: str, now: datetime) -> dict[str, Any]:
    """What the page shows to somebody who may decide."""
    view, language, zone = page.view, page.language, page.site.timezone
    activity = view["activity"]
    _ = translator(language).gettext
    due_at = _time(activity["due_at"])
    last = _handed_over(view["history"])
    return {
        **summary(page),
        "revision": view["revision"],
        "no": activity["no"],
        "step": activity["name"],
        "role": activity["role_name"],
        "person": _person(page, language),
        "facts": _turn_facts(page, last, due_at),
        "clock": _clock(due_at, now, language),
        "late": due_at is not None and due_at < now,
        "note": last.get("note", ""),
        "note_by": _("Note by %(name)s") % {"name": last.get("by_name") or _("The system")},
        "publish_at": when(at, zone, language) if (at := _time(view["publish_at"])) else "",
        "social_only": not view["website"],
        "correction": _correction(page),
        "consequence": _consequence(view, language),
        "channels": _channels(page),
        "problems": [problem["sentence"] for problem in view["problems"]],
        **_pictures(page, path),
    }


def _time(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value) if value else None


def _handed_over(history: list[dict[str, Any]]) -> dict[str, Any]:
    """The last deed that brought the case into this step."""
    deeds = [entry for entry in history if entry.get("decision") or entry["kind"] in ("case_opened", "reassigned")]
    return deeds[-1] if deeds else {}


def _person(page: Page, language: str) -> str:
    _ = translator(language).gettext
    values = {"by": page.person_name, "other": page.acting_for_name}
    return _("%(by)s (acting for %(other)s)") % values if page.acting_for_name else page.person_name


def _turn_facts(page: Page, last: Mapping[str, Any], due_at: datetime | None) -> list[tuple[str, str]]:
    _ = translator(page.language).gettext
    activity = page.view["activity"]
    facts = []
    if last.get("by_name"):
        facts.append((_("From"), str(last["by_name"])))
    facts.append((_("Your role"), activity["role_name"]))
    facts.append((_("Time standard"), span(activity["minutes"] * 60, page.language)))
    if due_at:
        facts.append((_("To be done by"), when(due_at, page.site.timezone, page.language)))
    return facts


def _state_facts(view: Mapping[str, Any], language: str) -> list[tuple[str, str]]:
    _ = translator(language).gettext
    facts = [(_("State"), sentences.state(view["state"], language))]
    if view["state"] == "open":
        activity = view["activity"]
        facts.append((_("Step"), f"{activity['no']}. {activity['name']}"))
        facts.append((_("Whose turn"), view["who"]))
    return facts


def _clock(due_at: datetime | None, now: datetime, language: str) -> str:
    _ = translator(language).gettext
    if due_at is None:
        return ""
    time = span((due_at - now).total_seconds(), language)
    return _("Overdue by %(time)s") % {"time": time} if due_at < now else _("%(time)s left") % {"time": time}


def _correction(page: Page) -> dict[str, str] | None:
    """Of what this is a correction: a sentence, and where it can be read."""
    corrected, language = page.view["corrected"], page.language
    if not corrected:
        return None
    _ = translator(language).gettext
    at = _time(corrected["published_at"])
    values = {"title": corrected["title"], "time": when(at, page.site.timezone, language) if at else ""}
    sentence = _("This is a correction of what was published on %(time)s: “%(title)s”.") % values
    return {"sentence": sentence, "url": corrected["url"]}


def _consequence(view: Mapping[str, Any], language: str) -> str:
    _ = translator(language).gettext
    no = view["activity"]["no"]
    this = next(step for step in view["steps"] if step["no"] == no)
    after = next((step for step in view["steps"] if step["no"] == no + 1), None)
    if this.get("final_approval") and view["corrects"]:
        return _("This is the final approval: after it, this takes the place of what stands on the website now.")
    if this.get("final_approval"):
        return _("This is the final approval: after it, this is published as you see it here.")
    if after is None:
        return ""
    return _("After your approval it goes to step %(no)s: %(role)s.") % {"no": after["no"], "role": after["role_name"]}


def _step_state(name: str, language: str) -> str:
    _ = translator(language).gettext
    return {"done": _("done"), "current": _("now"), "todo": _("to come")}.get(name, name)


def _entry(entry: Mapping[str, Any], language: str, zone: str) -> dict[str, Any]:
    _ = translator(language).gettext
    at = _time(entry["at"])
    seconds = entry.get("seconds")
    return {
        "sentence": sentences.history(entry, language, zone),
        "note": entry.get("note", ""),
        "at": entry["at"],
        "when": when(at, zone, language) if at else "",
        "took": _("took %(time)s") % {"time": span(seconds, language)} if seconds and entry.get("decision") else "",
    }


def _channels(page: Page) -> list[dict[str, Any]]:
    known = {item["channel"]: item for item in page.view.get("deliveries", ())}
    return [
        {
            "name": str(item["channel"]).replace("_", " ").title(),
            "account": known.get(item["channel"], {}).get("account", ""),
            "caption": item["caption"],
            "characters": len(item["caption"]),
        }
        for item in page.content.get("channels") or ()
    ]


def _pictures(page: Page, path: str) -> dict[str, Any]:
    """Photos of the article stand in it; the others, and the card, stand by themselves."""
    previews = {made.source.image_id: made for made in page.pictures if made.output == PREVIEW and made.source.image_id}
    keys = {picture_key(url): int(image) for image, url in page.media_urls.items()}
    own = {key: f"{path}/media/{previews[image].sha256}" for key, image in keys.items() if image in previews}
    inside = {keys[key] for key in shown(page.rendered, keys)}
    images = page.content.get("images") or ()
    photos = [
        _picture(previews[image["id"]], image["caption"])
        for image in images
        if image["id"] in previews and image["id"] not in inside
    ]
    return {
        "article": Markup(safe_article(page.rendered, own)),  # noqa: S704 - this is the sanitiser's output
        "photos": photos,
        "missing_photos": sum(image["id"] not in previews for image in images),
        "cards": _cards(page.pictures),
        "card_missing": bool(page.content.get("card")) and not _cards(page.pictures),
    }


def _cards(pictures: tuple[Made, ...]) -> list[Picture]:
    of_card = [made for made in pictures if made.source.image_id is None]
    previews = [made for made in of_card if made.output == PREVIEW]
    return [_picture(made, "") for made in (previews or of_card)[:MAX_CARDS]]


def _picture(made: Made, caption: str) -> Picture:
    return Picture(made.sha256, made.width, made.height, made.source.alt, caption)
