"""Each test runs on SQLite and on PostgreSQL, each time in an empty database of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from sidecar.context import Context
from tests.builders import POSTGRES_VARIABLE, Clock, Office, fresh_database, make_context, make_office


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "postgresql" and not os.environ.get(POSTGRES_VARIABLE):
        pytest.skip(f"{POSTGRES_VARIABLE} is not set")
    with fresh_database(request.param, tmp_path) as url:
        yield url


@pytest.fixture
def ctx(database_url: str, tmp_path: Path, clock: Clock) -> Context:
    return make_context(database_url, tmp_path, clock)


@pytest.fixture
def office(ctx: Context) -> Office:
    return make_office(ctx)


@pytest.fixture
def sqlite(tmp_path: Path, clock: Clock) -> Iterator[Context]:
    """For what does not depend on the database."""
    with fresh_database("sqlite", tmp_path) as url:
        yield make_context(url, tmp_path, clock)
