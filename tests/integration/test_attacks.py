"""Nothing slips through: every way into WordPress over HTTP, by every role, in every state of the SOP.

The same attacks without Tayang, and with single guards taken away, show that they bite.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests
from PIL import Image

from tests.integration.attacks.field import ROLES, Attacker, Field, Target, Tried
from tests.integration.attacks.pop3 import Mailbox
from tests.integration.attacks.routes import ROUTES, Route, editor_form, quick_form
from tests.testbed.office import Office

pytestmark = pytest.mark.real

COUNTS: Counter[str] = Counter()


@pytest.fixture(scope="module")
def field(office: Office) -> Iterator[Field]:
    ground = Field(office)
    log = Log(office.run / "logs" / "wordpress.log")
    try:
        yield ground
        assert log.news() == [], "WordPress's debug log is not empty"
    finally:
        ground.close()
        print(f"\nattacks: {dict(sorted(COUNTS.items()))}")


class Log:
    """Lines of WordPress's debug log since now. (6.1 itself is not clean on PHP 8.2.)"""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.start = path.stat().st_size if path.exists() else 0

    def news(self) -> list[str]:
        if not self.path.exists():
            return []
        lines = self.path.read_bytes()[self.start :].decode(errors="replace").splitlines()
        return [line for line in lines if "PHP " in line and "PHP Deprecated" not in line]


def attack(
    field: Field,
    route: Route,
    states: tuple[str, ...],
    without: str = "",
    logins: tuple[str, ...] = tuple(ROLES),
) -> tuple[list[Tried], list[str]]:
    """Every role in every state; each role in a thread of its own. Returns the tries, and what got out elsewhere."""
    off = without if without == "plugin" else ""
    targets = field.make([(login, state) for login in logins for state in states], route.prepare, off)

    def as_one(login: str) -> list[Tried]:
        who = field.attacker(login, without)
        mine = [target for target in targets if target.user == login]
        who.prepare(nonces_of(mine))
        return [Tried(route.name, login, target, route.run(who, target)) for target in mine]

    with ThreadPoolExecutor(len(logins)) as pool:
        tried = [one for tries in pool.map(as_one, logins) for one in tries]
    seen = field.look(tried)
    known = {str(one.target.id) for one in tried}
    out = [f"public: {post}" for post in seen["public"] if str(post["id"]) not in known]
    out += [f"heard: {event}" for event in seen["strangers"]]
    out += [f"a visitor sees it: {text[:200]}" for text in seen["visitor"] if "Serangan" in text]
    return tried, out


def faults(route: Route, tried: list[Tried], out: list[str]) -> list[str]:
    """Everything that a whole gate would not have let happen."""
    wrong = [f"changed: {one}" for one in tried if one.changed()]
    wrong += [f"announced: {one}" for one in tried if one.heard]
    wrong += [f"{problem}: {one}" for one in tried if (problem := badly_said(route, one))]
    return wrong + out


def nonces_of(targets: list[Target]) -> list[str]:
    names = [f"{do}-post_{target.id}" for target in targets for do in ("update", "trash", "untrash", "delete")]
    names += [f"restore-post_{target.revision}" for target in targets]
    return [*names, "add-", "wp_rest", "heartbeat-nonce", "inlineeditnonce", "bulk-posts"]


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_nothing_slips_through(field: Field, route: Route) -> None:
    tried, out = attack(field, route, route.states)
    COUNTS["tries"] += len(tried)
    COUNTS["refused"] += sum(not one.changed() for one in tried)
    assert faults(route, tried, out) == []


def badly_said(route: Route, one: Tried) -> str:
    """What is wrong with the way in which a refusal was told; empty when nothing is."""
    is_closed = one.target.state not in ("none", "auto", "mine")
    wants_public = route.core_state != "public" and one.login in route.core
    if not (is_closed or wants_public):
        return ""  # core's own refusal, or nothing to refuse
    if one.status >= 500:
        return "a server error"
    if route.says == "rest":
        message = one.answer.json().get("message", "") if not isinstance(one.answer, str) else ""
        return "" if one.status in (403, 409) and len(message) > 20 else "not refused with a sentence"
    if route.says == "fault":
        return "" if one.is_fault else "no fault"
    if route.says == "screen":
        says = one.shown or one.text
        return (
            "" if any(word in says for word in ("SOP", "Kasubbag")) or one.status == 403 else "the screen says nothing"
        )
    return ""


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_without_tayang_core_lets_it_through(field: Field, route: Route) -> None:
    """Who gets through is what core's capabilities say, role by role: then the attacks above were real ones."""
    state = "none" if route.core_state == "none" else "public"
    tried, out = attack(field, route, (state,), without="plugin")
    through = {one.login for one in tried if one.changed() or one.heard}
    through |= {one.login for one in tried if any(one.target.title in text for text in out)}
    COUNTS["core alone: tries"] += len(tried)
    COUNTS["core alone: let through"] += len(through)
    assert through == set(route.core), [str(one) for one in tried]


