"""One code connects an office's WordPress: once, in time, for its own office; nobody learns why another does not."""

from __future__ import annotations

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from sidecar.context import Context
from sidecar.services.errors import Malformed, PairingOver, TooManyTries, UnknownSite
from sidecar.services.pairing import CODE_PREFIX, Invitation, PairRequest, invite, pair
from sidecar.services.procedures import get_sop
from sidecar.services.sites import Site, get_site
from sidecar.sop_file import dump_document
from sidecar.store.tables import PairingRow
from tests.builders import Clock, Office, make_case, make_sop

SECRET = "whsec_" + "QUJD" * 10
NEW = Invitation(site_id="banyuwangi", name="KPU Kabupaten Banyuwangi")


def parts(code: str) -> dict[str, str]:
    """As the plugin reads it."""
    assert code.startswith(CODE_PREFIX)
    body = code.removeprefix(CODE_PREFIX)
    found: dict[str, str] = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return found


def request_of(code: str, **other: Any) -> PairRequest:
    told = parts(code)
    values: dict[str, Any] = {
        "token": told["t"],
        "site_id": told["s"],
        "wordpress_url": "http://127.0.0.1:8/",
        "robot_login": "tayang-robot",
        "robot_password": "abcd efgh ijkl mnop qrst uvwx",
        "address": "203.0.113.7",
        **other,
    }
    return PairRequest(**values)


def test_a_code_makes_a_new_office_with_its_sop(ctx: Context) -> None:
    sop = make_sop()
    code = invite(ctx, replace(NEW, timezone="Asia/Makassar", language="en", document=dump_document(sop)))
    assert parts(code).keys() == {"u", "s", "t"}
    assert (parts(code)["u"], parts(code)["s"]) == (ctx.settings.public_url, "banyuwangi")
    with pytest.raises(UnknownSite):
        get_site(ctx, "banyuwangi")
    pair(ctx, request_of(code), SECRET)
    assert get_site(ctx, "banyuwangi") == Site(
        id="banyuwangi",
        name="KPU Kabupaten Banyuwangi",
        wordpress_url="http://127.0.0.1:8",
        robot_login="tayang-robot",
        robot_password="abcd efgh ijkl mnop qrst uvwx",
        secrets=(SECRET,),
        timezone="Asia/Makassar",
        language="en",
    )
    assert get_sop(ctx, "banyuwangi") == sop


def test_a_known_office_gets_a_new_secret_and_keeps_its_cases(ctx: Context, office: Office) -> None:
    case_id, before = make_case(ctx, office, upto=4), get_site(ctx, "jember")
    pair(ctx, request_of(invite(ctx, Invitation(site_id="jember"))), SECRET)
    after = get_site(ctx, "jember")
    assert after == replace(before, secrets=(SECRET,), robot_password="abcd efgh ijkl mnop qrst uvwx")
    with ctx.uow(read_only=True) as uow:
        assert uow.cases.get("jember", case_id) is not None


def test_wrong_foreign_old_withdrawn_and_used_codes_are_refused_alike(
    ctx: Context, office: Office, clock: Clock
) -> None:
    refused = []

    def try_(request: PairRequest) -> None:
        with pytest.raises(PairingOver) as caught:
            pair(ctx, replace(request, address=f"203.0.113.{len(refused)}"), SECRET)
        refused.append((type(caught.value), caught.value.params, str(caught.value)))

    withdrawn = invite(ctx, NEW)
    code = invite(ctx, NEW)
    try_(request_of(withdrawn))
    try_(request_of(code, token=parts(code)["t"][:-1]))
    try_(request_of(code, token=""))
    try_(request_of(code, site_id="jember"))
    pair(ctx, request_of(code), SECRET)
    try_(request_of(code))
    late = invite(ctx, replace(NEW, valid_for=timedelta(hours=2)))
    clock.pass_(hours=2)
    try_(request_of(late))
    assert len(refused) == 6 and len({str(one) for one in refused}) == 1
    assert get_site(ctx, "jember").secrets != (SECRET,)


def test_the_last_second_still_counts(ctx: Context, clock: Clock) -> None:
    code = invite(ctx, NEW)
    clock.pass_(minutes=59, seconds=59)
    assert pair(ctx, request_of(code), SECRET).id == "banyuwangi"


def test_of_many_at_once_only_one_wins(ctx: Context) -> None:
    code = invite(ctx, NEW)

    def try_(number: int) -> str:
        secret = f"whsec_{base64.b64encode(bytes([number]) * 32).decode()}"
        try:
            pair(ctx, request_of(code, address=f"203.0.113.{number}", robot_login=f"robot{number}"), secret)
        except PairingOver:
            return ""
        return secret

    with ThreadPoolExecutor(8) as pool:
        won = [secret for secret in pool.map(try_, range(8), timeout=60) if secret]
    assert len(won) == 1
    assert get_site(ctx, "banyuwangi").secrets == (won[0],)


def test_five_wrong_codes_a_minute_from_one_address(ctx: Context, clock: Clock) -> None:
    code = invite(ctx, NEW)
    for _ in range(5):
        with pytest.raises(PairingOver):
            pair(ctx, request_of(code, token="wrong"), SECRET)
        clock.pass_(seconds=5)
    with pytest.raises(TooManyTries):
        pair(ctx, request_of(code), SECRET)
    # Somebody else is not held up, and the code is still good.
    with pytest.raises(PairingOver):
        pair(ctx, request_of(code, token="wrong", address="203.0.113.8"), SECRET)
    clock.pass_(seconds=36)
    assert pair(ctx, request_of(code), SECRET).id == "banyuwangi"


@pytest.mark.parametrize(
    ("changed", "field"), [({"wordpress_url": "ftp://x"}, "wordpress_url"), ({"wordpress_url": "kpu"}, "wordpress_url")]
)
def test_an_address_that_cannot_be_leaves_the_code_good(ctx: Context, changed: dict[str, str], field: str) -> None:
    code = invite(ctx, NEW)
    with pytest.raises(Malformed) as caught:
        pair(ctx, request_of(code, **changed), SECRET)
    assert caught.value.params["field"] == field
    assert pair(ctx, request_of(code), SECRET).id == "banyuwangi"


@pytest.mark.parametrize(
    ("invitation", "field"),
    [
        (Invitation(site_id="banyuwangi"), "name"),
        (replace(NEW, site_id="Kota Malang"), "id"),
        (replace(NEW, timezone="Jawa"), "timezone"),
        (replace(NEW, valid_for=timedelta()), "valid_for"),
        (replace(NEW, valid_for=timedelta(days=8)), "valid_for"),
    ],
)
def test_an_invitation_that_cannot_be(ctx: Context, invitation: Invitation, field: str) -> None:
    with pytest.raises(Malformed) as caught:
        invite(ctx, invitation)
    assert caught.value.params["field"] == field


def test_the_database_alone_pairs_nobody(ctx: Context) -> None:
    code = invite(ctx, NEW)
    told = parts(code)
    with ctx.uow(read_only=True) as uow:
        stored = uow.session.execute(text("SELECT * FROM pairings")).mappings().one()
        assert told["t"] not in json.dumps(dict(stored), default=str)
        digest = uow.session.scalar(select(PairingRow.token_sha256))
    with pytest.raises(PairingOver):
        pair(ctx, request_of(code, token=digest), SECRET)
