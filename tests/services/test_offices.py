"""Offices, people, channels, messages: what is around the cases."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from sidecar.context import Context
from sidecar.keys import APPROVAL_TOKENS, KeysError
from sidecar.mail import tokens
from sidecar.services.channels import get_channel, list_channels
from sidecar.services.errors import Malformed, NoSop, NoSuchRow, Replayed, UnknownSite
from sidecar.services.install_sop import install_sop
from sidecar.services.messages import remember_message
from sidecar.services.procedures import get_sop
from sidecar.services.run_command import run_command
from sidecar.services.settle_office import settle_office
from sidecar.services.sites import change_site, get_site, list_sites, put_site
from sidecar.services.sync_people import sync_people
from sidecar.sop_file import dump_document
from tests.builders import (
    Clock,
    Office,
    look,
    make_case,
    make_channel,
    make_context,
    make_office,
    make_person,
    make_request,
    make_site,
    make_sop,
    step,
)

SECRETS = ("abcd efgh ijkl mnop", "whsec_", "dGVzdHMgb25se", "a-token-that-must-not-leak")


def live(ctx: Context, case_id: str) -> list[int]:
    with ctx.uow(read_only=True) as uow:
        return [row.person for row in uow.tokens.live_of_case("jember", case_id)]


def test_secrets_are_not_in_the_database(tmp_path: Path, sqlite: Context) -> None:
    office = make_office(sqlite)
    make_case(sqlite, office, upto=8)
    with sqlite.uow() as uow:
        uow.session.connection().exec_driver_sql("COMMIT")
        uow.session.connection().exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        uow.session.connection().exec_driver_sql("BEGIN")
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("tayang.db*"))
    assert b"KPU Kabupaten Jember" in stored
    assert not [secret for secret in SECRETS if secret.encode() in stored]
    site = get_site(sqlite, "jember")
    assert site.robot_password == SECRETS[0]
    assert get_channel(sqlite, "jember", "bluesky").credentials == {"access_token": SECRETS[3]}
    assert not [secret for secret in SECRETS if secret in repr(site) + repr(list_channels(sqlite, "jember"))]


def test_stored_tokens_open_nothing_without_the_key(ctx: Context, office: Office) -> None:
    case_id = make_case(ctx, office, upto=4)
    with ctx.uow(read_only=True) as uow:
        [row] = uow.tokens.live_of_case("jember", case_id)
    secret = tokens.secret(ctx.keys.key(APPROVAL_TOKENS), row.id, row.nonce)
    assert tokens.fits(secret, row.secret_sha256) and secret not in vars(row).values()
    assert (row.no, row.attempt, row.person) == (4, 1, office.holder("kasubbag"))
    assert row.content_sha256 == look(ctx, office, case_id)["content_sha256"]


def test_changed_secret_keys_open_old_secrets_only_while_listed(
    database_url: str, ctx: Context, office: Office, tmp_path: Path
) -> None:
    old = ",".join(ctx.settings.secret_keys)
    both = make_context(database_url, tmp_path, secret_keys=f"{'n' * 40},{old}")
    assert get_site(both, "jember").robot_password == SECRETS[0]
    only_new = make_context(database_url, tmp_path, secret_keys="n" * 40)
    with pytest.raises(KeysError):
        get_site(only_new, "jember")


def test_offices_are_added_changed_and_checked(ctx: Context) -> None:
    assert put_site(ctx, make_site()) is True
    assert put_site(ctx, make_site(name="KPU Jember")) is False
    assert get_site(ctx, "jember").name == "KPU Jember"
    change_site(ctx, "jember", timezone="Asia/Makassar")
    assert [(s.id, s.timezone) for s in list_sites(ctx)] == [("jember", "Asia/Makassar")]
    for wrong in (
        {"site_id": "Jember!"},
        {"wordpress_url": "jember.kpu.go.id"},
        {"secrets": ("abc",)},
        {"secrets": ()},
        {"timezone": "Asia/Jember"},
        {"language": "jv"},
        {"transport": "fax"},
    ):
        with pytest.raises(Malformed):
            put_site(ctx, make_site(**wrong))
    with pytest.raises(UnknownSite):
        get_site(ctx, "situbondo")
    with pytest.raises(NoSop):
        get_sop(ctx, "jember")


def test_channels_belong_to_an_office(ctx: Context, office: Office) -> None:
    make_channel(ctx, kind="instagram", enabled=False)
    assert [c.key for c in list_channels(ctx, "jember")] == ["bluesky", "instagram", "mastodon"]
    assert [c.key for c in list_channels(ctx, "jember", enabled_only=True)] == ["bluesky", "mastodon"]
    with pytest.raises(UnknownSite):
        make_channel(ctx, "situbondo")
    with pytest.raises(NoSuchRow):
        get_channel(ctx, "jember", "x")


def test_delivery_for_a_channel_that_is_off_fails_where_people_see_it(ctx: Context, office: Office) -> None:
    make_channel(ctx, kind="bluesky", enabled=False)
    case_id = make_case(ctx, office, upto=10)
    states = {d["channel"]: (d["state"], bool(d["error"])) for d in look(ctx, office, case_id)["deliveries"]}
    assert states == {"bluesky": ("failed", True), "mastodon": ("planned", False)}


def test_running_case_keeps_its_sop(ctx: Context, office: Office) -> None:
    case_id = make_case(ctx, office, upto=2)
    document = dump_document(make_sop())
    document["procedures"][0]["activities"][1]["minutes"] = 77
    from sidecar.sop_file import load_document

    changed = load_document(document)
    install_sop(ctx, "jember", changed, document)
    assert look(ctx, office, case_id)["activity"]["minutes"] != 77
    newer = make_case(ctx, office, post_id=13, upto=2)
    assert look(ctx, office, newer)["activity"]["minutes"] == 77
    assert get_sop(ctx, "jember").procedure("pemberitaan").activity(2).quality.minutes == 77


def test_whoever_loses_the_role_loses_the_token(ctx: Context, office: Office) -> None:
    case_id = make_case(ctx, office, upto=4)
    kasubbag = office.holder("kasubbag")
    assert live(ctx, case_id) == [kasubbag]
    sync_people(ctx, "jember", [make_person(kasubbag, "humas")], complete=False)
    settle_office(ctx, "jember")
    assert live(ctx, case_id) == []
    assert look(ctx, office, case_id)["mails"][-1]["state"] == "withdrawn"
    with ctx.uow(read_only=True) as uow:
        reasons = [row[0] for row in uow.session.execute(text("SELECT withdrawn_reason FROM approval_tokens"))]
    assert reasons.count("role_lost") == 1
    # A successor is called at once.
    sync_people(ctx, "jember", [make_person(50, "kasubbag")], complete=False)
    settle_office(ctx, "jember")
    assert live(ctx, case_id) == [50]


def test_complete_sync_takes_the_roles_of_all_others(ctx: Context, office: Office) -> None:
    case_id = make_case(ctx, office, upto=4)
    assert sync_people(ctx, "jember", [make_person(office.holder("humas"), "humas")], complete=True) == 1
    settle_office(ctx, "jember")
    view = look(ctx, office, case_id)
    assert view["may_act"] == [] and live(ctx, case_id) == []
    # History keeps the names of those who are gone.
    assert view["history"][0]["by_name"] == f"Orang {office.holder('sekretaris')}"


def test_tokens_follow_the_step_and_the_person_named(ctx: Context, office: Office) -> None:
    sync_people(ctx, "jember", [make_person(50, "penyusun"), make_person(51, "penyusun")], complete=False)
    case_id = make_case(ctx, office, upto=2)
    kasubbag = office.holder("kasubbag")
    run_command(ctx, make_request(office, case_id, "assign", kasubbag, params={"assignee": 50}))
    assert live(ctx, case_id) == [50]
    run_command(
        ctx,
        make_request(office, case_id, "reassign", kasubbag, note="Cuti", params={"role": "penyusun", "assignee": 51}),
    )
    assert live(ctx, case_id) == [51]
    step(ctx, office, case_id)
    assert live(ctx, case_id) == [kasubbag]


def test_nobody_is_asked_to_approve_their_own_submission(ctx: Context, office: Office) -> None:
    both = make_person(60, roles=["penyusun", "kasubbag"])
    sync_people(ctx, "jember", [both], complete=False)
    case_id = make_case(ctx, office, upto=2)
    kasubbag = office.holder("kasubbag")
    run_command(ctx, make_request(office, case_id, "assign", kasubbag, params={"assignee": 60}))
    step(ctx, office, case_id)
    assert live(ctx, case_id) == [kasubbag]


def test_malformed_people_change_nothing(ctx: Context, office: Office) -> None:
    for wrong in ({"id": 0}, {"id": "4"}, {"roles": "humas"}, {"email": None}):
        with pytest.raises(Malformed):
            sync_people(ctx, "jember", [make_person(9, "humas"), {**make_person(10), **wrong}], complete=True)
    with pytest.raises(UnknownSite):
        sync_people(ctx, "situbondo", [], complete=True)
    with ctx.uow(read_only=True) as uow:
        assert set(uow.people.of_site("jember")) == set(office.people.values())


def test_message_is_accepted_once_per_office(ctx: Context, office: Office, clock: Clock) -> None:
    make_office(ctx, "situbondo")
    remember_message(ctx, "jember", "msg_1")
    remember_message(ctx, "situbondo", "msg_1")
    with pytest.raises(Replayed):
        remember_message(ctx, "jember", "msg_1")
    clock.pass_(hours=2)
    remember_message(ctx, "jember", "msg_2")
    with ctx.uow(read_only=True) as uow:
        assert uow.session.scalar(text("SELECT count(*) FROM seen_messages")) == 1
    with pytest.raises(Malformed):
        remember_message(ctx, "jember", "x" * 300)
