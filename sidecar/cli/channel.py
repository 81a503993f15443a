"""`tayang channel`: an office's accounts on the networks: add, list, check."""

from __future__ import annotations

from pathlib import Path

import click

from sidecar.cli.wiring import context, readable
from sidecar.i18n import translator
from sidecar.services.channels import Channel, get_channel, list_channels, put_channel
from workers.channels import registry
from workers.channels.base import ChannelError, Health

KINDS = registry.kinds()
language_option = click.option("--language", type=click.Choice(["id", "en"]), default="id", show_default=True)


@click.group()
def group() -> None:
    """Accounts on social networks: add, list, check."""


@group.command()
@click.argument("site_id")
@click.argument("key")
@click.option("--kind", type=click.Choice(KINDS), required=True)
@click.option("--account", required=True, help="Its name on the network, e.g. kpujember.bsky.social.")
@click.option("--base-url", help="Address of the API. Default: the network's own; Mastodon needs one.")
@click.option("--public-url", default="", help="Where people see the posts. Default: the network's own address.")
@click.option("--api-version", default="", help="For networks with a version in the address, e.g. v25.0.")
@click.option(
    "--credential",
    "credentials",
    multiple=True,
    metavar="NAME=VALUE|NAME=@FILE",
    help="bluesky: password (an app password); instagram: access_token, user_id; mastodon: access_token. Better from a"
    " file: a command line can be read by other users of the machine.",
)
@click.option("--off", is_flag=True, help="Keep the account, publish nothing there.")
@readable
def add(
    site_id: str,
    key: str,
    kind: str,
    account: str,
    base_url: str | None,
    public_url: str,
    api_version: str,
    credentials: tuple[str, ...],
    off: bool,
) -> None:
    """Give office SITE_ID the channel KEY, or change it when it is there."""
    base_url = base_url or registry.default_base_url(kind)
    if not base_url:
        raise click.UsageError(f"a {kind} account needs --base-url")
    values = dict(_credential(text) for text in credentials)
    missing = [name for name in registry.credential_names(kind) if not values.get(name)]
    if missing:
        raise click.UsageError(f"a {kind} account needs --credential {', '.join(f'{name}=…' for name in missing)}")
    channel = Channel(
        site_id=site_id,
        key=key,
        kind=kind,
        base_url=base_url,
        account=account,
        public_url=public_url,
        credentials=values,
        settings={"api_version": api_version} if api_version else {},
        enabled=not off,
    )
    new = put_channel(context(), channel)
    print(f"{site_id}/{key}: {'added' if new else 'changed'}")


@group.command(name="list")
@click.argument("site_id")
@readable
def list_(site_id: str) -> None:
    """List the channels of office SITE_ID, without their credentials."""
    for channel in list_channels(context(), site_id):
        state = "on" if channel.enabled else "off"
        print(f"{channel.key}\t{channel.kind}\t{channel.account}\t{channel.base_url}\t{state}")


@group.command()
@click.argument("site_id")
@click.argument("key", required=False)
@language_option
@readable
def check(site_id: str, key: str | None, language: str) -> None:
    """Ask the networks whether the credentials work; publishes nothing. Status 1 when one does not."""
    ctx = context()
    channels = [get_channel(ctx, site_id, key)] if key else list_channels(ctx, site_id, enabled_only=True)
    if not channels:
        raise click.ClickException(f"office {site_id} has no channel")
    good = [_check_one(channel, language) for channel in channels]
    if not all(good):
        raise SystemExit(1)


def _check_one(channel: Channel, language: str) -> bool:
    about = f"{channel.key} ({channel.kind}, {channel.account})"
    try:
        health = registry.open_channel(registry.account_of(channel)).check()
    except ChannelError as error:
        print(f"{about}: {error.code}, {error.outcome}. {translator(language).gettext(error.message)}")
        if error.detail:
            print(f"  {error.detail}")
        return False
    print(f"{about}: {'good' if health.ok else 'not good'}{_details(health)}")
    for problem in health.problems:
        print(f"  {problem.code}: {translator(language).gettext(problem.message) % problem.params}")
    return health.ok


def _details(health: Health) -> str:
    parts = []
    if health.quota:
        parts.append(f"{health.quota.used} of {health.quota.total} posts used in {health.quota.duration_s // 3600} h")
    if health.permissions:
        parts.append("may " + " ".join(health.permissions))
    if health.expires_at:
        parts.append(f"until {health.expires_at:%Y-%m-%d}")
    return "".join(f"; {part}" for part in parts)


def _credential(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise click.UsageError("a credential is NAME=VALUE or NAME=@FILE")
    if not value.startswith("@"):
        return name, value
    try:
        return name, Path(value[1:]).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise click.UsageError(f"{value[1:]} cannot be read ({error.strerror})") from error
