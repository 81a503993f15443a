"""The technician's commands on a running office: the audit trail is whole, the events give the stored state."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.testbed import story
from tests.testbed.office import Office

pytestmark = pytest.mark.real
ROOT = Path(__file__).parents[2]


def tayang(office: Office, *arguments: str) -> str:
    """The output of a `tayang` command with the instance's settings. Fails with its words on another exit status."""
    script = '. "$RUN/env" && exec .venv/bin/tayang "$@"'
    env = {**os.environ, "RUN": str(office.run)}
    done = subprocess.run(
        ["bash", "-c", script, "tayang", *arguments], cwd=ROOT, env=env, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_audit_trail_and_replay_of_a_running_office(office: Office, tag: str) -> None:
    title = f"{story.NEWS_TITLE} {tag}"
    case = office.person("penyusun").view(story.news_at(office, 4, title))
    trail = tayang(office, "audit", "verify")
    assert "jember" in trail
    assert any(int(word) >= case["revision"] for word in trail.replace(",", "").split() if word.isdigit())
    tayang(office, "case", "replay")
    assert title in tayang(office, "case", "show", "--site", "jember", case["case_id"])
