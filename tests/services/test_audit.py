"""Whoever changes the trail, or a case beside the trail, is found."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from sidecar.context import Context
from sidecar.services.replay_cases import replay_cases
from sidecar.services.verify_audit import verify_audit
from tests.builders import Office, make_case, make_office, step


def tamper(ctx: Context, statement: str) -> None:
    with ctx.uow() as uow:
        uow.session.execute(text(statement))
        uow.commit()


@pytest.mark.parametrize(
    ("statement", "seq", "reason"),
    [
        ("UPDATE events SET person = 6 WHERE seq = 3", 3, "its content is not what was written"),
        ("UPDATE events SET at = '2026-11-22 01:00:00.000000' WHERE seq = 2", 2, "its content is not what was written"),
        ("UPDATE events SET hash = 'f' WHERE seq = 5", 5, "its content is not what was written"),
        ("DELETE FROM events WHERE seq = 4", 4, "row 4 is missing"),
        ("DELETE FROM events WHERE seq = 7", 7, "rows were cut off"),
        ("UPDATE events SET prev_hash = 'f' WHERE seq = 6", 6, "it does not follow the row before it"),
    ],
)
def test_first_bad_row_is_named(ctx: Context, office: Office, statement: str, seq: int, reason: str) -> None:
    make_case(ctx, office, upto=7)
    [whole] = verify_audit(ctx)
    assert (whole.rows, whole.first_bad) == (7, None) and len(whole.last_hash) == 64
    tamper(ctx, statement)
    [found] = verify_audit(ctx, "jember")
    assert found.first_bad is not None
    assert reason in found.first_bad.reason
    assert found.first_bad.seq == (seq if "missing" not in reason else seq + 1)


def test_each_office_has_its_own_chain(ctx: Context, office: Office) -> None:
    other = make_office(ctx, "situbondo")
    make_case(ctx, office, upto=3)
    make_case(ctx, other, upto=2)
    tamper(ctx, "DELETE FROM events WHERE site_id = 'situbondo' AND seq = 1")
    jember, situbondo = verify_audit(ctx)
    assert (jember.rows, jember.first_bad) == (3, None)
    assert situbondo.first_bad is not None


def test_replay_finds_a_state_that_no_event_gave(ctx: Context, office: Office) -> None:
    good = make_case(ctx, office, post_id=1, upto=5)
    bad = make_case(ctx, office, post_id=2, upto=5)
    assert [one.differences for one in replay_cases(ctx)] == [(), ()]
    tamper(ctx, f"UPDATE cases SET state = 'published', activity_no = 10 WHERE id = '{bad}'")
    found = {one.case_id: one.differences for one in replay_cases(ctx, "jember")}
    assert found == {good: (), bad: ("activity_no", "state")}


def test_a_check_sees_one_moment_while_others_write(ctx: Context, office: Office) -> None:
    case_id = make_case(ctx, office, upto=3)
    with ctx.uow(read_only=True) as uow:
        assert uow.audit.verify("jember").rows == 3
        step(ctx, office, case_id)
        found = uow.audit.verify("jember")
        assert (found.rows, found.first_bad) == (3, None)
    assert verify_audit(ctx)[0].rows == 4
