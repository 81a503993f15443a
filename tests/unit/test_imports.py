"""The import table of docs/architecture.md: who may know of whom."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OURS = ("sidecar", "workers")
WIRING_NAMES = (
    *("settings", "logs", "context", "clock", "keys", "media_store", "media_links"),
    *("card_catalogue", "channel_limits", "i18n"),
)
WIRING = tuple(f"sidecar.{name}" for name in WIRING_NAMES)
# Room -> what of ours it may import (prefixes of dotted names), beside itself.
MAY: dict[str, tuple[str, ...]] = {
    "sidecar.sop": (),
    "sidecar.sop_file": ("sidecar.sop",),
    "sidecar.settings": (),
    "sidecar.clock": (),
    "sidecar.keys": (),
    "sidecar.logs": ("sidecar.keys",),
    "sidecar.i18n": (),
    "sidecar.media_store": (),
    "sidecar.media_links": ("sidecar.context", "sidecar.keys", "sidecar.media_store"),
    "sidecar.card_catalogue": (),
    "sidecar.channel_limits": (),
    "sidecar.context": ("sidecar.keys", "sidecar.settings", "sidecar.store"),
    "sidecar.bootstrap": (*WIRING, "sidecar.store"),
    "sidecar.store": ("sidecar.sop", "sidecar.settings", "sidecar.i18n"),
    "sidecar.services": (*WIRING, "sidecar.sop", "sidecar.sop_file", "sidecar.store", "sidecar.mail.tokens"),
    "sidecar.mail": ("sidecar.sop", "sidecar.settings", "sidecar.i18n"),
    "sidecar.wordpress": ("sidecar.sop", "sidecar.settings", "sidecar.i18n"),
    "sidecar.web": (
        *WIRING,
        "sidecar.bootstrap",
        "sidecar.services",
        "sidecar.sop",
        "sidecar.store.errors",
        "sidecar.mail.tokens",
        "sidecar.wordpress.signatures",
    ),
    "workers": (
        *WIRING,
        "sidecar.bootstrap",
        "sidecar.services",
        "sidecar.sop",
        "sidecar.store",
        "sidecar.mail",
        "sidecar.wordpress",
    ),
    "workers.channels": (),
}
NEVER: dict[str, tuple[str, ...]] = {
    "sidecar.web": ("PIL", "rq"),
    "sidecar.store": ("flask",),
    "sidecar.services": ("flask", "redis", "rq", "PIL", "requests"),
    "workers.cards": ("sidecar.store", "sidecar.settings", "sidecar.services", "requests", "sqlalchemy"),
}
# The network's file needs the contract and the wire; tasks.py is where the room meets the store.
CHANNEL_EXTRAS = ("base", "registry", "tasks", "limits", "__init__")
# Only a room's task files know the outside.
RENDER_ROOMS = ("workers.media", "workers.cards")
RENDER_MAY = {"PIL", "yaml", "pydantic", "cykooz_resizer"}


def modules() -> Iterator[tuple[str, Path]]:
    for top in OURS:
        for path in sorted((ROOT / top).rglob("*.py")):
            if "migrations" not in path.parts:
                name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
                yield name.removesuffix(".__init__"), path


def imports(name: str, path: Path) -> set[str]:
    """Dotted names of what the module imports, anywhere in it; `from a import b` counts as a.b and a."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name} imports relatively"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def inside(name: str, prefix: str) -> bool:
    return name == prefix or name.startswith(prefix + ".")


ALL = list(modules())


@pytest.mark.parametrize("room", sorted(MAY))
def test_room_imports_only_what_the_table_allows(room: str) -> None:
    bad = []
    for name, path in ALL:
        if inside(name, room):
            for found in imports(name, path):
                ours = any(inside(found, top) for top in OURS)
                if ours and not any(inside(found, prefix) for prefix in (room, *MAY[room])):
                    bad.append(f"{name} imports {found}")
    if room == "workers.channels":
        bad = [line for line in bad if line.split()[0].split(".")[-1] not in CHANNEL_EXTRAS]
    assert not bad, bad


@pytest.mark.parametrize("room", sorted(NEVER))
def test_room_never_imports(room: str) -> None:
    bad = [
        f"{name} imports {found}"
        for name, path in ALL
        if inside(name, room)
        for found in imports(name, path)
        if any(inside(found, prefix) for prefix in NEVER[room]) and not _is_task(name)
    ]
    assert not bad, bad


def test_the_core_needs_only_the_standard_library() -> None:
    outside = {
        f"{name} imports {found}"
        for name, path in ALL
        if inside(name, "sidecar.sop")
        for found in imports(name, path)
        if not inside(found, "sidecar.sop") and found.split(".")[0] not in sys.stdlib_module_names
    }
    assert not outside


@pytest.mark.parametrize("room", RENDER_ROOMS)
def test_render_files_know_only_pictures(room: str) -> None:
    outside = {
        f"{name} imports {found}"
        for name, path in ALL
        if inside(name, room) and not _is_task(name)
        for found in imports(name, path)
        if not any(inside(found, own) for own in RENDER_ROOMS)
        and found.split(".")[0] not in sys.stdlib_module_names
        and found.split(".")[0] not in RENDER_MAY
    }
    assert not outside


def test_no_network_knows_another() -> None:
    networks = [name for name, _ in ALL if name.startswith("workers.channels.")]
    networks = [name for name in networks if name.split(".")[-1] not in CHANNEL_EXTRAS]
    bad = [
        f"{name} imports {found}"
        for name, path in ALL
        if name in networks
        for found in imports(name, path)
        for other in networks
        if other != name and inside(found, other)
    ]
    assert not bad


def test_every_module_belongs_to_a_room() -> None:
    """`sidecar.cli` may import anything."""
    rooms = (*MAY, "sidecar.cli")
    assert [name for name, _ in ALL if name != "sidecar" and not any(inside(name, room) for room in rooms)] == []


def _is_task(name: str) -> bool:
    return name.startswith("workers.") and name.split(".")[-1] == "tasks"
