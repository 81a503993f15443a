"""Builders for tests of every room: a database, an office with its people, cases that have come as far as asked.

with fresh_database("sqlite", tmp_path) as url:
    ctx = make_context(url, tmp_path)
    office = make_office(ctx)
    case_id = make_case(ctx, office, upto=4)
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import create_engine, text

from sidecar import sop_file
from sidecar.bootstrap import bootstrap
from sidecar.context import Context
from sidecar.services.channels import Channel, put_channel
from sidecar.services.install_sop import install_sop
from sidecar.services.open_case import OpenRequest, open_case
from sidecar.services.requests import CommandRequest, Snapshot
from sidecar.services.run_command import Outcome, run_command, run_system_command
from sidecar.services.settle_office import settle_office
from sidecar.services.sites import Site, put_site
from sidecar.services.sync_people import sync_people
from sidecar.services.view_case import View, view_case
from sidecar.settings import Settings
from sidecar.sop import commands as cmd
from sidecar.sop.content import content_sha256
from sidecar.sop.procedure import PublishingStart, Sop
from sidecar.store.upgrade import upgrade

ROOT = Path(__file__).parents[1]
SOP_FILE = ROOT / "config/sop/13-ORT.06-3509-2021.yaml"
SECRET_KEY = "a key for tests only 0123456789 0123456789"
WEBHOOK_SECRET = "whsec_dGVzdHMgb25seSwgbm90IGEgc2VjcmV0IGF0IGFsbA=="
MONDAY_9 = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
POSTGRES_VARIABLE = "TAYANG_TEST_POSTGRES_URL"


@dataclass
class Clock:
    """A clock that goes on only when told, or by a second each time it is read with `ticking`."""

    at: datetime = MONDAY_9
    ticking: bool = False

    def __call__(self) -> datetime:
        if self.ticking:
            self.at += timedelta(seconds=1)
        return self.at

    def pass_(self, **span: float) -> None:
        self.at += timedelta(**span)


@contextmanager
def fresh_database(kind: str, folder: Path) -> Iterator[str]:
    """The URL of an upgraded, empty database: a SQLite file in `folder`, or a PostgreSQL schema of its own."""
    if kind == "sqlite":
        url = f"sqlite:///{folder / 'tayang.db'}"
        upgrade(url)
        yield url
        return
    base = os.environ[POSTGRES_VARIABLE].replace("postgresql://", "postgresql+psycopg://")
    schema = f"t_{uuid.uuid4().hex}"
    admin = create_engine(base, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    url = f"{base}{'&' if '?' in base else '?'}options={quote(f'-c search_path={schema}')}"
    try:
        upgrade(url)
        yield url
    finally:
        with admin.connect() as connection:
            connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
        admin.dispose()


def make_settings(database_url: str, folder: Path, **other: Any) -> Settings:
    values: dict[str, Any] = {
        "database_url": database_url,
        "secret_keys": SECRET_KEY,
        "public_url": "http://127.0.0.1:9",
        "media_dir": folder / "media",
        "config_dir": ROOT / "config",
        **other,
    }
    return Settings(**values)


def make_context(database_url: str, folder: Path, clock: Clock | None = None, **settings: Any) -> Context:
    """A context on a clock that stands still unless another is given."""
    return bootstrap(make_settings(database_url, folder, **settings), now=clock or Clock())


def make_sop(clock: str = "office") -> Sop:
    """The SOP of KPU Kabupaten Jember."""
    document = sop_file.dump_document(sop_file.load_file(SOP_FILE))
    return sop_file.load_document({**document, "clock": clock})


def make_site(site_id: str = "jember", **other: Any) -> Site:
    values: dict[str, Any] = {
        "id": site_id,
        "name": "KPU Kabupaten Jember",
        "wordpress_url": "http://127.0.0.1:8",
        "robot_login": "tayang-robot",
        "robot_password": "abcd efgh ijkl mnop",
        "secrets": (WEBHOOK_SECRET,),
        **other,
    }
    return Site(**values)


def make_person(number: int, role: str = "", **other: Any) -> dict[str, Any]:
    """As the plugin sends it."""
    return {
        "id": number,
        "login": f"user{number}",
        "name": f"Orang {number}",
        "email": f"orang{number}@kpu.test",
        "locale": "id_ID",
        "roles": [role] if role else [],
        **other,
    }


@dataclass
class Office:
    """An office of tests: one person per role, numbered in the SOP's order from 1."""

    site_id: str
    sop: Sop
    people: dict[str, int] = field(default_factory=dict)

    def holder(self, role: str) -> int:
        return self.people[role]

    def holders(self) -> list[dict[str, Any]]:
        """All of them, as the plugin sends them."""
        return [make_person(number, role) for role, number in self.people.items()]


def make_office(ctx: Context, site_id: str = "jember", sop: Sop | None = None) -> Office:
    """A stored office with SOP, people and two channels."""
    sop = sop or make_sop()
    office = Office(site_id, sop, {role.key: number for number, role in enumerate(sop.roles, start=1)})
    put_site(ctx, make_site(site_id))
    install_sop(ctx, site_id, sop, sop_file.dump_document(sop))
    sync_people(ctx, site_id, office.holders(), complete=True)
    for kind in ("bluesky", "mastodon"):
        make_channel(ctx, site_id, kind)
    return office


