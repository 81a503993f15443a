"""The `tayang` command. Each group lives in its own file and is imported only when asked for,
so that `tayang sop check` needs neither a database nor Pillow."""

from __future__ import annotations

import importlib

import click

GROUPS = {
    "sop": "sidecar.cli.sop",
    "site": "sidecar.cli.site",
    "case": "sidecar.cli.case",
    "outbox": "sidecar.cli.outbox",
    "audit": "sidecar.cli.audit",
    "db": "sidecar.cli.db",
    "channel": "sidecar.cli.channel",
    "media": "sidecar.cli.media",
    "card": "sidecar.cli.card",
}


class LazyGroup(click.Group):
    """A group whose subcommands are modules with a click command named `group`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(GROUPS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in GROUPS:
            return None
        command: click.Command = importlib.import_module(GROUPS[cmd_name]).group
        return command


@click.group(cls=LazyGroup)
@click.version_option(package_name="tayang")
def main() -> None:
    """Tayang: runs an office's written SOP for publishing news and greetings."""
