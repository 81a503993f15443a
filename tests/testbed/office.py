"""The office's people at work, through the interfaces that they really use: wp-login and its cookie, the REST routes of
the block editor and of the plugin's panel, the mail with its link and code, the approval page's form.

Shared by scripts/demo and the tests. Nothing here reaches into the database or the plugin.
"""

from __future__ import annotations

import json
import re
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urljoin

import requests

TIMEOUT_S = 30.0
PHOTOS = Path("/usr/share/backgrounds")  # Debian package lomiri-wallpapers-16.04; ours: Aitzol Berasategi, CC-BY-4.0

View = dict[str, Any]
T = TypeVar("T")


class OfficeError(Exception):
    """Something that a person of the office did was refused, or did not come to pass in time."""


class Refused(OfficeError):
    """An answer outside of 2xx: its status, code and sentence."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status, self.code, self.message = status, code, message


def wait_until(what: str, look: Callable[[], T | None], seconds: float = 60.0, every: float = 0.2) -> T:
    """The first answer of `look` that is not empty. Raises OfficeError naming `what` after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > deadline:
            raise OfficeError(f"waited {seconds:.0f} s in vain for {what}")
        time.sleep(every)


@dataclass(frozen=True)
class Mail:
    id: str
    subject: str
    text: str
    html: str

    @property
    def link(self) -> str:
        """The approval page's address, as the reader would tap it; empty when the mail carries none."""
        found = re.search(r"^\s*(https?://\S+/a/\S+)\s*$", self.text, re.MULTILINE)
        return found.group(1) if found else ""

    @property
    def code(self) -> str:
        found = re.search(r":\s*(\d{6})\s*$", self.text, re.MULTILINE)  # a title may end in digits
        return found.group(1) if found else ""


class _Form(HTMLParser):
    """The first form of a page: its address and its hidden fields."""

    def __init__(self) -> None:
        super().__init__()
        self.action: str | None = None
        self.fields: dict[str, str] = {}
        self.names: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "form" and self.action is None and (values.get("method") or "").lower() == "post":
            self.action = values.get("action") or ""
        if tag in ("input", "textarea", "button") and (name := values.get("name")):
            self.names.add(name)
            if values.get("type") == "hidden":
                self.fields[name] = values.get("value") or ""


class Office:
    """One running instance of scripts/up, by its RUN folder."""

    def __init__(self, run: Path) -> None:
        self.run = run
        self.credentials: dict[str, Any] = json.loads((run / "credentials.json").read_text())
        self.addresses: dict[str, str] = json.loads((run / "addresses.json").read_text())
        self.channels = [key for key in self.addresses["channels"].split(",") if key]
        self._people: dict[str, Person] = {}

    @property
    def wordpress(self) -> str:
        return self.addresses["wordpress"]

    def secrets(self) -> list[str]:
        """What the plugin signs with."""
        found: list[str] = json.loads((self.run / "plugin.json").read_text())["secrets"]
        return found

    def person(self, login: str) -> Person:
        """The user `login`, logged in to wp-admin (once per office)."""
        if login not in self._people:
            self._people[login] = Person(self, login)
            self._people[login].login()
        return self._people[login]

    def id_of(self, login: str) -> int:
        return int(self.credentials["users"][login]["id"])

    def mails(self, login: str = "") -> list[Mail]:
        """All mails, oldest first; those to `login` only, if named."""
        found = requests.get(f"{self.addresses['mail']}/messages", timeout=TIMEOUT_S).json()
        address = self.credentials["users"][login]["email"] if login else ""
        return [
            Mail(mail["id"], mail["subject"], mail["text"], mail["html"])
            for mail in found
            if not address or address in mail["to"]
        ]

    def anonymous(self, url: str) -> requests.Response:
        return requests.get(url, timeout=TIMEOUT_S)


