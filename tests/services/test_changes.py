"""The versions of a case, what changed between them, and the note of a publication that was stopped."""

from __future__ import annotations

from typing import Any

import pytest

from sidecar.context import Context
from sidecar.services import publication
from sidecar.services.changes import changes_of
from sidecar.services.errors import Malformed, NoSuchCase
from sidecar.services.run_command import run_command
from sidecar.services.sites import change_site
from tests.builders import Clock, Office, look, make_case, make_content, make_request, publish, step


@pytest.fixture(autouse=True)
def _time_goes_on(clock: Clock) -> None:
    clock.ticking = True


def image(**other: Any) -> dict[str, Any]:
    values = {"id": 34, "sha256": "a" * 64, "mime": "image/jpeg", "alt": "Ketua", "caption": "", "focal": [50, 50]}
    return {**values, **other}


def returned(ctx: Context, office: Office) -> str:
    """A case that was submitted, returned and submitted again with another text."""
    case_id = make_case(ctx, office, upto=4)
    kasubbag = office.holder("kasubbag")
    run_command(ctx, make_request(office, case_id, "return", kasubbag, note="Lengkapi"))
    step(ctx, office, case_id, make_content(content="<p>KPU Jember menggelar rapat terbuka.</p>", website=False))
    return case_id


def get(ctx: Context, case_id: str, old: int | None = None, new: int | None = None, **other: Any) -> dict[str, Any]:
    return changes_of(ctx, "jember", case_id, old, new, other.pop("language", "id"), **other)


def test_the_last_two_versions_are_compared(ctx: Context, office: Office) -> None:
    case_id = returned(ctx, office)
    found = get(ctx, case_id)
    assert (found["from"], found["to"]) == (1, 2)
    first, second = found["versions"]
    assert (first["no"], first["kind"], first["activity_no"], first["attempt"]) == (1, "submitted", 3, 1)
    assert (second["no"], second["attempt"], second["by_name"]) == (2, 2, f"Orang {office.holder('penyusun')}")
    assert second["content_sha256"] == look(ctx, office, case_id)["content_sha256"]
    text, website = found["changes"]
    assert (text["part"], text["label"], text["kind"]) == ("content", "Teks", "text")
    assert ("+", " terbuka") in text["ops"]
    assert (website["label"], list(website["ops"])) == (
        "Situs web",
        [("-", "tampil di situs web"), ("+", "hanya media sosial")],
    )
    assert get(ctx, case_id, language="en")["changes"][0]["label"] == "Text"


def test_any_two_versions_can_be_asked_for(ctx: Context, office: Office) -> None:
    case_id = returned(ctx, office)
    back = get(ctx, case_id, 2, 1)
    assert ("-", " terbuka") in back["changes"][0]["ops"]
    assert get(ctx, case_id, new=1)["from"] is None and get(ctx, case_id, new=1)["changes"] == []
    assert get(ctx, case_id, 1, 1)["changes"] == []
    for wrong in ({"old": 3}, {"new": 0}):
        with pytest.raises(Malformed):
            get(ctx, case_id, **wrong)


def test_history_names_the_version(ctx: Context, office: Office) -> None:
    history = look(ctx, office, returned(ctx, office))["history"]
    assert [entry["version"] for entry in history if entry["kind"] == "submitted"] == [1, 2]
    assert {entry["version"] for entry in history if entry["kind"] != "submitted"} == {None}


def test_without_a_submission_there_is_nothing_to_compare(ctx: Context, office: Office) -> None:
    case_id = make_case(ctx, office, upto=3)
    assert get(ctx, case_id) == {"versions": [], "from": None, "to": None, "changes": []}


def test_a_correction_is_compared_with_what_is_public(ctx: Context, office: Office) -> None:
    first = returned(ctx, office)
    run_command(ctx, make_request(office, first, "return", office.holder("kasubbag"), note="Tayangkan di situs"))
    for _ in range(3, 11):
        step(ctx, office, first, make_content(title="Rapat Pleno Terbuka"))
    publish(ctx, office, first)
    correction = make_case(ctx, office, upto=4, content=make_content(title="Rapat Pleno Tertutup"))
    found = get(ctx, correction)
    assert [(version["no"], version["kind"]) for version in found["versions"]] == [(0, "published"), (1, "submitted")]
    assert (found["from"], found["to"]) == (0, 1)
    [title] = found["changes"]
    assert list(title["ops"]) == [("=", "Rapat Pleno "), ("-", "Terbuka"), ("+", "Tertutup")]


def test_a_stopped_publication_names_what_changed(ctx: Context, office: Office) -> None:
    case_id = make_case(ctx, office, upto=10, content=make_content(images=[image()], featured_image=34))
    step(ctx, office, case_id)
    found = make_content(
        content="<p>Lain.</p>",
        slug="lain",
        terms=[["category", ["warta"]]],
        images=[image(sha256="b" * 64, caption="Di aula")],
        photos=[],
        channels=[{"channel": "bluesky", "caption": "Lain"}, {"channel": "mastodon", "caption": "Rapat pleno"}],
        website=False,
    )
    publication.stop_changed(ctx, office.site_id, case_id, found, {}, "<p>x")
    view = look(ctx, office, case_id)
    assert view["history"][-1]["note"] == (
        "Berubah setelah persetujuan akhir: teks, alamat web (slug), kategori, gambar utama, keterangan foto, berkas"
        " foto, pilihan foto untuk media sosial, teks untuk Bluesky, situs web. Yang ada sekarang harus diperiksa lagi."
    )
    versions = get(ctx, case_id)["versions"]
    assert view["history"][-1]["version"] == versions[-1]["no"] == len(versions)
    assert [(one["kind"], one["by_name"] != "") for one in versions[-2:]] == [("submitted", True), ("found", False)]


def test_the_note_is_in_the_offices_language(ctx: Context, office: Office) -> None:
    change_site(ctx, office.site_id, language="en")
    case_id = make_case(ctx, office, upto=10)
    step(ctx, office, case_id)
    publication.stop_changed(ctx, office.site_id, case_id, make_content(title="Diubah"), {}, "")
    assert look(ctx, office, case_id)["history"][-1]["note"].startswith("Changed after the final approval: title.")


def test_fields_of_a_card_have_their_names(ctx: Context, office: Office) -> None:
    def card(headline: str) -> dict[str, Any]:
        return make_content(card={"template": "kawung", "fields": {"headline": headline}, "photo": None})

    case_id = make_case(ctx, office, "ucapan", upto=5, content=card("Selamat"))
    person = look(ctx, office, case_id)["may_act"][0]["person"]
    run_command(ctx, make_request(office, case_id, "return", person, note="Ubah"))
    while look(ctx, office, case_id)["activity"]["no"] < 5:
        step(ctx, office, case_id, card("Dirgahayu"))
    [headline] = get(ctx, case_id)["changes"]
    assert headline["part"] == "card" and headline["label"] == "Kartu, Ucapan"


def test_nobody_looks_into_another_offices_case_or_out_of_scope(ctx: Context, office: Office) -> None:
    case_id = returned(ctx, office)
    with pytest.raises(NoSuchCase):
        get(ctx, case_id, seen_by=999)
    assert get(ctx, case_id, seen_by=office.holder("penyusun"))["to"] == 2
    with pytest.raises(NoSuchCase):
        get(ctx, "0" * 32)
