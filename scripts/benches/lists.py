"""What lists cost an office with 5,000 open cases and 20,000 published ones: board, tasks, calendar, list.

    scripts/bench lists [--open 5000] [--published 20000] [--rounds 40] [--database sqlite|postgresql] [--json FILE]

Every figure is one signed call through the whole web application (signature, replay check, queries, JSON), on SQLite
and on a private PostgreSQL. The calls take turns, so that a busy moment of the machine hits all of them alike. The
cases are copies of some hundred that went through the real core: other ids, titles and times; published over 3 years.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, text

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from sidecar.context import Context  # noqa: E402
from sidecar.services.sync_people import sync_people  # noqa: E402
from sidecar.store.listing import search_form  # noqa: E402
from sidecar.store.tables import CaseRow, OutboxRow, PartRow, TurnRow  # noqa: E402
from sidecar.web.app import create_app  # noqa: E402
from tests.builders import POSTGRES_VARIABLE, Clock, fresh_database, make_context, make_office, make_person  # noqa: E402
from tests.contract.test_door import Plugin  # noqa: E402
from tests.many import make_many  # noqa: E402

LIMIT_MS = 100
TEMPLATES = 600
WARM_UP = 3
CHUNK = 1_000
OUTBOX_PER_CASE = 4
KASUBBAG = 4
NEWS = {"actor": KASUBBAG, "procedure": "pemberitaan"}
# name -> (call, body); the part before the dash is the goal.
CALLS: dict[str, tuple[str, dict[str, Any]]] = {
    "board": ("cases/board", NEWS),
    "board-search": ("cases/board", {**NEWS, "search": "rapat"}),
    "board-filtered": ("cases/board", {**NEWS, "division": "Divisi Teknis", "late": True, "person": KASUBBAG}),
    "board-own": ("cases/board", {**NEWS, "scope": "own", "mine": True}),
    "board-column": ("cases/board", {**NEWS, "column": "4", "page": 15}),
    "tasks": ("cases/tasks", {"actor": KASUBBAG}),
    "calendar": ("cases/calendar", {"actor": KASUBBAG, "from": "2026-11-01", "until": "2026-11-30"}),
    "list-mine": ("cases/list", {"actor": KASUBBAG, "mine": True}),
    "list-own": ("cases/list", {"actor": KASUBBAG, "state": "", "scope": "own"}),
}


def fill(ctx: Context, clock: Clock, open_: int, published: int) -> None:
    """The office with its cases."""
    office = make_office(ctx)
    more = [
        make_person(number, dice_role)
        for number, dice_role in zip(range(20, 50), 5 * list(office.people), strict=False)
    ]
    sync_people(ctx, office.site_id, [*office.holders(), *more], complete=True)
    make_many(ctx, office, TEMPLATES)
    dice = random.Random(5)
    with ctx.uow() as uow:
        session = uow.session
        cases = [dict(row) for row in session.execute(select(CaseRow.__table__)).mappings()]
        beside: dict[type[Any], dict[str, list[dict[str, Any]]]] = {TurnRow: {}, PartRow: {}}
        for table, found in beside.items():
            for row in session.execute(select(table.__table__)).mappings():
                found.setdefault(row["case_id"], []).append(dict(row))
        templates = {state: [case for case in cases if case["state"] == state] for state in ("open", "published")}
        wanted = ["open"] * open_ + ["published"] * published
        for start in range(0, len(wanted), CHUNK):
            rows: dict[type[Any], list[dict[str, Any]]] = {CaseRow: [], TurnRow: [], PartRow: [], OutboxRow: []}
            for number, state in enumerate(wanted[start : start + CHUNK], start=start):
                template = dice.choice(templates[state])
                case = copy_of(template, dice, 100_000 + number, clock)
                rows[CaseRow].append(case)
                for table, found in beside.items():
                    rows[table] += [{**row, "case_id": case["id"]} for row in found.get(template["id"], [])]
                rows[OutboxRow] += [done_work(case, part, clock) for part in range(OUTBOX_PER_CASE)]
            for table, some in rows.items():
                if some:
                    session.execute(insert(table), some)
            session.flush()
        uow.commit()
    if ctx.settings.database_url.startswith("postgresql"):
        with ctx.uow() as uow:
            # What autovacuum does within a minute.
            uow.session.execute(text("ANALYZE"))
            uow.commit()


def copy_of(template: dict[str, Any], dice: random.Random, post_id: int, clock: Clock) -> dict[str, Any]:
    """Another case of the same kind, at another time."""
    case_id, title = UUID(int=dice.getrandbits(128)).hex, f"{template['title']} {post_id}"
    snapshot = {**template["snapshot"], "id": case_id, "post_id": post_id, "title": title}
    case = {**template, "id": case_id, "post_id": post_id, "title": title, "search_title": search_form(title)}
    shift = timedelta(minutes=dice.randint(0, 7_000))
    for name in ("opened_at", "updated_at", "entered_at", "due_at"):
        case[name] = case[name] and case[name] - shift
    if case["state"] == "published":
        case["published_at"] = clock() - timedelta(minutes=dice.randint(1, 3 * 365 * 24 * 60))
        case["publish_at"] = None
    if case["activity_date"]:
        # 5,000 open cases are the work of half a year, not of a month.
        near = timedelta(days=dice.randint(-5, 0) if case["published_at"] else dice.randint(-150, 30))
        case["activity_date"] = (case["published_at"] or clock()).date() + near
    return {**case, "snapshot": {**snapshot, "entered_at": case["entered_at"].isoformat()}}


def done_work(case: dict[str, Any], part: int, clock: Clock) -> dict[str, Any]:
    return {
        "site_id": case["site_id"],
        "case_id": case["id"],
        "kind": "wordpress.mirror",
        "payload": {"case_id": case["id"], "revision": part},
        "dedupe_key": f"wordpress.mirror:{case['id']}:{part}",
        "state": "done",
        "due_at": clock(),
        "attempt": 1,
        "error": "",
        "created_at": clock(),
        "finished_at": clock(),
    }


def measure(ctx: Context, clock: Clock, rounds: int, database: str) -> dict[str, list[float]]:
    """Milliseconds of each call."""
    plugin = Plugin(create_app(ctx), clock)
    found: dict[str, list[float]] = {name: [] for name in CALLS}
    for number in range(WARM_UP + rounds):
        for name, (call, body) in CALLS.items():
            began = time.perf_counter()
            answer = plugin.call(call, body)
            took = (time.perf_counter() - began) * 1000
            if answer.status_code != 200:
                raise SystemExit(f"{name}: {answer.status_code} {answer.get_data(as_text=True)[:300]}")
            if number >= WARM_UP:
                found[name].append(took)
        print(f"\r{database}: {number + 1} of {WARM_UP + rounds} ", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return found


@contextmanager
def postgres() -> Iterator[None]:
    """The address of a PostgreSQL in the environment: the one that is there, else one of our own for this time."""
    if os.environ.get(POSTGRES_VARIABLE):
        yield
        return
    with tempfile.TemporaryDirectory(prefix="tayang-bench.", dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        ports = ["bash", "-c", ". scripts/lib.sh; free_ports; echo $PORT_BASE"]
        base = subprocess.run(ports, cwd=ROOT, capture_output=True, check=True, text=True).stdout.strip()
        mine = {**os.environ, "RUN": folder, "PORT_BASE": base}
        started = subprocess.run([ROOT / "scripts/pg", "start"], env=mine, capture_output=True, check=True, text=True)
        os.environ[POSTGRES_VARIABLE] = started.stdout.strip()
        try:
            yield
        finally:
            del os.environ[POSTGRES_VARIABLE]
            subprocess.run([ROOT / "scripts/pg", "stop"], env=mine, check=False)


def run(database: str, options: argparse.Namespace) -> dict[str, dict[str, float]]:
    clock = Clock()
    with tempfile.TemporaryDirectory(prefix="tayang-bench.") as name:
        folder = Path(name)
        with fresh_database(database, folder) as url:
            ctx = make_context(url, folder, clock, log_level="error")
            print(f"{database}: making {options.open + options.published} cases", file=sys.stderr)
            fill(ctx, clock, options.open, options.published)
            measured = measure(ctx, clock, options.rounds, database)
    return {
        name: {
            "median_ms": round(statistics.median(values), 1),
            "p95_ms": round(statistics.quantiles(values, n=20)[-1], 1),
        }
        for name, values in measured.items()
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--open", type=int, default=5_000)
    parser.add_argument("--published", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), help="only this one")
    parser.add_argument("--json", type=Path, help="writes the result there")
    options = parser.parse_args()
    databases = [options.database] if options.database else ["sqlite", "postgresql"]
    results: dict[str, dict[str, dict[str, float]]] = {}
    for database in databases:
        with postgres() if database == "postgresql" else tempfile.TemporaryFile():
            results[database] = run(database, options)
    print(f"{options.open} open cases, {options.published} published; milliseconds per signed call")
    print(f"{'':<16}" + "".join(f"{f'{database} median':>20}{'p95':>8}" for database in databases))
    for name in CALLS:
        cells = [results[database][name] for database in databases]
        print(f"{name:<16}" + "".join(f"{cell['median_ms']:>20.1f}{cell['p95_ms']:>8.1f}" for cell in cells))
    worst: dict[str, float] = {}
    for of_database in results.values():
        for name, cell in of_database.items():
            goal = f"{name.partition('-')[0]}_p95_ms"
            worst[goal] = max(worst.get(goal, 0.0), cell["p95_ms"])
    goals = [{"name": name, "value": value, "limit": LIMIT_MS} for name, value in worst.items()]
    for goal in goals:
        met = "met" if goal["value"] <= goal["limit"] else "missed"
        print(f"goal {goal['name']}: {goal['value']:.1f}, at most {goal['limit']}: {met}")
    figures = {"open": options.open, "published": options.published, "rounds": options.rounds, **results}
    if options.json:
        result = {"bench": "lists", "figures": figures, "goals": goals}
        options.json.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    return 0 if all(goal["value"] <= goal["limit"] for goal in goals) else 1


if __name__ == "__main__":
    raise SystemExit(main())
