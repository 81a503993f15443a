"""`tayang db`: the database's tables."""

from __future__ import annotations

import click

from sidecar.settings import SettingsError, load_settings


@click.group()
def group() -> None:
    """The sidecar's database."""


@group.command()
def upgrade() -> None:
    """Create the tables, or bring them up to date and fill what is new in them. Again changes nothing; what was
    interrupted goes on where it stopped."""
    from sidecar.bootstrap import bootstrap
    from sidecar.services.listed import fill_lists
    from sidecar.store.upgrade import upgrade as run

    try:
        settings = load_settings()
    except SettingsError as error:
        raise click.ClickException(f"the settings cannot be used:\n{error}") from error
    print(f"database is at revision {run(settings.database_url)}")
    filled = fill_lists(bootstrap(settings), lambda done: print(f"lists: {done} cases", flush=True))
    if filled:
        print(f"lists: all {filled} older cases are in")
