"""What a correction changes, where an item goes and with which photographs, who acts in whose absence: seen through
WordPress, sidecar, workers and networks."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from sidecar.wordpress.signatures import new_message_id, sign
from tests.testbed import story
from tests.testbed.office import PHOTOS, TIMEOUT_S, Office, Person, View, wait_until
from tests.testbed.proof import prove

pytestmark = pytest.mark.real

STEPS = story.NEWS_STEPS[1:]


def go_on(office: Office, post: int, steps: tuple[tuple[int, str, str], ...] = STEPS) -> None:
    for step, login, command in steps:
        person = office.person(login)
        view = person.wait_for_turn(post, step)
        fields: dict[str, Any] = {"content_sha256": view["content_sha256"]} if command == "approve" else {}
        person.command(post, command, **fields)


def give(office: Office, login: str, role: str, delegations: list[dict[str, Any]]) -> None:
    """As the plugin tells the sidecar about one person."""
    user = office.credentials["users"][login]
    path = f"/api/v1/sites/{office.addresses['site']}/people"
    person = {"id": user["id"], "login": login, "name": user["name"], "email": user["email"], "locale": "id_ID"}
    people = [{**person, "roles": [role], "delegations": delegations}]
    body = json.dumps({"to": path, "people": people, "complete": False}).encode()
    headers = {**sign(office.secrets(), new_message_id(), datetime.now(UTC), body), "Content-Type": "application/json"}
    answer = requests.post(office.addresses["sidecar"] + path, data=body, headers=headers, timeout=TIMEOUT_S)
    assert answer.status_code == 200, answer.text


def acting(person: Person, post: int) -> list[tuple[int, int | None]]:
    return [(one["person"], one["acting_for"]) for one in person.view(post)["may_act"]]


def test_a_correction_shows_what_it_changes_and_says_what_it_corrects(office: Office, tag: str) -> None:
    post = story.news_at(office, 10, f"Rapat pleno terbuka {tag}")
    story.publish(office, post, lambda view: None)
    copy, _ = office.person("sekretaris").correct(post, "Hari keliru.", office.id_of("kasubbag"))
    kasubbag, penyusun = office.person("kasubbag"), office.person("penyusun")
    kasubbag.wait_for_turn(post, 2)
    kasubbag.forget_mails()
    kasubbag.command(post, "assign", assignee=penyusun.id)
    penyusun.wait_for_turn(post, 3)
    corrected = [story.NEWS_PARAGRAPHS[0].replace("Senin pagi", "Selasa siang"), *story.NEWS_PARAGRAPHS[1:]]
    penyusun.write(copy, content=story.paragraphs(corrected))
    penyusun.command(post, "submit")

    kasubbag.wait_for_turn(post, 4)
    found = kasubbag.changes(post)
    assert [(one["no"], one["kind"]) for one in found["versions"]] == [(0, "published"), (1, "submitted")]
    text = next(change for change in found["changes"] if change["part"] == "content")
    assert ["-", "Senin pagi"] in text["ops"] and ["+", "Selasa siang"] in text["ops"]
    assert kasubbag.changes(post, **{"from": 1, "to": 0})["from"] == 1
    assert "koreksi atas tulisan yang sudah tayang" in kasubbag.mail_for(tag).text
    office.person("sekretaris").command(post, "cancel", note="Hanya untuk dilihat.")


def test_a_news_item_may_leave_the_website_out_and_choose_its_photographs(office: Office, tag: str) -> None:
    title = f"Kabar untuk media sosial {tag}"
    post = story.news_at(office, 6, title)
    humas = office.person("humas")
    humas.wait_for_turn(post, 6)
    photos = [humas.upload(PHOTOS / name, f"{alt} {tag}") for name, alt in story.NEWS_PHOTOS[1:]]
    humas.write(post, content=story.paragraphs(story.NEWS_PARAGRAPHS) + story.images(humas, photos))
    captions = dict.fromkeys(office.channels, f"{story.NEWS_CAPTION} {tag}")
    humas.plan(post, captions, website=False, photos=photos[::-1])
    humas.command(post, "submit")
    go_on(office, post, STEPS[3:])
    view = story.publish(office, post, lambda view: None)
    assert (view["website"], view["status"]) == (False, "tyg_pemberitaan_out")
    assert prove(office, view)
    mastodon = next(one for one in view["deliveries"] if one["kind"] == "mastodon")
    shown = requests.get(
        f"{office.addresses['social']}/mastodon/api/v1/statuses/{mastodon['remote_id']}", timeout=TIMEOUT_S
    ).json()
    alts = [f"{alt} {tag}" for _, alt in reversed(story.NEWS_PHOTOS[1:])]
    assert [item["description"] for item in shown["media_attachments"]] == alts


def test_an_acting_officer_is_called_when_the_time_comes_and_let_go_when_it_ends(office: Office, tag: str) -> None:
    post = story.news_at(office, 7, f"Selama kasubbag dinas luar {tag}")
    kasubbag, desain = office.person("kasubbag"), office.person("desain")
    kasubbag.wait_for_turn(post, 7)
    desain.forget_mails()
    start = datetime.now(UTC) + timedelta(seconds=4)
    end = start + timedelta(seconds=30)
    span = {"starts_at": start.isoformat(), "ends_at": end.isoformat()}
    give(office, "kasubbag", "kasubbag", [{"to_person": desain.id, "kind": "plh", **span}])
    try:
        mail = desain.mail_for(tag, seconds=25)
        assert datetime.now(UTC) >= start
        assert f"Anda mewakili: {kasubbag.name}" in mail.text or kasubbag.name in mail.text
        assert (desain.id, kasubbag.id) in acting(kasubbag, post)

        def mirrored(person: Person, expected: bool) -> View | None:
            mirror = person.rest("GET", f"tayang/v1/posts/{post}/panel")["mirror"]
            return mirror if (desain.id in mirror["may_act"]) == expected else None

        wait_until("WordPress knows the acting officer", lambda: mirrored(kasubbag, True), 20)
        wait_until("WordPress knows that it is over", lambda: mirrored(kasubbag, False), 60)
        assert datetime.now(UTC) >= end
        assert acting(kasubbag, post) == [(kasubbag.id, None)]

        # The right ended with the moment (asked above); the job that settles turns withdraws the link soon after.
        def closed() -> str:
            page = office.anonymous(mail.link)
            assert page.status_code == 200
            return "" if "<form" in page.text else page.text

        assert "pelaksana harian" in wait_until("the link of the acting officer to be closed", closed, 20)
    finally:
        give(office, "kasubbag", "kasubbag", [])
