"""Deciding by the e-mailed link, through the real page, on SQLite and PostgreSQL."""

from __future__ import annotations

import random
import re
import string
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import MetaData, create_engine, select
from werkzeug.test import TestResponse

from sidecar.context import Context
from sidecar.keys import APPROVAL_TOKENS, Keys
from sidecar.mail import tokens
from sidecar.media_store import MediaStore
from sidecar.services.media import NewPicture, photo_sources, record
from sidecar.services.run_command import run_command
from sidecar.services.settle_office import settle_office
from sidecar.services.sync_people import sync_people
from sidecar.store.tables import ApprovalTokenRow
from sidecar.web.app import create_app
from tests.builders import Clock, Office, look, make_case, make_content, make_person, make_request, publish, step

STEP = 7


class Letter:
    """What stands in a mail: the path of the link, and the code."""

    def __init__(self, ctx: Context, row: ApprovalTokenRow) -> None:
        key = ctx.keys.key(APPROVAL_TOKENS)
        self.row_id = row.id
        self.path = "/a/" + tokens.dump(key, row.id, row.nonce)
        self.code = tokens.code(key, row.id, row.nonce)
        self.wrong_code = f"{(int(self.code) + 1) % 10**6:06d}"


def letters(ctx: Context, case_id: str, site_id: str = "jember") -> list[Letter]:
    with ctx.uow(read_only=True) as uow:
        return [Letter(ctx, row) for row in uow.tokens.live_of_case(site_id, case_id)]


@pytest.fixture
def case_id(ctx: Context, office: Office) -> str:
    return make_case(ctx, office, upto=STEP)


@pytest.fixture
def letter(ctx: Context, case_id: str) -> Letter:
    return letters(ctx, case_id)[0]


@pytest.fixture
def client(ctx: Context) -> FlaskClient:
    return create_app(ctx).test_client()


def decide(client: FlaskClient, letter: Letter, decision: str = "approve", **other: Any) -> TestResponse:
    return client.post(letter.path, data={"decision": decision, "code": letter.code, "note": "", **other})


def state(ctx: Context, office: Office, case_id: str) -> tuple[int, int]:
    view = look(ctx, office, case_id)
    return view["activity"]["no"], view["revision"]


def everything(ctx: Context) -> dict[str, list[Any]]:
    engine = create_engine(ctx.settings.database_url)
    tables = MetaData()
    tables.reflect(engine)
    with engine.connect() as connection:
        found = {n: sorted(map(str, connection.execute(select(t)))) for n, t in tables.tables.items()}
    engine.dispose()
    return found


def test_the_page_shows_what_is_to_be_decided(client: FlaskClient, letter: Letter) -> None:
    page = client.get(letter.path)
    assert page.status_code == 200
    for words in (
        "Rapat Pleno",
        "Langkah 7 dari 10",
        "Kasubbag/Subkoordinator",
        "Setujui",
        "Kembalikan",
        "WIB",
        "Rapat pleno 🗳",
        "Waktu baku",
        "Orang 4",
    ):
        assert words in page.text
    assert letter.code not in page.text and "<script" not in page.text and "style=" not in page.text
    english = client.get(f"{letter.path}?lang=en").text
    assert '<html lang="en">' in english and "Step 7 of 10" in english and "Return for correction" in english


def test_looking_changes_nothing(client: FlaskClient, ctx: Context, letter: Letter) -> None:
    before = everything(ctx)
    for _ in range(5):
        assert client.get(letter.path).status_code == 200
        assert client.head(letter.path).data == b""
        assert client.options(letter.path).status_code == 200
        client.get(letter.path + "?decision=approve&code=" + letter.code)
    assert everything(ctx) == before


def test_headers_keep_the_page_private(client: FlaskClient, letter: Letter) -> None:
    headers = client.get(letter.path).headers
    policy = headers["Content-Security-Policy"]
    for rule in (
        "default-src 'none'",
        "style-src 'self'",
        "img-src 'self'",
        "frame-ancestors 'none'",
        "form-action 'self'",
    ):
        assert rule in policy
    assert "unsafe" not in policy and "http" not in policy
    assert headers["Cache-Control"] == "no-store" and headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in headers["X-Robots-Tag"] and "Set-Cookie" not in headers


def test_approving(client: FlaskClient, ctx: Context, office: Office, case_id: str, letter: Letter) -> None:
    answer = decide(client, letter, note="Bagus")
    assert (answer.status_code, answer.headers["Location"]) == (303, letter.path)
    assert state(ctx, office, case_id)[0] == STEP + 1
    last = look(ctx, office, case_id)["history"][-1]
    assert (last["kind"], last["via"], last["by"], last["note"]) == (
        "approved",
        "email",
        office.holder("kasubbag"),
        "Bagus",
    )
    after = client.get(letter.path)
    assert after.status_code == 200 and "Disetujui. Terima kasih." in after.text and "<form" not in after.text


