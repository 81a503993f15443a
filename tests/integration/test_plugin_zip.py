"""The zip of scripts/build-plugin, installed as an office does it: uploaded under Plugins in a fresh WordPress."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from tests.testbed.instance import ROOT
from tests.testbed.office import TIMEOUT_S, Office, wait_until

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("zip") / "tayang.zip"
    subprocess.run([ROOT / "scripts" / "build-plugin", target], check=True, stdout=subprocess.DEVNULL)
    return target


def test_the_zip_holds_the_plugin_and_nothing_else(archive: Path) -> None:
    names = zipfile.ZipFile(archive).namelist()
    assert {name.split("/")[0] for name in names} == {"tayang"}
    inside = {name.removeprefix("tayang/") for name in names}
    needed = {"tayang.php", "uninstall.php", "readme.txt", "LICENSE", "assets/panel.js", "languages/tayang-id_ID.mo"}
    assert needed <= inside
    assert "languages/tayang-id_ID.l10n.php" in inside, "WordPress 6.5 and newer reads this one"
    strange = [
        name
        for name in inside
        if re.search(r"(?:^|/)tests?/|test_|Test\.php|phpunit|node_modules|\.(?:git|map|bak|orig|py|sh|log)\b", name)
    ]
    assert strange == []
    for kind in ("php", "js", "css"):
        source = {str(path.relative_to(ROOT / "wp-plugin")) for path in (ROOT / "wp-plugin").rglob(f"*.{kind}")}
        assert {name for name in inside if name.endswith(f".{kind}")} == source, kind


def test_the_same_sources_give_the_same_bytes(archive: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.zip"
    subprocess.run([ROOT / "scripts" / "build-plugin", again], check=True, stdout=subprocess.DEVNULL)
    assert again.read_bytes() == archive.read_bytes()


@contextmanager
def fresh_wordpress(office: Office, folder: Path) -> Iterator[str]:
    """The instance's WordPress once more, with tables of its own and without any plugin. Gives its address."""
    shutil.copytree(office.run / "wp", folder, ignore=shutil.ignore_patterns("tayang", "uploads"))
    base, _, port = office.wordpress.rpartition(":")
    url = f"{base}:{int(port) + 1}"
    config = (folder / "wp-config.php").read_text().replace(office.wordpress, url)
    (folder / "wp-config.php").write_text(config.replace("$table_prefix = 'wp_'", "$table_prefix = 'zip_'"))
    subprocess.run(
        ["php", ROOT / "scripts/wordpress/install.php", "core", folder], check=True, stdout=subprocess.DEVNULL
    )
    php = ["php", "-d", "upload_max_filesize=32M", "-d", "post_max_size=40M"]
    router = ROOT / "scripts" / "wordpress" / "router.php"
    server = subprocess.Popen(
        [*php, "-S", url.partition("//")[2], "-t", folder, router],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until(url, lambda: _answers(url), 30)
        yield url
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(10)
        shutil.rmtree(folder, ignore_errors=True)
        tables = (
            "SELECT CONCAT('DROP TABLE `', table_name, '`;') FROM information_schema.tables"
            " WHERE table_schema = 'wordpress' AND table_name LIKE 'zip\\_%'"
        )
        client = ["mariadb", "--no-defaults", "-S", str(office.run / "mysql.sock"), "-N", "wordpress", "-e"]
        drops = subprocess.run([*client, tables], check=True, capture_output=True, text=True).stdout
        subprocess.run([*client, drops], check=True)


def _answers(url: str) -> bool:
    try:
        return requests.get(f"{url}/wp-login.php", timeout=TIMEOUT_S).ok
    except requests.ConnectionError:
        return False


def test_uploaded_under_plugins_it_works(office: Office, archive: Path, tmp_path: Path) -> None:
    with fresh_wordpress(office, office.run / "wp-zip") as url:
        admin = requests.Session()
        admin.get(f"{url}/wp-login.php", timeout=TIMEOUT_S)
        fields = {"log": "admin", "pwd": "admin-pass", "testcookie": "1"}
        admin.post(f"{url}/wp-login.php", data=fields, timeout=TIMEOUT_S)

        form = admin.get(f"{url}/wp-admin/plugin-install.php?tab=upload", timeout=TIMEOUT_S).text
        nonce = _nonce(form)
        sent = admin.post(
            f"{url}/wp-admin/update.php?action=upload-plugin",
            data={"_wpnonce": nonce, "install-plugin-submit": "1"},
            files={"pluginzip": ("tayang.zip", archive.read_bytes(), "application/zip")},
            timeout=TIMEOUT_S,
        ).text
        link = re.search(r'href="([^"]*plugins\.php\?action=activate[^"]*)"', sent)
        assert link, re.sub(r"<[^>]+>", " ", sent)[-800:]
        target = link.group(1).replace("&amp;", "&").replace("&#038;", "&")
        target = target if target.startswith("http") else f"{url}/wp-admin/{target}"
        page = admin.get(target, timeout=TIMEOUT_S).text
        assert 'id="message"' in page and "error" not in re.findall(r'<div[^>]+id="message"[^>]*class="([^"]*)"', page)

        settings = admin.get(f"{url}/wp-admin/options-general.php?page=tayang-settings", timeout=TIMEOUT_S)
        assert settings.ok and 'id="tayang-code"' in settings.text
        # Without a server the gate already holds: nothing goes live around an SOP that is not there yet.
        nonce = admin.get(f"{url}/wp-admin/admin-ajax.php?action=rest-nonce", timeout=TIMEOUT_S).text
        refused = admin.post(
            f"{url}/?rest_route=/wp/v2/posts",
            json={"title": "x", "status": "publish"},
            headers={"X-WP-Nonce": nonce},
            timeout=TIMEOUT_S,
        )
        assert (refused.status_code, refused.json()["code"]) in ((409, "tayang_not_yet"), (403, "tayang_locked"))
        log = office.run / "logs" / "wordpress.log"
        complaints = (log.read_text() if log.exists() else "").splitlines()
        assert [line for line in complaints if "/wp-zip/wp-content/plugins/tayang/" in line] == []


def _nonce(page: str) -> str:
    found = re.search(r'name="_wpnonce" value="(\w+)"', page)
    assert found, "no form for uploading a plugin"
    return found.group(1)
