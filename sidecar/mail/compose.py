"""Mails as people get them: plain text as good as HTML, one button, one thread per case.

Pure: everything comes in as values, the same values give the same message (also after a crash), nothing is fetched.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from sidecar import i18n
from sidecar.mail.transport import WIRE_POLICY

MAX_PICTURES = 3
MAX_SUBJECT_TITLE = 80


@dataclass(frozen=True)
class Office:
    """`sender`: the setting MAIL_FROM; `zone`: IANA name."""

    site_id: str
    name: str
    zone: str
    sender: str


@dataclass(frozen=True)
class Recipient:
    name: str
    email: str
    language: str


@dataclass(frozen=True)
class Picture:
    """A small derivative, shown inside the mail: JPEG or PNG bytes; sizes in px as it is to be shown."""

    data: bytes
    mime: str
    alt: str
    width: int
    height: int


@dataclass(frozen=True)
class Turn:
    """A step that waits for the recipient. Names are already in the recipient's language; times aware UTC.

    `handed_by` did the last thing, with `note`; `returned` says that it came back for correction. A deciding step has
    `approval_url` and `code`; `screen_url` is the post in wp-admin. `corrects`: the title of the published article
    that this corrects; `social_only`: it does not appear on the website.
    """

    case_id: str
    title: str
    procedure: str
    no: int
    steps: int
    attempt: int
    step: str
    role: str
    minutes: int
    entered_at: datetime
    due_at: datetime | None
    screen_url: str
    approval_url: str = ""
    code: str = ""
    handed_by: str = ""
    note: str = ""
    returned: bool = False
    acting_for: str = ""
    corrects: str = ""
    social_only: bool = False
    pictures: tuple[Picture, ...] = ()


@dataclass(frozen=True)
class Link:
    """A place where it can be seen: name of the channel, its address."""

    label: str
    url: str


@dataclass(frozen=True)
class Publication:
    case_id: str
    title: str
    procedure: str
    published_at: datetime
    links: tuple[Link, ...]
    correction: bool = False


def turn_mail(office: Office, recipient: Recipient, turn: Turn, mail_key: str, written_at: datetime) -> EmailMessage:
    """ "It is your turn." `mail_key`: unique per mail (outbox or token id); with `written_at` (of the row, not of the
    sending) it makes a repeat the very same mail."""
    _ = i18n.translator(recipient.language).gettext
    # The title first: a phone shows some forty letters.
    subject = _("To correct: %(title)s (step %(no)s)") if turn.returned else _("Your turn: %(title)s (step %(no)s)")
    subject %= {"title": _short(turn.title), "no": turn.no}
    message = _message(office, recipient, subject, turn.case_id, f"turn.{mail_key}", written_at)
    pictures = turn.pictures[:MAX_PICTURES]
    cids = [f"{_digest(mail_key, str(i))}@{_host(office)}" for i in range(len(pictures))]
    values = {
        "office": office,
        "recipient": recipient,
        "turn": turn,
        "pictures": list(zip(cids, pictures, strict=True)),
    }
    _bodies(message, "turn", office, recipient, values)
    _attach(message, cids, pictures)
    return _with_fixed_boundaries(message, mail_key)


def published_mail(
    office: Office, recipient: Recipient, publication: Publication, mail_key: str, written_at: datetime
) -> EmailMessage:
    """ "It is out", with every address where it can be seen."""
    _ = i18n.translator(recipient.language).gettext
    subject = _("Published – %(title)s") % {"title": _short(publication.title)}
    message = _message(office, recipient, subject, publication.case_id, f"published.{mail_key}", written_at)
    _bodies(message, "published", office, recipient, {"publication": publication})
    return _with_fixed_boundaries(message, mail_key)


def _message(
    office: Office, recipient: Recipient, subject: str, case_id: str, mail_key: str, written_at: datetime
) -> EmailMessage:
    host = _host(office)
    # Nobody sends this id: it is the common root under which mail programs gather all mails of a case.
    thread = f"<case.{_safe(case_id)}@{host}>"
    message = EmailMessage(policy=WIRE_POLICY)
    message["From"] = office.sender
    message["To"] = _address(recipient)
    message["Subject"] = _one_line(f"[Tayang] {subject}")
    message["Date"] = format_datetime(written_at)
    message["Message-ID"] = f"<{_safe(mail_key)}@{host}>"
    message["In-Reply-To"] = thread
    message["References"] = thread
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message["List-Id"] = f"{_ascii_phrase(office.name)} <{_safe(office.site_id)}.tayang.{host}>"
    return message


def _bodies(
    message: EmailMessage, template: str, office: Office, recipient: Recipient, values: dict[str, object]
) -> None:
    environment = _environment(recipient.language)

    def when(at: datetime) -> str:
        return i18n.when(at, office.zone, recipient.language)

    def text(kind: str) -> str:
        common = {"office": office, "recipient": recipient, "when": when, "subject": message["Subject"]}
        return environment.get_template(f"{template}.{kind}").render(common | values)

    message.set_content(re.sub(r"\n{3,}", "\n\n", text("txt")).strip() + "\n", charset="utf-8")
    message.add_alternative(text("html"), subtype="html", charset="utf-8")
    # Only now: becoming multipart moves every Content-* header into the first part.
    message["Content-Language"] = recipient.language


def _attach(message: EmailMessage, cids: Sequence[str], pictures: Sequence[Picture]) -> None:
    html = message.get_payload()[1]  # type: ignore[index]
    for cid, picture in zip(cids, pictures, strict=True):
        main, _, sub = picture.mime.partition("/")
        html.add_related(picture.data, main, sub, cid=f"<{cid}>", disposition="inline")  # type: ignore[union-attr]


def _with_fixed_boundaries(message: EmailMessage, mail_key: str) -> EmailMessage:
    """Not random ones, so that the same mail is the same bytes."""
    for i, part in enumerate(part for part in message.walk() if part.is_multipart()):
        part.set_boundary(f"=_{_digest(mail_key, 'boundary', str(i))}")
    return message


@cache
def _environment(language: str) -> Environment:
    environment = Environment(
        loader=PackageLoader("sidecar.mail"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    translations = i18n.translator(language)
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        translations.gettext, translations.ngettext, newstyle=True
    )
    environment.globals["span"] = lambda seconds: i18n.span(seconds, language)
    return environment


def _host(office: Office) -> str:
    return parseaddr(office.sender)[1].rpartition("@")[2] or "localhost"


def _address(recipient: Recipient) -> Address | str:
    try:
        return Address(_one_line(recipient.name), addr_spec=recipient.email)
    except (ValueError, IndexError):
        # The transport refuses what is no address; here it must only not break the header.
        return _one_line(recipient.email)


def _short(text: str, limit: int = MAX_SUBJECT_TITLE) -> str:
    text = _one_line(text)
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def _one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _ascii_phrase(text: str) -> str:
    return '"' + re.sub(r"[^ -~]|[\"\\]", "", _one_line(text)) + '"'


def _safe(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]", "-", text)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:24]
