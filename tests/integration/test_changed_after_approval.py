"""What is changed after the final approval, by ways that no hook sees, stops the publication: with the reason, and back
to the checking step. One news item, tampered with again after each new approval."""

from __future__ import annotations

import subprocess
from collections.abc import Callable

import pytest

from tests.testbed import story
from tests.testbed.office import PHOTOS, Office, View, wait_until

pytestmark = pytest.mark.real

Tamper = Callable[[Office, int], None]


def sql(office: Office, statement: str) -> str:
    client = ["mariadb", "--no-defaults", "-S", str(office.run / "mysql.sock"), "-N", "wordpress", "-e", statement]
    return subprocess.run(client, check=True, capture_output=True, text=True).stdout.strip()


def meta(office: Office, post: int, key: str) -> str:
    return sql(office, f"SELECT meta_value FROM wp_postmeta WHERE post_id = {post} AND meta_key = '{key}'")


def text(office: Office, post: int) -> None:
    sql(office, f"UPDATE wp_posts SET post_content = CONCAT(post_content, '<p>Diselundupkan.</p>') WHERE ID = {post}")


def slug(office: Office, post: int) -> None:
    sql(office, f"UPDATE wp_posts SET post_name = 'alamat-lain-{post}' WHERE ID = {post}")


def terms(office: Office, post: int) -> None:
    sql(office, f"DELETE FROM wp_term_relationships WHERE object_id = {post}")


def captions(office: Office, post: int) -> None:
    sql(
        office,
        "UPDATE wp_postmeta SET meta_value = REPLACE(meta_value, 'KPU Jember memetakan', 'KPU Jember memotokan')"
        f" WHERE post_id = {post} AND meta_key = '_tayang_channels'",
    )


def picture_bytes(office: Office, post: int) -> None:
    image = meta(office, post, "_thumbnail_id")
    name = meta(office, int(image), "_wp_attached_file").replace("-scaled", "")
    uploads = office.run / "wp" / "wp-content" / "uploads"
    (uploads / name).write_bytes((PHOTOS / story.NEWS_PHOTOS[1][0]).read_bytes())


def featured_picture(office: Office, post: int) -> None:
    sql(office, f"DELETE FROM wp_postmeta WHERE post_id = {post} AND meta_key = '_thumbnail_id'")


# What the reason must name, in the office's language.
TAMPERS: list[tuple[Tamper, str]] = [
    (text, "teks"),
    (slug, "alamat"),
    (terms, "kategori"),
    (captions, "bluesky"),
    (picture_bytes, "foto"),
    (featured_picture, "gambar utama"),
]


def approve_again(office: Office, post: int) -> None:
    for no, login, _ in story.NEWS_STEPS[4:]:
        person = office.person(login)
        view = person.wait_for_turn(post, no)
        person.command(post, "approve", content_sha256=view["content_sha256"])


def publish_and_see_it_stop(office: Office, post: int) -> View:
    humas = office.person("humas")
    humas.wait_for_turn(post, 10)
    humas.command(post, "publish")

    def stopped() -> View | None:
        view = humas.view(post)
        return view if view["state"] != "publishing" else None

    return wait_until(f"post {post} to be stopped", stopped, 60)


def test_whatever_is_changed_after_the_approval_stops_the_publication(office: Office, tag: str) -> None:
    post = story.news_at(office, 10, f"Disetujui {tag}")
    missed = []
    for tamper, named in TAMPERS:
        tamper(office, post)
        view = publish_and_see_it_stop(office, post)
        assert (view["state"], view["activity"]["no"]) == ("open", 7), f"{tamper.__name__}: {view['state']}"
        last = view["history"][-1]
        assert last["kind"] == "publication_stopped"
        if named not in last["note"].lower():
            missed.append(f"{tamper.__name__}: {last['note']}")
        assert office.anonymous(f"{office.wordpress}/?p={post}").status_code == 404
        approve_again(office, post)
    assert not missed, missed
    # What was looked at and approved anew goes out.
    humas = office.person("humas")
    humas.wait_for_turn(post, 10)
    humas.command(post, "publish")
    url = wait_until("the website", lambda: humas.view(post)["url"])
    assert "Diselundupkan" in office.anonymous(url).text
