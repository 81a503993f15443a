"""A published news item is corrected through all steps, and is public all the time."""

from __future__ import annotations

from collections.abc import Callable
from html import unescape

import pytest

from tests.testbed import story
from tests.testbed.office import Office, Refused, View, wait_until
from tests.testbed.proof import bluesky_posts, journal, prove

pytestmark = pytest.mark.real


def quietly(view: View) -> None:
    """Nobody is told."""


def published(office: Office, tag: str) -> View:
    post = story.news_at(office, 10, f"Rapat pleno {tag}")
    return story.publish(office, post, quietly)


def correction(office: Office, post: int, note: str = "Nama desa keliru.") -> tuple[int, View]:
    """Opened by the Sekretaris, who gives it to the Kasubbag; returns the copy's id and the view."""
    body = {"note": note, "assignee": office.id_of("kasubbag")}
    made = office.person("sekretaris").rest("POST", f"tayang/v1/posts/{post}/corrections", json=body)
    assert made["post_id"] == post
    assert made["copy_id"] != post
    assert str(made["copy_id"]) in made["edit_url"]
    return int(made["copy_id"]), made["case"]


def out_there(office: Office) -> tuple[int, int]:
    """How much the public found on the networks so far."""
    return len(bluesky_posts(office)), len([row for row in journal(office) if row["effect"] == "published"])


def walk(office: Office, post: int, copy: int, at_step: Callable[[], None], channels: tuple[str, ...] = ()) -> None:
    """From step 2 to the last approval, as the people do it: commands name either post, words go into the copy."""
    who = office.person
    who("kasubbag").wait_for_turn(post, 2)
    who("kasubbag").command(post, "assign", assignee=office.id_of("penyusun"))
    for no, login, command in story.NEWS_STEPS:
        person = who(login)
        view = person.wait_for_turn(post, no)
        fields: dict[str, object] = {}
        if no == 3:
            person.write(copy, title="Rapat pleno, dikoreksi", content=story.paragraphs(["Desa yang benar: Pace."]))
        if no == 6:
            person.plan(copy, dict.fromkeys(channels, "Ralat: desa yang benar adalah Pace."))
        if command == "approve":
            fields["content_sha256"] = view["content_sha256"]
        if command == "hand_over":
            fields["assignee"] = office.id_of("humas")
        person.command(copy if no % 2 else post, command, **fields)
        at_step()


def test_a_correction_goes_all_steps_and_is_an_update(office: Office, tag: str) -> None:
    first = published(office, tag)
    post, url = first["post_id"], first["url"]
    admin = office.person("admin")
    before, page = admin.post(post), office.anonymous(url).text
    seen = out_there(office)
    copy, view = correction(office, post)
    assert (view["corrects"], view["post_id"], view["state"]) == (first["case_id"], post, "open")

    def still_public() -> None:
        now = office.anonymous(url)
        assert now.status_code == 200
        assert tag in unescape(now.text)
        assert "dikoreksi" not in now.text and "Pace" not in now.text
        assert office.anonymous(f"{office.wordpress}/?p={copy}").status_code == 404

    still_public()
    with pytest.raises(Refused) as twice:
        office.person("sekretaris").rest("POST", f"tayang/v1/posts/{post}/corrections", json={"note": "lagi"})
    assert (twice.value.status, twice.value.code) == (409, "case_exists")
    with pytest.raises(Refused) as closed:
        office.person("penyusun").write(post, title="langsung di pos yang tayang")
    assert closed.value.status == 403
    walk(office, post, copy, still_public)
    view = story.publish(office, post, quietly)
    assert (view["state"], view["url"], view["deliveries"]) == ("published", url, [])
    after = office.anonymous(url).text
    assert "Rapat pleno, dikoreksi" in after and "Pace" in after
    assert tag in page and tag not in after
    now = admin.post(post)
    assert [now[key] for key in ("date", "slug", "link", "author", "status")] == [
        before[key] for key in ("date", "slug", "link", "author", "status")
    ]
    assert out_there(office) == seen, "the networks got nothing new"
    with pytest.raises(Refused) as gone:
        admin.post(copy)
    assert gone.value.status == 404
    with pytest.raises(Refused):
        office.person("humas").write(post, title="setelah koreksi")
    # And once more: a correction of the correction.
    again, view = correction(office, post, "Tanggalnya juga.")
    assert view["corrects"] != first["case_id"]
    assert again != copy


def test_a_correction_is_posted_where_somebody_switches_it_on(office: Office, tag: str) -> None:
    first = published(office, tag)
    channel = office.channels[0]
    copy, _ = correction(office, first["post_id"])
    walk(office, first["post_id"], copy, lambda: None, (channel,))
    view = story.publish(office, first["post_id"], quietly)
    assert [delivery["channel"] for delivery in view["deliveries"]] == [channel]
    assert prove(office, view)


def test_a_cancelled_correction_leaves_everything_as_it_was(office: Office, tag: str) -> None:
    first = published(office, tag)
    post = first["post_id"]
    copy, view = correction(office, post)
    office.person("kasubbag").wait_for_turn(post, 2)
    canceller = next(
        login
        for login in ("sekretaris", "kasubbag")
        if any(o["command"] == "cancel" and o["allowed"] for o in office.person(login).view(post)["options"])
    )
    office.person(canceller).command(post, "cancel", note="Tidak perlu.")
    wait_until("the copy in the trash", lambda: office.person("admin").post(copy)["status"] == "trash")
    assert tag in unescape(office.anonymous(first["url"]).text)
    assert office.person("sekretaris").view(post)["case_id"] == first["case_id"]
    with pytest.raises(Refused) as closed:
        office.person("admin").write(post, title="lain")
    assert closed.value.status == 403
    another, view = correction(office, post)
    assert another != copy
    assert view["corrects"] == first["case_id"]
