"""Which card templates there are, for the choice in WordPress. Drawing them is the workers' business."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError


class CatalogueError(Exception):
    """A template that cannot be offered; the text names its file."""

    code = "bad_card_template"


class _Text(BaseModel):
    id: str
    en: str = ""


class _Field(BaseModel):
    key: str
    label: _Text
    required: bool = False


class _Template(BaseModel):
    """The part of `template.yaml` that a person choosing needs; the rest is layout."""

    key: str
    name: _Text
    occasions: list[str]
    fields: list[_Field]


def cards(config_dir: Path) -> list[dict[str, Any]]:
    """`{key, name, occasions, fields: [{key, label, required}]}` of every `cards/*/template.yaml`, by key.

    Raises CatalogueError for a file that cannot be read or lacks one of these.
    """
    templates = [_read(path) for path in sorted((config_dir / "cards").glob("*/template.yaml"))]
    return [template.model_dump() for template in sorted(templates, key=lambda template: template.key)]


def _read(path: Path) -> _Template:
    try:
        return _Template.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise CatalogueError(f"{path}: cannot be read: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        raise CatalogueError(f"{path}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error
