"""The queue `channels`: prepare ahead what nobody sees, then make the one visible call, then prove it.

The journal (services/deliveries.py) is committed before and after the visible call. Whatever dies in between, the row
says what may have happened, and the next attempt looks before it acts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sidecar.context import Context
from sidecar.i18n import translator
from sidecar.logs import get_logger
from sidecar.media_links import media_url
from sidecar.media_store import MediaStore, MediaStoreError
from sidecar.services import channels, deliveries, media, publication
from sidecar.services.deliveries import Delivery
from sidecar.services.errors import NoSuchRow
from sidecar.services.outbox import Work
from sidecar.services.sites import Site, get_site
from sidecar.sop.case import Case, CaseState
from sidecar.sop.content import canonical_json
from sidecar.store.deliveries import NO_CHANNEL, DeliveryState
from sidecar.store.errors import StoreConflict
from sidecar.store.outbox import MEDIA_DERIVE, OutboxState
from workers.channels import registry
from workers.channels.base import N_, UPLOAD_LOST, Channel, ChannelError, Message, Outcome, Picture, Remote
from workers.queues import KINDS
from workers.tasks import Again, GiveUp, Obsolete, TaskError

log = get_logger("workers.channels")

# After this long a visible call that was not answered cannot take effect any more (its time-outs add up to 35 s).
SETTLE_S = 60.0
RECONNECT_LATER_S = 300.0
MESSAGE_SHA256 = "message_sha256"  # beside the uploads: the digest of the message that they belong to

NO_PICTURES = N_("The pictures of this message could not be made.")
NOT_APPROVED = N_("The message is not the one that was prepared after the approval.")
NO_ANSWER = N_("The network never said whether the message is out. Look there, then close this by hand.")


@dataclass(frozen=True)
class _Job:
    """One delivery at work."""

    ctx: Context
    work: Work
    site: Site
    case: Case
    delivery: Delivery
    content: Mapping[str, Any]
    link: str
    network: Channel
    is_on: bool
    settle_s: float

    @property
    def last_attempt(self) -> bool:
        return self.work.attempt >= KINDS[self.work.kind].max_attempts

    def sentence(self, text: str, params: Mapping[str, object] | None = None) -> str:
        """A sentence of the channels in the office's language, for the row that people see."""
        translated = translator(self.site.language).gettext(text)
        return translated % params if params else translated


def prepare(ctx: Context, work: Work) -> None:
    """Uploads ahead of time, so that one small call is left when it shall go out. Trouble is shown, and tried again at
    delivery."""
    job = _open(ctx, work)
    if job.delivery.state not in (DeliveryState.PLANNED, DeliveryState.PREPARED):
        raise Obsolete("moved_on", "the delivery is under way or over")
    with _outcomes(job, job.delivery):
        _prepare(job, job.delivery)


def deliver(ctx: Context, work: Work) -> None:
    """Brings the delivery out, once: reconcile what may be out, else arm and publish; then read it back."""
    job = _open(ctx, work)
    delivery = job.delivery
    if delivery.state in (DeliveryState.PROVEN, DeliveryState.UNCONFIRMED):
        raise Obsolete("delivery_over", "the delivery is over")
    with _conflicts():
        if delivery.state is DeliveryState.ACCEPTED:
            return _finish(job, delivery)
        if delivery.state is DeliveryState.ARMED:
            return _reconcile(job, delivery)
        _require_wanted(job)
        if delivery.state is DeliveryState.FAILED:
            # Its outbox row was dead: only a person who asks for another try brings it back.
            delivery = deliveries.revive(ctx, delivery)
        with _outcomes(job, delivery):
            delivery = _prepare(job, delivery)
        return _publish(job, deliveries.arm(ctx, delivery))


# ------------------------------------------------------------------------------------------------- the visible call


def _publish(job: _Job, armed: Delivery) -> None:
    """`armed` was committed by us just now."""
    message = _message(job)
    if armed.armed_at is None or job.ctx.now() - armed.armed_at > timedelta(seconds=job.settle_s / 2):
        # We were asleep: somebody may take the row for abandoned soon. It will be looked for first.
        raise Again("overslept", "the visible call was not begun in time", job.settle_s)
    try:
        remote = job.network.publish(message, dict(armed.prepared))
    except ChannelError as error:
        _not_published(job, armed, error)
        return
    _accept(job, armed, remote)


def _not_published(job: _Job, armed: Delivery, error: ChannelError) -> None:
    sentence = job.sentence(error.message)
    log.warning("visible_call_failed", code=error.code, outcome=str(error.outcome), detail=error.detail)
    if error.outcome is Outcome.UNKNOWN:
        deliveries.note_trouble(job.ctx, armed, error.code, sentence)
        raise Again(error.code, sentence, job.settle_s) from error
    delivery = deliveries.disarm(job.ctx, armed, error.code, sentence)
    if error.code == UPLOAD_LOST:
        delivery = _forget_uploads(job, delivery)
    _trouble(job, delivery, error)


