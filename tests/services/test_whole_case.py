"""A whole SOP through the services: state, events, views, outbox."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import text

from sidecar.context import Context
from sidecar.services.effects import order_deliveries
from sidecar.services.outbox import list_rows
from sidecar.services.replay_cases import replay_cases
from sidecar.services.run_command import run_command, run_system_command
from sidecar.services.verify_audit import verify_audit
from sidecar.sop import commands as cmd
from sidecar.sop import errors
from tests.builders import (
    Clock,
    Office,
    look,
    make_case,
    make_content,
    make_request,
    make_snapshot,
    publish,
    step,
)


def kinds(ctx: Context, case_id: str) -> Counter[str]:
    return Counter(row.kind for row in list_rows(ctx, case_id=case_id))


def test_news_item_through_all_ten_steps(ctx: Context, office: Office, clock: Clock) -> None:
    case_id = make_case(ctx, office)
    for no in range(1, 11):
        view = look(ctx, office, case_id)
        assert (view["activity"]["no"], view["status"]) == (no, f"tyg_pemberitaan_{no}")
        assert [entry["person"] for entry in view["may_act"]] == [office.holder(view["activity"]["role"])]
        clock.pass_(minutes=no)
        step(ctx, office, case_id)
    assert look(ctx, office, case_id)["state"] == "publishing"
    publish(ctx, office, case_id)

    view = look(ctx, office, case_id)
    assert (view["state"], view["status"], view["url"]) == ("published", "publish", "http://127.0.0.1:8/rapat-pleno/")
    assert [(s["no"], s["state"], s["seconds"]) for s in view["steps"]] == [(n, "done", 60 * n) for n in range(1, 11)]
    assert [d["channel"] for d in view["deliveries"]] == ["bluesky", "mastodon"]
    assert view["who"] == "" and view["may_act"] == []
    assert view["disposition"]["number"] == "12/SET/2026"
    assert all(not one.differences for one in replay_cases(ctx))
    assert verify_audit(ctx)[0].first_bad is None


def test_each_event_orders_the_work_of_the_contract(ctx: Context, office: Office) -> None:
    case_id = make_case(ctx, office, upto=10)
    before = kinds(ctx, case_id)
    # Nine decisions and the opening; ten turns, the last one because this SOP publishes by button.
    assert before == {"wordpress.mirror": 10, "mail.turn": 10, "media.derive": 2, "channels.prepare": 2}
    step(ctx, office, case_id)
    assert kinds(ctx, case_id) - before == {"wordpress.mirror": 1, "wordpress.publish": 1}
    publish(ctx, office, case_id)
    after = kinds(ctx, case_id)
    assert after["channels.deliver"] == 2
    # Sekretaris, Kasubbag, Penyusun, Humas, Pengampu, Pembina.
    assert after["mail.published"] == 6


def test_greeting_publishes_by_itself_at_the_planned_time(ctx: Context, office: Office, clock: Clock) -> None:
    case_id = make_case(ctx, office, "ucapan", upto=4)
    at = clock() + timedelta(days=3)
    plan = make_request(
        office, case_id, "plan_publication", office.holder("desain"), params={"publish_at": at.isoformat()}
    )
    run_command(ctx, plan)
    for _ in range(3):
        step(ctx, office, case_id)
    view = look(ctx, office, case_id)
    assert view["activity"]["no"] == 7 and view["publish_at"] == at.isoformat()
    [start] = [row for row in list_rows(ctx, case_id=case_id) if row.kind == "publication.start"]
    assert start.due_at == at and start.state == "pending"
    assert not [m for m in view["mails"] if m["no"] == 7]

    later = at + timedelta(hours=5)
    again = make_request(
        office, case_id, "plan_publication", office.holder("humas"), params={"publish_at": later.isoformat()}
    )
    run_command(ctx, again)
    starts = [row for row in list_rows(ctx, case_id=case_id) if row.kind == "publication.start"]
    assert [(row.state, row.due_at) for row in starts] == [("pending", later), ("done", at)]

    clock.at = later
    run_system_command(ctx, office.site_id, case_id, cmd.Publish(actor=cmd.SYSTEM, via=cmd.Via.SYSTEM))
    [order] = [row for row in list_rows(ctx, case_id=case_id) if row.kind == "wordpress.publish"]
    assert order.payload["visible"] is False
    publish(ctx, office, case_id, "http://127.0.0.1:7/@kpujember/1")
    view = look(ctx, office, case_id)
    assert view["status"] == "tyg_ucapan_out"
    assert view["steps"][-1]["person"] is None


def test_a_publication_that_waits_for_its_time_can_be_called_off(ctx: Context, office: Office, clock: Clock) -> None:
    case_id = make_case(ctx, office, upto=10)
    at = clock() + timedelta(hours=3)
    humas = office.holder("humas")
    run_command(ctx, make_request(office, case_id, "plan_publication", humas, params={"publish_at": at.isoformat()}))
    step(ctx, office, case_id)
    assert look(ctx, office, case_id)["state"] == "publishing"
    run_command(ctx, make_request(office, case_id, "cancel", office.holder("sekretaris"), note="Kegiatan ditunda"))
    view = look(ctx, office, case_id)
    assert (view["state"], view["status"]) == ("cancelled", "draft")
    [order] = [row for row in list_rows(ctx, case_id=case_id) if row.kind == "wordpress.publish"]
    assert order.state == "done"


def test_return_reopens_the_step_as_a_new_attempt(ctx: Context, office: Office) -> None:
    case_id = make_case(ctx, office, upto=8)
    request = make_request(office, case_id, "return", office.holder("pengampu"), note="Nama pejabat keliru")
    run_command(ctx, request)
    view = look(ctx, office, case_id)
    assert (view["activity"]["no"], view["activity"]["attempt"]) == (6, 2)
    assert [s["state"] for s in view["steps"]][5:8] == ["current", "todo", "todo"]
    last = view["history"][-1]
    assert (last["kind"], last["decision"], last["note"]) == ("returned_for_revision", "return", "Nama pejabat keliru")
    turns = [m for m in view["mails"] if m["no"] == 6]
    assert [(m["attempt"], m["person"]) for m in turns] == [(1, office.holder("humas")), (2, office.holder("humas"))]


def test_stopped_publication_goes_back_to_the_check_with_the_content_found(ctx: Context, office: Office) -> None:
    case_id = make_case(ctx, office, upto=10)
    step(ctx, office, case_id)
    found = make_snapshot(make_content(title="Diubah di belakang", channels=[]))
    stop = cmd.StopPublication(actor=cmd.SYSTEM, via=cmd.Via.SYSTEM, content_sha256=found.sha256)
    run_system_command(ctx, office.site_id, case_id, stop, found)
    view = look(ctx, office, case_id)
    assert (view["activity"]["no"], view["content_sha256"], view["state"]) == (7, found.sha256, "open")
    with ctx.uow(read_only=True) as uow:
        kept = uow.revisions.latest(office.site_id, case_id)
    assert kept is not None and kept.content["title"] == "Diubah di belakang"
    for _ in range(4):
        step(ctx, office, case_id)
    # The new content is for no channel: nothing of the first plan is left.
    assert look(ctx, office, case_id)["deliveries"] == []


def test_same_content_approved_again_is_delivered_again(ctx: Context, office: Office, clock: Clock) -> None:
    case_id = make_case(ctx, office, "ucapan", upto=7)
    step(ctx, office, case_id)
    deliver(ctx, case_id)
    failed = text("UPDATE deliveries SET state = 'failed'")
    with ctx.uow() as uow:
        uow.session.execute(failed)
        uow.commit()
    sha256 = look(ctx, office, case_id)["content_sha256"]
    clock.pass_(hours=1)
    run_system_command(
        ctx, office.site_id, case_id, cmd.StopPublication(actor=cmd.SYSTEM, content_sha256=sha256, note="gagal")
    )
    assert look(ctx, office, case_id)["activity"]["no"] == 5
    for _ in range(3):
        step(ctx, office, case_id)
    deliver(ctx, case_id)
    publish(ctx, office, case_id)
    assert kinds(ctx, case_id)["channels.deliver"] == 4


def deliver(ctx: Context, case_id: str) -> None:
    with ctx.uow() as uow:
        assert order_deliveries(uow, "jember", case_id, ctx.now()) == 2
        uow.commit()


def test_cancelled_case_frees_the_post(ctx: Context, office: Office) -> None:
    case_id = make_case(ctx, office, upto=4)
    with pytest.raises(errors.CaseExists):
        make_case(ctx, office)
    run_command(ctx, make_request(office, case_id, "cancel", office.holder("sekretaris"), note="Batal"))
    view = look(ctx, office, case_id)
    assert (view["state"], view["status"], view["may_act"]) == ("cancelled", "draft", [])
    assert make_case(ctx, office) != case_id


def test_view_tells_each_person_what_they_may_press(ctx: Context, office: Office) -> None:
    case_id = make_case(ctx, office, upto=4)
    mine = {o["command"]: o for o in look(ctx, office, case_id, office.holder("kasubbag"))["options"]}
    assert mine["approve"]["allowed"] and mine["return"]["note_required"]
    other = {o["command"]: o for o in look(ctx, office, case_id, office.holder("humas"))["options"]}
    assert (other["approve"]["allowed"], other["approve"]["code"]) == (False, "not_your_turn")
    assert look(ctx, office, case_id, 999)["options"] == []
    first = make_case(ctx, office, post_id=13)
    [assign] = [o for o in look(ctx, office, first, office.holder("sekretaris"))["options"] if o["command"] == "assign"]
    assert [c["person"] for c in assign["candidates"]] == [office.holder("kasubbag")]
    assert "Kasubbag" in look(ctx, office, case_id)["who"]
    assert (
        look(ctx, office, case_id, language="en")["activity"]["name"] != look(ctx, office, case_id)["activity"]["name"]
    )
