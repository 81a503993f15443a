"""The sidecar's calls to a real WordPress, over REST and over XML-RPC: the same answers, the same refusals."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sidecar.clock import utc_now
from sidecar.sop.content import content_sha256
from sidecar.wordpress import client as wp
from sidecar.wordpress.signatures import new_secret
from tests.testbed.office import Office

pytestmark = pytest.mark.real

NO_SUCH_POST = 987_654
TRANSPORTS = ("rest", "xmlrpc")


def connect(office: Office, transport: str, *, password: str = "", secrets: tuple[str, ...] = ()) -> wp.Client:
    own = str(office.credentials["users"]["robot"]["app_password"])
    site = wp.Site(office.wordpress, "robot", password or own, secrets or tuple(office.secrets()), transport)
    return wp.connect(site, utc_now)


@pytest.fixture
def draft(office: Office, tag: str) -> int:
    """A post that no case runs on."""
    made = office.person("humas").rest("POST", "wp/v2/posts", json={"title": f"Draf {tag}", "content": "<p>Isi</p>"})
    return int(made["id"])


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_the_connection_check_knows_the_robot(office: Office, transport: str) -> None:
    assert connect(office, transport).check("robot") == ("tayang_sidecar",)


def test_both_transports_read_the_same_content_and_digest(office: Office, draft: int) -> None:
    found = [connect(office, transport).content(draft) for transport in TRANSPORTS]
    assert found[0] == found[1]
    assert found[0].content_sha256 == content_sha256(found[0].content)


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize(
    "call",
    [
        lambda client, draft: client.content(NO_SUCH_POST),
        lambda client, draft: client.publish("0" * 32, NO_SUCH_POST, 1, "0" * 64, visible=True),
        # A post that no case runs on must not be publishable by anybody who can sign.
        lambda client, draft: client.publish("0" * 32, draft, 1, "0" * 64, visible=True),
    ],
)
def test_what_is_not_there_is_refused_for_good(
    office: Office, transport: str, call: Callable[[wp.Client, int], object], draft: int
) -> None:
    with pytest.raises(wp.Refused) as caught:
        call(connect(office, transport), draft)
    assert caught.value.code == "tayang_no_post" and str(caught.value)


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_a_wrong_password_or_secret_waits_for_a_person(office: Office, transport: str, draft: int) -> None:
    for client in (
        connect(office, transport, password="wrong wrong"),
        connect(office, transport, secrets=(new_secret(),)),
    ):
        with pytest.raises(wp.TryAgain) as caught:
            client.content(draft)
        assert caught.value.after_s == 300
