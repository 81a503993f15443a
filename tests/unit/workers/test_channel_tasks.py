"""Deliveries against a strict Mastodon, with faults at the visible call."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from PIL import Image

from sidecar.context import Context
from sidecar.media_store import MediaStore
from sidecar.services import deliveries, media, outbox
from sidecar.services.outbox import Work, list_rows
from tests import builders
from tests.builders import Clock, look, make_case, make_content
from tests.emulators.running import Emulator, emulator
from workers import run
from workers.channels.base import UPLOAD_LOST, ChannelError, Message, Outcome, Remote
from workers.channels.mastodon import Mastodon

CAPTION = "Rapat pleno hari ini"


class Desk:
    """A published news item with one delivery to Mastodon; `work` performs the channel rows that are due."""

    def __init__(self, ctx: Context, clock: Clock, network: Emulator) -> None:
        self.ctx, self.clock, self.network = ctx, clock, network
        self.office = builders.make_office(ctx)
        self.account = network.account("mastodon")
        self.connect(str(self.account["token"]))
        content = make_content(channels=[{"channel": "mastodon", "caption": CAPTION}])
        self.case_id = make_case(ctx, self.office, upto=10, content=content)
        builders.step(ctx, self.office, self.case_id)
        builders.publish(ctx, self.office, self.case_id)

    def connect(self, token: str, *, enabled: bool = True) -> None:
        builders.make_channel(
            self.ctx,
            base_url=f"{self.network.url}/mastodon",
            credentials={"access_token": token},
            public_url="",
            enabled=enabled,
        )

    def work(self, kind: str = "channels.deliver") -> str:
        [work] = [work for work in outbox.claim_due(self.ctx, limit=500) if work.kind == kind]
        return run.perform_row(self.ctx, work.id, 60)

    def again(self) -> str:
        self.clock.at = self.row.due_at
        return self.work()

    @property
    def row(self) -> Work:
        return next(row for row in list_rows(self.ctx) if row.kind == "channels.deliver")

    @property
    def delivery(self) -> deliveries.Delivery:
        with self.ctx.uow(read_only=True) as uow:
            return deliveries.every_of_case(uow, self.office.site_id, self.case_id)[0]

    @property
    def posts(self) -> list[str]:
        return [str(row["caption"]) for row in self.network.effects()]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    clock = Clock()
    with builders.fresh_database("sqlite", tmp_path) as url, emulator(tmp_path / "networks") as network:
        yield Desk(builders.make_context(url, tmp_path, clock), clock, network)


def test_a_delivery_goes_out_with_the_articles_address_and_is_proven(desk: Desk) -> None:
    assert desk.work() == "done"
    assert desk.posts == [f"{CAPTION}\n\nhttp://127.0.0.1:8/rapat-pleno/"]
    [shown] = look(desk.ctx, desk.office, desk.case_id)["deliveries"]
    assert shown["state"] == "proven" and shown["url"].startswith(desk.network.url)


@pytest.mark.parametrize(
    ("fault", "happened"), [("accept-then-drop", True), ("accept-then-500", True), ("drop", False)]
)
def test_an_unknown_result_is_looked_for_before_anything_is_repeated(desk: Desk, fault: str, happened: bool) -> None:
    desk.network.fault("mastodon", fault, "statuses")
    assert desk.work() == "again"
    assert str(desk.delivery.state) == "armed"
    assert len(desk.posts) == happened
    assert desk.again() == "done"
    assert (len(desk.posts), str(desk.delivery.state)) == (1, "proven")
    assert desk.delivery.attempt == (1 if happened else 2)


def test_a_call_that_may_still_take_effect_is_waited_for(desk: Desk) -> None:
    desk.network.fault("mastodon", "drop", "statuses")
    desk.work()
    outbox_row = desk.row
    desk.clock.pass_(seconds=61)
    with desk.ctx.uow() as uow:
        from sqlalchemy import update

        from sidecar.store.tables import DeliveryRow

        uow.session.execute(update(DeliveryRow).values(armed_at=desk.clock()))
        uow.commit()
    assert outbox_row.state == "pending"
    assert desk.again() == "again"
    assert "settling" in desk.row.error


def test_too_many_requests_waits_and_nothing_is_visible(desk: Desk) -> None:
    desk.network.fault("mastodon", "429", "statuses")
    assert desk.work() == "again"
    assert (str(desk.delivery.state), desk.posts) == ("prepared", [])
    assert desk.again() == "done"
    assert len(desk.posts) == 1


def test_an_account_that_must_be_connected_again_waits_for_the_person(desk: Desk) -> None:
    desk.connect("no-longer-valid")
    assert desk.work() == "again"
    [shown] = look(desk.ctx, desk.office, desk.case_id)["deliveries"]
    assert shown["error"] and (desk.row.due_at - desk.clock()).total_seconds() >= 300
    desk.connect(str(desk.account["token"]))
    assert desk.again() == "done"
    assert len(desk.posts) == 1


def test_a_message_that_breaks_the_rules_fails_and_can_be_asked_for_again(desk: Desk) -> None:
    from sqlalchemy import update

    from sidecar.store.tables import DeliveryRow

    def caption(text: str) -> None:
        with desk.ctx.uow() as uow:
            uow.session.execute(update(DeliveryRow).values(caption=text))
            uow.commit()

    caption("x" * 600)
    assert desk.work() == "dead"
    assert str(desk.delivery.state) == "failed"
    caption(CAPTION)
    outbox.requeue(desk.ctx, desk.row.id)
    assert desk.work() == "done"
    assert str(desk.delivery.state) == "proven"


def test_a_channel_switched_off_after_the_approval_gets_nothing_until_it_is_on_again(desk: Desk) -> None:
    token = str(desk.account["token"])
    desk.connect(token, enabled=False)
    assert desk.work() == "dead"
    assert (str(desk.delivery.state), desk.posts) == ("failed", [])
    assert "mematikannya" in look(desk.ctx, desk.office, desk.case_id)["deliveries"][0]["error"]
    desk.connect(token)
    outbox.requeue(desk.ctx, desk.row.id)
    assert desk.work() == "done"
    assert len(desk.posts) == 1


@pytest.mark.parametrize(("fault", "state", "posts"), [("accept-then-drop", "proven", 1), ("drop", "failed", 0)])
def test_a_channel_switched_off_with_an_open_question_is_looked_at_and_not_written_to(
    desk: Desk, fault: str, state: str, posts: int
) -> None:
    desk.network.fault("mastodon", fault, "statuses")
    assert desk.work() == "again"
    desk.connect(str(desk.account["token"]), enabled=False)
    desk.again()
    assert (str(desk.delivery.state), len(desk.posts)) == (state, posts)


def test_what_the_network_has_lost_is_uploaded_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that was restarted may have forgotten uploads which no post used yet."""
    seen: list[dict[str, object]] = []
    prepare, publish = Mastodon.prepare, Mastodon.publish

    def prepared(self: Mastodon, message: Message, known: dict[str, object]) -> dict[str, object]:
        seen.append(known)
        return {**prepare(self, message, known), "uploads": "kept"}

    def lost(self: Mastodon, message: Message, known: dict[str, object]) -> Remote:
        monkeypatch.setattr(Mastodon, "publish", publish)
        raise ChannelError(UPLOAD_LOST, Outcome.AGAIN, "lost")

    monkeypatch.setattr(Mastodon, "prepare", prepared)
    monkeypatch.setattr(Mastodon, "publish", lost)
    assert desk.work() == "again"
    assert desk.again() == "done"
    assert "uploads" not in seen[-1] and "message_sha256" in seen[-1]
    assert len(desk.posts) == 1