def test_returning_needs_a_note_and_keeps_what_was_typed(
    client: FlaskClient, ctx: Context, office: Office, case_id: str, letter: Letter
) -> None:
    refused = decide(client, letter, "return", note="  ")
    assert refused.status_code == 422 and "Catatan wajib diisi" in refused.text
    assert state(ctx, office, case_id)[0] == STEP
    done = decide(client, letter, "return", note="Judul <b>salah</b>\r\nTolong perbaiki")
    assert done.status_code == 303 and state(ctx, office, case_id)[0] == 6
    page = client.get(letter.path).text
    assert "Dikembalikan untuk diperbaiki." in page and "Judul &lt;b&gt;salah" in page
    assert look(ctx, office, case_id)["history"][-1]["note"] == "Judul <b>salah</b>\nTolong perbaiki"


def test_a_double_click_decides_once_and_politely(
    client: FlaskClient, ctx: Context, office: Office, case_id: str, letter: Letter
) -> None:
    assert [decide(client, letter).status_code for _ in range(2)] == [303, 303]
    now = state(ctx, office, case_id)
    other = decide(client, letter, "return", note="Ternyata salah")
    assert other.status_code == 409 and "keputusan kedua ini tidak diambil" in other.text
    assert state(ctx, office, case_id) == now == (STEP + 1, now[1])


def test_twenty_posts_at_once_give_one_decision(
    client: FlaskClient, ctx: Context, office: Office, case_id: str, letter: Letter
) -> None:
    app, (_, revision) = client.application, state(ctx, office, case_id)
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: decide(app.test_client(), letter).status_code, range(20)))
    assert set(answers) <= {303, 503} and answers.count(303) >= 1
    assert state(ctx, office, case_id) == (STEP + 1, revision + 1)
    assert [entry["kind"] for entry in look(ctx, office, case_id)["history"]].count("approved") == 2  # steps 4 and 7


def test_approve_and_return_at_once_give_one_of_them(
    client: FlaskClient, ctx: Context, office: Office, case_id: str, letter: Letter
) -> None:
    app, (_, revision) = client.application, state(ctx, office, case_id)
    with ThreadPoolExecutor(10) as pool:
        wishes = ["approve", "return"] * 5
        answers = list(pool.map(lambda wish: decide(app.test_client(), letter, wish, note="x").status_code, wishes))
    assert set(answers) <= {303, 409, 503} and answers.count(303) >= 1
    no, now = state(ctx, office, case_id)
    assert now == revision + 1 and no in (6, STEP + 1)


def test_without_the_code_nothing_is_decided(
    client: FlaskClient, ctx: Context, office: Office, case_id: str, letter: Letter
) -> None:
    before = state(ctx, office, case_id)
    for given in ("", letter.wrong_code, letter.code[:5], letter.code + "0"):
        answer = decide(client, letter, code=given, note="Catatan saya")
        assert answer.status_code == 422 and "Kode salah" not in answer.headers
        assert "Catatan saya" in answer.text and "percobaan" in answer.text
    assert state(ctx, office, case_id) == before
    # The person can still decide.
    assert decide(client, letter).status_code == 303


