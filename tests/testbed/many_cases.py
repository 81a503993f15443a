"""An office with thousands of open cases, made by the sidecar's own services and the plugin's own mirror, to see how
lists bear it: `fill(office, 5000)`. The relay must not run meanwhile: nobody gets mail about these cases.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text

from sidecar.bootstrap import bootstrap
from sidecar.context import Context
from sidecar.services.mirror import mirror_of
from sidecar.services.open_case import OpenRequest, open_case
from sidecar.services.requests import CommandRequest
from sidecar.services.run_command import run_command
from sidecar.sop.content import content_sha256
from tests.testbed.office import Office

SITE = "jember"
DIVISIONS = (
    "Divisi Perencanaan, Data, dan Informasi",
    "Divisi Hukum dan Pengawasan",
    "Divisi Teknis Penyelenggaraan",
)
ACTIVITIES = (
    "Rapat Pleno Terbuka",
    "Sosialisasi Pemilih Pemula",
    "Bimbingan Teknis PPK",
    "Apel Pagi",
    "Kunjungan Kerja",
)
PLACES = ("Silo", "Kalisat", "Ambulu", "Tanggul", "Puger", "Kencong")
BACK = timedelta(days=3)
# Of twenty cases: how far they have come. Most wait at the beginning, as in an office that has many.
STEPS = (1, 2, 1, 3, 2, 1, 2, 4, 1, 2, 3, 1, 5, 2, 1, 6, 2, 7, 8, 9)

# Steps 1 to 8 of the news procedure: who takes them, with which command, and whom it names.
WAY = (
    (1, "sekretaris", "assign", "kasubbag"),
    (2, "kasubbag", "assign", "penyusun"),
    (3, "penyusun", "submit", ""),
    (4, "kasubbag", "approve", ""),
    (5, "penyusun", "hand_over", "humas"),
    (6, "humas", "submit", ""),
    (7, "kasubbag", "approve", ""),
    (8, "pengampu", "approve", ""),
)

# Drafts straight into the table, then each mirror by the plugin's own class, as the sidecar's route does it.
DRAFTS = r"""
$_SERVER += ['HTTP_HOST' => '127.0.0.1', 'REQUEST_METHOD' => 'GET', 'REQUEST_URI' => '/'];
require $argv[1] . '/wp-load.php';
global $wpdb;
$columns = 'post_author, post_title, post_content, post_excerpt, to_ping, pinged, post_content_filtered, post_status,
    post_type, post_modified, post_modified_gmt';
$values = "(%d, %s, '', '', '', '', '', 'draft', 'post', NOW(), UTC_TIMESTAMP())";
foreach (array_chunk(json_decode(file_get_contents('php://stdin')), 500) as $titles) {
    $rows = array_map(fn($title) => $wpdb->prepare($values, $argv[2], $title), $titles);
    $wpdb->query("INSERT INTO $wpdb->posts ($columns) VALUES " . implode(',', $rows));
    foreach (range($wpdb->insert_id, $wpdb->insert_id + count($titles) - 1) as $id) {
        echo $id, "\n";
    }
}
"""
MIRRORS = r"""
$_SERVER += ['HTTP_HOST' => '127.0.0.1', 'REQUEST_METHOD' => 'POST', 'REQUEST_URI' => '/'];
require $argv[1] . '/wp-load.php';
global $wpdb;
$wpdb->query('SET autocommit = 0');
foreach (file('php://stdin') as $no => $line) {
    $done = Tayang\Plugin::instance()->cases->apply(json_decode($line, true));
    if (is_wp_error($done)) {
        fwrite(STDERR, $done->get_error_message() . "\n");
        exit(1);
    }
    if ($no % 200 === 199) {
        $wpdb->query('COMMIT');
        wp_cache_flush();
    }
}
$wpdb->query('COMMIT');
"""


@dataclass
class Clock:
    """The time at which the next command is given."""

    at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __call__(self) -> datetime:
        return self.at


def fill(office: Office, number: int) -> None:
    """Opens `number` news items, brings them to steps 1 to 9. They began within three days, so that many are late."""
    clock = Clock()
    with environment(office):
        ctx = bootstrap(now=clock)
        titles = [f"{ACTIVITIES[no % len(ACTIVITIES)]} {PLACES[no % len(PLACES)]} ke-{no + 1}" for no in range(number)]
        posts = drafts(office, titles)
        now = datetime.now(UTC)
        cases = []
        for no, (title, post) in enumerate(zip(titles, posts, strict=True)):
            clock.at = now - BACK + BACK * no / number
            cases.append(_case(ctx, office, clock, post, title, STEPS[no % len(STEPS)]))
        clock.at = datetime.now(UTC)
        # What the relay would have sent is thought of as sent.
        with create_engine(ctx.settings.database_url).begin() as database:
            database.execute(text("UPDATE outbox SET state = 'done' WHERE state = 'pending'"))
        mirrors = "".join(json.dumps(mirror_of(ctx, SITE, case)) + "\n" for case in cases)
    _php(office, MIRRORS, [], mirrors)


def _case(ctx: Context, office: Office, clock: Clock, post: int, title: str, to: int) -> str:
    """A case at step `to`; returns its id."""
    disposition = {"activity": title, "division": DIVISIONS[post % len(DIVISIONS)], "number": f"{post}/ORT.06"}
    key = f"many-{post}"
    opened = open_case(
        ctx,
        OpenRequest(
            site_id=SITE,
            procedure="pemberitaan",
            post_id=post,
            title=title,
            actor=office.id_of("sekretaris"),
            idempotency_key=key,
            disposition=disposition,
        ),
    )
    content = _content(post, title)
    revision = opened.revision
    for no, login, command, names in WAY[: to - 1]:
        clock.at += timedelta(minutes=1)
        params: dict[str, Any] = {"assignee": office.id_of(names)} if names else {}
        if command == "submit":
            params = {"content": content}
        if command == "approve":
            params = {"content_sha256": content_sha256(content)}
        request = CommandRequest(
            site_id=SITE,
            case_id=opened.case_id,
            command=command,
            actor=office.id_of(login),
            idempotency_key=f"{key}-{no}",
            expected_revision=revision,
            params=params,
        )
        revision = run_command(ctx, request).revision
    return opened.case_id


def _content(post: int, title: str) -> dict[str, Any]:
    return {
        "post_id": post,
        "post_type": "post",
        "title": title,
        "content": "<!-- wp:paragraph --><p>KPU Jember.</p><!-- /wp:paragraph -->",
        "excerpt": "",
        "slug": f"naskah-{post}",
        "terms": [["category", ["berita"]]],
        "featured_image": 0,
        "images": [],
        "channels": [],
        "card": None,
        "website": True,
        "photos": [],
    }


def drafts(office: Office, titles: list[str]) -> list[int]:
    out = _php(office, DRAFTS, [str(office.id_of("sekretaris"))], json.dumps(titles))
    return [int(line) for line in out.split()]


def _php(office: Office, code: str, arguments: list[str], given: str) -> str:
    done = subprocess.run(
        ["php", "-r", code, str(office.run / "wp"), *arguments],
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:] + done.stdout[-2000:])
    return done.stdout


@contextmanager
def environment(office: Office) -> Iterator[None]:
    """The settings of the instance's sidecar, as scripts/up wrote them."""
    found = re.findall(r"^export (TAYANG_\w+)='?(.*?)'?$", Path(office.run / "env").read_text(), re.MULTILINE)
    before = {name: os.environ.get(name) for name, _ in found}
    os.environ.update(found)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
