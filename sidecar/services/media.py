"""Pictures made from a content's originals: how they are keyed, stored and found again.

A picture is a function of its source and a recipe, so nothing here belongs to a case: the same photograph in two
revisions is made once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from sidecar.context import Context
from sidecar.services.requests import plain_title
from sidecar.sop.content import canonical_json
from sidecar.store.insert import insert_new
from sidecar.store.tables import DerivativeRow


@dataclass(frozen=True)
class Source:
    """What pictures are made from: an image of the content (`image_id`), or its card (`image_id` None).

    `key` (hex SHA-256) covers all that decides how the pictures look, but for the recipe of each output.
    """

    key: str
    image_id: int | None
    original_sha256: str
    alt: str
    focal: tuple[int, int] | None = None


@dataclass(frozen=True)
class Made:
    """A stored picture. `path` is relative to MEDIA_DIR; sizes in px."""

    source: Source
    output: str
    sha256: str
    width: int
    height: int
    bytes: int
    mime: str
    path: str


@dataclass(frozen=True)
class NewPicture:
    """What the painter made of a source. `recipe`: hex SHA-256 of how."""

    output: str
    recipe: str
    sha256: str
    width: int
    height: int
    bytes: int
    mime: str
    path: str


def photo_sources(content: Mapping[str, Any]) -> list[Source]:
    """The images of the content, featured image first."""
    return [_photo(image) for image in content.get("images") or ()]


def channel_photos(content: Mapping[str, Any]) -> list[Source]:
    """The photographs that the channels get, in the order that the editors chose (else as in `photo_sources`)."""
    chosen = content.get("photos")
    if chosen is None:
        return photo_sources(content)
    by_id = {source.image_id: source for source in photo_sources(content)}
    return [by_id[image] for image in chosen if image in by_id]


def card_source(content: Mapping[str, Any]) -> Source | None:
    """The greeting card of the content, if it has one."""
    card = content.get("card")
    if not card:
        return None
    photo = next((image for image in content.get("images") or () if image["id"] == card.get("photo")), None)
    photo_key = {"sha256": photo["sha256"], "focal": photo.get("focal")} if photo else None
    key = _key({"card": card, "photo": photo_key})
    fields = card.get("fields") or {}
    alt = " ".join(str(value) for value in fields.values() if isinstance(value, str) and value)
    return Source(key, None, photo["sha256"] if photo else "", alt or plain_title(str(content.get("title") or "")))


def sources(content: Mapping[str, Any]) -> list[Source]:
    """The card first, if there is one, then the photographs."""
    card = card_source(content)
    return [*([card] if card else []), *photo_sources(content)]


def made(ctx: Context, site_id: str, content: Mapping[str, Any]) -> list[Made]:
    """Every picture there is for this content, the latest recipe of each output; in the order of `sources`."""
    wanted = sources(content)
    query = select(DerivativeRow).where(
        DerivativeRow.site_id == site_id, DerivativeRow.source_sha256.in_([source.key for source in wanted])
    )
    with ctx.uow(read_only=True) as uow:
        rows = list(uow.session.scalars(query.order_by(DerivativeRow.id)))
    return [*_latest(wanted, rows)]


def card_of_case(ctx: Context, site_id: str, case_id: str, content_sha256: str) -> list[Made] | None:
    """The card of a submitted content in its sizes; empty while it is being made, None when there is no card."""
    with ctx.uow(read_only=True) as uow:
        revision = uow.revisions.latest(site_id, case_id, content_sha256) if content_sha256 else None
    if revision is None or card_source(revision.content) is None:
        return None
    return [picture for picture in made(ctx, site_id, revision.content) if picture.source.image_id is None]


def known_recipes(ctx: Context, site_id: str, source: Source) -> set[tuple[str, str]]:
    """(output, recipe) of the pictures that need not be made again."""
    query = select(DerivativeRow.output, DerivativeRow.recipe).where(
        DerivativeRow.site_id == site_id, DerivativeRow.source_sha256 == source.key
    )
    with ctx.uow(read_only=True) as uow:
        return {(output, recipe) for output, recipe in uow.session.execute(query)}


def record(ctx: Context, site_id: str, source: Source, pictures: Sequence[NewPicture]) -> None:
    """Keeps the pictures of a source; one that is known already stays as it is."""
    now = ctx.now()
    with ctx.uow() as uow:
        for picture in pictures:
            values = {**vars(picture), "site_id": site_id, "source_sha256": source.key, "created_at": now}
            insert_new(uow.session, DerivativeRow, values)
        uow.commit()


def _photo(image: Mapping[str, Any]) -> Source:
    focal = image.get("focal")
    point = (int(focal[0]), int(focal[1])) if focal else None
    key = _key({"sha256": image["sha256"], "focal": list(point) if point else None})
    return Source(key, int(image["id"]), str(image["sha256"]), str(image.get("alt") or ""), point)


def _key(value: dict[str, Any]) -> str:
    return hashlib.sha256(canonical_json(value)).hexdigest()


def _latest(wanted: Sequence[Source], rows: Sequence[DerivativeRow]) -> Iterator[Made]:
    for source in wanted:
        newest = {row.output: row for row in rows if row.source_sha256 == source.key}
        for row in newest.values():
            yield Made(source, row.output, row.sha256, row.width, row.height, row.bytes, row.mime, row.path)
