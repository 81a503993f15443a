from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.emulators.running import Emulator
from tests.emulators.running import emulator as running
from tests.unit.channels.builders import served


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[Emulator]:
    with running(tmp_path / "emulators") as it:
        yield it


@pytest.fixture
def pictures(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder, and the address at which the networks can fetch what lies in it."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    with served(folder) as base:
        yield folder, base
