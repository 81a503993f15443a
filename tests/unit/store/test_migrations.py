"""Migrations and tables say the same, on both databases."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from sqlalchemy import inspect
from sqlalchemy.orm import Session

from sidecar.store import upgrade as migrations
from sidecar.store.engine import make_engine
from sidecar.store.tables import Base, PersonRow
from tests.builders import POSTGRES_VARIABLE, fresh_database

VERSIONS = Path(migrations.MIGRATIONS) / "versions"
# Of the whole installation, not of an office.
WITHOUT_SITE = {"sites", "leases", "pairing_failures"}


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_upgrade_gives_the_tables_of_the_code(kind: str, tmp_path: Path) -> None:
    if kind == "postgresql" and not os.environ.get(POSTGRES_VARIABLE):
        pytest.skip(f"{POSTGRES_VARIABLE} is not set")
    with fresh_database(kind, tmp_path) as url:
        engine = make_engine(url)
        with engine.connect() as connection:
            assert migrations.differences(connection) == []
            assert migrations.current(connection) == migrations.newest()
            assert set(inspect(connection).get_table_names()) >= set(Base.metadata.tables)
        engine.dispose()
        assert migrations.upgrade(url) == migrations.newest()


def test_an_office_of_the_first_version_keeps_its_people(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'old.db'}"
    migrations.upgrade(url, "0001")
    engine = make_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO sites VALUES ('jember', 'KPU', 'http://x', 'r', '', '', 'Asia/Jakarta', 'id', 'rest', 0, '',"
            " '2026-11-23', '2026-11-23')"
        )
        connection.exec_driver_sql(
            "INSERT INTO people VALUES ('jember', 4, 'rina', 'Rina', 'rina@kpu.test', 'id_ID', '[]', 1, '2026-11-23')"
        )
    migrations.upgrade(url)
    with Session(engine) as session:
        person = session.get(PersonRow, ("jember", 4))
        assert person is not None
        assert (person.name, person.division, person.delegations) == ("Rina", "", [])
    engine.dispose()


def test_migrations_are_numbered_without_a_gap() -> None:
    names = sorted(path.name for path in VERSIONS.glob("[0-9]*.py"))
    assert [int(re.match(r"(\d{4})_", name)[1]) for name in names] == list(range(1, len(names) + 1))  # type: ignore[index]


def test_every_table_says_its_site() -> None:
    without = {name for name, table in Base.metadata.tables.items() if "site_id" not in table.columns}
    assert without == WITHOUT_SITE