def _forget_uploads(job: _Job, delivery: Delivery) -> Delivery:
    """What the network has lost is uploaded anew; the message stays the one that was frozen."""
    frozen = {key: value for key, value in delivery.prepared.items() if key == MESSAGE_SHA256}
    return deliveries.note_prepared(job.ctx, delivery, frozen)


def _reconcile(job: _Job, armed: Delivery) -> None:
    """An earlier attempt may have made the visible call. Look, then decide."""
    age_s = (job.ctx.now() - armed.armed_at).total_seconds() if armed.armed_at else job.settle_s
    if age_s < job.settle_s:
        raise Again("settling", "an earlier call may still take effect", job.settle_s - age_s)
    message = _message(job)
    try:
        existing = job.network.find_existing(message, dict(armed.prepared), armed.since)
    except ChannelError as error:
        _not_knowable(job, armed, error)
        return
    log.info("delivery_reconciled", found=existing is not None, delivery_id=armed.id)
    if existing is not None:
        _accept(job, armed, existing)
    elif job.is_on:
        _publish(job, deliveries.arm(job.ctx, armed))
    else:
        off = _switched_off(job)
        _fail(job, deliveries.disarm(job.ctx, armed, off.code, off.sentence), off)


def _not_knowable(job: _Job, armed: Delivery, error: ChannelError) -> None:
    passing = error.outcome in (Outcome.AGAIN, Outcome.WAIT, Outcome.RECONNECT)
    if passing and not job.last_attempt:
        deliveries.note_trouble(job.ctx, armed, error.code, job.sentence(error.message))
        raise Again(error.code, error.message, _wait_s(error)) from error
    sentence = job.sentence(NO_ANSWER)
    deliveries.unconfirmed(job.ctx, armed, error.code, sentence)
    raise GiveUp("unconfirmed", sentence) from error


def _accept(job: _Job, armed: Delivery, remote: Remote) -> None:
    delivery = deliveries.accepted(job.ctx, armed, remote.remote_id, remote.url)
    log.info("delivery_accepted", delivery_id=delivery.id, channel=delivery.channel, delivery_attempt=delivery.attempt)
    _finish(job, delivery)


def _finish(job: _Job, delivery: Delivery) -> None:
    """The case hears of it; then it is read back. Both may be repeated freely."""
    publication.after_delivery(job.ctx, delivery.site_id, delivery.case_id)
    try:
        seen = job.network.prove(Remote(delivery.remote_id, delivery.url), _message(job))
    except ChannelError as error:
        sentence = job.sentence(error.message)
        if error.outcome in (Outcome.PERSON, Outcome.UNKNOWN) or job.last_attempt:
            deliveries.unconfirmed(job.ctx, delivery, error.code, sentence)
            raise GiveUp(error.code, sentence) from error
        deliveries.note_trouble(job.ctx, delivery, error.code, sentence)
        raise Again(error.code, sentence, _wait_s(error)) from error
    deliveries.proven(job.ctx, delivery, seen.url)
    log.info("delivery_proven", delivery_id=delivery.id, channel=delivery.channel)


# -------------------------------------------------------------------------------------------------- the invisible part


def _prepare(job: _Job, delivery: Delivery) -> Delivery:
    """Checks the message against the channel, freezes it, uploads. The first preparation after the approval decides
    what the message is; a different one later is refused."""
    if not job.is_on:
        raise _switched_off(job)
    message = _message(job)
    problems = job.network.validate(message)
    if problems:
        first = problems[0]
        raise GiveUp(first.code, job.sentence(first.message, first.params))
    frozen = _digest(delivery, message)
    if delivery.prepared.get(MESSAGE_SHA256, frozen) != frozen:
        raise GiveUp("not_approved", job.sentence(NOT_APPROVED))
    uploads = job.network.prepare(message, dict(delivery.prepared))
    return deliveries.note_prepared(job.ctx, delivery, {**uploads, MESSAGE_SHA256: frozen})


def _digest(delivery: Delivery, message: Message) -> str:
    """Covers what approvers saw: the content, the caption, each picture's bytes and description."""
    pictures = [[picture.sha256, picture.alt] for picture in message.pictures]
    value = {"content": delivery.content_sha256, "caption": message.text, "pictures": pictures}
    return hashlib.sha256(canonical_json(value)).hexdigest()


def _message(job: _Job) -> Message:
    """The same message in every attempt; only the article's address comes when there is one."""
    return Message(
        key=job.delivery.key,
        text=job.delivery.caption,
        pictures=_pictures(job),
        link=job.link,
        created_at=job.delivery.since,
        languages=(job.site.language,),
    )


