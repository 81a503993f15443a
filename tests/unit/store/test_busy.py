"""A database that stays locked is a refusal with a code, and nothing has changed."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from sidecar.services.sites import put_site
from sidecar.store import engine
from sidecar.store.errors import DatabaseBusy
from tests.builders import fresh_database, make_context, make_site


def test_locked_database_is_told_as_busy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "BUSY_TIMEOUT_MS", 50)
    with fresh_database("sqlite", tmp_path) as url:
        ctx = make_context(url, tmp_path)
        other = sqlite3.connect(tmp_path / "tayang.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseBusy):
            put_site(ctx, make_site())
        # Readers do not wait for writers.
        with ctx.uow(read_only=True) as uow:
            assert uow.sites.every() == []
        other.execute("ROLLBACK")
        other.close()
        assert put_site(ctx, make_site())
