"""Sub-keys, rotation, and files that are named by what is in them."""

from __future__ import annotations

from pathlib import Path

import pytest
from itsdangerous import BadSignature, URLSafeSerializer

from sidecar.keys import Keys, KeysError
from sidecar.logs import address_hash
from sidecar.media_store import MediaStore, MediaStoreError

OLD, NEW = "o" * 40, "n" * 40


def test_every_purpose_has_its_own_key() -> None:
    keys = Keys([OLD])
    assert len({keys.key(purpose) for purpose in ("a", "b", "at-rest")}) == 3
    assert Keys([NEW, OLD]).derive("a") == [Keys([NEW]).key("a"), keys.key("a")]


def test_rotation_opens_old_secrets_and_makes_new_ones() -> None:
    stored = Keys([OLD]).encrypt("rahasia")
    both = Keys([NEW, OLD])
    assert both.decrypt(stored) == "rahasia"
    assert Keys([NEW]).decrypt(both.encrypt("rahasia")) == "rahasia"
    for broken in (stored, stored[:-4] + "AAAA", ""):
        with pytest.raises(KeysError):
            Keys([NEW]).decrypt(broken)


def test_itsdangerous_signs_with_the_first_secret() -> None:
    both = URLSafeSerializer(Keys([NEW, OLD]).for_itsdangerous("x"))  # type: ignore[arg-type]
    only_new = URLSafeSerializer(Keys([NEW]).for_itsdangerous("x"))  # type: ignore[arg-type]
    only_old = URLSafeSerializer(Keys([OLD]).for_itsdangerous("x"))  # type: ignore[arg-type]
    assert only_new.loads(both.dumps(1)) == 1 and both.loads(only_old.dumps(2)) == 2
    with pytest.raises(BadSignature):
        only_old.loads(both.dumps(1))


def test_addresses_are_hashed_for_the_log() -> None:
    keys = Keys([OLD])
    assert address_hash(keys, "Rina@KPU.test") == address_hash(keys, "rina@kpu.test")
    assert address_hash(keys, "rina@kpu.test") != address_hash(Keys([NEW]), "rina@kpu.test")


def test_media_files_are_whole_and_stay_inside(tmp_path: Path) -> None:
    store = MediaStore(tmp_path / "media")
    name = store.put(b"\xff\xd8 a picture", "image/jpeg")
    assert store.put(b"\xff\xd8 a picture", "image/jpeg") == name and name.endswith(".jpg")
    assert store.read(name) == b"\xff\xd8 a picture"
    assert not list(tmp_path.rglob("*.part"))
    (tmp_path / "secret").write_text("x")
    for wrong in ("../secret", "/etc/passwd", name.replace("jpg", "php"), f"{'0' * 2}/{'0' * 64}.jpg", ""):
        with pytest.raises(MediaStoreError):
            store.path(wrong)
    with pytest.raises(MediaStoreError):
        store.put(b"<svg/>", "image/svg+xml")
