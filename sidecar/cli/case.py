"""`tayang case`: look at cases, and check that their events give their state."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import click

from sidecar.cli.wiring import context, readable
from sidecar.services.list_cases import MAX_PER_PAGE, list_cases
from sidecar.services.replay_cases import replay_cases
from sidecar.services.sites import get_site
from sidecar.services.view_case import view_case
from sidecar.sop.case import CaseState

LANGUAGE = click.option("--language", type=click.Choice(["id", "en"]), default="id", show_default=True)


@click.group()
def group() -> None:
    """Cases: list, show, replay."""


@group.command(name="list")
@click.option("--site", required=True)
@click.option("--state", type=click.Choice(["", *map(str, CaseState)]), default="", help="Only these; default: all.")
@click.option("--page", default=1, show_default=True)
@LANGUAGE
@readable
def list_(site: str, state: str, page: int, language: str) -> None:
    """List an office's cases, last changed first."""
    ctx = context()
    views, total = list_cases(ctx, site, 0, state=state, page=page, per_page=MAX_PER_PAGE, language=language)
    for view in views:
        step = f"{view['activity']['no']}. {view['activity']['name']}"
        print(f"{view['case_id']}\t{view['state']}\t{view['title']}\t{step}\t{view['who']}")
    print(f"{total} cases")


@group.command()
@click.argument("case_id")
@click.option("--site", required=True)
@click.option("--json", "as_json", is_flag=True, help="The whole view, as the plugin gets it (without sentences).")
@LANGUAGE
@readable
def show(case_id: str, site: str, as_json: bool, language: str) -> None:
    """Show a case: its steps, its history, its deliveries."""
    ctx = context()
    view = view_case(ctx, site, None, case_id=case_id, language=language)
    if as_json:
        print(json.dumps(view, ensure_ascii=False, indent=2))
        return
    zone = get_site(ctx, site).zone
    print(f"{view['title']}  ({view['procedure']['name']}, {view['state']}, revision {view['revision']})")
    if view["who"]:
        print(f"waits for {view['who']}")
    for step in view["steps"]:
        used = f"{step['seconds'] / 60:.1f}" if step["seconds"] is not None else "-"
        times = f"{used:>7} / {step['minutes']} min"
        print(f"{step['no']:>3} {step['state']:<8} {times}  {step['name']}  {step['person_name']}".rstrip())
    for entry in view["history"]:
        at = datetime.fromisoformat(entry["at"]).astimezone(zone)
        print(
            f"{at:%Y-%m-%d %H:%M:%S %Z}  {entry['kind']:<22} {entry['by_name'] or 'system'}  {entry['note']}".rstrip()
        )
    for delivery in view["deliveries"]:
        print(_delivery(delivery))


def _delivery(row: dict[str, Any]) -> str:
    return f"{row['channel']:<12} {row['state']:<12} {row['url'] or row['error']}".rstrip()


@group.command()
@click.option("--site", default="", help="Only this office.")
@readable
def replay(site: str) -> None:
    """Replay the events of all cases and compare with the stored state; exit status 1 when one differs."""
    found = replay_cases(context(), site)
    bad = [one for one in found if one.differences]
    for one in bad:
        print(f"{one.site_id} {one.case_id} revision {one.revision}: {', '.join(one.differences)}")
    print(f"{len(found)} cases replayed, {len(bad)} differ")
    if bad:
        raise SystemExit(1)