def test_five_wrong_codes_lock_the_link(
    client: FlaskClient, ctx: Context, office: Office, case_id: str, letter: Letter
) -> None:
    answers = [decide(client, letter, code=letter.wrong_code) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [422, 422, 422, 422, 409]
    assert "Tautan ini terkunci" in answers[-1].text
    before = state(ctx, office, case_id)
    locked = decide(client, letter)
    assert locked.status_code == 409 and "terkunci" in locked.text and "wp-admin/post.php?post=12" in locked.text
    assert "terkunci" in client.get(letter.path).text and state(ctx, office, case_id) == before


def test_wrong_codes_at_once_are_all_counted(client: FlaskClient, ctx: Context, letter: Letter) -> None:
    app = client.application
    with ThreadPoolExecutor(12) as pool:
        list(pool.map(lambda _: decide(app.test_client(), letter, code=letter.wrong_code), range(12)))
    with ctx.uow(read_only=True) as uow:
        row = uow.tokens.get(letter.row_id)
        assert row is not None and row.failures == tokens.MAX_FAILURES


def test_every_unknown_link_gets_the_same_page(client: FlaskClient, ctx: Context, letter: Letter) -> None:
    chance = random.Random(7)
    value = letter.path.removeprefix("/a/")
    letters_ = string.ascii_letters + string.digits + "-_"
    links = ["x", "a" * 600, value[:-1], value + "A", value.upper()]
    for _ in range(60):
        at = chance.randrange(len(value))
        links.append(value[:at] + chance.choice([c for c in letters_ if c != value[at]]) + value[at + 1 :])
    key = ctx.keys.key(APPROVAL_TOKENS)
    links.append(tokens.dump(key, 999_999, "ab" * 32))  # rightly signed, of no row
    links.append(tokens.dump(key, letter.row_id, "ab" * 32))  # rightly signed, another nonce
    links.append(tokens.dump(ctx.keys.key("other purpose"), letter.row_id, "ab" * 32))
    before = everything(ctx)
    pages = set()
    for link in links:
        got, posted = (
            client.get(f"/a/{link}"),
            client.post(f"/a/{link}", data={"decision": "approve", "code": letter.code}),
        )
        assert (got.status_code, posted.status_code) == (404, 404)
        pages |= {got.data, posted.data, client.get(f"/a/{link}/media/{'a' * 64}").data}
    assert len(pages) == 1 and everything(ctx) == before


def test_a_key_that_was_rotated_out_opens_nothing(ctx: Context, letter: Letter) -> None:
    old = ctx.settings.secret_keys[0]
    both = replace(ctx, keys=Keys(["a new key of at least 32 characters...", old]))
    assert create_app(both).test_client().get(letter.path).status_code == 200
    gone = replace(ctx, keys=Keys(["a new key of at least 32 characters..."]))
    assert create_app(gone).test_client().get(letter.path).status_code == 404


def moved_on(ctx: Context, office: Office, case_id: str, clock: Clock) -> None:
    step(ctx, office, case_id)


def role_lost(ctx: Context, office: Office, case_id: str, clock: Clock) -> None:
    others = [person for person in office.holders() if "kasubbag" not in person["roles"]]
    sync_people(ctx, office.site_id, [*others, make_person(50, "kasubbag")], complete=True)
    settle_office(ctx, office.site_id)


def reassigned(ctx: Context, office: Office, case_id: str, clock: Clock) -> None:
    sync_people(ctx, office.site_id, [make_person(50, "kasubbag")], complete=False)
    params = {"role": "kasubbag", "assignee": 50}
    sekretaris = office.holder("sekretaris")
    run_command(ctx, make_request(office, case_id, "reassign", sekretaris, params=params, note="Cuti"))


def expired(ctx: Context, office: Office, case_id: str, clock: Clock) -> None:
    clock.pass_(days=14)


def cancelled(ctx: Context, office: Office, case_id: str, clock: Clock) -> None:
    run_command(ctx, make_request(office, case_id, "cancel", office.holder("sekretaris"), note="Batal"))


@pytest.mark.parametrize(
    ("happens", "words"),
    [
        (moved_on, "Langkah ini sudah selesai"),
        (role_lost, "Ini bukan lagi langkah Anda"),
        (reassigned, "Orang lain sudah ditunjuk"),
        (expired, "Tautan ini sudah kedaluwarsa"),
        (cancelled, "Langkah ini sudah selesai"),
    ],
)
def test_a_link_whose_time_is_over_says_what_happened(
    client: FlaskClient,
    ctx: Context,
    office: Office,
    clock: Clock,
    case_id: str,
    letter: Letter,
    happens: Callable[[Context, Office, str, Clock], None],
    words: str,
) -> None:
    happens(ctx, office, case_id, clock)
    before = everything(ctx)
    page, answer = client.get(letter.path), decide(client, letter)
    assert page.status_code == 200 and words in page.text and "Keadaan sekarang" in page.text
    assert answer.status_code == 409 and words in answer.text and "<form" not in answer.text
    assert everything(ctx) == before


def test_changed_content_gives_a_new_link_and_ends_the_old_one(
    client: FlaskClient, ctx: Context, office: Office, case_id: str, letter: Letter
) -> None:
    assert decide(client, letter, "return", note="Ganti judul").status_code == 303
    step(ctx, office, case_id, make_content(title="Judul baru"))
    new = letters(ctx, case_id)[0]
    assert new.path != letter.path and "Judul baru" in client.get(new.path).text
    assert decide(client, letter).status_code == 409
    assert decide(client, new).status_code == 303


def test_what_changed_since_the_page_was_opened_is_shown_first(
    client: FlaskClient, ctx: Context, office: Office, case_id: str, letter: Letter
) -> None:
    seen = re.search(r'name="revision" value="(\d+)"', client.get(letter.path).text)
    assert seen is not None
    params = {"publish_at": "2026-12-01T08:00:00+07:00"}
    run_command(ctx, make_request(office, case_id, "plan_publication", office.holder("humas"), params=params))
    answer = decide(client, letter, revision=seen.group(1))
    assert answer.status_code == 409 and "orang lain sudah bertindak" in answer.text
    assert "Selasa, 1 Desember 2026 08.00 WIB" in answer.text
    again = re.search(r'name="revision" value="(\d+)"', answer.text)
    assert again is not None and decide(client, letter, revision=again.group(1)).status_code == 303


def test_odd_forms_decide_nothing(client: FlaskClient, ctx: Context, letter: Letter) -> None:
    before = everything(ctx)
    for data in ({}, {"decision": "explode", "code": letter.code}, {"decision": "approve\0", "code": letter.code}):
        assert client.post(letter.path, data=data).status_code == 422
    assert decide(client, letter, note="x" * 10_001).status_code == 422
    assert client.post(letter.path, data=b"{}", content_type="application/json").status_code == 422
    assert client.put(letter.path).status_code == 405 and client.delete(letter.path).status_code == 405
    assert everything(ctx) == before


def test_pictures_of_this_content_and_no_others(ctx: Context, office: Office) -> None:
    image = {"id": 34, "sha256": "a" * 64, "mime": "image/jpeg", "alt": "Rapat", "caption": "", "focal": [50, 50]}
    other = {**image, "id": 35, "sha256": "b" * 64}
    content = make_content(images=[image], featured_image=34)
    case_id = make_case(ctx, office, upto=6)
    step(ctx, office, case_id, content)
    store, shas = MediaStore(ctx.settings.media_dir), []
    for source, data in zip(photo_sources({"images": [image, other]}), (b"one", b"two"), strict=True):
        name = store.put(data, "image/jpeg")
        shas.append(name[3:67])
        picture = NewPicture("preview", "0" * 64, shas[-1], 800, 600, 3, "image/jpeg", name)
        record(ctx, office.site_id, source, [picture])
    client, letter = create_app(ctx).test_client(), letters(ctx, case_id)[0]
    page = client.get(letter.path).text
    assert f"{letter.path}/media/{shas[0]}" in page and shas[1] not in page
    found = client.get(f"{letter.path}/media/{shas[0]}")
    assert (found.status_code, found.mimetype, found.data) == (200, "image/jpeg", b"one")
    assert "private" in found.headers["Cache-Control"]
    assert client.get(f"{letter.path}/media/{shas[1]}").status_code == 404
    assert decide(client, letter).status_code == 303
    assert client.get(f"{letter.path}/media/{shas[0]}").status_code == 404


class Outline(HTMLParser):
    """What a screen reader needs: labels of fields, headings, alternative texts."""

    def __init__(self) -> None:
        super().__init__()
        self.labels: set[str] = set()
        self.fields: set[str] = set()
        self.ids: list[str] = []
        self.refers: set[str] = set()
        self.headings: list[int] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if values.get("id"):
            self.ids.append(values["id"] or "")
        if tag == "label":
            self.labels.add(values["for"] or "")
        if tag in ("input", "textarea") and values.get("type") != "hidden":
            self.fields.add(values["id"] or "")
        for name in ("aria-labelledby", "aria-describedby"):
            self.refers |= set((values.get(name) or "").split())
        if tag == "img":
            assert "alt" in values
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))


