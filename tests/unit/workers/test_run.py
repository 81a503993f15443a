"""What becomes of a row when its task returns, asks for another try, gives up, crashes, or comes twice."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sidecar.context import Context
from sidecar.services import outbox
from sidecar.services.outbox import Work, list_rows
from sidecar.services.sites import put_site
from tests.builders import Clock, fresh_database, make_context, make_site
from workers import queues, run, tasks


class Shop:
    """A context with one outbox row whose task is replaced."""

    def __init__(self, ctx: Context, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
        self.ctx, self.clock, self.patch = ctx, clock, monkeypatch
        put_site(ctx, make_site())
        with ctx.uow() as uow:
            uow.outbox.add("jember", "wordpress.mirror", {"case_id": "c"}, dedupe_key="k", now=clock())
            uow.commit()

    def task(self, effect: Any) -> None:
        def act(ctx: Context, work: Work) -> None:
            if isinstance(effect, Exception):
                raise effect
            if effect:
                effect(ctx, work)

        self.patch.setattr(run, "_task", lambda dotted: act)

    def once(self) -> str:
        [work] = outbox.claim_due(self.ctx)
        return run.perform_row(self.ctx, work.id, 60)

    @property
    def row(self) -> Work:
        return list_rows(self.ctx)[0]


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    clock = Clock()
    with fresh_database("sqlite", tmp_path) as url:
        yield Shop(make_context(url, tmp_path, clock), clock, monkeypatch)


def test_returning_is_done_and_a_repeated_job_does_nothing(shop: Shop) -> None:
    calls: list[int] = []
    shop.task(lambda ctx, work: calls.append(work.attempt))
    assert shop.once() == "done"
    assert run.perform_row(shop.ctx, shop.row.id, 60) == "not_ours"
    assert (shop.row.state, calls) == ("done", [1])


def test_obsolete_is_no_failure(shop: Shop) -> None:
    shop.task(tasks.Obsolete("overtaken", "a later one follows"))
    assert shop.once() == "obsolete"
    assert shop.row.state == "done"


def test_again_waits_longer_each_time_and_says_why(shop: Shop) -> None:
    shop.task(tasks.Again("wordpress_unreachable", "nobody there"))
    waits = []
    for _ in range(3):
        assert shop.once() == "again"
        assert shop.row.error == "wordpress_unreachable: nobody there"
        waits.append((shop.row.due_at - shop.clock()).total_seconds())
        shop.clock.at = shop.row.due_at
    assert 2 <= waits[0] < waits[1] < waits[2] < 11


def test_a_wait_that_the_other_side_names_is_kept(shop: Shop) -> None:
    shop.task(tasks.Again("busy", "later", after_s=120))
    assert shop.once() == "again"
    assert timedelta(seconds=120) <= shop.row.due_at - shop.clock() <= timedelta(seconds=145)


def test_giving_up_is_a_state_that_people_see(shop: Shop) -> None:
    shop.task(tasks.GiveUp("picture_missing", "the picture is gone"))
    assert shop.once() == "dead"
    assert (shop.row.state, shop.row.error) == ("dead", "picture_missing: the picture is gone")


def test_the_last_attempt_ends_dead(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run.queues, "KINDS", {"wordpress.mirror": queues.Kind("wordpress", "x.y", max_attempts=2)})
    shop.task(tasks.Again("busy", "later"))
    assert shop.once() == "again"
    shop.clock.at = shop.row.due_at
    assert shop.once() == "dead"


def test_a_bug_is_tried_again_and_named_without_its_text(shop: Shop) -> None:
    shop.task(KeyError("a secret"))
    assert shop.once() == "again"
    assert "KeyError" in shop.row.error and "secret" not in shop.row.error


def test_an_unknown_kind_is_dead(shop: Shop) -> None:
    with shop.ctx.uow() as uow:
        uow.outbox.add("jember", "no.such", {}, dedupe_key="x", now=shop.clock() - timedelta(seconds=1))
        uow.commit()
    assert [run.perform_row(shop.ctx, work.id, 60) for work in outbox.claim_due(shop.ctx, limit=1)] == ["dead"]


def test_who_lost_the_lease_ends_nothing(shop: Shop) -> None:
    def oversleep(ctx: Context, work: Work) -> None:
        shop.clock.pass_(minutes=5)
        assert outbox.sweep(ctx) == 1

    shop.task(oversleep)
    assert shop.once() == "lease_lost"
    assert shop.row.state == "pending"


def test_waits_grow_to_a_quarter_of_an_hour_and_no_further() -> None:
    longest = [tasks.wait_before(attempt).total_seconds() for attempt in range(1, 80)]
    assert max(longest) <= tasks.LONGEST_WAIT_S * 1.2
    assert tasks.wait_before(1, 0).total_seconds() == 0
