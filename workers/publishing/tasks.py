"""The queue `wordpress`: mirror, publish, pictures for the website, and the start of an automatic publication."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

from sidecar.context import Context
from sidecar.logs import get_logger
from sidecar.media_store import MediaStore, MediaStoreError
from sidecar.services import media, publication
from sidecar.services.errors import NoSuchCase
from sidecar.services.mirror import mirror_of
from sidecar.services.outbox import Work
from sidecar.services.settle_office import settle_office
from sidecar.services.sites import get_site
from sidecar.sop.errors import SopError
from sidecar.wordpress import client as wp
from workers.tasks import Again, GiveUp, Obsolete

log = get_logger("workers.publishing")

# Our outputs and the names of the WordPress sizes that they become.
WEBSITE_SIZES = {"website_featured": "tayang_featured", "website_thumb": "tayang_thumb"}


def mirror(ctx: Context, work: Work) -> None:
    """WordPress learns the case's present state; an older state that was overtaken need not travel any more."""
    with _outcomes():
        body = mirror_of(ctx, work.site_id, _text(work, "case_id"))
        if body["revision"] > int(work.payload.get("revision", 0)):
            raise Obsolete("overtaken", "a later state of the case has a row of its own")
        mirrored = _client(ctx, work.site_id).mirror(body)
    log.info("wordpress_mirrored", applied=mirrored.applied, revision=mirrored.revision)


def settle_turns(ctx: Context, work: Work) -> None:
    """Rights or delegations have changed, or a delegation begins or ends: turns, tokens, mails and mirrors follow."""
    log.info("turns_settled", cases=settle_office(ctx, work.site_id))


def start(ctx: Context, work: Work) -> None:
    """The planned time has come for a case whose publishing is automatic."""
    with _outcomes():
        if not publication.start(ctx, work.site_id, _text(work, "case_id"), _text(work, "content_sha256")):
            raise Obsolete("moved_on", "the case is not waiting for its publication any more")


def publish(ctx: Context, work: Work) -> None:
    """Makes the post public if it is what was approved; else the case returns to its check with what is there now."""
    case_id, sha256 = _text(work, "case_id"), _text(work, "content_sha256")
    visible = bool(work.payload.get("visible", True))
    with _outcomes():
        found = publication.running(ctx, work.site_id, case_id)
        if not found.publishing or found.case.content_sha256 != sha256:
            raise Obsolete("moved_on", "the case is not being published any more")
        case = found.case
        try:
            published = _client(ctx, work.site_id).publish(
                case_id, case.post_id, case.revision, sha256, visible=visible
            )
        except wp.ContentChanged as changed:
            _stop(ctx, work.site_id, case_id, changed.found)
            return
        if visible:
            publication.record_website_published(ctx, work.site_id, case_id, published.url)
        else:
            publication.begin_social(ctx, work.site_id, case_id)
    log.info("website_published" if visible else "content_confirmed", already=published.already, url=published.url)


def store_derivatives(ctx: Context, work: Work) -> None:
    """The website's sizes of each photograph, beside its original in WordPress."""
    revision = publication.content_of(ctx, int(work.payload["revision_id"]))
    if revision is None:
        raise Obsolete("no_revision", "the content is gone")
    client, store = _client(ctx, work.site_id), MediaStore(ctx.settings.media_dir)
    pictures = media.made(ctx, work.site_id, revision.content)
    for source in media.photo_sources(revision.content):
        files = [_file(store, made) for made in pictures if made.source == source and made.output in WEBSITE_SIZES]
        if files and source.image_id is not None:
            with _outcomes():
                stored = client.store_derivatives(source.image_id, source.original_sha256, files)
            log.info("derivatives_stored", attachment_id=source.image_id, files=stored)


def _stop(ctx: Context, site_id: str, case_id: str, found: wp.Found) -> None:
    try:
        publication.stop_changed(ctx, site_id, case_id, found.content, found.media_urls, found.rendered)
    except ValueError as error:
        raise GiveUp("digest_disagrees", f"plugin and sidecar disagree about the content's digest: {error}") from error
    log.warning("publication_stopped", reason="content_changed")


def _file(store: MediaStore, made: media.Made) -> wp.DerivativeFile:
    try:
        data = store.read(made.path)
    except MediaStoreError as error:
        raise GiveUp("picture_missing", f"the picture {made.path} is gone from MEDIA_DIR") from error
    return wp.DerivativeFile(
        name=WEBSITE_SIZES[made.output],
        width=made.width,
        height=made.height,
        mime=made.mime,
        sha256=made.sha256,
        data_base64=base64.b64encode(data).decode(),
    )


@contextmanager
def _outcomes() -> Iterator[None]:
    """What the rooms raise, as what the outbox does about it."""
    try:
        yield
    except NoSuchCase as error:
        raise Obsolete("no_such_case", "the case is gone") from error
    except SopError as error:
        raise GiveUp(error.code, f"the procedure does not allow it: {error}") from error
    except wp.TryAgain as error:
        raise Again(error.code, str(error), error.after_s) from error
    except wp.WordPressError as error:
        raise GiveUp(error.code, str(error)) from error


def _client(ctx: Context, site_id: str) -> wp.Client:
    # Read each time: a changed password must work at once. The connection is kept as long as nothing changes.
    site = get_site(ctx, site_id)
    address = wp.Site(site.wordpress_url, site.robot_login, site.robot_password, tuple(site.secrets), site.transport)
    return _connection(address, ctx)


@lru_cache(maxsize=64)
def _connection(address: wp.Site, ctx: Context) -> wp.Client:
    return wp.connect(address, ctx.now)


def _text(work: Work, name: str) -> str:
    value = work.payload.get(name)
    if not isinstance(value, str) or not value:
        raise GiveUp("malformed_row", f"the outbox row lacks '{name}'")
    return value
