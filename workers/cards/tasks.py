"""A greeting card of a content, drawn in all sizes of its template, with the office's brand."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sidecar.context import Context
from workers.cards.layout import Brand, Template, find_brand, find_template
from workers.cards.render import render_files
from workers.media.derive import Derived

Focal = tuple[float, float]


def card_pictures(
    ctx: Context, site_id: str, card: Mapping[str, Any], photo: tuple[Path, Focal | None] | None, folder: Path
) -> list[tuple[Derived, str]]:
    """Each picture with its recipe (hex SHA-256). `photo`: the original and its focal point in percent.

    Outputs are named `card_<size>`. Raises CardError, or MediaError for the photograph.
    """
    template = find_template(ctx.settings.config_dir, str(card.get("template") or ""))
    brand = find_brand(ctx.settings.config_dir, site_id)
    fields = {str(key): str(value or "") for key, value in (card.get("fields") or {}).items()}
    path, focal = photo if photo else (None, None)
    folder.mkdir(parents=True, exist_ok=True)
    recipe = _recipe(template, brand)
    return [(picture, recipe) for picture in render_files(template, fields, brand, path, folder, focal)]


def _recipe(template: Template, brand: Brand) -> str:
    """Changes when the template's layout, one of its pictures, or the brand does."""
    digest = hashlib.sha256(brand.model_dump_json().encode())
    if brand.logo:
        digest.update(brand.logo.read_bytes())
    for path in sorted(template.folder.iterdir()):
        if path.is_file():
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
