"""`tayang site`: the offices that this sidecar serves."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import click

from sidecar.cli.sop import load
from sidecar.cli.wiring import context, readable
from sidecar.services import pairing
from sidecar.services.pairing import Invitation
from sidecar.services.sites import LANGUAGES, TRANSPORTS, Site, list_sites, put_site
from sidecar.sop_file import dump_document


@click.group()
def group() -> None:
    """Offices: add, change, list."""


@group.command()
@click.argument("site_id")
@click.option("--name", required=True, help="The office's name, as people read it.")
@click.option("--wordpress-url", required=True, help="Address of its WordPress, as the sidecar reaches it.")
@click.option("--robot-login", required=True, help="WordPress user with the capability tayang_sidecar.")
@click.option("--robot-password", help="Its application password; better from a file.")
@click.option("--robot-password-file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--secret", "secrets", multiple=True, help="whsec_…; give two to rotate: the first signs, all verify.")
@click.option("--secret-file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="One secret a line.")
@click.option("--timezone", default="Asia/Jakarta", show_default=True)
@click.option("--language", type=click.Choice(LANGUAGES), default="id", show_default=True)
@click.option("--transport", type=click.Choice(TRANSPORTS), default="rest", show_default=True)
@readable
def add(
    site_id: str,
    name: str,
    wordpress_url: str,
    robot_login: str,
    robot_password: str | None,
    robot_password_file: Path | None,
    secrets: tuple[str, ...],
    secret_file: Path | None,
    timezone: str,
    language: str,
    transport: str,
) -> None:
    """Add the office SITE_ID, or change it when it is there."""
    password = robot_password_file.read_text(encoding="utf-8").strip() if robot_password_file else robot_password
    if not password:
        raise click.UsageError("give --robot-password-file or --robot-password")
    if secret_file:
        secrets = (*secrets, *secret_file.read_text(encoding="utf-8").split())
    site = Site(
        id=site_id,
        name=name,
        wordpress_url=wordpress_url,
        robot_login=robot_login,
        robot_password=password,
        secrets=secrets,
        timezone=timezone,
        language=language,
        transport=transport,
    )
    new = put_site(context(), site)
    print(f"{site_id}: {'added' if new else 'changed'}")


@group.command()
@click.argument("site_id")
@click.option("--name", default="", help="The office's name; needed for an office that does not exist yet.")
@click.option("--sop", "sop_path", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Its SOP file.")
@click.option("--timezone", default="", help="IANA zone; a new office: Asia/Jakarta.")
@click.option("--language", type=click.Choice(["", *LANGUAGES]), default="", help="A new office: id.")
@click.option("--valid-hours", type=click.IntRange(1, 168), default=1, show_default=True)
@readable
def invite(site_id: str, name: str, sop_path: Path | None, timezone: str, language: str, valid_hours: int) -> None:
    """Print the code that connects the office SITE_ID when it is pasted in wp-admin, Settings, Tayang.

    For a known office too: it then gets a new secret, and what was connected before is cut off.
    """
    invitation = Invitation(
        site_id=site_id,
        name=name,
        timezone=timezone,
        language=language,
        document=dump_document(load(sop_path)) if sop_path else None,
        valid_for=timedelta(hours=valid_hours),
    )
    print(pairing.invite(context(), invitation))
    click.echo(f"good once, for {valid_hours} h: paste it in wp-admin under Settings, Tayang", err=True)


@group.command(name="list")
@readable
def list_() -> None:
    """List the offices, without their secrets."""
    for site in list_sites(context()):
        print(f"{site.id}\t{site.name}\t{site.wordpress_url}\t{site.timezone}\t{site.language}\t{site.transport}")
