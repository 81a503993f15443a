"""Every sentence of the sidecar and its workers is there in Indonesian, with the same blanks to fill."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from babel.util import pathmatch

from sidecar import i18n
from sidecar.web import sentences

ROOT = Path(__file__).parents[3]
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2"), ("**/templates/**.txt", "jinja2")]
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "N_": None}
BLANK = re.compile(r"%\((\w+)\)[sd]")


def messages() -> set[str]:
    found = set()
    for room in ("sidecar", "workers"):
        for _, _, message, _, _ in extract_from_dir(ROOT / room, METHODS, keywords=KEYWORDS):
            found.add(message[0] if isinstance(message, tuple) else message)
    return found


def test_the_catalogue_is_complete() -> None:
    with (i18n.LOCALE_DIR / "id" / "LC_MESSAGES" / "messages.po").open("rb") as file:
        catalogue = read_po(file, locale="id")
    known = {}
    for message in catalogue:
        key = message.id[0] if isinstance(message.id, tuple) else message.id
        known[key] = message.string[0] if isinstance(message.string, tuple) else message.string
        assert not message.fuzzy or not key, f"fuzzy: {key}"
    wanted = messages()
    assert len(wanted) > 150
    assert sorted(message for message in wanted if not known.get(message)) == []
    for message in wanted:
        assert sorted(BLANK.findall(message)) == sorted(BLANK.findall(known[message])), message


def test_babel_cfg_finds_the_same() -> None:
    lines = (ROOT / "babel.cfg").read_text().split("\n")
    patterns = [(line.split(": ")[1].rstrip("]"), line[1:].split(":")[0]) for line in lines if line.startswith("[")]
    assert patterns == METHODS and pathmatch("**/templates/**.html", "web/templates/approval.html")


@pytest.mark.parametrize("code", sorted(sentences.REFUSALS))
@pytest.mark.parametrize("language", ["id", "en"])
def test_every_refusal_can_be_said(code: str, language: str) -> None:
    sentence = sentences.refusal(code, {"role": "kasubbag", "no": 7, "named": 3}, language, sentences.NoNames())
    assert sentence and "%(" not in sentence


def test_core_and_services_refuse_nothing_without_a_sentence() -> None:
    from sidecar.services import errors as services
    from sidecar.sop import errors as core
    from sidecar.store import errors as store

    unsaid = {"sop_error", "service_error", "store_error", "unknown_site"}
    for module in (core, services, store):
        for thing in vars(module).values():
            code = getattr(thing, "code", None)
            if isinstance(thing, type) and issubclass(thing, Exception) and code not in unsaid:
                assert code in sentences.REFUSALS, code


@pytest.mark.parametrize(
    ("zone", "language", "text"),
    [
        ("Asia/Jakarta", "id", "Senin, 23 November 2026 14.05 WIB"),
        ("Asia/Makassar", "id", "Senin, 23 November 2026 15.05 WITA"),
        ("Asia/Jayapura", "en", "Monday, 23 November 2026 16:05 WIT"),
    ],
)
def test_dates_as_the_office_reads_them(zone: str, language: str, text: str) -> None:
    assert i18n.when(datetime(2026, 11, 23, 7, 5, tzinfo=UTC), zone, language) == text


@pytest.mark.parametrize(
    ("seconds", "indonesian", "english"),
    [
        (20, "kurang dari semenit", "less than a minute"),
        (60, "1 menit", "1 minute"),
        (3_725, "1 jam 2 menit", "1 hour 2 minutes"),
        (-7_200, "2 jam", "2 hours"),
        (90_061, "1 hari 1 jam", "1 day 1 hour"),
    ],
)
def test_spans(seconds: int, indonesian: str, english: str) -> None:
    assert (i18n.span(seconds, "id"), i18n.span(seconds, "en")) == (indonesian, english)


@pytest.mark.parametrize(
    ("locale", "language"), [("id_ID", "id"), ("en_US", "en"), ("en-GB", "en"), ("", "id"), ("jv", "id")]
)
def test_language_of_a_wordpress_locale(locale: str, language: str) -> None:
    assert i18n.language_of(locale) == language
