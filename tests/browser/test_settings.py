"""The settings of an administrator: pairing with the real sidecar, the connection test, who sees what."""

from __future__ import annotations

import base64
import json
import os
import subprocess
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.testbed import screens, story
from tests.testbed.instance import ROOT
from tests.testbed.office import Office
from tests.testbed.screens import DESK, PHONE

pytestmark = [pytest.mark.real, pytest.mark.browser]

Open = Callable[[dict[str, int]], Page]
LogIn = Callable[[Page, str], None]
Shot = Callable[[Page, str], None]

# What pairing changes in WordPress, as JSON: read and put back, so that the other tests go on as they were.
KEEP = r"""
$_SERVER += ['HTTP_HOST' => '127.0.0.1', 'REQUEST_METHOD' => 'GET', 'REQUEST_URI' => '/'];
require $argv[1] . '/wp-load.php';
$robot = get_user_by('login', 'robot')->ID;
if (($argv[2] ?? '') === '') {
    echo wp_json_encode([get_option('tayang_settings'), get_user_meta($robot, '_application_passwords', true)]);
} else {
    [$settings, $passwords] = json_decode($argv[2], true);
    update_user_meta($robot, '_application_passwords', $passwords);
    update_option('tayang_settings', $settings);
}
"""


def tayang(office: Office, *arguments: str) -> str:
    """One `tayang` command of the operator, on the instance's own sidecar."""
    line = ". " + str(office.run / "env") + ' && "$@"'
    command = ["bash", "-c", line, "bash", str(ROOT / ".venv" / "bin" / "tayang"), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT, env=os.environ).stdout.strip()


