"""`tayang outbox`: the work that transactions ordered."""

from __future__ import annotations

import click

from sidecar.cli.wiring import context, readable
from sidecar.services.outbox import list_rows, requeue
from sidecar.store.outbox import OutboxState


@click.group()
def group() -> None:
    """Outbox rows: list, try again."""


@group.command(name="list")
@click.option("--site", default="", help="Only this office.")
@click.option(
    "--state", type=click.Choice([str(state) for state in OutboxState]), help="Only these; `dead` wait for a person."
)
@click.option("--case", "case_id", default="")
@click.option("--limit", default=50, show_default=True)
@readable
def list_(site: str, state: str | None, case_id: str, limit: int) -> None:
    """List rows, newest first."""
    for row in list_rows(context(), site, state or "", case_id, limit):
        due = f"{row.due_at:%Y-%m-%dT%H:%M:%SZ}"
        print(
            f"{row.id}\t{row.site_id}\t{row.kind}\t{row.state}\t{row.attempt}\t{due}\t{row.case_id or ''}\t{row.error}"
        )


@group.command()
@click.argument("outbox_id", type=int)
@readable
def retry(outbox_id: int) -> None:
    """Try a dead row again, after its cause was mended."""
    requeue(context(), outbox_id)
    print(f"{outbox_id}: pending")