def _pictures(job: _Job) -> tuple[Picture, ...]:
    """The card, or the photographs, in the forms that this channel gets. Raises Again while they are being made."""
    limits, content = job.network.limits, job.content
    card = media.card_source(content)
    wanted = [card] if card else media.channel_photos(content)
    if limits.max_pictures:
        wanted = wanted[: limits.max_pictures]
    outputs = [f"card_{size}" for size in limits.card_outputs] if card else list(limits.photo_outputs)
    there = {(made.source.key, made.output): made for made in media.made(job.ctx, job.site.id, content)}
    found = []
    for source in wanted:
        for output in outputs:
            made = there.get((source.key, output))
            if made is None:
                raise _missing(job)
            found.append(_picture(job, made))
    return tuple(found[: limits.max_pictures] if limits.max_pictures else found)


def _picture(job: _Job, made: media.Made) -> Picture:
    try:
        path = MediaStore(job.ctx.settings.media_dir).path(made.path)
    except MediaStoreError as error:
        raise GiveUp("picture_missing", job.sentence(NO_PICTURES)) from error
    limits = job.network.limits
    alt = made.source.alt[: limits.max_alt_characters] if limits.max_alt_characters else made.source.alt
    return Picture(
        path=path,
        public_url=media_url(job.ctx, made.path) if limits.needs_public_url else "",
        sha256=made.sha256,
        width=made.width,
        height=made.height,
        bytes=made.bytes,
        mime=made.mime,
        alt=alt,
    )


def _missing(job: _Job) -> TaskError:
    with job.ctx.uow(read_only=True) as uow:
        rows = [row for row in uow.outbox.of_case(job.site.id, job.case.id) if row.kind == MEDIA_DERIVE]
    if rows and rows[-1].state == str(OutboxState.DEAD):
        return GiveUp("no_pictures", job.sentence(NO_PICTURES))
    return Again("waits_for_pictures", "the pictures are being made", 2.0)


# ----------------------------------------------------------------------------------------------------------- outcomes


@contextmanager
def _outcomes(job: _Job, delivery: Delivery) -> Iterator[None]:
    """Trouble while nothing is visible."""
    try:
        yield
    except ChannelError as error:
        log.warning("preparation_failed", code=error.code, outcome=str(error.outcome), detail=error.detail)
        _trouble(job, delivery, error)
    except GiveUp as error:
        _fail(job, delivery, error)


def _trouble(job: _Job, delivery: Delivery, error: ChannelError) -> None:
    sentence = job.sentence(error.message)
    if error.outcome in (Outcome.PERSON, Outcome.UNKNOWN) or job.last_attempt:
        _fail(job, delivery, GiveUp(error.code, sentence))
    deliveries.note_trouble(job.ctx, delivery, error.code, sentence)
    raise Again(error.code, sentence, _wait_s(error)) from error


def _fail(job: _Job, delivery: Delivery, error: GiveUp) -> None:
    """A stored state that somebody sees. Before its time has come the trouble is only noted: it may be mended."""
    if job.work.kind == "channels.deliver":
        deliveries.failed(job.ctx, delivery, error.code, error.sentence)
        publication.after_delivery(job.ctx, delivery.site_id, delivery.case_id)
    else:
        deliveries.note_trouble(job.ctx, delivery, error.code, error.sentence)
    raise error


@contextmanager
def _conflicts() -> Iterator[None]:
    try:
        yield
    except StoreConflict as error:
        raise Again("conflict", "another worker has moved this delivery", 5.0) from error


def _wait_s(error: ChannelError) -> float | None:
    if error.retry_after_s is not None:
        return error.retry_after_s
    return RECONNECT_LATER_S if error.outcome is Outcome.RECONNECT else None


def _require_wanted(job: _Job) -> None:
    """Nothing goes out for a case that is not (being) published, or for other content than it has now."""
    out = job.case.state in (CaseState.PUBLISHED, CaseState.PUBLISHING)
    if not out or job.case.content_sha256 != job.delivery.content_sha256:
        raise Obsolete("not_wanted", "the case is not being published with this content")


def _switched_off(job: _Job) -> GiveUp:
    """The office may switch a channel off until the last moment."""
    return GiveUp("no_such_channel", job.sentence(NO_CHANNEL, {"channel": job.delivery.channel}))


def _open(ctx: Context, work: Work) -> _Job:
    try:
        found = deliveries.load(ctx, int(work.payload["delivery_id"]))
        account = channels.get_channel(ctx, work.site_id, found.delivery.channel)
    except NoSuchRow as error:
        raise Obsolete("no_such_delivery", "the delivery is not planned any more") from error
    try:
        network = registry.open_channel(registry.account_of(account))
    except ChannelError as error:
        raise GiveUp(error.code, error.message) from error
    site = get_site(ctx, work.site_id)
    settle_s = float(account.settings.get("settle_s", SETTLE_S))
    return _Job(
        ctx, work, site, found.case, found.delivery, found.content, found.link, network, account.enabled, settle_s
    )
