"""Codes and plain values in, sentences out: what happened, who must act, how to mend it. The only texts of the API."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from sidecar.i18n import N_, translator, when


class Names(Protocol):
    """Names of an office's roles and people in one language; an unknown key gives the key itself."""

    def role(self, key: str) -> str: ...

    def person(self, person: int) -> str: ...


class NoNames:
    """For errors before the office is known."""

    def role(self, key: str) -> str:
        return key

    def person(self, person: int) -> str:
        return str(person)


# code -> sentence. The names in %(…)s are made by `_values` from the error's params.
REFUSALS: Mapping[str, str] = {
    "bad_signature": N_(
        "This call is not signed by an office that this sidecar knows. Check the sidecar's address, the office's key"
        " and the secret in the plugin's settings."
    ),
    "stale_timestamp": N_(
        "This call was signed more than 5 minutes before or after our time. Set the clocks of both servers (NTP)."
    ),
    "replayed": N_("This call has arrived before. Nothing was done a second time; send it anew with its own id."),
    "too_large": N_("This call is larger than 2 MiB. Shorten the text; photos do not belong into it."),
    "malformed": N_("The field “%(field)s” of this call is not as agreed: %(reason)s."),
    "not_found": N_("There is nothing at this address."),
    "method_not_allowed": N_("This address does not take this kind of call."),
    "no_such_case": N_("No SOP run is known for this post."),
    "no_such_row": N_("There is nothing with this number (any more)."),
    "no_sop": N_("The office has no SOP for this yet. The administrator installs one: tayang sop install."),
    "bad_card_template": N_("A card template cannot be read; the administrator finds out which: tayang doctor."),
    "bad_channel_limits": N_("The file of the networks' limits cannot be read: config/channels.yaml on the sidecar."),
    "stale_revision": N_(
        "Somebody else acted in the meantime. Nothing of yours was done: look at the present state and press again."
    ),
    "idempotency_mismatch": N_(
        "Another command was sent under this key before. Load the page again, look at the present state and press"
        " again."
    ),
    "not_your_turn": N_("Step %(no)s is not yours to decide. It is the turn of: %(who)s."),
    "self_approval": N_("You submitted this yourself, so somebody else must check it (step %(no)s)."),
    "case_closed": N_("This is closed (%(state)s); its steps cannot be changed any more."),
    "case_exists": N_("This post is already on its way through the SOP."),
    "not_correctable": N_(
        "This went to social media only. What is out there cannot be called back; open a new post for a rectification."
    ),
    "wrong_activity": N_("This does not fit the present step (%(no)s). Look at the present state."),
    "content_changed": N_("The content has changed since you saw it. Read the present version, then decide."),
    "content_missing": N_("There is no content to submit. Write the text first."),
    "nowhere_to_publish": N_(
        "The website is switched off and no channel is chosen, so nobody would see this. Choose at least one of them in"
        " the plan of publication."
    ),
    "not_approved": N_("The final approval of the present content by %(role)s is missing."),
    "not_a_holder": N_("%(person)s does not hold the role %(role)s. Give the role in the user's profile first."),
    "note_required": N_("A note is needed: write what has to be corrected, or the reason."),
    "publish_at_past": N_("The publication time lies in the past. Choose a later one."),
    "bad_delegation": N_("A delegation needs another person, and an end that lies after its beginning."),
    "publishes_by_itself": N_("This step begins by itself at the planned time; nobody needs to press anything."),
    "not_publishing": N_("This is not being published at the moment."),
    "pairing_over": N_(
        "This code is not good (any more): it is used once and only for a short time. Ask for a new one: tayang site"
        " invite."
    ),
    "too_many_tries": N_("Too many wrong codes from here. Wait a minute, then try again."),
    "database_busy": N_("Too much is going on at this moment. Nothing was changed; press again in a few seconds."),
    "internal": N_(
        "Something went wrong on our side; nothing was decided. Try again, and if it stays, tell the administrator"
        " this number: %(request_id)s."
    ),
}

COMMANDS: Mapping[str, str] = {
    "assign": N_("Assign"),
    "hand_over": N_("Hand over"),
    "submit": N_("Submit"),
    "approve": N_("Approve"),
    "return": N_("Return for correction"),
    "plan_publication": N_("Set the publication time"),
    "publish": N_("Publish now"),
    "reassign": N_("Name another person"),
    "cancel": N_("Cancel"),
    "delegate": N_("Let somebody act for me"),
}

STATES: Mapping[str, str] = {
    "open": N_("in progress"),
    "publishing": N_("being published"),
    "published": N_("published"),
    "cancelled": N_("cancelled"),
}

# Columns of the board beyond the steps.
COLUMNS: Mapping[str, str] = {
    "publishing": N_("Being published"),
    "published": N_("Published in the last 7 days"),
}

