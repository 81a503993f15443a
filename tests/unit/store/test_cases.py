"""A case survives the way into the store and back, whatever has happened to it; naive times do not get in."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.sop.case import Approval, Case, CaseState
from sidecar.sop.events import Delegation
from sidecar.store import cases
from sidecar.store.errors import StoreConflict
from sidecar.store.tables import LeaseRow
from tests.builders import fresh_database, make_case, make_context, make_office

moments = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
people = st.integers(1, 2**40)
delegations = st.builds(
    Delegation, people, people, st.lists(st.sampled_from("abc"), unique=True).map(tuple), moments, moments
)
some_cases = st.builds(
    Case,
    id=st.uuids().map(lambda u: u.hex),
    site_id=st.just("jember"),
    procedure_key=st.just("p"),
    post_id=people,
    title=st.text(),
    opened_by=people,
    activity_no=st.integers(1, 99),
    entered_at=moments,
    state=st.sampled_from(CaseState),
    revision=st.integers(1, 1000),
    attempt=st.integers(1, 9),
    attempts=st.dictionaries(st.integers(1, 99), st.integers(1, 9)),
    named=st.dictionaries(st.sampled_from("abc"), people),
    content_sha256=st.text("0123456789abcdef", max_size=64),
    submitted_by=st.frozensets(people),
    approvals=st.lists(st.builds(Approval, st.integers(1, 9), st.integers(1, 9), people, st.text())).map(tuple),
    publish_at=st.none() | moments,
    delegations=st.lists(delegations).map(tuple),
    url=st.text(),
    corrects=st.text("0123456789abcdef", max_size=32),
    website=st.booleans(),
)


@settings(deadline=None, max_examples=100)
@given(some_cases)
def test_case_to_json_and_back(case: Case) -> None:
    assert cases.from_dict(json.loads(json.dumps(cases.to_dict(case)))) == case


def test_save_touches_one_row_or_refuses(tmp_path: Path) -> None:
    with fresh_database("sqlite", tmp_path) as url:
        ctx = make_context(url, tmp_path)
        case_id = make_case(ctx, make_office(ctx), upto=2)
        with ctx.uow() as uow:
            stored = uow.cases.get("jember", case_id)
            assert stored is not None
            newer = replace(stored.case, revision=3)
            with pytest.raises(StoreConflict):
                uow.cases.save(newer, 1, ctx.now())
            with pytest.raises(StoreConflict):
                uow.cases.save(replace(newer, site_id="situbondo"), 2, ctx.now())
            uow.cases.save(newer, 2, ctx.now())


def test_times_are_aware_or_refused(tmp_path: Path) -> None:
    with fresh_database("sqlite", tmp_path) as url:
        ctx = make_context(url, tmp_path)
        wib = timezone(timedelta(hours=7))
        with ctx.uow() as uow:
            uow.session.add(LeaseRow(name="a", holder="x", until=datetime(2026, 11, 23, 9, tzinfo=wib)))
            uow.commit()
        with ctx.uow(read_only=True) as uow:
            row = uow.session.get(LeaseRow, "a")
            assert row is not None and row.until == datetime(2026, 11, 23, 2, tzinfo=UTC)
            assert row.until.utcoffset() == timedelta(0)
            with pytest.raises(RuntimeError):
                uow.commit()
        with pytest.raises(Exception, match="naive"), ctx.uow() as uow:
            uow.session.add(LeaseRow(name="b", holder="x", until=datetime(2026, 11, 23)))  # noqa: DTZ001
            uow.commit()
