"""The queue `mail`: "your turn" with the link that decides, and "it is out".

A mail counts as under way before the server is spoken to (`tries`), so that a crash after the server took it repeats it
once at most, with the same Message-ID.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any

from sidecar.context import Context
from sidecar.keys import APPROVAL_TOKENS
from sidecar.logs import address_hash, get_logger
from sidecar.mail import compose, tokens, transport
from sidecar.media_store import MediaStore, MediaStoreError
from sidecar.services import media
from sidecar.services.errors import NoSuchCase
from sidecar.services.outbox import Work
from sidecar.services.sites import Site, get_site
from sidecar.services.view_case import View, view_case
from sidecar.sop.procedure import ActivityKind
from sidecar.store.deliveries import DeliveryState
from sidecar.store.mails import MailState
from sidecar.store.tables import ApprovalTokenRow, MailRow, RevisionRow
from workers.tasks import Again, GiveUp, Obsolete

log = get_logger("workers.mail")

MAX_TRIES = 2
# What a mail shows: the small form of a photograph; a card, which has none, as it is, scaled by the mail program.
SHOWN = ("mail", "card_square")
SHOWN_PX = 320
# How long a mail waits for what it is to show. Pictures are made within seconds; channels may take minutes.
PICTURES_WAIT = timedelta(seconds=15)
LINKS_WAIT = timedelta(minutes=10)
UNDER_WAY = frozenset({DeliveryState.PLANNED, DeliveryState.PREPARED, DeliveryState.ARMED, DeliveryState.ACCEPTED})


@dataclass(frozen=True)
class _Letter:
    """A mail row with what it is about, read in one transaction."""

    mail: MailRow
    token: ApprovalTokenRow | None
    revision: RevisionRow | None


def turn(ctx: Context, work: Work) -> None:
    """Tells one person that the step is theirs. Nothing is sent once the step has moved or the token is withdrawn."""
    letter, site, view = _open(ctx, work)
    if letter.token is None or not _still_theirs(letter.token, view):
        _note(ctx, letter.mail.id, state=MailState.WITHDRAWN)
        raise Obsolete("step_moved", "the step has moved on")
    pictures = _pictures(ctx, letter) if letter.revision else ()
    message = compose.turn_mail(
        _office(ctx, site),
        _recipient(letter.mail),
        _turn(ctx, site, view, letter.mail, letter.token, pictures),
        _mail_key(letter.mail),
        letter.mail.created_at,
    )
    _send(ctx, letter.mail, message)


def published(ctx: Context, work: Work) -> None:
    """Tells one person who took part that it is out, and where. Waits a while for the channels' addresses."""
    letter, site, view = _open(ctx, work)
    age = ctx.now() - letter.mail.created_at
    if age < LINKS_WAIT and any(item["state"] in UNDER_WAY for item in view["deliveries"]):
        wait = min(60.0, max(2.0, age.total_seconds() / 3))
        raise Again("waits_for_links", "some channels are still being published", wait)
    publication = compose.Publication(
        case_id=view["case_id"],
        title=view["title"],
        procedure=view["procedure"]["name"],
        published_at=letter.mail.created_at,
        links=_links(site, view),
        correction=bool(view["corrects"]),
    )
    message = compose.published_mail(
        _office(ctx, site), _recipient(letter.mail), publication, _mail_key(letter.mail), letter.mail.created_at
    )
    _send(ctx, letter.mail, message)


def _open(ctx: Context, work: Work) -> tuple[_Letter, Site, View]:
    """Raises Obsolete for a mail that is sent, withdrawn or gone; GiveUp when its result stayed unknown too often."""
    with ctx.uow(read_only=True) as uow:
        mail = uow.mails.get(int(work.payload["mail_id"]))
        if mail is None or mail.state != str(MailState.PENDING):
            raise Obsolete("mail_over", "the mail was sent already, or is not wanted any more")
        token = uow.tokens.get(mail.token_id) if mail.token_id is not None else None
        sha256 = token.content_sha256 if token else ""
        revision = uow.revisions.latest(mail.site_id, mail.case_id, sha256) if sha256 else None
    if mail.tries >= MAX_TRIES:
        _note(ctx, mail.id, state=MailState.FAILED, error="mail_unknown")
        raise GiveUp("mail_unknown", "the mail server took the mail twice without confirming it; it is not sent again")
    try:
        view = view_case(ctx, mail.site_id, mail.person, case_id=mail.case_id, language=mail.language)
    except NoSuchCase as error:
        raise Obsolete("no_such_case", "the case is gone") from error
    return _Letter(mail, token, revision), get_site(ctx, mail.site_id), view


def _still_theirs(token: ApprovalTokenRow, view: View) -> bool:
    here = (view["activity"]["no"], view["activity"]["attempt"]) == (token.no, token.attempt)
    waits = token.used_at is None and token.withdrawn_at is None
    return waits and here and view["state"] == "open" and token.person in {who["person"] for who in view["may_act"]}


