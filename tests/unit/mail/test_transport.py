"""Handing mails to a real SMTP server that behaves well, refuses, and breaks off."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from sidecar.mail import compose, transport
from tests.builders import make_settings

AT = datetime(2026, 11, 23, 6, 5, tzinfo=UTC)


class Server:
    """Answers DATA with `answer`; RCPT of nobody@ is refused for good, of later@ for now."""

    def __init__(self, answer: str = "250 OK") -> None:
        self.answer = answer
        self.received: list[bytes] = []

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.startswith("nobody@"):
            return f"550 5.1.1 {address}: no such user"
        if address.startswith("later@"):
            return f"450 4.2.1 {address}: try later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        self.received.append(envelope.content)
        return self.answer


@contextmanager
def running(handler: Server, **options: object) -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    controller = Controller(handler, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


def message(to: str = "rina@kpu.test") -> EmailMessage:
    office = compose.Office("jember", "KPU Jember", "Asia/Jakarta", "Tayang <tayang@kpu.test>")
    publication = compose.Publication("c", "Rapat “Pleno” 🎉", "Pemberitaan", AT, ())
    return compose.published_mail(office, compose.Recipient("Rina", to, "id"), publication, "1", AT)


def send(tmp_path: Path, url: str, mail: EmailMessage) -> None:
    transport.send(make_settings("sqlite:////nowhere.db", tmp_path, smtp_url=url), mail)


def test_a_mail_arrives_as_it_was_composed(tmp_path: Path) -> None:
    server = Server()
    with running(server) as port:
        send(tmp_path, f"smtp://127.0.0.1:{port}", message())
    arrived = message_from_bytes(server.received[0])
    assert arrived["Message-ID"] == "<published.1@kpu.test>" and arrived.is_multipart()
    assert server.received[0].isascii()


@pytest.mark.parametrize(
    ("answer", "to", "error"),
    [
        ("554 5.7.1 spam", "rina@kpu.test", transport.MailRefused),
        ("451 4.3.0 disk full", "rina@kpu.test", transport.MailTryAgain),
        ("250 OK", "nobody@kpu.test", transport.MailRefused),
        ("250 OK", "later@kpu.test", transport.MailTryAgain),
        ("250 OK", "not an address", transport.MailRefused),
    ],
)
def test_refusals_by_kind_and_without_the_address(
    tmp_path: Path, answer: str, to: str, error: type[transport.MailError]
) -> None:
    with running(Server(answer)) as port, pytest.raises(error) as caught:
        send(tmp_path, f"smtp://127.0.0.1:{port}", message(to))
    assert "kpu.test" not in str(caught.value)


def test_nobody_there_is_tried_again(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(transport.MailTryAgain):
        send(tmp_path, f"smtp://127.0.0.1:{port}", message())


def authenticator(server: SMTP, session: Session, envelope: Envelope, kind: str, data: object) -> AuthResult:
    assert isinstance(data, LoginPassword)
    return AuthResult(success=(data.login, data.password) == (b"tayang", b"p@ss:word"), handled=False)


def test_login_and_a_wrong_password(tmp_path: Path) -> None:
    server = Server()
    options = {
        "authenticator": authenticator,
        "auth_required": True,
        "auth_require_tls": False,
        "auth_exclude_mechanism": ["LOGIN"],
    }
    with running(server, **options) as port:
        send(tmp_path, f"smtp://tayang:p%40ss%3Aword@127.0.0.1:{port}", message())
        # A setting to mend, not a mail to give up.
        with pytest.raises(transport.MailTryAgain) as caught:
            send(tmp_path, f"smtp://tayang:wrong@127.0.0.1:{port}", message())
    assert len(server.received) == 1 and "wrong" not in str(caught.value)


def test_starttls_that_the_server_lacks_sends_nothing(tmp_path: Path) -> None:
    server = Server()
    with running(server) as port, pytest.raises(transport.MailTryAgain):
        send(tmp_path, f"smtp+starttls://127.0.0.1:{port}", message())
    assert server.received == []


@pytest.mark.parametrize(
    ("until", "error"),
    [("MAIL", transport.MailTryAgain), (".", transport.MailUnknown)],
    ids=["before the message", "after the message"],
)
def test_a_broken_line_is_unknown_only_after_the_message(
    tmp_path: Path, until: str, error: type[transport.MailError]
) -> None:
    with breaking_off(until) as port, pytest.raises(error):
        send(tmp_path, f"smtp://127.0.0.1:{port}", message())


@contextmanager
def breaking_off(until: str) -> Iterator[int]:
    """A server that hangs up when it reads the line `until`."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(10)

    def serve() -> None:
        connection, _ = listener.accept()
        with connection, connection.makefile("rwb") as stream:
            stream.write(b"220 test\r\n")
            stream.flush()
            in_data = False
            for raw in stream:
                line = raw.decode().strip()
                if line.upper().startswith(until) and (until != "." or line == "."):
                    return
                if in_data:
                    continue
                in_data = line.upper() == "DATA"
                stream.write(b"354 go\r\n" if in_data else b"250 OK\r\n")
                stream.flush()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield int(listener.getsockname()[1])
    finally:
        thread.join(10)
        listener.close()
