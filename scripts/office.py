"""Makes the demo's office: tables, site, SOP, accounts on the networks; called by scripts/up, again changes nothing.

    python scripts/office.py        (environment: RUN and the addresses that scripts/up exports, TAYANG_...)

Writes RUN/plugin.json (the plugin's settings) and RUN/addresses.json (where everything is, for demo and tests).
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import requests

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from sidecar.cli import main as tayang  # noqa: E402
from sidecar.wordpress.signatures import new_secret  # noqa: E402

SITE = "jember"
NAME = "KPU Kabupaten Jember"
HANDLE = "kpu-jember.test"
USERNAME = "kpujember"
PASSWORD = "kpu-jember-app-password"
TIMEOUT_S = 30


def run(*arguments: str) -> None:
    """One `tayang` command, as an operator would type it."""
    print("tayang", *arguments, flush=True)
    tayang(list(arguments), standalone_mode=False)


def secrets(path: Path) -> list[str]:
    """The webhook secrets, made once per instance."""
    if path.exists():
        found: list[str] = json.loads(path.read_text())["secrets"]
        return found
    return [new_secret()]


def private(path: Path, text: str) -> Path:
    path.touch(mode=0o600, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def bluesky_account(pds: str) -> str:
    """Makes the account on the (empty) server, or finds it; returns its DID."""
    made = requests.post(
        f"{pds}/xrpc/com.atproto.server.createAccount",
        json={"handle": HANDLE, "email": f"{USERNAME}@example.test", "password": PASSWORD},
        timeout=TIMEOUT_S,
    )
    if not made.ok:
        made = requests.post(
            f"{pds}/xrpc/com.atproto.server.createSession",
            json={"identifier": HANDLE, "password": PASSWORD},
            timeout=TIMEOUT_S,
        )
    made.raise_for_status()
    return str(made.json()["did"])


def stand_in_account(social: str, network: str) -> dict[str, Any]:
    known = requests.get(f"{social}/control/accounts", timeout=TIMEOUT_S).json()["accounts"]
    for account in known:
        if (account["network"], account["username"]) == (network, USERNAME):
            return dict(account)
    made = requests.post(
        f"{social}/control/accounts",
        json={"network": network, "username": USERNAME, "name": NAME},
        timeout=TIMEOUT_S,
    )
    made.raise_for_status()
    return dict(made.json())


def add_channel(run_dir: Path, key: str, base_url: str, account: str, public_url: str, **credentials: str) -> None:
    """Credentials go through files: a command line can be read by other users of the machine."""
    options = ["--kind", key, "--base-url", base_url, "--account", account, "--public-url", public_url]
    for name, value in credentials.items():
        options += ["--credential", f"{name}=@{private(run_dir / f'{key}.{name}', value)}"]
    run("channel", "add", SITE, key, *options)


def main() -> None:
    run_dir = Path(os.environ["RUN"])
    urls = {name: os.environ[f"{name.upper()}_URL"] for name in ("wp", "mail", "sidecar", "social", "pds")}
    plugin = run_dir / "plugin.json"
    settings = {"sidecar_url": urls["sidecar"], "site_id": SITE, "secrets": secrets(plugin)}
    private(plugin, json.dumps(settings))
    robot = json.loads((run_dir / "credentials.json").read_text())["users"]["robot"]

    run("db", "upgrade")
    run(
        *("site", "add", SITE, "--name", NAME, "--wordpress-url", urls["wp"], "--robot-login", "robot"),
        *("--robot-password-file", str(private(run_dir / "robot.password", robot["app_password"]))),
        *("--secret-file", str(private(run_dir / "webhook.secrets", "\n".join(settings["secrets"])))),
    )
    run("sop", "install", str(ROOT / "config" / "sop" / "13-ORT.06-3509-2021.yaml"), "--site", SITE)

    channels, did = [], ""
    if os.environ.get("PDS_RUNS"):
        did = bluesky_account(urls["pds"])
        add_channel(run_dir, "bluesky", urls["pds"], HANDLE, urls["social"], password=PASSWORD)
        requests.post(
            f"{urls['social']}/control/pds", json={"url": urls["pds"], "handles": [HANDLE]}, timeout=TIMEOUT_S
        ).raise_for_status()
        channels.append("bluesky")
    for network in ("instagram", "mastodon"):
        account = stand_in_account(urls["social"], network)
        user_id = {"user_id": account["id"]} if network == "instagram" else {}
        base_url = f"{urls['social']}/{network}"
        add_channel(run_dir, network, base_url, USERNAME, base_url, access_token=account["token"], **user_id)
        channels.append(network)

    addresses = {
        "wordpress": urls["wp"],
        "mail": urls["mail"],
        "social": urls["social"],
        "sidecar": urls["sidecar"],
        "bluesky": urls["pds"] if did else "",
        "bluesky_did": did,
        "bluesky_reason": os.environ.get("PDS_REASON", ""),
        "channels": ",".join(channels),
        "site": SITE,
        "port_base": os.environ["PORT_BASE"],
    }
    (run_dir / "addresses.json").write_text(json.dumps(addresses, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