def _turn(
    ctx: Context,
    site: Site,
    view: View,
    mail: MailRow,
    token: ApprovalTokenRow,
    pictures: tuple[compose.Picture, ...],
) -> compose.Turn:
    activity, last = view["activity"], _last_step(view["history"])
    decides = activity["kind"] == str(ActivityKind.DECIDE)
    url, code = _decision(ctx, token) if decides else ("", "")
    return compose.Turn(
        case_id=view["case_id"],
        title=view["title"],
        procedure=view["procedure"]["name"],
        no=activity["no"],
        steps=len(view["steps"]),
        attempt=activity["attempt"],
        step=activity["name"],
        role=activity["role_name"],
        minutes=activity["minutes"],
        entered_at=datetime.fromisoformat(activity["entered_at"]),
        due_at=datetime.fromisoformat(activity["due_at"]) if activity["due_at"] else None,
        screen_url=f"{site.wordpress_url}/wp-admin/post.php?post={view['post_id']}&action=edit",
        approval_url=url,
        code=code,
        handed_by=last.get("by_name", ""),
        note=last.get("note", ""),
        returned=last.get("kind") in ("returned_for_revision", "publication_stopped"),
        acting_for=_acting_for(view, mail.person),
        corrects=(view["corrected"] or {}).get("title", ""),
        social_only=not view["website"],
        pictures=pictures,
    )


def _decision(ctx: Context, token: ApprovalTokenRow) -> tuple[str, str]:
    """The link and the code beside it; the same each time, and only with the key."""
    try:
        key = tokens.key_of(ctx.keys.derive(APPROVAL_TOKENS), token.id, token.nonce, token.secret_sha256)
    except tokens.TokenError as error:
        raise GiveUp(error.code, "the key with which the link was made is gone from TAYANG_SECRET_KEYS") from error
    url = f"{ctx.settings.public_url}/a/{tokens.dump(key, token.id, token.nonce)}"
    return url, tokens.code(key, token.id, token.nonce)


def _last_step(history: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """The last thing that moved the case."""
    return next((entry for entry in reversed(history) if entry["no"] is not None), {})


def _acting_for(view: View, person: int) -> str:
    return next((str(who["acting_for_name"]) for who in view["may_act"] if who["person"] == person), "")


def _pictures(ctx: Context, letter: _Letter) -> tuple[compose.Picture, ...]:
    """Small pictures of what is to be decided. Raises Again while they may still be in the making."""
    revision, mail = letter.revision, letter.mail
    if revision is None or not media.sources(revision.content):
        return ()
    small = [made for made in media.made(ctx, mail.site_id, revision.content) if made.output in SHOWN]
    if not small and ctx.now() - mail.created_at < PICTURES_WAIT:
        raise Again("waits_for_pictures", "the pictures are being made", 1.0)
    store = MediaStore(ctx.settings.media_dir)
    found = []
    for made in small:
        try:
            data = store.read(made.path)
        except MediaStoreError:
            continue  # a mail without the picture is better than none
        scale = min(1.0, SHOWN_PX / max(made.width, made.height))
        size = (round(made.width * scale), round(made.height * scale))
        found.append(compose.Picture(data, made.mime, made.source.alt, *size))
    return tuple(found)


def _links(site: Site, view: View) -> tuple[compose.Link, ...]:
    website = [compose.Link(site.name, view["url"])] if view["url"] and view["website"] else []
    channels = [
        compose.Link(f"{item['kind'].capitalize()} {item['account']}".strip(), item["url"])
        for item in view["deliveries"]
        if item["url"]
    ]
    return (*website, *channels)


def _send(ctx: Context, mail: MailRow, message: EmailMessage) -> None:
    _note(ctx, mail.id, tries=mail.tries + 1, message_id=str(message["Message-ID"]))
    who = address_hash(ctx.keys, mail.address)
    try:
        transport.send(ctx.settings, message)
    except transport.MailTryAgain as error:
        _note(ctx, mail.id, tries=mail.tries, error=str(error))  # surely not accepted: this try does not count
        raise Again(error.code, str(error)) from error
    except transport.MailUnknown as error:
        _note(ctx, mail.id, error=str(error))
        raise Again(error.code, str(error)) from error
    except transport.MailError as error:
        _note(ctx, mail.id, state=MailState.FAILED, error=str(error))
        raise GiveUp(error.code, f"{mail.name}: {error}") from error
    _note(ctx, mail.id, state=MailState.SENT, sent_at=ctx.now(), error="")
    log.info("mail_sent", mail_id=mail.id, mail_kind=mail.kind, address=who)


def _note(ctx: Context, mail_id: int, **values: Any) -> None:
    """Keeps what is known about the mail, unless it was withdrawn meanwhile and only its state would change."""
    with ctx.uow() as uow:
        row = uow.mails.get(mail_id)
        if row is not None:
            for name, value in values.items():
                setattr(row, name, str(value) if isinstance(value, MailState) else value)
        uow.commit()


def _office(ctx: Context, site: Site) -> compose.Office:
    return compose.Office(site.id, site.name, site.timezone, ctx.settings.mail_from)


def _recipient(mail: MailRow) -> compose.Recipient:
    return compose.Recipient(mail.name, mail.address, mail.language)


def _mail_key(mail: MailRow) -> str:
    return f"{mail.site_id}.{mail.id}"