@dataclass
class Person:
    """Somebody of the office: logs in once, then works with the cookie and the REST nonce, as a browser does."""

    office: Office
    login_name: str
    session: requests.Session = field(default_factory=requests.Session)
    nonce: str = ""
    _seen_mails: set[str] = field(default_factory=set)

    @property
    def id(self) -> int:
        return self.office.id_of(self.login_name)

    @property
    def name(self) -> str:
        return str(self.office.credentials["users"][self.login_name]["name"])

    def login(self) -> None:
        base = self.office.wordpress
        self.session.get(f"{base}/wp-login.php", timeout=TIMEOUT_S)
        password = self.office.credentials["users"][self.login_name]["password"]
        fields = {"log": self.login_name, "pwd": password, "testcookie": "1", "wp-submit": "Log In"}
        answer = self.session.post(f"{base}/wp-login.php", data=fields, timeout=TIMEOUT_S, allow_redirects=False)
        if answer.status_code != 302:
            raise OfficeError(f"{self.login_name} could not log in to WordPress")
        nonce = self.session.get(f"{base}/wp-admin/admin-ajax.php", params={"action": "rest-nonce"}, timeout=TIMEOUT_S)
        self.nonce = nonce.text.strip()

    def rest(self, method: str, route: str, **options: Any) -> Any:
        """Calls a REST route as this person's browser does. Raises Refused with WordPress's code and sentence."""
        # With these two, as wp.apiFetch sends them, WordPress answers in the person's own language.
        headers = {"X-WP-Nonce": self.nonce, "Accept": "application/json, */*;q=0.1", **options.pop("headers", {})}
        params = {"_locale": "user", **options.pop("params", {})}
        answer = self.session.request(
            method,
            f"{self.office.wordpress}/wp-json/{route}",
            headers=headers,
            params=params,
            timeout=TIMEOUT_S,
            **options,
        )
        try:
            body = answer.json()
        except ValueError:
            raise Refused(answer.status_code, "no_json", answer.text[:500]) from None
        if not answer.ok:
            raise Refused(answer.status_code, str(body.get("code", "")), str(body.get("message", body)))
        return body

    # Writing, as the block editor does it

    def upload(self, photo: Path, alt: str, caption: str = "") -> int:
        """Puts a photograph into the media library; returns the attachment's id."""
        headers = {"Content-Type": "image/jpeg", "Content-Disposition": f'attachment; filename="{photo.name}"'}
        media = self.rest("POST", "wp/v2/media", data=photo.read_bytes(), headers=headers)
        self.rest("POST", f"wp/v2/media/{media['id']}", json={"alt_text": alt, "caption": caption})
        return int(media["id"])

    def post(self, post_id: int, kind: str = "posts") -> dict[str, Any]:
        found: dict[str, Any] = self.rest("GET", f"wp/v2/{kind}/{post_id}", params={"context": "edit"})
        return found

    def write(self, post_id: int, kind: str = "posts", **fields: Any) -> dict[str, Any]:
        """Saves the draft: title, content, excerpt, featured_media, categories, ..."""
        saved: dict[str, Any] = self.rest("POST", f"wp/v2/{kind}/{post_id}", json=fields)
        return saved

    def plan(
        self,
        post_id: int,
        captions: dict[str, str],
        card: dict[str, Any] | None = None,
        *,
        website: bool = True,
        photos: list[int] | None = None,
    ) -> None:
        """Captions by channel, the card of a greeting, and which photographs the channels get (None: all)."""
        channels = [{"channel": key, "caption": caption} for key, caption in captions.items()]
        plan = {"channels": channels, "card": card, "website": website, "photos": photos}
        self.rest("POST", f"tayang/v1/posts/{post_id}/plan", json=plan)

    # The SOP, as the panel does it

    def new_assignment(self, procedure: str, title: str, **disposition: Any) -> tuple[int, View]:
        """Penugasan baru: creates the draft, opens its case; returns the post's id and the view."""
        body = self.rest("POST", "tayang/v1/assignments", json={"procedure": procedure, "title": title, **disposition})
        return int(body["post_id"]), body["case"]

    def correct(self, post_id: int, note: str, assignee: int) -> tuple[int, View]:
        """Opens a correction of a published post; returns the id of the working copy and the view."""
        body = self.rest("POST", f"tayang/v1/posts/{post_id}/corrections", json={"note": note, "assignee": assignee})
        return int(body["copy_id"]), body["case"]

    def changes(self, post_id: int, **versions: int) -> dict[str, Any]:
        """What changed between two versions (`from`, `to`), by default the last two."""
        found: dict[str, Any] = self.rest("GET", f"tayang/v1/posts/{post_id}/changes", params=versions)
        return found

    def view(self, post_id: int) -> View:
        panel = self.rest("GET", f"tayang/v1/posts/{post_id}/panel")
        if not panel["case"] or not panel.get("reachable", True):
            raise OfficeError(f"no case is shown for post {post_id}: {panel.get('detail', '')}")
        view: View = panel["case"]
        return view

    def command(self, post_id: int, command: str, **fields: Any) -> View:
        """Presses a button of the panel, on the revision that the panel shows now (or `expected_revision`)."""
        if "expected_revision" not in fields:
            fields["expected_revision"] = self.view(post_id)["revision"]
        fields.setdefault("idempotency_key", uuid.uuid4().hex)
        body = self.rest("POST", f"tayang/v1/posts/{post_id}/commands", json={"command": command, **fields})
        view: View = body["case"]
        return view

    def wait_for_turn(self, post_id: int, no: int, seconds: float = 60.0) -> View:
        """Waits until the case stands at activity `no`, this person may act, and WordPress mirrors the step."""

        def look() -> View | None:
            view = self.view(post_id)
            mine = any(entry["person"] == self.id for entry in view["may_act"])
            return view if mine and view["activity"]["no"] == no else None

        return wait_until(f"{self.name}'s turn at step {no} of post {post_id}", look, seconds)

    # Deciding from the mail, as a phone without any login does it

    def mail_for(self, title: str, with_link: bool = True, seconds: float = 60.0) -> Mail:
        """The next mail to this person about `title` that was not read yet."""

        def look() -> Mail | None:
            for mail in self.office.mails(self.login_name):
                fits = title in mail.text and (mail.link or not with_link)
                if fits and mail.id not in self._seen_mails:
                    self._seen_mails.add(mail.id)
                    return mail
            return None

        return wait_until(f"a mail to {self.name} about '{title}'", look, seconds)

    def forget_mails(self) -> None:
        """Everything in the mailbox so far counts as read."""
        self._seen_mails.update(mail.id for mail in self.office.mails(self.login_name))

    def decide_by_mail(self, mail: Mail, decision: str, note: str = "") -> requests.Response:
        """Opens the mail's link, fills in the form with the code from the mail and sends it."""
        phone = requests.Session()
        page = phone.get(mail.link, timeout=TIMEOUT_S)
        if not page.ok:
            raise Refused(page.status_code, "approval_page", page.text[:500])
        form = _Form()
        form.feed(page.text)
        if form.action is None:
            raise OfficeError(f"the approval page for {self.name} has no form: {page.text[:500]}")
        fields = {**form.fields, "decision": decision, "note": note, "code": mail.code}
        answer = phone.post(urljoin(page.url, form.action), data=fields, timeout=TIMEOUT_S)
        if not answer.ok:
            raise Refused(answer.status_code, "approval_page", re.sub(r"<[^>]+>", " ", answer.text)[:800])
        return answer
