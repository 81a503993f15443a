"""The shipped SOP says what the document says; a bad file is refused with file, line and reason."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import pytest
import yaml
from click.testing import CliRunner

from sidecar import sop_file
from sidecar.cli import main
from tests.unit.sop import walk

FILE = walk.ROOT / "config/sop/13-ORT.06-3509-2021.yaml"
TEXT = FILE.read_text(encoding="utf-8")


def test_the_shipped_sop_is_the_document():
    sop = walk.JEMBER
    news, greeting = sop.procedures
    assert (sop.number, len(sop.roles)) == ("13/ORT.06/3509/2021", 7)
    assert [a.quality.minutes for a in news.activities] == [5, 5, 30, 5, 5, 30, 5, 10, 10, 5]
    assert [a.quality.minutes for a in greeting.activities] == [5, 5, 5, 45, 5, 10, 5]
    order = "sekretaris kasubbag penyusun kasubbag penyusun humas kasubbag pengampu pembina humas"
    assert [a.role for a in news.activities] == order.split()
    assert [a.role for a in greeting.activities] == [
        "pembina",
        "sekretaris",
        "kasubbag",
        "desain",
        "kasubbag",
        "pembina",
        "humas",
    ]
    assert {a.no: a.return_to for a in news.activities if a.return_to} == {4: 3, 7: 6, 8: 6, 9: 6}
    assert {a.no: a.return_to for a in greeting.activities if a.return_to} == {5: 4, 6: 4}
    assert (news.final_approval.no, greeting.final_approval.no) == (9, 6)
    assert [len(x) for x in (sop.identity.legal_basis, sop.identity.qualifications, sop.identity.equipment)] == [
        5,
        4,
        8,
    ]
    assert sop.identity.warnings == ("Prosedur ini wajib dilaksanakan sesuai alur kegiatan",)
    assert len(greeting.occasions) == 5


def test_every_reading_is_marked():
    marked = {(p.key, a.no, r.field) for p in walk.JEMBER.procedures for a in p.activities for r in a.readings}
    assert marked == {
        ("pemberitaan", 1, "role"),
        ("pemberitaan", 8, "name"),
        ("pemberitaan", 8, "return_to"),
        ("pemberitaan", 9, "return_to"),
        ("ucapan", 5, "name"),
        ("ucapan", 5, "return_to"),
        ("ucapan", 6, "return_to"),
        ("ucapan", 7, "publishing"),
    }
    assert {r.field for r in walk.JEMBER.identity.readings} == {"records", "qualifications"}


def test_status_slugs_fit_the_column():
    for procedure in walk.PROCEDURES:
        slugs = [procedure.status_slug(a.no) for a in procedure.activities] + [f"tyg_{procedure.key}_out"]
        assert all(len(slug) <= 20 for slug in slugs) and len(set(slugs)) == len(slugs)


@pytest.mark.parametrize("sop", [walk.JEMBER, walk.SECOND], ids=["jember", "second"])
def test_a_stored_document_gives_the_same_sop(sop):
    document = json.loads(json.dumps(sop_file.dump_document(sop)))
    assert sop_file.load_document(document) == sop


def test_the_published_schema_is_the_one_in_force_and_accepts_the_shipped_file():
    published = json.loads((FILE.parent / "sop.schema.json").read_text(encoding="utf-8"))
    assert published == json.loads(json.dumps(sop_file.json_schema()))
    data = json.loads(json.dumps(sop_file.dump_document(walk.JEMBER)))
    jsonschema.validate(data, published)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**data, "colour": "red"}, published)


NO_1, NO_5 = "      - no: 1\n        name:\n          id: Menugaskan", "      - no: 5\n        name:\n          id: >-"
RETURN_3 = "kind: decide\n        return_to: 3"
BUTTON = "kind: publish\n        # `button`"
FINAL = "        final_approval: true\n        required_inputs: {id: Draft"
MINUTES = "        minutes: 30\n        output: {id: Konsep"
HUMAS = "  - key: humas\n    name"
# What is broken, the text taken out, the text put in, the code, and a text that begins on the line complained of.
BROKEN = [
    ("no start", NO_1, NO_1.replace("1", "0"), "no_start", "activities:"),
    ("unknown role", "role: penyusun", "role: wartawan", "unknown_role", "role: wartawan"),
    ("return not earlier", RETURN_3, RETURN_3.replace("3", "4"), "return_not_earlier", "return_to: 4"),
    ("return to nobody", RETURN_3, RETURN_3.replace("3", "2"), "return_not_to_work", "return_to: 2"),
    ("decision without a way back", "        return_to: 3\n", "", "dead_end", "- no: 4"),
    ("a number left out", NO_5, NO_5.replace("5", "15"), "dead_end", "- no: 15"),
    ("no publishing end", BUTTON, BUTTON.replace("publish", "work"), "dead_end", "kind: work\n        # `button`"),
    ("no final approval", FINAL, FINAL.partition("\n")[2], "no_final_approval", "activities:"),
    ("zero minutes", MINUTES, MINUTES.replace("30", "0"), "zero_minutes", "minutes: 0"),
    ("unknown key", "kind: handover\n", "kind: handover\n        colour: red\n", "unknown_key", "colour: red"),
    (
        "duplicate number",
        NO_5,
        NO_5.replace("5", "4"),
        "duplicate_number",
        NO_5.replace("5", "4") + "\n            Bahan",
    ),
    (
        "duplicate role",
        HUMAS,
        HUMAS.replace("humas", "desain"),
        "duplicate_role",
        "  - key: desain\n    name: {id: Tim Humas",
    ),
    ("a key twice", "clock: office", "clock: office\nclock: always", "repeated_key", "clock: always"),
    ("no YAML", "form: 1", "form: [1", "bad_yaml", ""),
    ("missing key", "number: 13/ORT.06/3509/2021\n", "", "missing_key", ""),
    (
        "key too long for a status",
        "key: pemberitaan",
        "key: pemberitaankegiatan",
        "string_pattern_mismatch",
        "key: pemberitaank",
    ),
]


@pytest.mark.parametrize(("old", "new", "code", "mark"), [b[1:] for b in BROKEN], ids=[b[0] for b in BROKEN])
def test_a_bad_file_is_refused_with_file_line_and_reason(tmp_path: Path, old, new, code, mark):
    assert old in TEXT
    text = TEXT.replace(old, new, 1)
    file = tmp_path / "sop.yaml"
    file.write_text(text, encoding="utf-8")
    result = CliRunner().invoke(main, ["sop", "check", str(file)])
    assert result.exit_code == 1
    lines = [line for line in result.stderr.splitlines() if line.endswith(f"[{code}]")]
    assert lines, result.stderr
    if mark:
        expected = text[: text.index(mark)].count("\n") + 1
        named = [int(re.match(rf"{re.escape(str(file))}:(\d+): ", line)[1]) for line in lines]
        assert expected in named, (expected, lines)


def test_check_and_show():
    check = CliRunner().invoke(main, ["sop", "check", str(FILE)])
    assert check.exit_code == 0 and "17 steps" in check.stdout
    for language, words in (
        ("id", ["10 langkah, 110 menit", "7 langkah, 80 menit"]),
        ("en", ["10 steps", "Secretary"]),
    ):
        show = CliRunner().invoke(main, ["sop", "show", str(FILE), "--language", language])
        assert show.exit_code == 0 and all(word in show.stdout for word in words)
    assert "* 1 role: Kolom pelaksana" in CliRunner().invoke(main, ["sop", "show", str(FILE)]).stdout


def test_no_is_a_key_not_a_boolean():
    assert yaml.safe_load("no: 1") == {False: 1}
    assert walk.JEMBER.procedures[0].activities[0].no == 1