def test_the_page_can_be_read_aloud(client: FlaskClient, letter: Letter) -> None:
    for page in (client.get(letter.path).text, decide(client, letter, code="").text):
        outline = Outline()
        outline.feed(page)
        assert outline.fields == outline.labels == {"code", "note"}
        assert len(outline.ids) == len(set(outline.ids)) and outline.refers <= set(outline.ids)
        assert outline.headings[0] == 1 and outline.headings.count(1) == 1
        assert all(b - a <= 1 for a, b in zip(outline.headings, outline.headings[1:], strict=False))


def test_the_page_says_where_it_goes_and_what_it_corrects(
    client: FlaskClient, ctx: Context, office: Office, clock: Clock
) -> None:
    clock.ticking = True
    first = make_case(ctx, office, upto=10)
    step(ctx, office, first)
    publish(ctx, office, first, "http://127.0.0.1:8/rapat-pleno/")
    correction = make_case(ctx, office, upto=STEP, content=make_content(title="Rapat Pleno (ralat)"))
    page = client.get(letters(ctx, correction)[0].path).text
    assert "Ini koreksi atas yang tayang pada Senin, 23 November 2026" in page and "“Rapat Pleno”" in page
    assert 'href="http://127.0.0.1:8/rapat-pleno/"' in page and "Hanya untuk media sosial" not in page
    social = make_case(ctx, office, post_id=13, upto=STEP, content=make_content(13, website=False))
    page = client.get(letters(ctx, social)[0].path).text
    assert "Hanya untuk media sosial" in page and "Ini koreksi" not in page
