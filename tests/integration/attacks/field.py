"""Attackers, targets, and what became of them: the ground on which the routes of `routes.py` are tried."""

from __future__ import annotations

import json
import secrets
import uuid
import xmlrpc.client
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from tests.testbed.office import TIMEOUT_S, Office

ROLES = {"contributor": "contributor", "author": "author", "editor": "editor", "admin": "administrator"}
PUBLIC = ("publish", "private", "future")
Row = dict[str, str]


@dataclass(frozen=True)
class Target:
    """A post of the attacker, in a state of the SOP."""

    id: int
    state: str
    tag: str
    user: str
    revision: int
    before: Row
    prepare: str = ""

    @property
    def title(self) -> str:
        """What an attack writes; the witness looks for it on everything public."""
        return f"Serangan {self.tag}"


@dataclass
class Tried:
    """One try: who, where, what WordPress answered, and the row afterwards."""

    route: str
    login: str
    target: Target
    answer: requests.Response | str
    after: Row | None = None
    heard: list[dict[str, Any]] = field(default_factory=list)
    shown: str = ""

    @property
    def status(self) -> int:
        return self.answer.status_code if isinstance(self.answer, requests.Response) else 200

    @property
    def text(self) -> str:
        return self.answer.text if isinstance(self.answer, requests.Response) else self.answer

    @property
    def is_fault(self) -> bool:
        return "<fault>" in self.text

    def changed(self) -> list[str]:
        """Columns that are not what they were, by this state's rules: the writer of a step may change words, and who
        owns a draft without a case may do with it whatever keeps it hidden."""
        before, after = self.target.before, self.after
        if after is None:
            return [] if self.target.state in ("none", "auto") else ["gone"]
        differ = [column for column in before if before[column] != after[column]]
        if self.target.prepare:  # what was prepared may be mended; it must not go live
            return ["post_status"] if after["post_status"] in ("publish", "private") else []
        if self.target.state in ("none", "auto"):
            return [column for column in differ if column == "post_status" and after[column] in PUBLIC]
        if self.target.state == "mine":
            return [column for column in differ if column in ("post_status", "post_type", "post_date", "post_author")]
        return differ

    def __str__(self) -> str:
        after = self.after or {}
        differ = {c: (v, after.get(c)) for c, v in self.target.before.items() if v != after.get(c)}
        said = self.shown or self.text[:200].replace("\n", " ")
        return (
            f"{self.route} as {self.login}, {self.target.state}: {differ} heard {self.heard} HTTP {self.status} {said}"
        )


class Attacker:
    """One WordPress role at work: a browser's session with its nonces, an application password, a blog client."""

    def __init__(self, office: Office, login: str, headers: dict[str, str]) -> None:
        self.office, self.login, self.headers = office, login, headers
        self.person = office.person(login)
        self.id = office.id_of(login)
        self.base = office.wordpress
        self._nonces: dict[str, str] = {}

    def prepare(self, actions: Iterable[str]) -> None:
        """Fetches nonces in this session: those of a tab that was opened before the step moved."""
        self._nonces |= self.ask("nonces", {"actions": list(actions)})

    def nonce(self, action: str) -> str:
        if action not in self._nonces:
            self.prepare([action])
        return self._nonces[action]

    def ask(self, what: str, body: dict[str, Any]) -> Any:
        return _asked(self.person.session, self.base, self.headers, what, body)

    def rest(self, method: str, route: str, body: Any = None, by: str = "cookie") -> requests.Response:
        url = f"{self.base}/wp-json/{route}"
        if by == "password":
            password = self.office.credentials["users"][self.login]["app_password"]
            return requests.request(
                method, url, json=body, auth=(self.login, password), headers=self.headers, timeout=TIMEOUT_S
            )
        headers = {**self.headers, "X-WP-Nonce": self.nonce("wp_rest")}
        return self.person.session.request(method, url, json=body, headers=headers, timeout=TIMEOUT_S)

    def form(self, page: str, fields: dict[str, Any], method: str = "POST") -> requests.Response:
        """Sends a form of wp-admin."""
        url = f"{self.base}/wp-admin/{page}"
        sent = {"params": fields} if method == "GET" else {"data": fields}
        return self.person.session.request(
            method, url, headers=self.headers, timeout=TIMEOUT_S, allow_redirects=False, **sent
        )

    def xmlrpc(self, method: str, *args: Any) -> requests.Response:
        body = xmlrpc.client.dumps(args, method, allow_none=True)
        headers = {**self.headers, "Content-Type": "text/xml"}
        return requests.post(f"{self.base}/xmlrpc.php", data=body.encode(), headers=headers, timeout=TIMEOUT_S)

    def customize(self, post_id: int) -> requests.Response:
        """Saves a change of the Customizer in which `post_id` was begun as a menu entry's post."""
        theme = str(self.ask("theme", {}))
        fields = {
            "action": "customize_save",
            "wp_customize": "on",
            "customize_theme": theme,
            "nonce": self.nonce(f"save-customize_{theme}"),
            "customize_changeset_uuid": str(uuid.uuid4()),
            "customize_changeset_status": "publish",
            "customized": json.dumps({"nav_menus_created_posts": [post_id]}),
        }
        return self.form("admin-ajax.php", fields)

    @property
    def password(self) -> str:
        return str(self.office.credentials["users"][self.login]["password"])


