"""What was published is corrected by a new case on the same post; and a post may leave the website out."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from sidecar.context import Context
from sidecar.services import deliveries, publication
from sidecar.services.errors import Malformed, NowhereToPublish
from sidecar.services.mirror import mirror_of
from sidecar.services.open_case import OpenRequest, open_case
from sidecar.services.outbox import list_rows
from sidecar.services.replay_cases import replay_cases
from sidecar.services.run_command import run_command
from sidecar.services.verify_audit import verify_audit
from sidecar.services.view_case import view_case
from sidecar.sop.errors import CaseExists, NotCorrectable
from sidecar.sop_file import dump_document, load_document
from sidecar.store.tables import CaseRow
from tests.builders import (
    Clock,
    Office,
    look,
    make_case,
    make_content,
    make_office,
    make_request,
    make_sop,
    publish,
    step,
)

URL = "http://127.0.0.1:8/rapat-pleno/"


@pytest.fixture(autouse=True)
def _time_goes_on(clock: Clock) -> None:
    clock.ticking = True


def published(ctx: Context, office: Office, post_id: int = 12) -> str:
    case_id = make_case(ctx, office, post_id=post_id, upto=10)
    step(ctx, office, case_id)
    publish(ctx, office, case_id, URL)
    return case_id


def request(office: Office, post_id: int = 12, procedure: str = "pemberitaan", **other: Any) -> OpenRequest:
    opener = office.holder(office.sop.procedure(procedure).openers[0])
    values: dict[str, Any] = {"title": "Ralat", "actor": opener, "idempotency_key": uuid.uuid4().hex, **other}
    return OpenRequest(site_id=office.site_id, procedure=procedure, post_id=post_id, **values)


def current(ctx: Context, office: Office, post_id: int = 12) -> dict[str, Any]:
    return view_case(ctx, office.site_id, None, post_id=post_id)


def cancel(ctx: Context, office: Office, case_id: str) -> None:
    run_command(ctx, make_request(office, case_id, "cancel", office.holder("sekretaris"), note="Tidak perlu"))


def test_a_correction_is_a_new_case_that_names_the_published_one(ctx: Context, office: Office) -> None:
    first = published(ctx, office)
    second = open_case(ctx, request(office)).case_id
    view = current(ctx, office)
    assert (view["case_id"], view["corrects"], view["state"]) == (second, first, "open")
    assert view["corrected"]["title"] == "Rapat Pleno" and view["corrected"]["url"] == URL
    assert view["corrected"]["published_at"] == look(ctx, office, first)["history"][-1]["at"]
    mirror = mirror_of(ctx, office.site_id, second)
    assert (mirror["corrects"], mirror["post_id"]) == (first, 12)
    assert look(ctx, office, first)["state"] == "published"
    assert look(ctx, office, first)["corrected"] is None


def test_one_correction_at_a_time_and_the_next_corrects_the_latest(ctx: Context, office: Office) -> None:
    first = published(ctx, office)
    second = open_case(ctx, request(office)).case_id
    with pytest.raises(CaseExists):
        open_case(ctx, request(office))
    for _ in range(10):
        step(ctx, office, second)
    with pytest.raises(CaseExists):
        open_case(ctx, request(office))
    publish(ctx, office, second, URL)
    assert current(ctx, office)["case_id"] == second
    third = open_case(ctx, request(office)).case_id
    assert [look(ctx, office, one)["corrects"] for one in (first, second, third)] == ["", first, second]
    assert all(not one.differences for one in replay_cases(ctx))
    assert verify_audit(ctx)[0].first_bad is None


def test_a_cancelled_correction_leaves_the_published_case(ctx: Context, office: Office) -> None:
    first = published(ctx, office)
    cancel(ctx, office, open_case(ctx, request(office)).case_id)
    view = current(ctx, office)
    assert (view["case_id"], view["state"], view["status"]) == (first, "published", "publish")
    assert open_case(ctx, request(office)).revision == 1


def test_a_first_case_that_was_cancelled_is_no_correction(ctx: Context, office: Office) -> None:
    cancel(ctx, office, make_case(ctx, office))
    assert look(ctx, office, open_case(ctx, request(office)).case_id)["corrects"] == ""


def test_a_correction_keeps_the_procedure_and_the_website(ctx: Context, office: Office) -> None:
    published(ctx, office)
    with pytest.raises(NotCorrectable):
        open_case(ctx, request(office, procedure="ucapan"))
    second = open_case(ctx, request(office)).case_id
    for _ in range(2):
        step(ctx, office, second)
    step(ctx, office, second, make_content(website=False, channels=[]))
    assert look(ctx, office, second)["website"] is True


def test_what_went_to_social_media_only_is_not_correctable(ctx: Context, office: Office) -> None:
    greeting = make_case(ctx, office, "ucapan", post_id=20, upto=7)
    news = make_case(ctx, office, post_id=21, upto=10, content=make_content(21, website=False))
    for case_id in (greeting, news):
        step(ctx, office, case_id)
        publish(ctx, office, case_id, "http://b/1")
    for post_id, procedure in ((20, "ucapan"), (21, "pemberitaan")):
        with pytest.raises(NotCorrectable):
            open_case(ctx, request(office, post_id, procedure))


def test_another_procedure_on_the_website_cannot_correct(ctx: Context) -> None:
    document = dump_document(make_sop())
    document["procedures"].append({**document["procedures"][0], "key": "rilis"})
    office = make_office(ctx, sop=load_document(document))
    published(ctx, office)
    with pytest.raises(Malformed, match="pemberitaan"):
        open_case(ctx, request(office, procedure="rilis"))


def test_a_news_item_without_the_website_goes_out_by_its_channels(ctx: Context, office: Office) -> None:
    case_id = make_case(ctx, office, upto=10, content=make_content(website=False))
    assert look(ctx, office, case_id)["website"] is False
    step(ctx, office, case_id)
    [order] = [row for row in list_rows(ctx, case_id=case_id) if row.kind == "wordpress.publish"]
    assert order.payload["visible"] is False
    publication.begin_social(ctx, office.site_id, case_id)
    with ctx.uow(read_only=True) as uow:
        first, second = deliveries.every_of_case(uow, office.site_id, case_id)
    deliveries.accepted(ctx, deliveries.arm(ctx, deliveries.note_prepared(ctx, first, {})), "1", "http://b/1")
    publication.after_delivery(ctx, office.site_id, case_id)
    view = look(ctx, office, case_id)
    assert (view["state"], view["status"], view["url"]) == ("published", "tyg_pemberitaan_out", "http://b/1")
    assert deliveries.load(ctx, second.id).link == ""


def test_a_submission_that_nobody_would_see_is_refused(ctx: Context, office: Office) -> None:
    case_id = make_case(ctx, office, upto=3)
    with pytest.raises(NowhereToPublish):
        step(ctx, office, case_id, make_content(website=False, channels=[]))
    assert look(ctx, office, case_id)["activity"]["no"] == 3


def test_the_website_follows_what_is_found_at_publication(ctx: Context, office: Office) -> None:
    case_id = make_case(ctx, office, upto=10)
    step(ctx, office, case_id)
    publication.stop_changed(ctx, office.site_id, case_id, make_content(website=False), {}, "<p>x")
    assert look(ctx, office, case_id)["website"] is False
    assert all(not one.differences for one in replay_cases(ctx))


def test_old_contents_and_events_mean_what_they_meant(ctx: Context, office: Office) -> None:
    old = {key: value for key, value in make_content().items() if key not in ("website", "photos")}
    case_id = make_case(ctx, office, upto=4, content=old)
    assert look(ctx, office, case_id)["website"] is True
    with ctx.uow() as uow:
        # A snapshot as the first version wrote it.
        row = uow.session.get(CaseRow, case_id)
        assert row is not None
        row.snapshot = {key: value for key, value in row.snapshot.items() if key not in ("corrects", "website")}
        uow.commit()
    assert all(not one.differences for one in replay_cases(ctx))
    for _ in range(4, 10):
        step(ctx, office, case_id)
    assert look(ctx, office, case_id)["activity"]["no"] == 10
