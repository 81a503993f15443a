"""Picture files on disk, named by their digest: the same bytes are one file, and a file never changes."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from pathlib import Path

NAME = re.compile(r"[0-9a-f]{2}/[0-9a-f]{64}\.[a-z0-9]{2,5}")
SUFFIXES = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/gif": "gif"}


class MediaStoreError(Exception):
    """A name that is not one of ours, or a file that is not there."""

    code = "no_such_media"


class MediaStore:
    """`root` is MEDIA_DIR; names are relative to it, such as `ab/abcd….jpg`, and are what the database keeps."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, data: bytes, mime: str) -> str:
        """Stores the bytes and returns their name. Raises MediaStoreError for a type that we do not serve."""
        if mime not in SUFFIXES:
            raise MediaStoreError(f"pictures of type {mime} are not stored")
        digest = hashlib.sha256(data).hexdigest()
        name = f"{digest[:2]}/{digest}.{SUFFIXES[mime]}"
        path = self._root / name
        if not path.exists():
            _write_whole(path, data)
        return name

    def path(self, name: str) -> Path:
        """Where the file lies. Raises MediaStoreError for another name than `put` gives, or when it is gone."""
        path = self._root / name
        if not NAME.fullmatch(name) or not path.is_file():
            raise MediaStoreError(name)
        return path

    def read(self, name: str) -> bytes:
        """Raises MediaStoreError as `path`."""
        return self.path(name).read_bytes()


def _write_whole(path: Path, data: bytes) -> None:
    """A reader, or a machine that stops, sees the whole file or none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, suffix=".part")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
