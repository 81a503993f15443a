"""Every text of the plugin has an Indonesian translation, and the scripts' texts are all handed over by PHP."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ASSETS = ROOT / "wp-plugin" / "assets"
STRINGS = ROOT / "wp-plugin" / "includes" / "ui" / "class-strings.php"

PANEL = ("time.js", "counting.js", "preview.js", "plan.js", "history.js", "panel.js", "editor.js")
# Keys that the scripts put together: text('state_' + view.state) and the like.
BUILT = ("state_", "step_", "delivery_", "disposition_")
COUNTED = {f"{what}{end}" for what in ("characters", "bytes", "hashtags", "mentions") for end in ("", "_over")} | {
    f"check_{what}" for what in ("characters", "bytes", "hashtags", "mentions")
}


@pytest.mark.skipif(shutil.which("xgettext") is None, reason="gettext is not installed (scripts/setup installs it)")
def test_no_text_without_indonesian() -> None:
    checked = subprocess.run(
        [ROOT / "scripts" / "plugin-texts", "--check"], capture_output=True, text=True, timeout=60, check=False
    )
    assert checked.returncode == 0, f"run scripts/plugin-texts and translate:\n{checked.stderr}"


@pytest.mark.skipif(shutil.which("msgfmt") is None, reason="gettext is not installed (scripts/setup installs it)")
def test_placeholders_agree() -> None:
    po = ROOT / "wp-plugin" / "languages" / "tayang-id_ID.po"
    checked = subprocess.run(
        ["msgfmt", "--check-format", "-o", "/dev/null", po], capture_output=True, text=True, timeout=60, check=False
    )
    assert checked.returncode == 0, checked.stderr


def test_the_panel_asks_only_for_texts_that_php_hands_over() -> None:
    given = set(re.findall(r"^\s+'(\w+)' => _", STRINGS.read_text(encoding="utf-8"), re.MULTILINE))
    scripts = "\n".join((ASSETS / name).read_text(encoding="utf-8") for name in PANEL)
    asked = set(re.findall(r"\b(?:text|add)\('(\w+)'[,)]", scripts)) | COUNTED
    assert asked - given == set()
    unused = {key for key in given - asked if f"'{key}'" not in scripts and not key.startswith(BUILT)}
    assert unused == set()
