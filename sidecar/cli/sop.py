"""`tayang sop`: check an SOP file, show it, write its schema, install it for an office."""

from __future__ import annotations

import json
import sys
import unicodedata
from pathlib import Path

import click

from sidecar import sop_file
from sidecar.sop.procedure import Activity, Procedure, Sop


@click.group()
def group() -> None:
    """SOP files: check, show, install."""


FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))


@group.command()
@FILE
def check(file: Path) -> None:
    """Say whether FILE can be run; each fault with file, line and reason."""
    sop = load(file)
    count = sum(len(procedure.activities) for procedure in sop.procedures)
    print(f"{file}: good. SOP {sop.number}: {len(sop.roles)} roles, {len(sop.procedures)} procedures, {count} steps")


@group.command()
@FILE
@click.option("--language", type=click.Choice(["id", "en"]), default="id", show_default=True)
def show(file: Path, language: str) -> None:
    """Print FILE as a table, as on paper; a * marks what is a reading."""
    sop = load(file)
    print(f"SOP {sop.number}\n{sop.title}\n{sop.identity.office} · {sop.identity.unit}")
    print(f"{sop.identity.approved_on} · {sop.identity.approved_by}")
    for procedure in sop.procedures:
        _show_procedure(sop, procedure, language)


@group.command()
def schema() -> None:
    """Print the JSON Schema of SOP files (published as config/sop/sop.schema.json)."""
    print(json.dumps(sop_file.json_schema(), indent=2, ensure_ascii=False))


@group.command()
@FILE
@click.option("--site", required=True, help="The office that works by this SOP from now on.")
def install(file: Path, site: str) -> None:
    """Install FILE for an office. Running cases stay on the SOP with which they began."""
    # Here, not above: `check` and `show` must work where no database is.
    from sidecar.cli.wiring import context, readable
    from sidecar.services.install_sop import install_sop

    sop = load(file)
    readable(install_sop)(context(), site, sop, sop_file.dump_document(sop))
    print(f"{site}: works by SOP {sop.number} now")


def load(file: Path) -> Sop:
    """The checked SOP; ends the command with the file's faults when it has some."""
    try:
        return sop_file.load_file(file)
    except (sop_file.SopFileError, UnicodeDecodeError) as error:
        print(error, file=sys.stderr)
        raise SystemExit(1) from error


COLUMNS = (4, 52, 26, 10, 26, 6, 26, 8)


def _show_procedure(sop: Sop, procedure: Procedure, language: str) -> None:
    total = sum(activity.quality.minutes for activity in procedure.activities)
    steps = "langkah" if language == "id" else "steps"
    minutes = "menit" if language == "id" else "minutes"
    name = procedure.name.in_language(language)
    print(f"\n{name} ({procedure.key}): {len(procedure.activities)} {steps}, {total} {minutes}")
    heads = {
        "id": ("No", "Kegiatan", "Pelaksana", "Jenis", "Persyaratan", "Menit", "Output", "Tidak"),
        "en": ("No", "Activity", "Role", "Kind", "Requirement", "Min", "Output", "If no"),
    }[language]
    _row(heads)
    print("-" * (sum(COLUMNS) + 3 * (len(COLUMNS) - 1)))
    for activity in procedure.activities:
        _row(_cells(sop, activity, language))
    for reading in procedure.readings:
        print(f"* {reading.field}: {reading.reason.in_language(language)}")
    for activity in procedure.activities:
        for reading in activity.readings:
            print(f"* {activity.no} {reading.field}: {reading.reason.in_language(language)}")


def _cells(sop: Sop, activity: Activity, language: str) -> tuple[str, ...]:
    read = {reading.field for reading in activity.readings}

    def mark(field: str, text: str) -> str:
        return f"{text} *" if field in read else text

    return (
        str(activity.no),
        mark("name", activity.name.in_language(language)),
        mark("role", sop.role(activity.role).name.in_language(language)),
        mark("publishing", activity.kind.value) + (" (final)" if activity.final_approval else ""),
        activity.quality.required_inputs.in_language(language),
        str(activity.quality.minutes),
        activity.quality.output.in_language(language),
        mark("return_to", f"→ {activity.return_to}") if activity.return_to else "",
    )


def _row(cells: tuple[str, ...]) -> None:
    """One table row; long cells go on in further lines."""
    wrapped = [_wrap(cell, width) for cell, width in zip(cells, COLUMNS, strict=True)]
    for i in range(max(len(lines) for lines in wrapped)):
        parts = [(lines[i] if i < len(lines) else "") for lines in wrapped]
        print(" | ".join(_pad(part, width) for part, width in zip(parts, COLUMNS, strict=True)).rstrip())


def _wrap(text: str, width: int) -> list[str]:
    lines = [""]
    for word in text.split():
        joined = f"{lines[-1]} {word}".strip()
        if len(joined) <= width:
            lines[-1] = joined
        else:
            lines.append(word)
    return lines


def _pad(text: str, width: int) -> str:
    wide = sum(unicodedata.east_asian_width(char) in "WF" for char in text)
    return text + " " * (width - len(text) - wide)
