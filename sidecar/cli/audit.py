"""`tayang audit`: is the trail as it was written?"""

from __future__ import annotations

import click

from sidecar.cli.wiring import context, readable
from sidecar.services.verify_audit import verify_audit


@click.group()
def group() -> None:
    """The audit trail."""


@group.command()
@click.option("--site", default="", help="Only this office.")
@readable
def verify(site: str) -> None:
    """Check each office's hash chain; name the first bad row (exit status 1). The last hash can be kept as a seal."""
    bad = False
    for found in verify_audit(context(), site):
        if found.first_bad:
            bad = True
            reason = f"row {found.first_bad.seq} is bad: {found.first_bad.reason}"
            print(f"{found.site_id}: {found.rows} rows good, then {reason}")
        else:
            print(f"{found.site_id}: {found.rows} rows checked, all good, last hash {found.last_hash or '-'}")
    if bad:
        raise SystemExit(1)
