"""What each network accepts of a caption, for counting while somebody writes. The workers check the same file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ValidationError

FILE = "channels.yaml"


class LimitsError(Exception):
    """The file of limits cannot be used; the text names it."""

    code = "bad_channel_limits"


class _Limits(BaseModel):
    """The part of a network's row that the writer's screen needs. 0 = no limit known."""

    max_characters: int
    counted_as: Literal["graphemes", "code_points", "code_points_links"]
    link_characters: int = 0
    max_text_bytes: int = 0
    max_hashtags: int = 0
    max_mentions: int = 0
    min_pictures: int = 0
    max_pictures: int = 0
    min_ratio: float = 0.0
    max_ratio: float = 0.0
    max_alt_characters: int = 0


def caption_limits(config_dir: Path, kind: str, settings: Mapping[str, Any]) -> dict[str, Any] | None:
    """Limits of a channel of this kind; `max_characters` of the channel's own settings wins: a server may differ.
    `link`: the article's address is put below the caption and costs `link_characters` + 2. None for an unknown kind.

    Raises LimitsError.
    """
    path = config_dir / FILE
    try:
        row = yaml.safe_load(path.read_text(encoding="utf-8")).get(kind)
        if row is None:
            return None
        limits = _Limits.model_validate(row["limits"])
    except (OSError, UnicodeDecodeError, yaml.YAMLError, AttributeError, KeyError) as error:
        raise LimitsError(f"{path}: cannot be read: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        raise LimitsError(f"{path}: {kind}.{'.'.join(map(str, first['loc']))}: {first['msg']}") from error
    own = settings.get("max_characters")
    return {**limits.model_dump(), **({"max_characters": own} if own else {}), "link": limits.link_characters > 0}
