"""`tayang card`: draw a greeting card, check a template."""

from __future__ import annotations

from pathlib import Path

import click
import yaml

from workers.cards import CardError
from workers.cards.layout import find_brand, find_template, load_brand, load_template
from workers.cards.render import render_files
from workers.media import MediaError

CONFIG_DIR = Path(__file__).parents[2] / "config"
language_option = click.option("--language", type=click.Choice(["id", "en"]), default="id", show_default=True)
config_option = click.option(
    "--config-dir",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=CONFIG_DIR,
    envvar="TAYANG_CONFIG_DIR",
    help="Folder that holds cards/.",
)


@click.group()
def group() -> None:
    """Greeting cards."""


@group.command("render")
@click.argument("template")
@click.option("--data", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="YAML: field: text.")
@click.option("--out", "out_dir", required=True, type=click.Path(file_okay=False, path_type=Path))
@click.option("--photo", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--site", default="jember", show_default=True, help="The office whose brand it bears.")
@click.option("--brand", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A brand file instead.")
@config_option
@language_option
def render_command(
    template: str,
    data: Path | None,
    out_dir: Path,
    photo: Path | None,
    site: str,
    brand: Path | None,
    config_dir: Path,
    language: str,
) -> None:
    """Draw TEMPLATE (its key) in all its sizes; without --data with its sample words."""
    try:
        found = find_template(config_dir, template)
        words = _read_words(data) if data else {field.key: field.sample for field in found.fields}
        office = load_brand(brand) if brand else find_brand(config_dir, site)
        for made in render_files(found, words, office, photo, out_dir):
            click.echo(f"{made.output:<12} {made.width:>4} × {made.height:<4} {made.bytes:>8} B  {made.path}")
    except (CardError, MediaError) as error:
        raise click.ClickException(error.sentence(language)) from error


@group.command("check")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@language_option
def check_command(folder: Path, language: str) -> None:
    """Check the template in FOLDER; a bad one is refused with file, line and reason."""
    try:
        found = load_template(folder.resolve())
    except CardError as error:
        raise click.ClickException(error.sentence(language)) from error
    click.echo(f"{found.key}: {', '.join(found.occasions)}; {', '.join(found.sizes)}: OK")


def _read_words(path: Path) -> dict[str, str]:
    try:
        words = yaml.safe_load(path.read_text("utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise CardError("bad_data", reason=str(error)) from error
    if not isinstance(words, dict):
        raise CardError("bad_data", reason=f"{path.name}: field: text")
    return {str(key): "" if value is None else str(value) for key, value in words.items()}