# Why nobody may act on a case.
STUCK: Mapping[str, str] = {
    "no_holder": N_("Nobody holds the role %(role)s. Give it to somebody on their profile."),
    "named_absent": N_("%(person)s is named as %(role)s, but does not hold this role any more. Name another person."),
    "own_submission": N_(
        "Whoever holds the role %(role)s has submitted this, and somebody else must check it. Give the role to another"
        " person too."
    ),
}

HISTORY: Mapping[str, str] = {
    "case_opened": N_("%(by)s opened this"),
    "case_opened_correction": N_("%(by)s opened a correction of what was published"),
    "assigned": N_("%(by)s gave the assignment"),
    "assigned_to": N_("%(by)s gave the assignment to %(to)s"),
    "handed_over": N_("%(by)s handed it over"),
    "handed_over_to": N_("%(by)s handed it over to %(to)s"),
    "submitted": N_("%(by)s submitted it"),
    "approved": N_("%(by)s approved it"),
    "returned_for_revision": N_("%(by)s returned it for correction to step %(to_no)s"),
    "publication_planned": N_("%(by)s set the publication time: %(publish_at)s"),
    "publication_ordered": N_("%(by)s ordered the publication"),
    "publication_stopped": N_("Publication was stopped: the content had changed after its approval"),
    "published": N_("It was published"),
    "reassigned": N_("%(by)s named %(to)s for the role %(role)s"),
    "cancelled": N_("%(by)s cancelled this"),
    "delegated": N_("%(by)s let %(to)s act for them"),
}


def refusal(code: str, params: Mapping[str, object], language: str, names: Names) -> str:
    """One sentence for a code: what, where, how to mend it."""
    _ = translator(language).gettext
    message = REFUSALS.get(code)
    if message is None:
        return _("This was refused (%(code)s).") % {"code": code}
    return _(message) % _values(params, language, names)


def command(name: str, language: str) -> str:
    return translator(language).gettext(COMMANDS.get(name, name)) if name else ""


def state(name: str, language: str) -> str:
    return translator(language).gettext(STATES.get(name, name)) if name else ""


def column(key: str, language: str) -> str:
    return translator(language).gettext(COLUMNS.get(key, key))


def stuck(missing: Mapping[str, str], language: str) -> str:
    """Who is missing on a case that nobody may act on, and how to mend it."""
    _ = translator(language).gettext
    person = missing["person_name"] or _("This person")
    return _(STUCK[missing["code"]]) % {"role": missing["role_name"], "person": person}


def who(role_name: str, people: list[str]) -> str:
    """`Kasubbag/Subkoordinator: Rina, Budi`."""
    return f"{role_name}: {', '.join(people)}" if people else role_name


def history(entry: Mapping[str, Any], language: str, zone: str) -> str:
    """One line of a case's history from its view entry; times in the office's `zone`."""
    _ = translator(language).gettext
    by = entry.get("by_name") or _("The system")
    if entry.get("acting_for_name"):
        by = _("%(by)s (acting for %(other)s)") % {"by": by, "other": entry["acting_for_name"]}
    data, kind = entry.get("data") or {}, str(entry.get("kind"))
    variant = f"{kind}_to" if data.get("assignee_name") else f"{kind}_correction" if data.get("corrects") else kind
    message = HISTORY.get(variant) or HISTORY.get(kind)
    line = _(message) % {"by": by, **_details(data, language, zone)} if message else str(by)
    if entry.get("no") and entry.get("decision"):
        line = _("Step %(no)s: %(line)s") % {"no": entry["no"], "line": line}
    return line


def _details(data: Mapping[str, Any], language: str, zone: str) -> dict[str, str]:
    _ = translator(language).gettext
    publish_at = data.get("publish_at")
    return {
        "to": str(data.get("assignee_name") or data.get("to_name") or "–"),
        "to_no": str(data.get("to_no", "")),
        "role": str(data.get("role_name", "")),
        "publish_at": when(datetime.fromisoformat(publish_at), zone, language)
        if publish_at
        else _("as soon as possible"),
    }


def _values(params: Mapping[str, object], language: str, names: Names) -> dict[str, object]:
    _ = translator(language).gettext
    empty = dict.fromkeys(("field", "no", "request_id", "state"), "")
    role, named, person = params.get("role"), params.get("named"), params.get("person")
    role_name = str(params.get("role_name") or (names.role(str(role)) if role else ""))
    people = [names.person(named)] if isinstance(named, int) else []
    reason = str(params.get("reason") or "")
    return {
        **empty,
        **params,
        "reason": _(reason) if reason else _("it is missing or has another form"),
        "role": role_name,
        "who": params.get("who") or who(role_name, people),
        "person": names.person(person) if isinstance(person, int) else _("This person"),
        "state": state(str(params.get("state") or ""), language),
    }
