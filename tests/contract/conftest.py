"""A sidecar with one office, called as its plugin calls it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sidecar.context import Context
from sidecar.web.app import create_app
from tests.builders import Clock, Office, fresh_database, make_context, make_office
from tests.contract.plugin import Plugin


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ctx(tmp_path: Path, clock: Clock) -> Iterator[Context]:
    with fresh_database("sqlite", tmp_path) as url:
        yield make_context(url, tmp_path, clock)


@pytest.fixture
def office(ctx: Context) -> Office:
    return make_office(ctx)


@pytest.fixture
def plugin(ctx: Context, office: Office, clock: Clock) -> Plugin:
    return Plugin(create_app(ctx), clock)