# What each guard holds back. They stand behind one another (that is their point), so of some two are taken away.
MUTATIONS = {
    "row,late": (
        "classic_publish",
        "quick_publish",
        "heartbeat_autosave",
        "rest_autosave",
        "xmlrpc_blogger_edit",
        "bulk_publish",
    ),
    "rest": ("rest_publish", "rest_private", "rest_schedule", "rest_batch"),
    "capabilities": (
        "rest_words",
        "rest_terms_and_picture",
        "classic_words_and_terms",
        "xmlrpc_wp_edit_words",
        "trash",
    ),
    "late": ("scheduled",),
    "capabilities,trash": ("rest_trash", "rest_delete", "trash", "xmlrpc_blogger_delete"),
    "capabilities,meta": ("rest_terms_and_picture", "featured_image_by_ajax"),
    "capabilities,terms": ("rest_terms_and_picture", "xmlrpc_mt_categories"),
}


@pytest.mark.parametrize("without", MUTATIONS)
def test_a_gate_without_this_guard_is_found_out(field: Field, without: str) -> None:
    """Each guard earns its place: taken away, every one of these attacks is noticed by somebody's try."""
    for name in MUTATIONS[without]:
        route = next(route for route in ROUTES if route.name == name)
        states = tuple(state for state in ("none", "mine", "decide", "published") if state in route.states)
        tried, out = attack(field, route, states, without, ("author", "admin"))
        found = faults(route, tried, out)
        COUNTS[f"without {without}: tries"] += len(tried)
        COUNTS[f"without {without}: caught"] += sum(bool(faults(route, [one], [])) for one in tried)
        assert found, f"{name} does not notice that the guard '{without}' is gone"


def test_a_gate_without_any_guard_is_found_out_by_nearly_every_route(field: Field) -> None:
    every = "row,rest,capabilities,late,trash,meta,terms"
    blind = []
    for route in ROUTES:
        states = tuple(state for state in ("none", "decide") if state in route.states)
        tried, out = attack(field, route, states, every, ("admin",))
        found = faults(route, tried, out)
        COUNTS["without all: tries"] += len(tried)
        COUNTS["without all: caught"] += sum(bool(faults(route, [one], [])) for one in tried)
        if not found:
            blind.append(route.name)
    # Core itself refuses these three: a post is no page, whatever guards there are.
    assert set(blind) <= {"classic_as_page", "xmlrpc_wp_edit_page", "xmlrpc_wp_delete_page"}


# ---- post by e-mail ------------------------------------------------------------------------------------------------


def mails(field: Field) -> list[str]:
    return [
        f"From: {login}@example.test\nTo: pos@example.test\nSubject: Serangan {field.token[:6]} {login}\n"
        f"Date: Mon, 5 Jan 2026 09:00:00 +0700\nContent-Type: text/plain; charset=utf-8\n\nSerangan lewat surel."
        for login in ROLES
    ]


@pytest.mark.parametrize(("without", "through"), [("", set()), ("plugin", {"author", "editor", "admin"})])
def test_post_by_email(field: Field, without: str, through: set[str]) -> None:
    with Mailbox(mails(field)) as box:
        field.ask("mailbox", {"port": box.port}, without)
        answer = field.session.get(f"{field.office.wordpress}/wp-mail.php", headers=field.headers(without), timeout=60)
    assert answer.status_code == 200
    seen = field.ask("inspect", {"ids": [], "users": []})
    public = {login for login in ROLES for post in seen["public"] if post["title"].endswith(f" {login}")}
    assert public == through
    assert bool(seen["heard"]) == bool(through), "nobody hears of a post that did not go live"
    assert ("lewat surel" in field.session.get(f"{field.office.wordpress}/feed/?{field.token}{without}").text) == bool(
        through
    )
    field.ask("clean", {})


# ---- and the writer can always write -------------------------------------------------------------------------------


