"""The queue `media`: from the originals of a submitted content to every picture that its website and channels need."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests

from sidecar.context import Context
from sidecar.logs import get_logger
from sidecar.media_store import MediaStore
from sidecar.services import channels, media, publication
from sidecar.services.errors import NoSuchCase
from sidecar.services.outbox import Work
from sidecar.services.sites import Site, get_site
from sidecar.sop.content import canonical_json
from workers.cards import CardError
from workers.cards.tasks import card_pictures
from workers.media import MediaError
from workers.media.derive import Derived
from workers.media.derive import derive as derive_files
from workers.media.outputs import Output, outputs_for_channels
from workers.tasks import Again, GiveUp, Obsolete, TaskError

log = get_logger("workers.media")

MAX_ORIGINAL_BYTES = 60_000_000
TIMEOUT_S = (5.0, 30.0)
WEBSITE = "website"


@dataclass(frozen=True)
class _Job:
    ctx: Context
    site: Site
    store: MediaStore
    media_urls: dict[str, Any]
    folder: Path


@dataclass(frozen=True)
class _Wanted:
    """What a content's photographs are needed for; `to_channels`: keys of those that the `channels` (kinds) get."""

    on_website: bool
    channels: frozenset[str]
    to_channels: frozenset[str]

    def outputs(self, source: media.Source) -> list[Output]:
        """A photograph that no channel gets need not be big enough for one."""
        channels = self.channels if source.key in self.to_channels else frozenset()
        return outputs_for_channels(channels | ({WEBSITE} if self.on_website else frozenset()))


def derive(ctx: Context, work: Work) -> None:
    """Makes what is missing; what is there already is left. Every picture that can be made is made, then the first
    refusal is reported with the file's name and what to do."""
    revision = publication.content_of(ctx, int(work.payload["revision_id"]))
    if revision is None:
        raise Obsolete("no_revision", "the content is gone")
    wanted = _wanted(ctx, work, revision.content)
    trouble: list[TaskError] = []
    with tempfile.TemporaryDirectory(prefix="tayang-media-") as folder:
        site = get_site(ctx, work.site_id)
        job = _Job(ctx, site, MediaStore(ctx.settings.media_dir), revision.media_urls, Path(folder))
        for source in media.photo_sources(revision.content):
            trouble += _photo(job, source, wanted.outputs(source))
        trouble += _card(job, revision.content)
    if wanted.on_website and media.photo_sources(revision.content):
        publication.order_derivatives(ctx, work.site_id, revision.case_id, revision.id)
    if trouble:
        # What passes by itself comes first: after it the rest is reported.
        raise next((error for error in trouble if isinstance(error, Again)), trouble[0])


def _wanted(ctx: Context, work: Work, content: dict[str, Any]) -> _Wanted:
    try:
        procedure = publication.running(ctx, work.site_id, str(work.payload["case_id"])).procedure
    except NoSuchCase as error:
        raise Obsolete("no_such_case", "the case is gone") from error
    kinds = {channel.key: channel.kind for channel in channels.list_channels(ctx, work.site_id)}
    planned = {kinds[item["channel"]] for item in content.get("channels") or () if item["channel"] in kinds}
    # With a card it is the card that goes out: of the photographs only previews are needed.
    to_channels = [] if content.get("card") else media.channel_photos(content)
    on_website = procedure.website and bool(content.get("website", True))
    return _Wanted(on_website, frozenset(planned), frozenset(source.key for source in to_channels))


def _photo(job: _Job, source: media.Source, outputs: Sequence[Output]) -> list[TaskError]:
    known = media.known_recipes(job.ctx, job.site.id, source)
    missing = [output for output in outputs if (output.key, recipe_sha256(output)) not in known]
    if not missing:
        return []
    try:
        original = fetch_original(job.ctx, job.site, job.media_urls, source, job.folder)
    except TaskError as error:
        return [error]
    made, refused = _derive_each(original, missing, job.folder / "made", source.focal)
    by_key = {output.key: output for output in missing}
    _keep(job, source, [(item, recipe_sha256(by_key[item.output])) for item in made])
    return [_refusal(error, job.site) for error in refused]


def _derive_each(
    original: Path, outputs: Sequence[Output], folder: Path, focal: tuple[float, float] | None
) -> tuple[list[Derived], list[MediaError]]:
    """All from one decode; when one of them cannot be (the photograph is too small for it) the others still are."""
    try:
        return derive_files(original, outputs, folder, focal), []
    except MediaError as error:
        if error.code != "too_small" or len(outputs) == 1:
            return [], [error]
    made: list[Derived] = []
    refused: list[MediaError] = []
    for output in outputs:
        try:
            made += derive_files(original, [output], folder, focal)
        except MediaError as error:
            refused.append(error)
    return made, refused


