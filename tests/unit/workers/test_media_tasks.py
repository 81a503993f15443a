"""From submitted content to stored pictures; the originals come from a real HTTP server that is the office's site."""

from __future__ import annotations

import functools
import hashlib
import http.server
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from sidecar.context import Context
from sidecar.media_store import MediaStore
from sidecar.services import media, outbox
from sidecar.services.outbox import Work, list_rows
from sidecar.services.run_command import run_command
from sidecar.services.sites import change_site
from tests import builders
from tests.builders import Clock, look, make_case, make_channel, make_content, make_request
from tests.serving import serving
from workers import run


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_arguments: object) -> None:
        return


class Studio:
    """An office whose website serves `folder`."""

    def __init__(self, ctx: Context, folder: Path, url: str) -> None:
        self.ctx, self.folder, self.url = ctx, folder, url
        self.office = builders.make_office(ctx)
        change_site(ctx, self.office.site_id, wordpress_url=url)

    def photo(self, name: str = "rapat.jpg", size: tuple[int, int] = (1800, 1400)) -> dict[str, Any]:
        path = self.folder / name
        Image.radial_gradient("L").resize(size).convert("RGB").save(path, "JPEG", quality=80)
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        return {"id": 34, "sha256": sha256, "mime": "image/jpeg", "alt": "Rapat", "caption": "", "focal": [50, 40]}

    def submit(self, content: dict[str, Any], url: str = "", procedure: str = "pemberitaan", no: int = 3) -> str:
        case_id = make_case(self.ctx, self.office, procedure, upto=no)
        view = look(self.ctx, self.office, case_id)
        params = {"content": content, "media_urls": {"34": url or f"{self.url}/rapat.jpg"}, "rendered": ""}
        request = make_request(self.office, case_id, "submit", view["may_act"][0]["person"], params=params)
        run_command(self.ctx, request)
        return case_id

    def work(self) -> str:
        [work] = [work for work in outbox.claim_due(self.ctx, limit=100) if work.kind == "media.derive"]
        return run.perform_row(self.ctx, work.id, 120)

    @property
    def row(self) -> Work:
        return next(row for row in list_rows(self.ctx) if row.kind == "media.derive")

    def made(self, content: dict[str, Any]) -> dict[str, media.Made]:
        return {made.output: made for made in media.made(self.ctx, self.office.site_id, content)}


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    folder = tmp_path / "site"
    folder.mkdir()
    handler = functools.partial(Quiet, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    with serving(server) as address, builders.fresh_database("sqlite", tmp_path) as url:
        yield Studio(builders.make_context(url, tmp_path, Clock()), folder, address)


def test_a_photograph_becomes_what_website_and_channels_need(studio: Studio) -> None:
    content = make_content(images=[studio.photo()])
    studio.submit(content)
    assert studio.work() == "done"
    made = studio.made(content)
    assert {"website_featured", "website_thumb", "bluesky", "mastodon", "preview", "mail"} <= set(made)
    data = MediaStore(studio.ctx.settings.media_dir).read(made["website_featured"].path)
    assert hashlib.sha256(data).hexdigest() == made["website_featured"].sha256
    assert made["mastodon"].source.alt == "Rapat"
    assert [row.kind for row in list_rows(studio.ctx)].count("wordpress.derivatives") == 1


def test_what_is_made_is_not_made_again(studio: Studio) -> None:
    content = make_content(images=[studio.photo()])
    studio.submit(content)
    assert studio.work() == "done"
    before = studio.made(content)
    (studio.folder / "rapat.jpg").unlink()
    with studio.ctx.uow() as uow:
        uow.outbox.add("jember", "media.derive", studio.row.payload, dedupe_key="twice", now=studio.ctx.now())
        uow.commit()
    assert studio.work() == "done"
    assert studio.made(content) == before


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("http://127.0.0.1:1/rapat.jpg", "foreign_address"),
        ("file:///etc/passwd", "foreign_address"),
        ("", "foreign_address"),
    ],
)
def test_only_the_offices_own_site_is_asked(studio: Studio, address: str, code: str) -> None:
    studio.submit(make_content(images=[studio.photo()]), address or "http:///")
    assert studio.work() == "dead"
    assert studio.row.error.startswith(code)


def test_another_file_than_the_submitted_one_is_refused(studio: Studio) -> None:
    content = make_content(images=[studio.photo()])
    (studio.folder / "rapat.jpg").write_bytes(b"something else")
    studio.submit(content)
    assert studio.work() == "dead"
    assert studio.row.error.startswith("photo_changed") and "rapat.jpg" in studio.row.error


def test_a_missing_file_is_named(studio: Studio) -> None:
    photo = studio.photo()
    (studio.folder / "rapat.jpg").unlink()
    studio.submit(make_content(images=[photo]))
    assert studio.work() == "dead"
    assert studio.row.error.startswith("photo_missing")


def test_a_truncated_photograph_is_refused_with_its_name(studio: Studio) -> None:
    photo = studio.photo()
    path = studio.folder / "rapat.jpg"
    path.write_bytes(path.read_bytes()[:2000])
    photo["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
    studio.submit(make_content(images=[photo]))
    assert studio.work() == "dead"
    assert "rapat.jpg" in studio.row.error


def test_a_card_is_drawn_in_all_sizes(studio: Studio) -> None:
    from workers.cards.layout import load_templates

    key, template = next(iter(load_templates(studio.ctx.settings.config_dir).items()))
    fields = {field.key: "Selamat" for field in template.fields if field.required}
    content = make_content(images=[studio.photo()], card={"template": key, "fields": fields, "photo": 34})
    studio.submit(content, procedure="ucapan", no=4)
    assert studio.work() == "done", studio.row.error
    assert {f"card_{size}" for size in template.sizes} <= set(studio.made(content))


def test_a_card_that_cannot_be_drawn_says_why(studio: Studio) -> None:
    studio.submit(make_content(card={"template": "tidak_ada", "fields": {}, "photo": None}), procedure="ucapan", no=4)
    assert studio.work() == "dead"
    assert studio.row.error.startswith("no_such_template")


def test_a_photograph_that_no_channel_gets_need_not_be_big_enough_for_one(studio: Studio) -> None:
    make_channel(studio.ctx, kind="instagram")
    small = studio.photo(size=(1300, 700))
    instagram = [{"channel": "instagram", "caption": "Rapat"}]
    content = make_content(images=[small], channels=instagram, photos=[])
    studio.submit(content)
    assert studio.work() == "done"
    assert {"website_featured", "preview"} <= set(studio.made(content)) and "ig_feed" not in studio.made(content)


def test_without_the_website_nothing_is_made_for_it(studio: Studio) -> None:
    content = make_content(images=[studio.photo()], website=False)
    studio.submit(content)
    assert studio.work() == "done"
    assert "website_featured" not in studio.made(content) and "bluesky" in studio.made(content)
    assert "wordpress.derivatives" not in [row.kind for row in list_rows(studio.ctx)]


def test_channels_get_the_chosen_photographs_in_order() -> None:
    images = [{"id": no, "sha256": f"{no:064x}"} for no in (34, 35, 36)]
    chosen = {"images": images, "photos": [36, 34, 99]}
    assert [source.image_id for source in media.channel_photos(chosen)] == [36, 34]
    assert media.channel_photos({"images": images, "photos": []}) == []
    assert [source.image_id for source in media.channel_photos({"images": images})] == [34, 35, 36]