def save_by_rest(who: Attacker, target: Target) -> None:
    answer = who.rest("POST", f"wp/v2/posts/{target.id}", {"title": target.title, "content": "Tulisan."})
    assert answer.status_code == 200, answer.text[:500]


def save_by_rest_with_application_password(who: Attacker, target: Target) -> None:
    body = {"title": target.title, "content": "Tulisan.", "status": target.before["post_status"]}
    answer = who.rest("PUT", f"wp/v2/posts/{target.id}", body, by="password")
    assert answer.status_code == 200, answer.text[:500]


def save_in_the_classic_editor(who: Attacker, target: Target) -> None:
    """Its select of statuses knows none of ours, and sends the first one."""
    answer = editor_form(who, target, save="Save Draft", post_status="pending", content="Tulisan.")
    assert answer.status_code == 302 and "message=" in answer.headers["Location"], answer.text[:500]


def save_by_quick_edit(who: Attacker, target: Target) -> None:
    """Its select is set to `publish` on older versions."""
    answer = quick_form(who, target, _status="publish")
    assert target.title in answer.text, answer.text[:500]


def save_by_xmlrpc(who: Attacker, target: Target) -> None:
    answer = who.xmlrpc("wp.editPost", 1, who.login, who.password, target.id, {"post_title": target.title})
    assert "<boolean>1" in answer.text, answer.text[:500]


def save_by_an_old_blog_client(who: Attacker, target: Target) -> None:
    fields = {"title": target.title, "description": "Tulisan."}
    answer = who.xmlrpc("metaWeblog.editPost", target.id, who.login, who.password, fields, False)
    assert "<boolean>1" in answer.text, answer.text[:500]


SAVES = [
    save_by_rest,
    save_by_rest_with_application_password,
    save_in_the_classic_editor,
    save_by_quick_edit,
    save_by_xmlrpc,
    save_by_an_old_blog_client,
]


@pytest.mark.parametrize("save", SAVES, ids=lambda save: save.__name__)
def test_who_must_act_saves(field: Field, save: Callable[[Attacker, Target], None]) -> None:
    for target in field.make([(login, "mine") for login in ROLES]):
        save(field.attacker(target.user), target)
        after = field.ask("inspect", {"ids": [target.id]})["rows"][str(target.id)]
        assert after["post_title"] == target.title, target.user
        assert after["post_status"] == target.before["post_status"], target.user
        COUNTS["writer saves"] += 1


def test_who_must_act_autosaves(field: Field) -> None:
    """Both ways leave an autosave beside the post; what is typed is not lost."""
    for target in field.make([(login, "mine") for login in ROLES]):
        who = field.attacker(target.user)
        answer = who.rest("POST", f"wp/v2/posts/{target.id}/autosaves", {"title": target.title, "content": "Diketik."})
        assert answer.status_code == 200, answer.text[:500]
        beat = heartbeat(who, target, "Diketik lagi.")
        assert beat.json()["wp_autosave"]["success"], beat.text[:500]
        kept = who.rest("GET", f"wp/v2/posts/{target.id}/autosaves?context=edit").json()
        assert [one["content"]["raw"] for one in kept] == ["Diketik lagi."]
        COUNTS["writer saves"] += 2


def test_who_must_act_adds_pictures_and_categories(field: Field, tmp_path: Path) -> None:
    Image.new("RGB", (64, 48), "teal").save(tmp_path / "foto.jpg")
    for target in field.make([(login, "mine") for login in ROLES]):
        who = field.attacker(target.user)
        photo = who.person.upload(tmp_path / "foto.jpg", "Matahari terbit")
        body = {"featured_media": photo, "categories": [1], "excerpt": "Ringkas."}
        answer = who.rest("POST", f"wp/v2/posts/{target.id}", body)
        assert answer.status_code == 200, answer.text[:500]
        after = field.ask("inspect", {"ids": [target.id]})["rows"][str(target.id)]
        assert after["picture"] == str(photo)
        COUNTS["writer saves"] += 2


def heartbeat(who: Attacker, target: Target, content: str) -> requests.Response:
    data = {
        "post_id": target.id,
        "post_type": "post",
        "_wpnonce": who.nonce(f"update-post_{target.id}"),
        "post_title": target.title,
        "content": content,
    }
    fields = {f"data[wp_autosave][{key}]": value for key, value in data.items()}
    return who.form("admin-ajax.php", {"action": "heartbeat", "_nonce": who.nonce("heartbeat-nonce"), **fields})