def test_another_message_than_the_prepared_one_is_refused(desk: Desk) -> None:
    prepared = deliveries.note_prepared(desk.ctx, desk.delivery, {"message_sha256": "0" * 64})
    assert desk.work() == "dead"
    assert str(desk.delivery.state) == "failed" and prepared.id == desk.delivery.id
    assert desk.posts == []


def test_preparing_ahead_is_seen_by_nobody_and_nothing_goes_out_for_an_open_case(desk: Desk) -> None:
    content = make_content(13, channels=[{"channel": "mastodon", "caption": "lain"}])
    other = make_case(desk.ctx, desk.office, post_id=13, upto=10, content=content)
    works = [work for work in outbox.claim_due(desk.ctx, limit=500) if work.case_id == other]
    [ahead] = [work for work in works if work.kind == "channels.prepare"]
    assert run.perform_row(desk.ctx, ahead.id, 60) == "done"
    with desk.ctx.uow(read_only=True) as uow:
        [row] = deliveries.every_of_case(uow, desk.office.site_id, other)
    assert str(row.state) == "prepared"
    with desk.ctx.uow() as uow:
        uow.outbox.add("jember", "channels.deliver", {"delivery_id": row.id}, dedupe_key="early", now=desk.clock())
        uow.commit()
    [early] = [work for work in outbox.claim_due(desk.ctx) if work.kind == "channels.deliver"]
    assert run.perform_row(desk.ctx, early.id, 60) == "obsolete"
    assert desk.posts == []


def test_the_chosen_photographs_arrive_in_their_order(desk: Desk) -> None:
    images = [
        {"id": no, "sha256": f"{no:064x}", "mime": "image/jpeg", "alt": f"Foto {no}", "caption": "", "focal": [50, 50]}
        for no in (34, 35, 36)
    ]
    channels = [{"channel": "mastodon", "caption": "Tiga foto"}]
    content = make_content(14, images=images, photos=[36, 34], channels=channels)
    for source in media.photo_sources(content):
        data = io.BytesIO()
        Image.new("RGB", (640, 480), (source.image_id or 0, 90, 160)).save(data, "JPEG")
        name = MediaStore(desk.ctx.settings.media_dir).put(data.getvalue(), "image/jpeg")
        size = (640, 480, len(data.getvalue()))
        media.record(
            desk.ctx,
            "jember",
            source,
            [media.NewPicture("mastodon", "0" * 64, name[3:67], *size, "image/jpeg", name)],
        )
    assert desk.work() == "done"
    case_id = make_case(desk.ctx, desk.office, post_id=14, upto=10, content=content)
    builders.step(desk.ctx, desk.office, case_id)
    builders.publish(desk.ctx, desk.office, case_id, "http://127.0.0.1:8/tiga-foto/")
    assert desk.work() == "done"
    [shown] = look(desk.ctx, desk.office, case_id)["deliveries"]
    found = requests.get(f"{desk.network.url}/mastodon/api/v1/statuses/{shown['remote_id']}", timeout=10).json()
    assert [item["description"] for item in found["media_attachments"]] == ["Foto 36", "Foto 34"]
