"""The demo behind scripts/demo: brings the instance up, runs both cases, proves what came of them, prints it.

The JSON of --json: {"cases": [{"procedure", "steps": [{"no", "role", "attempt", "decision", "via", "seconds"}],
"website_url", "channels": [{"channel", "remote_id", "url"}]}], "seconds": {phase: n}}
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.testbed import proof, story  # noqa: E402
from tests.testbed.office import Office, OfficeError, View  # noqa: E402


class Narrator:
    """Prints every step of one case as it happens, and keeps what the JSON needs."""

    def __init__(self) -> None:
        self.shown = 0
        self.view: View = {}

    def __call__(self, view: View) -> None:
        self.view = view
        steps = {step["no"]: step for step in view["steps"]}
        for entry in view["history"][self.shown :]:
            step = steps[entry["no"]]
            took = f"{clock(entry['seconds'])} of {step['minutes']} min" if entry["decision"] else ""
            line = f"  {entry['no']:>2}.{entry['attempt']}  {step['role_name']:<27} {entry['sentence']}"
            print(f"{line}  [{entry['via']}]  {took}".rstrip(), flush=True)
            if entry["note"]:
                print(f"{'':<36}“{entry['note']}”", flush=True)
        self.shown = len(view["history"])

    def case(self) -> dict[str, Any]:
        view = self.view
        roles = {step["no"]: step["role"] for step in view["steps"]}
        ended = [entry for entry in view["history"] if entry["decision"]]
        entered = [view["history"][0], *ended]  # a step is entered when the one before it ends
        return {
            "procedure": view["procedure"]["key"],
            "steps": [
                {
                    "no": entry["no"],
                    "role": roles[entry["no"]],
                    "attempt": entry["attempt"],
                    "decision": entry["decision"],
                    "via": entry["via"],
                    "seconds": round((moment(entry) - moment(before)).total_seconds(), 1),
                }
                for before, entry in zip(entered, ended, strict=False)
            ],
            "website_url": view["url"] if view["website"] else None,
            "channels": [
                {"channel": d["channel"], "remote_id": d["remote_id"], "url": d["url"]} for d in view["deliveries"]
            ],
        }

    def table(self) -> None:
        view = self.view
        print(f"\n{view['procedure']['name']}: {view['title']}")
        print(f"  {'step':<5}{'role':<28}{'decision':<10}{'via':<8}{'took':>8}  standard")
        steps = {step["no"]: step for step in view["steps"]}
        for entry in view["history"]:
            if entry["decision"]:
                step = steps[entry["no"]]
                no = f"{entry['no']}.{entry['attempt']}"
                print(
                    f"  {no:<5}{step['role_name']:<28}{entry['decision']:<10}{entry['via']:<8}"
                    f"{clock(entry['seconds']):>8}  {step['minutes']} min"
                )
        if view["website"]:
            print(f"  website    {view['url']}")
        for delivery in view["deliveries"]:
            print(f"  {delivery['channel']:<10} {delivery['state']:<8} {delivery['url'] or delivery['remote_id']}")


def moment(entry: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(entry["at"])


def clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Brings up, plays both cases, checks; returns the JSON. Raises OfficeError, CalledProcessError."""
    seconds: dict[str, float] = {"setup": options.setup_seconds}
    result: dict[str, Any] = {"cases": [], "seconds": seconds}

    def phase(name: str, work: Callable[[], Any]) -> Any:
        began = time.monotonic()
        try:
            return work()
        finally:
            seconds[name] = round(time.monotonic() - began, 1)

    print(f"Starting a private instance in {options.run} ...", flush=True)
    phase("start", lambda: subprocess.run([ROOT / "scripts" / "up"], check=True))
    office = Office(options.run)
    if "bluesky" not in office.channels:
        print(f"Bluesky is left out: {office.addresses.get('bluesky_reason', '')}")
    print("Photographs: Aitzol Berasategi, CC-BY-4.0 (Debian package lomiri-wallpapers-16.04)")
    told = []
    for name, play in (("news", story.news), ("greeting", story.greeting)):
        narrator = Narrator()
        heading = "News item" if name == "news" else "Greeting"
        print(f"\n{heading} (step.attempt, role, who did what, [how], time taken of the standard)")
        view = phase(name, partial(play, office, narrator))
        for line in proof.prove(office, view):
            print(f"  proven: {line}", flush=True)
        told.append(narrator)
        result["cases"].append(narrator.case())
    for narrator in told:
        narrator.table()
    print("\nseconds: " + ", ".join(f"{name} {value:.0f}" for name, value in seconds.items()))
    return result


def addresses(office: Office) -> None:
    print("\nLook round (everything ends with Ctrl-C):")
    places = {"WordPress": "wordpress/wp-admin/", "Mails": "mail/", "Networks": "social/", "Sidecar": "sidecar/healthz"}
    for what, place in places.items():
        key, _, path = place.partition("/")
        print(f"  {what:<10} {office.addresses[key]}/{path}")
    print("  Logins     (password: LOGIN-pass) " + ", ".join(office.credentials["users"]))


def on_signal(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/demo")
    parser.add_argument("--once", action="store_true")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--setup-seconds", type=float, default=0.0)
    options = parser.parse_args()
    os.environ["RUN"] = str(options.run)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, on_signal)
    status = 1
    try:
        result = run(options)
        if options.json:
            options.json.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        status = 0
        if not options.once:
            addresses(Office(options.run))
            while True:
                time.sleep(3600)
    except (OfficeError, subprocess.CalledProcessError) as error:
        print(f"\nThe demo failed: {error}\nLogs: {options.run}/logs", file=sys.stderr)
    except KeyboardInterrupt:
        print("\nEnding ...", flush=True)
    finally:
        # After a failure the data stays for a look; the next demo begins by removing it.
        subprocess.run([ROOT / "scripts" / "down", *(["--clean"] if status == 0 else [])], check=False)
    return status


if __name__ == "__main__":
    sys.exit(main())