def php(office: Office, code: str, *arguments: str) -> str:
    command = ["php", "-r", code, str(office.run / "wp"), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def paired_back(office: Office) -> Iterator[None]:
    """After the test both sides are connected as before it."""
    before = php(office, KEEP, "")
    yield
    tayang(
        office,
        *("site", "add", office.addresses["site"], "--name", "KPU Kabupaten Jember", "--robot-login", "robot"),
        *("--wordpress-url", office.wordpress, "--robot-password-file", str(office.run / "robot.password")),
        *("--secret-file", str(office.run / "webhook.secrets")),
    )
    php(office, KEEP, before)


def open_settings(page: Page, office: Office) -> None:
    page.goto(f"{office.wordpress}/wp-admin/options-general.php?page=tayang-settings")
    expect(page.locator(".tayang-settings h1")).to_be_visible()


def paste(page: Page, code: str) -> None:
    fold = page.locator("details:has(#tayang-code)")
    if fold.get_attribute("open") is None:
        fold.locator("summary").click()
    page.fill("#tayang-code", code)
    fold.locator("button").click()
    page.wait_for_load_state()


@pytest.mark.usefixtures("paired_back")
def test_one_pasted_code_connects_the_office(
    office: Office, open_context: Open, log_in: LogIn, shot: Shot, tag: str
) -> None:
    code = tayang(office, "site", "invite", office.addresses["site"])
    page = open_context(DESK)
    log_in(page, "admin")
    open_settings(page, office)

    paste(page, code[:-30])
    expect(page.locator(".notice-error")).to_be_visible()
    paste(page, code)
    expect(page.locator(".notice-success")).to_contain_text("KPU Kabupaten Jember")
    states = page.locator(".tayang-results li").evaluate_all("all => all.map(one => one.className)")
    assert states[:4] == ["tayang-result-good"] * 4, page.locator(".tayang-results").inner_text()
    screens.assert_accessible(page, ".tayang-settings")
    shot(page, "settings-paired")

    # The secrets are new on both sides, and the case goes on: a command out, and the mirror back in.
    title, kasubbag = f"Sesudah dipasangkan {tag}", office.id_of("kasubbag")
    post, _ = office.person("sekretaris").new_assignment("pemberitaan", title, activity=tag, assignee=kasubbag)
    office.person("kasubbag").wait_for_turn(post, 2)

    # A code is good once.
    open_settings(page, office)
    paste(page, code)
    expect(page.locator(".notice-error")).to_contain_text("tayang site")


def test_the_connection_test_says_what_is_wrong(office: Office, open_context: Open, log_in: LogIn, shot: Shot) -> None:
    page = open_context(PHONE)
    log_in(page, "admin")
    before = php(office, KEEP, "")
    settings, passwords = json.loads(before)
    try:
        php(office, KEEP, json.dumps([{**settings, "sidecar_url": "http://127.0.0.1:9"}, passwords]))
        open_settings(page, office)
        page.locator("form:has(input[value=tayang_test]) button").click()
        expect(page.locator(".tayang-results li").first).to_contain_text("127.0.0.1:9")
        expect(page.locator(".tayang-results li").first).to_have_class("tayang-result-bad")

        wrong = "whsec_" + base64.b64encode(b"0" * 32).decode()
        php(office, KEEP, json.dumps([{**settings, "secrets": [wrong]}, passwords]))
        page.locator("form:has(input[value=tayang_test]) button").click()
        expect(page.locator(".tayang-results li").nth(0)).to_have_class("tayang-result-good")
        expect(page.locator(".tayang-results li").nth(1)).to_have_class("tayang-result-bad")
        screens.assert_accessible(page, ".tayang-settings")
        screens.assert_fits(page)
        shot(page, "settings-test-phone")
    finally:
        php(office, KEEP, before)


def test_the_rules_of_the_office_are_kept_and_hold(
    office: Office, open_context: Open, log_in: LogIn, shot: Shot, tag: str
) -> None:
    post = story.news_at(office, 3, f"Siapa melihat {tag}")
    page = open_context(DESK)
    log_in(page, "admin")
    before = php(office, KEEP, "")
    try:
        open_settings(page, office)
        page.check("input[name='tayang_settings[visibility]'][value=own]")
        page.check("input[name='tayang_settings[governed_types][]'][value=page]")
        page.fill("#tayang-divisions", f"Divisi Satu {tag}\nDivisi Dua")
        page.locator("#tayang-rules ~ form [type=submit]").click()
        expect(page.locator(".notice-success, .updated").first).to_be_visible()
        expect(page.locator("input[name='tayang_settings[visibility]'][value=own]")).to_be_checked()
        expect(page.locator("input[name='tayang_settings[governed_types][]'][value=page]")).to_be_checked()
        expect(page.locator("#tayang-divisions")).to_have_value(f"Divisi Satu {tag}\nDivisi Dua")
        expect(page.locator(".tayang-facts")).to_contain_text("127.0.0.1")  # the other form's settings stayed
        shot(page, "settings-rules")

        # Tim Desain has no part in this news item; Penyusun has.
        visitor = open_context(DESK)
        log_in(visitor, "desain")
        visitor.goto(f"{office.wordpress}/wp-admin/admin.php?page=tayang-case&post={post}")
        expect(visitor.locator("body")).not_to_contain_text(f"Siapa melihat {tag}")
        writer = open_context(DESK)
        log_in(writer, "penyusun")
        screens.open_case(writer, office, post)
    finally:
        php(office, KEEP, before)


def test_nobody_else_reaches_the_settings(office: Office, open_context: Open, log_in: LogIn) -> None:
    page = open_context(DESK)
    log_in(page, "kasubbag")
    answer = page.goto(f"{office.wordpress}/wp-admin/options-general.php?page=tayang-settings")
    assert answer and answer.status == 403


def test_help_is_on_the_page(office: Office, open_context: Open, log_in: LogIn) -> None:
    page = open_context(DESK)
    log_in(page, "admin")
    open_settings(page, office)
    page.click("#contextual-help-link")
    expect(page.locator("#tab-panel-tayang-pairing")).to_contain_text("tayang site invite")
    expect(page.locator("#contextual-help-wrap .contextual-help-sidebar")).to_contain_text("13/ORT.06/3509/2021")


@pytest.mark.parametrize(
    "screen",
    ["edit-comments.php", "upload.php", "themes.php", "plugins.php", "options-general.php", "edit.php?post_type=page"],
)
def test_other_screens_load_nothing_of_ours(office: Office, screen: str) -> None:
    """The admin bar may show a number; scripts and styles stay on our own screens."""
    page = office.person("admin").session.get(f"{office.wordpress}/wp-admin/{screen}", timeout=30).text
    assert "wp-admin-bar-" in page and "plugins/tayang/assets/" not in page


def test_visitors_of_the_website_load_nothing_of_ours(office: Office) -> None:
    page = office.anonymous(office.wordpress).text
    assert "<html" in page and "plugins/tayang/" not in page
