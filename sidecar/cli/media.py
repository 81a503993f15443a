"""`tayang media`: derivatives of one photograph, by hand."""

from __future__ import annotations

from pathlib import Path

import click

from workers.media import MediaError
from workers.media.derive import derive
from workers.media.outputs import find_outputs, load_outputs


@click.group()
def group() -> None:
    """Photographs."""


@group.command("derive")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--out", "out_dir", required=True, type=click.Path(file_okay=False, path_type=Path))
@click.option("--focal", help="Focal point in percent of width and height: X,Y.")
@click.option("--outputs", "keys", help="Comma list; default: all.")
@click.option("--language", type=click.Choice(["id", "en"]), default="id", show_default=True)
def derive_command(file: Path, out_dir: Path, focal: str | None, keys: str | None, language: str) -> None:
    """Make the files for website and channels from FILE; prints one line for each."""
    try:
        outputs = find_outputs(keys.split(",") if keys else load_outputs())
        for made in derive(file, outputs, out_dir, _parse_focal(focal)):
            click.echo(f"{made.output:<17} {made.width:>4} × {made.height:<4} {made.bytes:>8} B  {made.path}")
    except MediaError as error:
        raise click.ClickException(error.sentence(language)) from error


def _parse_focal(text: str | None) -> tuple[float, float] | None:
    if text is None:
        return None
    try:
        x, y = (float(part) for part in text.split(","))
    except ValueError as error:
        raise click.BadParameter("X,Y, e.g. 50,33", param_hint="--focal") from error
    if not (0 <= x <= 100 and 0 <= y <= 100):
        raise click.BadParameter("0 … 100", param_hint="--focal")
    return (x, y)
