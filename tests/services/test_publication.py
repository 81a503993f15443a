"""What the workers tell the case; each call may come twice or late."""

from __future__ import annotations

from collections import Counter

import pytest

from sidecar.context import Context
from sidecar.services import deliveries, publication
from sidecar.services.errors import NoSuchCase
from sidecar.services.outbox import list_rows
from sidecar.services.run_command import run_command
from tests.builders import Office, look, make_case, make_content, make_request, step


def kinds(ctx: Context, case_id: str) -> Counter[str]:
    return Counter(row.kind for row in list_rows(ctx, case_id=case_id))


def social(ctx: Context, office: Office, content: dict[str, object] | None = None) -> str:
    """A greeting that is being published."""
    case_id = make_case(ctx, office, "ucapan", upto=7, content=content)
    assert publication.start(ctx, office.site_id, case_id, look(ctx, office, case_id)["content_sha256"])
    return case_id


def rows(ctx: Context, office: Office, case_id: str) -> list[deliveries.Delivery]:
    with ctx.uow(read_only=True) as uow:
        return deliveries.every_of_case(uow, office.site_id, case_id)


def accept(ctx: Context, row: deliveries.Delivery, url: str) -> None:
    deliveries.accepted(ctx, deliveries.arm(ctx, deliveries.note_prepared(ctx, row, {})), "1", url)


def test_the_website_case_is_published_once_and_delivers(ctx: Context, office: Office) -> None:
    case_id = make_case(ctx, office, upto=10)
    step(ctx, office, case_id)
    for _ in range(2):
        publication.record_website_published(ctx, office.site_id, case_id, "http://w/judul/")
    assert look(ctx, office, case_id)["state"] == "published"
    assert kinds(ctx, case_id)["channels.deliver"] == 2
    publication.after_delivery(ctx, office.site_id, case_id)


def test_start_only_for_what_is_approved_and_waits(ctx: Context, office: Office) -> None:
    case_id = make_case(ctx, office, "ucapan", upto=7)
    sha256 = look(ctx, office, case_id)["content_sha256"]
    assert not publication.start(ctx, office.site_id, case_id, "0" * 64)
    assert publication.start(ctx, office.site_id, case_id, sha256)
    assert not publication.start(ctx, office.site_id, case_id, sha256)
    assert kinds(ctx, case_id)["wordpress.publish"] == 1


def test_a_cancelled_case_does_not_start(ctx: Context, office: Office) -> None:
    case_id = make_case(ctx, office, "ucapan", upto=7)
    sha256 = look(ctx, office, case_id)["content_sha256"]
    opener = office.holder(office.sop.procedure("ucapan").activities[0].role)
    run_command(ctx, make_request(office, case_id, "cancel", opener, note="Batal"))
    assert not publication.start(ctx, office.site_id, case_id, sha256)


def test_social_only_counts_as_published_with_the_first_accepted_delivery(ctx: Context, office: Office) -> None:
    case_id = social(ctx, office)
    for _ in range(2):
        publication.begin_social(ctx, office.site_id, case_id)
    assert kinds(ctx, case_id)["channels.deliver"] == 2
    publication.after_delivery(ctx, office.site_id, case_id)
    assert look(ctx, office, case_id)["state"] == "publishing"
    accept(ctx, rows(ctx, office, case_id)[0], "http://b/1")
    for _ in range(2):
        publication.after_delivery(ctx, office.site_id, case_id)
    view = look(ctx, office, case_id)
    assert (view["state"], view["url"]) == ("published", "http://b/1")


def test_only_the_website_gives_messages_a_link(ctx: Context, office: Office) -> None:
    """The second network of a greeting must not point to the post on the first one."""
    case_id = social(ctx, office)
    accept(ctx, rows(ctx, office, case_id)[0], "http://b/1")
    publication.after_delivery(ctx, office.site_id, case_id)
    assert look(ctx, office, case_id)["url"] == "http://b/1"
    assert deliveries.load(ctx, rows(ctx, office, case_id)[1].id).link == ""

    case_id = make_case(ctx, office, post_id=13, upto=10)
    step(ctx, office, case_id)
    publication.record_website_published(ctx, office.site_id, case_id, "http://w/judul/")
    assert deliveries.load(ctx, rows(ctx, office, case_id)[0].id).link == "http://w/judul/"


def test_social_only_without_a_channel_returns_to_the_people(ctx: Context, office: Office) -> None:
    case_id = social(ctx, office, make_content(channels=[]))
    publication.begin_social(ctx, office.site_id, case_id)
    view = look(ctx, office, case_id)
    assert view["state"] == "open" and view["history"][-1]["kind"] == "publication_stopped"
    assert view["history"][-1]["note"]


def test_social_only_returns_when_every_delivery_failed(ctx: Context, office: Office) -> None:
    case_id = social(ctx, office)
    publication.begin_social(ctx, office.site_id, case_id)
    first, second = rows(ctx, office, case_id)
    deliveries.failed(ctx, first, "refused", "ditolak")
    publication.after_delivery(ctx, office.site_id, case_id)
    assert look(ctx, office, case_id)["state"] == "publishing"
    deliveries.failed(ctx, second, "refused", "ditolak")
    publication.after_delivery(ctx, office.site_id, case_id)
    assert look(ctx, office, case_id)["state"] == "open"


def test_changed_content_stops_once_and_is_kept(ctx: Context, office: Office) -> None:
    case_id = make_case(ctx, office, upto=10)
    step(ctx, office, case_id)
    found = make_content(title="Diubah")
    for _ in range(2):
        publication.stop_changed(ctx, office.site_id, case_id, found, {}, "<p>x")
    view = look(ctx, office, case_id)
    assert (view["state"], view["activity"]["no"]) == ("open", 7)
    assert [entry["kind"] for entry in view["history"]].count("publication_stopped") == 1


def test_a_claim_of_change_without_a_change_is_a_disagreement(ctx: Context, office: Office) -> None:
    case_id = make_case(ctx, office, upto=10)
    step(ctx, office, case_id)
    with pytest.raises(ValueError, match="digest"):
        publication.stop_changed(ctx, office.site_id, case_id, make_content(), {}, "")
    assert look(ctx, office, case_id)["state"] == "publishing"


def test_another_offices_case_is_none(ctx: Context, office: Office) -> None:
    case_id = make_case(ctx, office)
    with pytest.raises(NoSuchCase):
        publication.running(ctx, "lain", case_id)
