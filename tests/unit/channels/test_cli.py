"""`tayang channel` as an operator types it, with a real database and the stand-ins."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sidecar.cli import main
from tests.emulators.running import Emulator

Tayang = Callable[..., Result]
SECRET = "whsec_" + "YWFh" * 11


@pytest.fixture
def tayang(tmp_path: Path) -> Tayang:
    environment = {
        "TAYANG_DATABASE_URL": f"sqlite:///{tmp_path}/tayang.db",
        "TAYANG_SECRET_KEYS": "k" * 40,
        "TAYANG_PUBLIC_URL": "http://127.0.0.1:9",
    }

    def run(*arguments: str) -> Result:
        return CliRunner(env=environment).invoke(main, list(arguments))

    (tmp_path / "secret").write_text(SECRET)
    (tmp_path / "robot").write_text("robot password")
    assert run("db", "upgrade").exit_code == 0
    site = run(
        *("site", "add", "jember", "--name", "KPU Kabupaten Jember", "--wordpress-url", "http://127.0.0.1:9"),
        *("--robot-login", "robot", "--robot-password-file", str(tmp_path / "robot")),
        *("--secret-file", str(tmp_path / "secret")),
    )
    assert site.exit_code == 0, site.output
    return run


def add_instagram(tayang: Tayang, emulator: Emulator, folder: Path) -> None:
    account = emulator.account("instagram")
    (folder / "token").write_text(account["token"] + "\n")
    added = tayang(
        *("channel", "add", "jember", "instagram", "--kind", "instagram", "--account", "kpujember"),
        *("--base-url", f"{emulator.url}/instagram", "--credential", f"user_id={account['id']}"),
        *("--credential", f"access_token=@{folder / 'token'}"),
    )
    assert (added.exit_code, added.output) == (0, "jember/instagram: added\n")


def test_add_list_check(tayang: Tayang, emulator: Emulator, tmp_path: Path) -> None:
    add_instagram(tayang, emulator, tmp_path)
    listed = tayang("channel", "list", "jember")
    assert listed.output == f"instagram\tinstagram\tkpujember\t{emulator.url}/instagram\ton\n"
    checked = tayang("channel", "check", "jember")
    assert checked.exit_code == 0
    assert "instagram (instagram, kpujember): good; 0 of 50 posts used in 24 h; may instagram_basic" in checked.output


def test_check_of_a_dead_token_says_what_to_do(tayang: Tayang, emulator: Emulator, tmp_path: Path) -> None:
    add_instagram(tayang, emulator, tmp_path)
    account = emulator.state.change_account("instagram", "kpujember", {"revoked": True})
    assert account is not None
    checked = tayang("channel", "check", "jember", "instagram", "--language", "en")
    assert checked.exit_code == 1
    assert (
        "token_invalid, reconnect. The connection to Instagram has ended. Connect the account again." in checked.output
    )
    assert account["token"] not in checked.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--kind", "mastodon", "--credential", "access_token=x"], "needs --base-url"),
        (["--kind", "bluesky"], "needs --credential password="),
        (["--kind", "bluesky", "--credential", "password"], "NAME=VALUE"),
        (["--kind", "bluesky", "--credential", "password=@/does/not/exist"], "cannot be read"),
        (["--kind", "friendster"], "is not one of"),
    ],
)
def test_refused_arguments(tayang: Tayang, arguments: list[str], said: str) -> None:
    refused = tayang("channel", "add", "jember", "one", "--account", "kpujember", *arguments)
    assert refused.exit_code == 2
    assert said in refused.output


def test_unknown_office_and_channel(tayang: Tayang) -> None:
    assert "unknown_site" in tayang("channel", "list", "atlantis").output
    assert tayang("channel", "check", "jember", "nothing").exit_code == 1
    assert "no channel" in tayang("channel", "check", "jember").output