def change_people(ctx: Context, office: Office, people: list[dict[str, Any]], *, complete: bool = True) -> None:
    """As WordPress tells it, with all that follows from it."""
    sync_people(ctx, office.site_id, people, complete=complete)
    settle_office(ctx, office.site_id)


def make_channel(ctx: Context, site_id: str = "jember", kind: str = "mastodon", **other: Any) -> Channel:
    values: dict[str, Any] = {
        "site_id": site_id,
        "key": kind,
        "kind": kind,
        "base_url": "http://127.0.0.1:7",
        "account": "kpujember",
        "public_url": "http://127.0.0.1:7/@kpujember",
        "credentials": {"access_token": "a-token-that-must-not-leak"},
        **other,
    }
    channel = Channel(**values)
    put_channel(ctx, channel)
    return channel


def make_content(post_id: int = 12, title: str = "Rapat Pleno", **other: Any) -> dict[str, Any]:
    """What the plugin digests (docs/architecture.md, "Content and its digest"); every image goes to the channels."""
    return {
        "post_id": post_id,
        "post_type": "post",
        "title": title,
        "content": "<!-- wp:paragraph --><p>KPU Jember menggelar rapat.</p><!-- /wp:paragraph -->",
        "excerpt": "",
        "slug": "rapat-pleno",
        "terms": [["category", ["berita"]]],
        "featured_image": 0,
        "images": [],
        "channels": [
            {"channel": "bluesky", "caption": "Rapat pleno 🗳"},
            {"channel": "mastodon", "caption": "Rapat pleno"},
        ],
        "card": None,
        "website": True,
        "photos": [image["id"] for image in other.get("images", ())],
        **other,
    }


def make_snapshot(content: dict[str, Any]) -> Snapshot:
    return Snapshot(content, content_sha256(content), {}, "<p>KPU Jember menggelar rapat.</p>")


def make_request(office: Office, case_id: str, command: str, actor: int, **other: Any) -> CommandRequest:
    """A command with a new idempotency key and no expected revision, unless given."""
    values: dict[str, Any] = {
        "site_id": office.site_id,
        "case_id": case_id,
        "command": command,
        "actor": actor,
        "idempotency_key": uuid.uuid4().hex,
        "expected_revision": None,
        **other,
    }
    return CommandRequest(**values)


def make_case(
    ctx: Context,
    office: Office,
    procedure: str = "pemberitaan",
    post_id: int = 12,
    upto: int = 1,
    content: dict[str, Any] | None = None,
) -> str:
    """A case that has just entered step `upto`, by commands of the right people. Returns its id."""
    opener = office.sop.procedure(procedure).openers[0]
    outcome = open_case(
        ctx,
        OpenRequest(
            site_id=office.site_id,
            procedure=procedure,
            post_id=post_id,
            title="Rapat Pleno",
            actor=office.holder(opener),
            idempotency_key=uuid.uuid4().hex,
            disposition={"number": "12/SET/2026", "note": "Segera", "division": "Divisi Teknis"},
        ),
    )
    for _ in range(1, upto):
        step(ctx, office, outcome.case_id, content)
    return outcome.case_id


def step(ctx: Context, office: Office, case_id: str, content: dict[str, Any] | None = None) -> Outcome:
    """The command that carries the case one step forward, by the person whose turn it is, or by the system."""
    view = look(ctx, office, case_id)
    activity = view["activity"]
    if office.sop.procedure(view["procedure"]["key"]).activity(activity["no"]).publishing is PublishingStart.AUTOMATIC:
        return run_system_command(ctx, office.site_id, case_id, cmd.Publish(actor=cmd.SYSTEM, via=cmd.Via.SYSTEM))
    name = {"assign": "assign", "handover": "hand_over", "work": "submit", "decide": "approve", "publish": "publish"}
    params: dict[str, Any] = {}
    if activity["kind"] == "work":
        content = content or make_content(view["post_id"])
        params = {"content": content, "media_urls": {}, "rendered": "<p>…</p>"}
    elif activity["kind"] == "decide":
        params = {"content_sha256": view["content_sha256"]}
    request = make_request(
        office,
        case_id,
        name[activity["kind"]],
        view["may_act"][0]["person"],
        expected_revision=view["revision"],
        params=params,
    )
    return run_command(ctx, request)


def publish(ctx: Context, office: Office, case_id: str, url: str = "http://127.0.0.1:8/rapat-pleno/") -> Outcome:
    """The website answered: the case is published."""
    return run_system_command(ctx, office.site_id, case_id, cmd.RecordPublished(actor=cmd.SYSTEM, url=url))


def look(ctx: Context, office: Office, case_id: str, actor: int | None = None, language: str = "id") -> View:
    return view_case(ctx, office.site_id, actor, case_id=case_id, language=language)
