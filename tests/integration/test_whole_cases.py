"""One news item and one greeting, from the assignment to what the public sees."""

from __future__ import annotations

import pytest

from tests.testbed import story
from tests.testbed.office import Office, View
from tests.testbed.proof import prove

pytestmark = pytest.mark.real


def decisions(view: View) -> list[tuple[int, int, str, str]]:
    return [(e["no"], e["attempt"], e["decision"], e["via"]) for e in view["history"] if e["decision"]]


def test_news_item_goes_all_ten_steps_to_the_website_and_the_networks(office: Office, tag: str) -> None:
    view = story.news(office, lambda view: None, tag)
    assert decisions(view) == [
        (1, 1, "submit", "wp"),
        (2, 1, "submit", "wp"),
        (3, 1, "submit", "wp"),
        (4, 1, "return", "email"),
        (3, 2, "submit", "wp"),
        (4, 2, "approve", "wp"),
        (5, 1, "submit", "wp"),
        (6, 1, "submit", "wp"),
        (7, 1, "approve", "wp"),
        (8, 1, "approve", "email"),
        (9, 1, "approve", "email"),
        (10, 1, "publish", "wp"),  # a worker saw it, a person ordered it
    ]
    ordered = next(entry for entry in view["history"] if entry["no"] == 10)
    assert (ordered["by"], ordered["via"]) == (office.id_of("humas"), "wp")  # a person pressed the button
    assert {delivery["channel"] for delivery in view["deliveries"]} == set(office.channels)
    assert prove(office, view)
    post = office.person("humas").post(view["post_id"])
    assert post["status"] == "publish"
    assert post["link"] == view["url"]


def test_greeting_goes_all_seven_steps_and_stays_off_the_website(office: Office, tag: str) -> None:
    view = story.greeting(office, lambda view: None, tag)
    assert decisions(view) == [
        (1, 1, "submit", "wp"),
        (2, 1, "submit", "wp"),
        (3, 1, "submit", "wp"),
        (4, 1, "submit", "wp"),
        (5, 1, "return", "wp"),
        (4, 2, "submit", "wp"),
        (5, 2, "approve", "email"),
        (6, 1, "approve", "email"),
        (7, 1, "publish", "system"),
    ]
    assert {delivery["channel"] for delivery in view["deliveries"]} == set(office.channels)
    assert prove(office, view)
    assert view["status"] == "tyg_ucapan_out"
