"""The stand-ins inside a test process: a real HTTP server on a free port, in a thread."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from werkzeug.serving import make_server

from tests.emulators.__main__ import Quiet
from tests.emulators.app import create_app
from tests.emulators.feed import Pds
from tests.emulators.state import Fault, Json, State
from tests.serving import serving


@dataclass
class Emulator:
    url: str
    state: State

    def account(self, network: str, username: str = "kpujember", **values: Any) -> Json:
        return self.state.add_account(network, username, **values)

    def fault(self, network: str, fault: str, route: str = "", *, times: int = 1, seconds: float = 0.0) -> None:
        self.state.faults.append(Fault(network, fault, route, times, seconds))

    def effects(self, effect: str = "published") -> list[Json]:
        return [row for row in self.state.journal() if row["effect"] == effect]


@contextmanager
def emulator(folder: Path, pds: Pds | None = None) -> Iterator[Emulator]:
    """Ends with the block. `folder`: as `--dir`."""
    folder.mkdir(parents=True, exist_ok=True)
    server = make_server("127.0.0.1", 0, lambda *_: [], threaded=True, request_handler=Quiet)
    url = f"http://127.0.0.1:{server.port}"
    app = create_app(folder, url, pds=pds)
    server.app = app
    with serving(server):
        yield Emulator(url, app.extensions["emulators"])
