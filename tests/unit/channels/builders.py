"""Messages, pictures and accounts for the tests of this folder."""

from __future__ import annotations

import functools
import hashlib
import io
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.emulators.running import Emulator
from tests.serving import serving
from workers.channels.base import Account, ChannelError, Message, Picture
from workers.channels.instagram import Instagram
from workers.channels.limits import limits_of
from workers.channels.mastodon import Mastodon

CREATED_AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


class PictureServer(SimpleHTTPRequestHandler):
    """Serves a folder; `slow.jpg` never comes in time."""

    def do_GET(self) -> None:
        if self.path == "/slow.jpg":
            time.sleep(2)
        super().do_GET()

    def log_message(self, *_: Any) -> None:
        return


@contextmanager
def served(folder: Path) -> Iterator[str]:
    handler = functools.partial(PictureServer, directory=str(folder))
    with serving(ThreadingHTTPServer(("127.0.0.1", 0), handler)) as address:
        yield address


def picture_bytes(width: int = 400, height: int = 500, *, form: str = "JPEG", colour: str = "maroon") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(out, form)
    return out.getvalue()


def make_picture(
    folder: Path, name: str = "a.jpg", *, data: bytes | None = None, base: str = "http://127.0.0.1:9", **size: Any
) -> Picture:
    """A picture file in `folder`, with the facts its content really has."""
    data = data or picture_bytes(**size)
    path = folder / name
    path.write_bytes(data)
    width, height, mime = 0, 0, "image/jpeg"
    try:
        with Image.open(io.BytesIO(data)) as image:
            (width, height), mime = image.size, Image.MIME[str(image.format)]
    except OSError:
        pass
    sha256 = hashlib.sha256(data).hexdigest()
    return Picture(path, f"{base}/{name}", sha256, width, height, len(data), mime, "Ketua KPU Jember memberi sambutan")


def make_message(key: str = "delivery-1", text: str = "Rapat koordinasi #KPUMelayani", **values: Any) -> Message:
    return replace(Message(key, text, created_at=CREATED_AT), **values)


def long_ago() -> datetime:
    """Before anything that a test sends."""
    return datetime.now(UTC) - timedelta(minutes=1)


def refusal(call: Callable[..., Any], *arguments: Any) -> ChannelError:
    """The error that `call` must raise."""
    with pytest.raises(ChannelError) as caught:
        call(*arguments)
    return caught.value


def instagram_channel(emulator: Emulator, account: dict[str, Any], **options: Any) -> Instagram:
    credentials = {"access_token": account["token"], "user_id": account["id"]}
    where = Account("instagram", "instagram", f"{emulator.url}/instagram", account["username"], credentials)
    return Instagram(where, limits_of("instagram"), **options)


def mastodon_channel(emulator: Emulator, account: dict[str, Any], **options: Any) -> Mastodon:
    credentials = {"access_token": account["token"]}
    where = Account("mastodon", "mastodon", f"{emulator.url}/mastodon", account["username"], credentials)
    return Mastodon(where, limits_of("mastodon"), **options)
