"""How long Papan Kerja and the other lists take in an office with 5,000 open cases.

    scripts/bench board [--cases 5000] [--rounds 20] [--run RUN] [--json FILE]     (WP_SUITE=trixie: 6.8, forky: 7.1)

A private instance is filled through the sidecar's own services (minutes). Then the Kasubbag, for whom much of it waits,
asks for the pages and their data one after the other over HTTP, as the browser does, and opens the board in Chromium:
from the address to the first card on the screen, nothing cached. `--run` measures an instance that was filled before.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from tests.testbed import instance, many_cases, screens
from tests.testbed.office import TIMEOUT_S, Office, Person

# What a person takes for "at once", on a machine with two cores that runs everything.
DATA_MS = 500
SHOWN_MS = 2500
BROWSER_ROUNDS = 7
LOGIN = "kasubbag"

DATA = {
    "board": ("tayang/v1/board", {"procedure": "pemberitaan"}),
    "board_mine": ("tayang/v1/board", {"procedure": "pemberitaan", "mine": "true"}),
    "board_late": ("tayang/v1/board", {"procedure": "pemberitaan", "late": "true"}),
    "board_search": ("tayang/v1/board", {"procedure": "pemberitaan", "search": "Ambulu ke-4"}),
    "board_page_30": ("tayang/v1/board", {"procedure": "pemberitaan", "column": "2", "page": "30"}),
    "tasks": ("tayang/v1/tasks", {}),
    "calendar": ("tayang/v1/calendar", {"from": "2026-11-01", "to": "2026-12-06"}),
}
PAGES = {
    "board_page": "admin.php?page=tayang-board",
    "tasks_page": "admin.php?page=tayang",
    "posts_list": "edit.php",
    "posts_mine": "edit.php?post_type=post&tayang=mine",
}


def median_ms(rounds: int, request: Callable[[], object]) -> float:
    request()
    took = []
    for _ in range(rounds):
        began = time.perf_counter()
        request()
        took.append((time.perf_counter() - began) * 1000)
    return round(statistics.median(took), 1)


def page(person: Person, path: str) -> None:
    answer = person.session.get(f"{person.office.wordpress}/wp-admin/{path}", timeout=TIMEOUT_S)
    assert answer.ok and "wp-admin-bar-tayang-tasks" in answer.text, f"{path}: {answer.status_code}"


def shown_ms(office: Office) -> float:
    """From the address to the first card on the screen, in a browser that has nothing cached."""
    took = []
    with screens.chromium() as browser:
        for _ in range(BROWSER_ROUNDS):
            visitor = screens.visitor(browser, screens.DESK)
            screens.log_in(visitor, office, LOGIN)
            began = time.perf_counter()
            visitor.goto(f"{office.wordpress}/wp-admin/{PAGES['board_page']}", wait_until="commit")
            visitor.locator(".tayang-kcard").first.wait_for()
            took.append((time.perf_counter() - began) * 1000)
            visitor.context.close()
    return round(statistics.median(took), 1)


def measure(office: Office, rounds: int) -> dict[str, Any]:
    person = office.person(LOGIN)
    found = person.rest("GET", *DATA["board"][:1], params=DATA["board"][1])
    figures: dict[str, Any] = {
        "wordpress": office.credentials["version"],
        "cases": sum(column["count"] for column in found["columns"] if column["no"]),
        "load": round(os.getloadavg()[0], 1),  # others at work on the machine make every figure larger
        "waiting_for_reader": person.rest("GET", "tayang/v1/tasks")["total"],
    }
    for name, (route, params) in DATA.items():
        figures[f"{name}_ms"] = median_ms(rounds, partial(person.rest, "GET", route, params=params))
    for name, path in PAGES.items():
        figures[f"{name}_ms"] = median_ms(rounds, partial(page, person, path))
    figures["board_shown_ms"] = shown_ms(office)
    slowest = max(figures[f"{name}_ms"] for name in DATA)
    goals = [
        {"name": "slowest_data_ms", "value": slowest, "limit": DATA_MS},
        {"name": "board_shown_ms", "value": figures["board_shown_ms"], "limit": SHOWN_MS},
    ]
    return {"bench": "board", "figures": figures, "goals": goals}


def table(result: dict[str, Any]) -> None:
    figures = result["figures"]
    print(f"WordPress {figures['wordpress']}, {figures['cases']} open cases, {figures['waiting_for_reader']} mine")
    print(f"load of the machine before: {figures['load']} on {os.cpu_count()} processors")
    for name, value in figures.items():
        if name.endswith("_ms"):
            print(f"{name[:-3]:<16}{value:>9.1f} ms")
    for goal in result["goals"]:
        met = "met" if goal["value"] <= goal["limit"] else "MISSED"
        print(f"goal {goal['name']}: {goal['value']:.0f}, at most {goal['limit']}: {met}")


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/bench board", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--json", type=Path, help="writes the result there")
    parser.add_argument("--cases", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--run", type=Path, help="an instance that many_cases.fill has filled")
    options = parser.parse_args()
    if options.run:
        result = measure(Office(options.run), options.rounds)
    else:
        with instance.private(os.environ.get("WP_SUITE") or "trixie") as office:
            instance.stop(office, "relay")
            many_cases.fill(office, options.cases)
            result = measure(office, options.rounds)
    table(result)
    if options.json:
        options.json.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    return 0 if all(goal["value"] <= goal["limit"] for goal in result["goals"]) else 1


if __name__ == "__main__":
    sys.exit(main())