def _card(job: _Job, content: dict[str, Any]) -> list[TaskError]:
    source = media.card_source(content)
    if source is None:
        return []
    try:
        pictures = card_pictures(job.ctx, job.site.id, content["card"], _card_photo(job, content), job.folder / "card")
    except TaskError as error:
        return [error]
    except (CardError, MediaError) as error:
        return [_refusal(error, job.site)]
    _keep(job, source, pictures)
    return []


def _card_photo(job: _Job, content: dict[str, Any]) -> tuple[Path, tuple[float, float] | None] | None:
    wanted = content["card"].get("photo")
    for source in media.photo_sources(content):
        if source.image_id == wanted:
            return fetch_original(job.ctx, job.site, job.media_urls, source, job.folder), source.focal
    return None


def _keep(job: _Job, source: media.Source, made: Iterable[tuple[Derived, str]]) -> None:
    pictures = []
    for item, recipe in made:
        path = job.store.put(item.path.read_bytes(), item.mime)
        pictures.append(
            media.NewPicture(item.output, recipe, item.sha256, item.width, item.height, item.bytes, item.mime, path)
        )
    media.record(job.ctx, job.site.id, source, pictures)
    log.info("pictures_made", image_id=source.image_id, outputs=[picture.output for picture in pictures])


def recipe_sha256(output: Output) -> str:
    """Changes when the output would look different."""
    return hashlib.sha256(canonical_json([str(part) for part in output.recipe])).hexdigest()


def _refusal(error: MediaError | CardError, site: Site) -> GiveUp:
    return GiveUp(error.code, error.sentence(site.language))


# --------------------------------------------------------------------------------------------------------- originals


def fetch_original(ctx: Context, site: Site, media_urls: dict[str, Any], source: media.Source, folder: Path) -> Path:
    """The original of a photograph in `folder`, checked against the digest in the content.

    Fetched from the office's own WordPress and from nowhere else: the address comes with the content, so somebody
    could make us ask any machine. Raises Again or GiveUp.
    """
    url = str(media_urls.get(str(source.image_id)) or "")
    name = _safe_name(url)
    target = folder / source.original_sha256 / name  # refusals name the file as its owner knows it
    if target.exists():
        return target
    if _origin(url) != _origin(site.wordpress_url):
        raise GiveUp("foreign_address", f"the photograph {name} does not lie on {_origin(site.wordpress_url)[1]}")
    target.parent.mkdir(parents=True, exist_ok=True)
    if _download(url, target, name) != source.original_sha256:
        target.unlink()
        raise GiveUp("photo_changed", f"the photograph {name} is not the one that was submitted; submit it again")
    return target


def _download(url: str, target: Path, name: str) -> str:
    """Streams to `target`; returns the hex SHA-256."""
    digest, size = hashlib.sha256(), 0
    try:
        with requests.Session() as session:
            session.trust_env = False
            with session.get(url, stream=True, timeout=TIMEOUT_S, allow_redirects=False) as response:
                _require_ok(response, name)
                with target.open("wb") as file:
                    for chunk in response.iter_content(1 << 16):
                        size += len(chunk)
                        if size > MAX_ORIGINAL_BYTES:
                            limit = MAX_ORIGINAL_BYTES // 1_000_000
                            raise GiveUp("too_many_bytes", f"the photograph {name} has more than {limit} MB")
                        digest.update(chunk)
                        file.write(chunk)
    except requests.RequestException as error:
        raise Again("wordpress_unreachable", f"{name} could not be fetched ({type(error).__name__})") from error
    return digest.hexdigest()


def _require_ok(response: requests.Response, name: str) -> None:
    status = response.status_code
    if status == 200:
        return
    if status >= 500 or status in (408, 429):
        raise Again("wordpress_unreachable", f"{name} could not be fetched: the website answered {status}")
    raise GiveUp("photo_missing", f"the photograph {name} cannot be fetched: the website answered {status}")


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc.lower()


def _safe_name(url: str) -> str:
    name = urlsplit(url).path.rpartition("/")[2]
    kept = "".join(c for c in name if c.isascii() and (c.isalnum() or c in "._-"))[-80:]
    return kept.lstrip(".") or "photo"
