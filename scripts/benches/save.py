"""What the plugin costs the editor: a REST save and an editor page load, with and without it.

    scripts/bench save [--saves 150] [--loads 60] [--json FILE]        (WP_SUITE=trixie: WordPress 6.8, forky: 7.1)

Two WordPress sites of the same version with the same data on one MariaDB, each behind its own PHP server of the
same kind (opcache on, no debugging). In one the plugin is active and the post is at step 6 of the SOP, where Tim Humas
writes; in the other the plugin is off and the same person writes the same post as its author. The requests alternate,
which site comes first is drawn by lot in each round, and what is compared is the median of the rounds. The interval is
a bootstrap over rounds (95 %). The panel fetches its data after the page, from the browser: that is in neither request.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import shutil
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.testbed import instance, story  # noqa: E402
from tests.testbed.office import PHOTOS, Office, wait_until  # noqa: E402

LIMIT = 1.10
WRITER = "humas"
WARM_UP = 12
RESAMPLES = 4000
TIMEOUT_S = 60
# Lets each answer say how many queries it took. The same file lies in both sites.
COUNTER = r"""<?php
add_action('shutdown', static function () {
    global $wpdb;
    $line = wp_json_encode(['queries' => $wpdb->num_queries, 'bytes' => memory_get_peak_usage()]);
    file_put_contents(WP_CONTENT_DIR . '/bench.log', $line . "\n", FILE_APPEND | LOCK_EX);
}, PHP_INT_MAX);
"""
PLUGIN_OFF = r"""
$_SERVER += ['HTTP_HOST' => '127.0.0.1', 'REQUEST_METHOD' => 'GET', 'REQUEST_URI' => '/'];
require $argv[1] . '/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/plugin.php';
deactivate_plugins('tayang/tayang.php');
$GLOBALS['wpdb']->update($GLOBALS['wpdb']->posts, ['post_author' => (int) $argv[3]], ['ID' => (int) $argv[2]]);
flush_rewrite_rules(false);
"""


@dataclass
class Site:
    """One WordPress with somebody logged in, and what its requests took."""

    name: str
    url: str
    folder: Path
    post: int
    session: requests.Session = field(default_factory=requests.Session)
    nonce: str = ""
    milliseconds: dict[str, list[float]] = field(default_factory=lambda: {"save": [], "editor": []})
    queries: dict[str, list[int]] = field(default_factory=lambda: {"save": [], "editor": []})

    def log_in(self, password: str) -> None:
        self.session.get(f"{self.url}/wp-login.php", timeout=TIMEOUT_S)
        fields = {"log": WRITER, "pwd": password, "testcookie": "1"}
        answer = self.session.post(f"{self.url}/wp-login.php", data=fields, timeout=TIMEOUT_S, allow_redirects=False)
        assert answer.status_code == 302, f"{self.name}: no log-in"
        nonce = self.session.get(f"{self.url}/wp-admin/admin-ajax.php?action=rest-nonce", timeout=TIMEOUT_S)
        self.nonce = nonce.text.strip()

    def save(self, text: str) -> requests.Response:
        """As the block editor saves a draft. The text differs each time, so that WordPress really writes."""
        return self.session.post(
            f"{self.url}/wp-json/wp/v2/posts/{self.post}?_locale=user",
            json={"id": self.post, "content": text},
            headers={"X-WP-Nonce": self.nonce, "Accept": "application/json, */*;q=0.1"},
            timeout=TIMEOUT_S,
        )

    def load_editor(self) -> requests.Response:
        return self.session.get(
            f"{self.url}/wp-admin/post.php?post={self.post}&action=edit", timeout=TIMEOUT_S, allow_redirects=False
        )

    def measure(self, kind: str, request: Callable[[], requests.Response]) -> None:
        began = time.perf_counter()
        answer = request()
        took = (time.perf_counter() - began) * 1000
        assert answer.status_code == 200, f"{self.name}: {kind} answered {answer.status_code}: {answer.text[:300]}"
        self.milliseconds[kind].append(took)
        self.queries[kind].append(self.last_count()["queries"])

    def last_count(self) -> dict[str, int]:
        """What the counter wrote for the last request; it comes a moment after the answer."""
        log = self.folder / "wp-content" / "bench.log"
        line = wait_until("the counter", lambda: log.exists() and log.read_text().strip(), 5, 0.001)
        log.unlink()
        count: dict[str, int] = json.loads(str(line).splitlines()[-1])
        return count


def news_item(office: Office) -> tuple[int, str]:
    """A news item with three photographs at step 6, where Tim Humas writes, with a caption for each channel.

    Returns the post's id and the pictures' part of its text.
    """
    post = story.news_at(office, 6, story.NEWS_TITLE)
    writer = office.person(WRITER)
    more = [writer.upload(PHOTOS / name, alt) for name, alt in story.NEWS_PHOTOS[1:]]
    pictures = story.images(writer, more)
    writer.write(post, content=words(0) + pictures, excerpt=story.NEWS_EXCERPT)
    writer.plan(post, dict.fromkeys(office.channels, story.NEWS_CAPTION))
    return post, pictures


def words(number: int) -> str:
    return story.paragraphs([*story.NEWS_PARAGRAPHS, f"Naskah ke-{number}."])


def twin(office: Office, post: int) -> Path:
    """A second WordPress with a copy of the database, in which the plugin is off. Returns its folder."""
    run, sock = office.run, office.run / "mysql.sock"
    folder = run / "wp-plain"
    shutil.copytree(run / "wp", folder, symlinks=True)
    client = f"--no-defaults -S {sock}"
    subprocess.run(
        f'mariadb {client} -e "CREATE DATABASE plain CHARACTER SET utf8mb4; GRANT ALL ON plain.* TO wp@localhost"'
        f" && mariadb-dump {client} wordpress | mariadb {client} plain",
        shell=True,
        check=True,
    )
    config = (folder / "wp-config.php").read_text()
    config = config.replace("'wordpress'", "'plain'").replace(office.wordpress, beside(office.wordpress))
    (folder / "wp-config.php").write_text(config)
    off = ["php", "-r", PLUGIN_OFF, str(folder), str(post), str(office.id_of(WRITER))]
    subprocess.run(off, check=True)
    return folder


def beside(url: str) -> str:
    """The same address, one port further."""
    base, _, port = url.rpartition(":")
    return f"{base}:{int(port) + 1}"


@contextmanager
def served(folder: Path, url: str) -> Iterator[None]:
    """The site behind PHP's own server, as an office's host would set PHP: opcache on, debugging off."""
    config = folder / "wp-config.php"
    config.write_text(re.sub(r"(define\('WP_DEBUG'), true", r"\1, false", config.read_text()))
    (folder / "wp-content" / "mu-plugins" / "bench.php").write_text(COUNTER)
    opcache = ["opcache.enable_cli=1", "opcache.validate_timestamps=1", "opcache.revalidate_freq=60", "opcache.jit=off"]
    options = [part for one in [*opcache, "memory_limit=256M"] for part in ("-d", one)]
    server = subprocess.Popen(
        ["php", *options, "-S", url.partition("//")[2], "-t", folder, ROOT / "scripts" / "wordpress" / "router.php"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        wait_until(url, lambda: answers(url), 30)
        yield
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(10)


def answers(url: str) -> bool:
    try:
        return requests.get(f"{url}/wp-json/", timeout=TIMEOUT_S).ok
    except requests.ConnectionError:
        return False


def stop_everything_else(run: Path) -> None:
    """Neither a save nor an editor page calls the sidecar; its processes would only take turns on the processor."""
    stop = '. scripts/lib.sh; for f in "$RUN"/pids/*.pid; do n=$(basename "$f" .pid); [ $n = mariadb ] || stop $n; done'
    subprocess.run(["bash", "-c", stop], cwd=ROOT, check=True, env={**os.environ, "RUN": str(run)})


def alternate(sites: list[Site], kind: str, rounds: int, request: Callable[[Site, int], requests.Response]) -> None:
    for number in range(-WARM_UP, rounds):
        for site in random.sample(sites, len(sites)):
            site.measure(kind, lambda site=site, number=number: request(site, number))  # type: ignore[misc]
        if number == -1:
            for site in sites:
                site.milliseconds[kind].clear()
                site.queries[kind].clear()
        if sys.stderr.isatty():
            print(f"\r{kind}: {number + 1} of {rounds} ", end="", file=sys.stderr, flush=True)


def ratio(kind: str, plugin: Site, plain: Site) -> dict[str, float]:
    """Medians in ms, their ratio, and the 95 % interval of the ratio over resampled rounds."""
    pairs = list(zip(plugin.milliseconds[kind], plain.milliseconds[kind], strict=True))

    def of(sample: list[tuple[float, float]]) -> float:
        return statistics.median(a for a, _ in sample) / statistics.median(b for _, b in sample)

    resampled = sorted(of(random.choices(pairs, k=len(pairs))) for _ in range(RESAMPLES))
    return {
        "rounds": len(pairs),
        "with_ms": round(statistics.median(plugin.milliseconds[kind]), 2),
        "without_ms": round(statistics.median(plain.milliseconds[kind]), 2),
        "with_queries": statistics.median(plugin.queries[kind]),
        "without_queries": statistics.median(plain.queries[kind]),
        "ratio": round(of(pairs), 4),
        "low": round(resampled[int(RESAMPLES * 0.025)], 4),
        "high": round(resampled[int(RESAMPLES * 0.975)], 4),
    }


def run(saves: int, loads: int, suite: str) -> dict[str, Any]:
    with instance.private(suite) as office:
        post, pictures = news_item(office)
        folder = twin(office, post)
        stop_everything_else(office.run)
        plugin = Site("with", office.wordpress, office.run / "wp", post)
        plain = Site("without", beside(office.wordpress), folder, post)
        password = office.credentials["users"][WRITER]["password"]
        with served(plugin.folder, plugin.url), served(plain.folder, plain.url):
            sites = [plugin, plain]
            for site in sites:
                site.log_in(password)
            alternate(sites, "save", saves, lambda site, number: site.save(words(number) + pictures))
            alternate(sites, "editor", loads, lambda site, _: site.load_editor())
            # Proof that the two sites are what they are said to be.
            marks = ["tayang-editor-js" in site.load_editor().text for site in sites]
            assert marks == [True, False], f"the panel is where it should not be, or missing: {marks}"
        figures: dict[str, Any] = {kind: ratio(kind, plugin, plain) for kind in ("save", "editor")}
        figures["wordpress"] = office.credentials["version"]
        goals = [
            {"name": f"{kind}_ratio", "value": figures[kind]["ratio"], "limit": LIMIT} for kind in ("save", "editor")
        ]
        return {"bench": "save", "figures": figures, "goals": goals}


def table(result: dict[str, Any]) -> None:
    figures = result["figures"]
    print(f"WordPress {figures['wordpress']}, median of the rounds")
    print(f"{'':<8}{'rounds':>7}{'with':>11}{'without':>11}{'ratio':>8}{'95 % of the ratio':>20}{'queries':>14}")
    for kind in ("save", "editor"):
        row = figures[kind]
        print(
            f"{kind:<8}{row['rounds']:>7}{row['with_ms']:>8.1f} ms{row['without_ms']:>8.1f} ms{row['ratio']:>8.3f}"
            f"{row['low']:>12.3f} - {row['high']:.3f}{row['with_queries']:>8.0f} / {row['without_queries']:.0f}"
        )
    for goal in result["goals"]:
        met = "met" if goal["value"] <= goal["limit"] else "MISSED"
        print(f"goal {goal['name']}: {goal['value']:.3f}, at most {goal['limit']:.2f}: {met}")


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/bench save", description=__doc__.splitlines()[0])
    parser.add_argument("--json", type=Path, help="writes the result there")
    parser.add_argument("--saves", type=int, default=150, help="rounds of saves")
    parser.add_argument("--loads", type=int, default=60, help="rounds of editor pages")
    options = parser.parse_args()
    result = run(options.saves, options.loads, os.environ.get("WP_SUITE") or "trixie")
    table(result)
    if options.json:
        options.json.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    return 0 if all(goal["value"] <= goal["limit"] for goal in result["goals"]) else 1


if __name__ == "__main__":
    sys.exit(main())