class Field:
    """The instance with the witness in it. `without`: guards that a request does without ("plugin": all of Tayang)."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.token = secrets.token_hex(16)
        self._plugin = office.run / "wp" / "wp-content" / "mu-plugins" / "tayang-test-witness.php"
        witness = (Path(__file__).parent / "witness.php").read_text()
        self._plugin.write_text(witness.replace("@TOKEN@", self.token))
        self._sessions: dict[str, Attacker] = {}
        self.session = requests.Session()
        self.ask("clean", {})
        self.pictures: list[int] = self.ask("picture", {})
        self._no = 0

    def close(self) -> None:
        self.ask("clean", {})
        self._plugin.unlink()

    def headers(self, without: str = "") -> dict[str, str]:
        return {"X-Tayang-Test": self.token, **({"X-Tayang-Test-Without": without} if without else {})}

    def ask(self, what: str, body: dict[str, Any], without: str = "") -> Any:
        return _asked(self.session, self.office.wordpress, self.headers(without), what, body)

    def attacker(self, login: str, without: str = "") -> Attacker:
        key = f"{login} {without}"
        if key not in self._sessions:
            self._sessions[key] = Attacker(self.office, login, self.headers(without))
        return self._sessions[key]

    def make(self, specs: list[tuple[str, str]], prepare: str = "", without: str = "") -> list[Target]:
        """Posts for (login, state), each with a tag of its own."""
        wanted = []
        for login, state in specs:
            self._no += 1
            tag = f"#{self.token[:6]}-{self._no}-"
            wanted.append((login, state, tag))
        posts = [
            {
                "user": self.office.id_of(login),
                "writer": self.office.id_of("penyusun"),
                "state": state,
                "prepare": prepare,
                "tag": tag,
                "picture": self.pictures[0],
            }
            for login, state, tag in wanted
        ]
        made = self.ask("make", {"posts": posts}, without)
        return [
            Target(int(post["id"]), state, tag, login, int(post["revision"]), post["row"], prepare)
            for (login, state, tag), post in zip(wanted, made, strict=True)
        ]

    def look(self, tried: list[Tried]) -> dict[str, Any]:
        """Fills in what became of each try; returns what the witness says, and a visitor sees."""
        users = [self.office.id_of(login) for login in ROLES]
        seen: dict[str, Any] = self.ask("inspect", {"ids": [one.target.id for one in tried], "users": users})
        for one in tried:
            one.after = seen["rows"][str(one.target.id)]
            one.heard = [event for event in seen["heard"] if event["post"] == one.target.id]
            one.shown = " ".join(seen["notices"].get(str(self.office.id_of(one.login)), []))
        known = {one.target.id for one in tried}
        seen["strangers"] = [event for event in seen["heard"] if event["post"] not in known]
        ids = ",".join(str(one.target.id) for one in tried)
        listed = self.session.get(
            f"{self.office.wordpress}/wp-json/wp/v2/posts?include={ids}&per_page=100", timeout=TIMEOUT_S
        )
        feed = self.session.get(f"{self.office.wordpress}/feed/?{secrets.token_hex(4)}", timeout=TIMEOUT_S)
        seen["visitor"] = [str(post["title"]["rendered"]) for post in listed.json()] + [feed.text]
        return seen


def _asked(session: requests.Session, base: str, headers: dict[str, str], what: str, body: dict[str, Any]) -> Any:
    answer = session.post(f"{base}/", params={"tayang_test": what}, json=body, headers=headers, timeout=60)
    try:
        found = answer.json()
    except json.JSONDecodeError:
        raise AssertionError(f"{what}: {answer.status_code} {answer.text[:1000]}") from None
    assert answer.ok, found
    return found
