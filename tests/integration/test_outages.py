"""Processes that are gone for a while, or die in the middle: nothing lost, nothing twice."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest

from tests.testbed import instance, story
from tests.testbed.office import PHOTOS, Office, Refused
from tests.testbed.proof import prove

pytestmark = pytest.mark.real


@pytest.fixture(autouse=True)
def everything_runs_again(office: Office) -> Iterator[None]:
    yield
    instance.bring_back(office)


def test_sidecar_down_while_somebody_writes(office: Office, tag: str) -> None:
    title = f"Sidecar mati {tag}"
    post = story.news_at(office, 3, title)
    penyusun = office.person("penyusun")
    view = penyusun.view(post)
    photo = penyusun.upload(PHOTOS / story.NEWS_PHOTOS[0][0], "Foto")
    instance.stop(office, "sidecar")

    penyusun.write(post, content=story.paragraphs(["Ditulis saat sidecar mati."]), featured_media=photo)
    assert "Ditulis saat sidecar mati." in penyusun.post(post)["content"]["raw"]
    key = uuid.uuid4().hex
    press = {"expected_revision": view["revision"], "idempotency_key": key}
    for _ in range(2):
        with pytest.raises(Refused) as refused:
            penyusun.command(post, "submit", **press)
        assert refused.value.status in (502, 503, 504)
        assert len(refused.value.message) > 20
    panel = penyusun.rest("GET", f"tayang/v1/posts/{post}/panel")
    assert panel["reachable"] is False
    assert panel["detail"]
    assert penyusun.post(post)["status"] == "tyg_pemberitaan_3"

    instance.bring_back(office)
    once = penyusun.command(post, "submit", **press)
    again = penyusun.command(post, "submit", **press)
    assert once["revision"] == again["revision"] == view["revision"] + 1
    submissions = [e for e in once["history"] if e["no"] == 3 and e["decision"] == "submit"]
    assert len(submissions) == 1


def test_power_cut_for_relay_and_workers_during_the_publication(office: Office, tag: str) -> None:
    title = f"Listrik padam {tag}"
    post = story.news_at(office, 10, title)
    humas = office.person("humas")
    humas.wait_for_turn(post, 10)
    humas.command(post, "publish")
    for name in ("relay", *instance.WORKERS):
        instance.kill(office, name)
    instance.bring_back(office)
    view = story.wait_until_out(humas, post, lambda view: None, seconds=240)
    assert len(view["deliveries"]) == len(office.channels)
    assert prove(office, view)


def test_workers_gone_while_people_decide(office: Office, tag: str) -> None:
    """No mail, no mirror, no derivative for a while; all of it comes when the workers are back."""
    title = f"Tanpa pekerja {tag}"
    post = story.news_at(office, 3, title)
    for name in ("relay", *instance.WORKERS):
        instance.kill(office, name)
    penyusun, kasubbag = office.person("penyusun"), office.person("kasubbag")
    photo = penyusun.upload(PHOTOS / story.NEWS_PHOTOS[0][0], "Foto")
    penyusun.write(post, content=story.paragraphs(story.NEWS_PARAGRAPHS), featured_media=photo)
    penyusun.command(post, "submit")
    instance.bring_back(office)
    mail = kasubbag.mail_for(title, seconds=120)
    kasubbag.decide_by_mail(mail, "approve")
    assert penyusun.wait_for_turn(post, 5)
    assert len([m for m in office.mails("kasubbag") if title in m.text and m.link]) == 1
