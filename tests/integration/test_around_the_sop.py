"""Publishing around the SOP: every ordinary way in is refused with a sentence that says who must act."""

from __future__ import annotations

import re
import uuid
import xmlrpc.client
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.testbed import story
from tests.testbed.office import TIMEOUT_S, Office, Refused

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def waiting(office: Office) -> tuple[int, str]:
    """A news item at step 4, where the Kasubbag decides: (post, title)."""
    title = f"Menunggu pemeriksaan {uuid.uuid4().hex[:8]}"
    return story.news_at(office, 4, title), title


def unchanged(office: Office, post: int, title: str) -> None:
    kept = office.person("admin").post(post)
    assert kept["status"] == "tyg_pemberitaan_4"
    assert kept["title"]["raw"] == title
    assert office.anonymous(f"{office.wordpress}/?p={post}").status_code == 404
    assert office.person("kasubbag").view(post)["activity"]["no"] == 4


@pytest.mark.parametrize("login", ["admin", "kasubbag", "penyusun"])
@pytest.mark.parametrize("status", ["publish", "future", "private"])
def test_rest(office: Office, waiting: tuple[int, str], login: str, status: str) -> None:
    post, title = waiting
    tomorrow = (datetime.now(story.ZONE).replace(tzinfo=None) + timedelta(days=1)).isoformat(timespec="seconds")
    with pytest.raises(Refused) as refused:
        office.person(login).write(post, status=status, date=tomorrow if status == "future" else None)
    assert refused.value.status in (403, 409)
    assert "Rina Kusumawati" in refused.value.message or "Kasubbag" in refused.value.message
    unchanged(office, post, title)


def test_a_new_post_cannot_be_published_outright(office: Office, tag: str) -> None:
    """Without a case there is nobody's turn; the post is refused or kept as a draft, and the reason is said."""
    admin = office.person("admin")
    try:
        made = admin.rest("POST", "wp/v2/posts", json={"title": f"Langsung {tag}", "content": "x", "status": "publish"})
    except Refused as refused:
        assert refused.message
    else:
        assert admin.post(made["id"])["status"] != "publish"
    assert tag not in office.anonymous(office.wordpress).text


def test_quick_edit(office: Office, waiting: tuple[int, str]) -> None:
    post, title = waiting
    admin = office.person("admin")
    base = f"{office.wordpress}/wp-admin"
    screen = admin.session.get(f"{base}/edit.php", params={"post_status": "tyg_pemberitaan_4"}, timeout=TIMEOUT_S).text
    nonce = re.search(r'name="_inline_edit" value="([0-9a-f]+)"', screen) or re.search(
        r'id="_inline_edit"[^>]*value="([0-9a-f]+)"', screen
    )
    assert nonce, "the list of posts has no quick edit"
    fields: dict[str, Any] = {
        "action": "inline-save",
        "_inline_edit": nonce.group(1),
        "post_ID": post,
        "post_type": "post",
        "post_title": title,
        "_status": "publish",
        "screen": "edit-post",
        "edit_date": "false",
        "post_view": "list",
    }
    answer = admin.session.post(f"{base}/admin-ajax.php", data=fields, timeout=TIMEOUT_S)
    assert "Kasubbag" in answer.text or "Rina Kusumawati" in answer.text, answer.text[:500]
    unchanged(office, post, title)


@pytest.mark.parametrize("status", ["publish", "future"])
def test_xmlrpc(office: Office, waiting: tuple[int, str], status: str) -> None:
    post, title = waiting
    server = xmlrpc.client.ServerProxy(f"{office.wordpress}/xmlrpc.php", allow_none=True)
    with pytest.raises(xmlrpc.client.Fault) as fault:
        server.wp.editPost(1, "admin", "admin-pass", post, {"post_status": status, "post_title": "lain"})
    assert fault.value.faultString
    unchanged(office, post, title)


def test_a_forged_step_is_refused(office: Office, waiting: tuple[int, str]) -> None:
    """Core lets anybody who may edit set any registered status; only the status writer may."""
    post, title = waiting
    with pytest.raises(Refused):
        office.person("admin").write(post, status="tyg_pemberitaan_9")
    unchanged(office, post, title)


def test_text_is_locked_while_somebody_checks_it(office: Office, waiting: tuple[int, str]) -> None:
    post, title = waiting
    with pytest.raises(Refused):
        office.person("penyusun").write(post, content="setelah diajukan")
    unchanged(office, post, title)


def test_an_approval_route_is_not_open_to_others(office: Office, waiting: tuple[int, str]) -> None:
    post, title = waiting
    view = office.person("penyusun").view(post)
    with pytest.raises(Refused) as refused:
        office.person("penyusun").command(post, "approve", content_sha256=view["content_sha256"])
    assert refused.value.status == 403
    assert "Kasubbag" in refused.value.message or "Rina Kusumawati" in refused.value.message
    unchanged(office, post, title)
