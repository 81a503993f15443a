"""The tools of the browser tests themselves: a check that finds nothing would prove nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.testbed import screens
from tests.testbed.office import Office
from tests.testbed.screens import DESK, PHONE

pytestmark = [pytest.mark.real, pytest.mark.browser]

Open = Callable[[dict[str, int]], Page]


def test_a_page_with_faults_is_not_called_accessible(open_context: Open) -> None:
    page = open_context(DESK)
    page.set_content('<main><img src="data:,"><input><p style="color: #bbb; background: #fff">Rapat pleno</p></main>')
    faults = "\n".join(screens.accessibility_faults(page, "main"))
    for rule in ("image-alt", "label", "color-contrast"):
        assert rule in faults
    page.set_content('<main><img src="data:," alt="Rapat"><label>Judul <input></label><p>Rapat pleno</p></main>')
    screens.assert_accessible(page, "main")


def test_a_page_that_is_too_wide_is_found(open_context: Open) -> None:
    page = open_context(PHONE)
    page.set_content('<meta name="viewport" content="width=device-width"><p style="width: 600px">lebar</p>')
    with pytest.raises(AssertionError):
        screens.assert_fits(page)


def test_logging_in_by_the_form_of_wordpress(office: Office, open_context: Open) -> None:
    page = open_context(DESK)
    screens.log_in_by_hand(page, office, "kasubbag")
    assert "/wp-admin/" in page.url
