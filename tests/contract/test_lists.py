"""Board, tasks and calendar as the plugin asks for them: the agreed form, sentences in the asked language, refusals."""

from __future__ import annotations

from typing import Any

import pytest

from sidecar.context import Context
from sidecar.services.settle_office import settle_office
from sidecar.services.sync_people import sync_people
from tests.builders import Clock, Office, make_case
from tests.contract.plugin import Plugin, code

CARD = {
    *("case_id", "post_id", "title", "procedure", "state", "activity", "who", "may_act", "mine", "late"),
    *("seconds_left", "division", "occasion", "publish_at", "published_at", "url", "corrects", "problems"),
    *("stuck", "stuck_reason"),
}
COLUMN = {"key", "no", "name", "role", "role_name", "kind", "status", "count", "late", "cases", "pages"}
NEWS = {"actor": 4, "procedure": "pemberitaan"}


def test_the_board_has_the_agreed_form(plugin: Plugin, ctx: Context, office: Office, clock: Clock) -> None:
    make_case(ctx, office, upto=4)
    clock.pass_(hours=1)
    answer = plugin.call("cases/board", NEWS).get_json()
    assert answer.keys() == {"procedure", "columns", "divisions", "as_of"}
    assert [column["key"] for column in answer["columns"]] == [*map(str, range(1, 11)), "publishing", "published"]
    assert all(column.keys() == COLUMN for column in answer["columns"])
    last = [column["name"] for column in answer["columns"][10:]]
    assert last == ["Sedang diterbitkan", "Terbit dalam 7 hari terakhir"]
    assert [column["status"] for column in answer["columns"]][-2:] == ["tyg_pemberitaan_10", "publish"]
    [column] = [one for one in answer["columns"] if one["count"]]
    assert (column["no"], column["role"], column["late"], column["pages"]) == (4, "kasubbag", 1, 1)
    [card] = column["cases"]
    assert card.keys() == CARD
    assert (card["mine"], card["late"], card["seconds_left"], card["stuck_reason"]) == (True, True, -3300, "")
    assert answer["divisions"] == ["Divisi Teknis"]
    english = plugin.call("cases/board", {**NEWS, "language": "en"}).get_json()
    assert english["columns"][10]["name"] == "Being published"


@pytest.mark.parametrize("column", ["4", 4, "publishing"])
def test_one_column_by_number_or_name(plugin: Plugin, column: str | int) -> None:
    answer = plugin.call("cases/board", {**NEWS, "column": column, "page": 2, "per_page": 5})
    assert [one["key"] for one in answer.get_json()["columns"]] == [str(column)]


def test_who_is_missing_is_said_in_the_asked_language(plugin: Plugin, ctx: Context, office: Office) -> None:
    make_case(ctx, office, upto=4)
    others = [person for person in office.holders() if person["id"] != office.holder("kasubbag")]
    sync_people(ctx, "jember", others, complete=True)
    settle_office(ctx, "jember")

    def reason(language: str) -> str:
        answer = plugin.call("cases/board", {**NEWS, "column": "4", "language": language}).get_json()
        [card] = answer["columns"][0]["cases"]
        assert card.keys() == CARD and card["stuck"]
        return str(card["stuck_reason"])

    assert reason("id").startswith("Belum ada yang memegang peran Kasubbag")
    assert reason("en").startswith("Nobody holds the role Head of Subdivision.")


def test_tasks_and_calendar(plugin: Plugin, ctx: Context, office: Office) -> None:
    make_case(ctx, office, upto=4)
    answer = plugin.call("cases/tasks", {"actor": 4, "scope": "own"}).get_json()
    assert answer.keys() == {"cases", "total", "late"} and answer["total"] == 1
    assert answer["cases"][0].keys() == CARD
    days = {"actor": 4, "from": "2026-12-20", "until": "2027-01-02"}
    entries = plugin.call("cases/calendar", days).get_json()["entries"]
    fields = {"kind", "at", "date", "title", "case_id", "post_id", "procedure", "state", "url", "estimated", "who"}
    assert all(entry.keys() == fields for entry in entries)
    assert [entry["title"] for entry in entries] == ["Hari Raya Natal", "Tahun Baru Masehi"]


def test_scope_hides_a_view(plugin: Plugin, ctx: Context, office: Office) -> None:
    case_id = make_case(ctx, office, upto=4)
    for actor, status in ((office.holder("kasubbag"), 200), (office.holder("desain"), 404)):
        answer = plugin.call("cases/view", {"actor": actor, "case_id": case_id, "scope": "own"})
        assert answer.status_code == status
        assert plugin.call("cases/view", {"actor": actor, "case_id": case_id}).status_code == 200


@pytest.mark.parametrize(
    ("call", "body"),
    [
        ("cases/board", {"actor": 4}),
        ("cases/board", {**NEWS, "column": "0"}),
        ("cases/board", {**NEWS, "column": "99"}),
        ("cases/board", {**NEWS, "column": True}),
        ("cases/board", {**NEWS, "page": 0}),
        ("cases/board", {**NEWS, "per_page": 101}),
        ("cases/board", {**NEWS, "scope": "mine"}),
        ("cases/board", {**NEWS, "colour": "red"}),
        ("cases/tasks", {"actor": 0}),
        ("cases/calendar", {"actor": 4, "from": "2026-11-01", "until": "2027-01-02"}),
        ("cases/calendar", {"actor": 4, "from": "2026-11-02", "until": "2026-11-01"}),
        ("cases/calendar", {"actor": 4, "from": "kemarin", "until": "2026-11-01"}),
        ("cases/calendar", {"actor": 4, "from": "9999-12-31", "until": "9999-12-31"}),
    ],
)
def test_what_is_not_as_agreed_is_refused(plugin: Plugin, call: str, body: dict[str, Any]) -> None:
    assert code(plugin.call(call, body)) == (422, "malformed")


def test_a_procedure_that_the_office_does_not_have(plugin: Plugin) -> None:
    assert code(plugin.call("cases/board", {**NEWS, "procedure": "rahasia"})) == (409, "no_sop")


@pytest.mark.parametrize("search", ["%", "\\", "'; DROP TABLE cases; --", "x" * 200, "🎉"])
def test_any_search_is_answered(plugin: Plugin, search: str) -> None:
    assert plugin.call("cases/board", {**NEWS, "search": search}).status_code == 200


def test_channels_tell_their_limits(plugin: Plugin) -> None:
    channels = {one["key"]: one for one in plugin.call("sop").get_json()["channels"]}
    assert channels["mastodon"]["limits"]["counted_as"] == "code_points_links"
    assert channels["bluesky"]["max_characters"] == channels["bluesky"]["limits"]["max_characters"] == 300
