"""The outputs as data (`outputs.yaml`): sizes, quality, and which kind of channel uses them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

from workers.media import MediaError

OUTPUTS_FILE = Path(__file__).with_name("outputs.yaml")


class Output(BaseModel):
    """One file to be made. Sizes in pixels as the viewer sees them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str
    width: int = Field(gt=0, le=4096)
    height: int = Field(gt=0, le=4096)
    fit: Literal["cover", "inside"]
    quality: int = Field(ge=50, le=95)
    format: Literal["jpeg"] = "jpeg"
    progressive: bool = False
    max_bytes: int | None = None
    channels: tuple[str, ...]

    @property
    def recipe(self) -> tuple[object, ...]:
        """Outputs with the same recipe are the same file."""
        return (self.width, self.height, self.fit, self.quality, self.progressive, self.max_bytes)


@cache
def load_outputs(path: Path = OUTPUTS_FILE) -> dict[str, Output]:
    """All outputs by key."""
    raw = yaml.safe_load(path.read_text("utf-8"))
    return {key: Output(key=key, **values) for key, values in raw.items()}


def find_outputs(keys: Iterable[str]) -> list[Output]:
    """Outputs by key, in the order asked for. Raises `MediaError` `unknown_output`."""
    known = load_outputs()
    wanted = list(dict.fromkeys(keys))
    for key in wanted:
        if key not in known:
            raise MediaError("unknown_output", output=key, known=", ".join(known))
    return [known[key] for key in wanted]


def outputs_for_channels(kinds: Iterable[str]) -> list[Output]:
    """Outputs for these kinds of channel (`website`, `bluesky`, …), previews always among them."""
    wanted = {*kinds, "preview"}
    return [output for output in load_outputs().values() if wanted & set(output.channels)]
