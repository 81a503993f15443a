"""The running instance that `real` and `browser` tests share: the one of RUN, else one of their own on free ports."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.testbed.office import Office

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def office() -> Iterator[Office]:
    """Everything of scripts/up, with the office's people. Tests share it: each makes cases of its own."""
    from tests.testbed.office import Office

    run = os.environ.get("RUN", "")
    if run and (Path(run) / "addresses.json").exists():
        yield Office(Path(run))
        return
    folder = Path(tempfile.mkdtemp(prefix="tayang-pytest.", dir="/tmp"))
    folder.chmod(0o755)
    os.environ["RUN"] = str(folder)
    ports = subprocess.run(
        ["bash", "-c", ". scripts/lib.sh; free_ports; echo $PORT_BASE"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )
    os.environ["PORT_BASE"] = ports.stdout.strip()
    try:
        subprocess.run([ROOT / "scripts" / "up", "all"], check=True)
        yield Office(folder)
    finally:
        subprocess.run([ROOT / "scripts" / "down"], check=False)
        shutil.rmtree(folder, ignore_errors=True)
        del os.environ["RUN"], os.environ["PORT_BASE"]


@pytest.fixture
def tag() -> str:
    """A word that no other test uses, for titles and captions."""
    return f"#{uuid.uuid4().hex[:8]}"
