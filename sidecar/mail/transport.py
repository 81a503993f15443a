"""Hands a message to the SMTP server, and tells apart what may be tried again from what may not."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import getaddresses, parseaddr
from urllib.parse import unquote, urlsplit

from sidecar.settings import Settings

CONNECT_TIMEOUT_S = 20
ANSWER_TIMEOUT_S = 60
WIRE_POLICY = SMTP.clone(cte_type="7bit")


class MailError(Exception):
    """A message that was not handed over, or not surely. The text never holds an address or a password."""

    code = "mail_error"


class MailRefused(MailError):
    """For good: the server does not want this message or this recipient; a person must look."""

    code = "mail_refused"


class MailTryAgain(MailError):
    """Not accepted now: nothing was delivered, try later."""

    code = "mail_try_again"


class MailUnknown(MailError):
    """The connection was lost after DATA: it may have been accepted. Repeat once at most, with the same Message-ID."""

    code = "mail_unknown"


def send(settings: Settings, message: EmailMessage) -> None:
    """Delivers to the addresses in `To`. Raises MailRefused, MailTryAgain or MailUnknown."""
    sender = parseaddr(str(message["From"]))[1]
    recipients = [address for _, address in getaddresses([str(message["To"])])]
    if not recipients or not all(_plausible(address) for address in [sender, *recipients]):
        raise MailRefused("an address is empty or cannot be used")
    data = message.as_bytes(policy=WIRE_POLICY)
    try:
        with _session(settings.smtp_url) as session:
            _envelope(session, sender, recipients)
            _data(session, data)
    except smtplib.SMTPResponseException as error:
        # Greeting, login, STARTTLS: the server's trouble or a wrong setting, not this message's fault.
        raise MailTryAgain(f"the mail server said {error.smtp_code}") from error
    except (smtplib.SMTPException, OSError) as error:
        raise MailTryAgain(f"the mail server cannot be used: {type(error).__name__}") from error


def _plausible(address: str) -> bool:
    local, _, domain = address.rpartition("@")
    return bool(local and domain) and address.isascii() and not any(c.isspace() or c in "<>,;\"'" for c in address)


@contextmanager
def _session(url: str) -> Iterator[smtplib.SMTP]:
    parts = urlsplit(url)
    host, context = parts.hostname or "", ssl.create_default_context()
    session: smtplib.SMTP
    if parts.scheme == "smtps":
        session = smtplib.SMTP_SSL(host, parts.port or 465, timeout=CONNECT_TIMEOUT_S, context=context)
    else:
        session = smtplib.SMTP(host, parts.port or 25, timeout=CONNECT_TIMEOUT_S)
    try:
        if parts.scheme == "smtp+starttls":
            session.starttls(context=context)
        if parts.username:
            session.login(unquote(parts.username), unquote(parts.password or ""))
        yield session
    finally:
        _quit(session)


def _quit(session: smtplib.SMTP) -> None:
    try:
        session.quit()
    except (smtplib.SMTPException, OSError):
        # Whatever was to be said has been said: the message's fate is known by now.
        session.close()


def _envelope(session: smtplib.SMTP, sender: str, recipients: list[str]) -> None:
    session.ehlo_or_helo_if_needed()
    for code, answer in (session.mail(sender), *(session.rcpt(recipient) for recipient in recipients)):
        if code not in (250, 251):
            raise _by_code(code, answer)


def _data(session: smtplib.SMTP, data: bytes) -> None:
    if session.sock is not None:
        session.sock.settimeout(ANSWER_TIMEOUT_S)
    try:
        code, answer = session.data(data)
    except (smtplib.SMTPServerDisconnected, OSError) as error:
        raise MailUnknown("the connection was lost after the message had been given") from error
    if code != 250:
        raise _by_code(code, answer)


def _by_code(code: int, answer: bytes | str) -> MailError:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    # Only the number: servers like to repeat the recipient in their sentence.
    kind = f"{code} {text[:5]}" if text[:1].isdigit() else str(code)
    return MailRefused(f"the server said {kind}") if code >= 500 else MailTryAgain(f"the server said {kind}")
