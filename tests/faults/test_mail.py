"""Mails to a real SMTP server that refuses, defers, or drops the line after it took the mail."""

from __future__ import annotations

from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from sidecar.context import Context
from sidecar.services import outbox
from sidecar.services.approvals import open_token
from sidecar.services.outbox import Work, list_rows
from sidecar.services.run_command import run_command
from tests import builders
from tests.builders import Clock, Office, look, make_case, make_request
from tests.faults.processes import free_port
from workers import run


class Server:
    """Answers as told, one answer per mail; keeps every mail that it took, also when it never said so."""

    def __init__(self) -> None:
        self.answers: list[str] = []
        self.taken: list[EmailMessage] = []

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        answer = self.answers.pop(0) if self.answers else "250 taken"
        if answer.startswith(("250", "drop")):
            message: Any = message_from_bytes(envelope.content or b"", policy=policy.default)
            self.taken.append(message)
        if answer == "drop" and server.transport:
            server.transport.abort()
        return answer if answer != "drop" else "421 gone"


class Post:
    """An office whose mails go to `server`; `work` performs what is due on the mail queue, once each."""

    def __init__(self, ctx: Context, clock: Clock, server: Server) -> None:
        self.ctx, self.clock, self.server = ctx, clock, server
        self.office: Office = builders.make_office(ctx)

    def work(self) -> list[str]:
        due = [work for work in outbox.claim_due(self.ctx, limit=500) if work.kind.startswith("mail.")]
        return [run.perform_row(self.ctx, work.id, 60) for work in due]

    def row(self) -> Work:
        return next(row for row in list_rows(self.ctx) if row.kind == "mail.turn")

    def mail_states(self, case_id: str) -> list[str]:
        return [mail["state"] for mail in look(self.ctx, self.office, case_id)["mails"]]


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Post]:
    server, clock = Server(), Clock()
    controller = Controller(server, hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        with builders.fresh_database("sqlite", tmp_path) as url:
            smtp = f"smtp://127.0.0.1:{controller.port}"
            yield Post(builders.make_context(url, tmp_path, clock, smtp_url=smtp), clock, server)
    finally:
        controller.stop()


def text(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    assert part is not None
    content: str = part.get_content()
    return content


def test_a_turn_to_decide_brings_a_link_that_opens(post: Post) -> None:
    case_id = make_case(post.ctx, post.office, upto=4)
    assert post.work().count("done") == 1
    [mail] = post.server.taken
    assert mail["To"] == f"Orang {post.office.holder('kasubbag')} <orang{post.office.holder('kasubbag')}@kpu.test>"
    link = next(word for word in text(mail).split() if "/a/" in word)
    token = open_token(post.ctx, link.rpartition("/a/")[2])
    assert (token.case_id, token.no) == (case_id, 4)
    assert post.mail_states(case_id)[-1] == "sent"


def test_earlier_steps_are_not_written_about_any_more(post: Post) -> None:
    case_id = make_case(post.ctx, post.office, upto=4)
    post.work()
    assert post.mail_states(case_id) == ["withdrawn", "withdrawn", "withdrawn", "sent"]
    assert len(post.server.taken) == 1


def test_a_deferred_mail_comes_later_and_once(post: Post) -> None:
    post.server.answers = ["451 try later", "451 try later", "451 try later"]
    case_id = make_case(post.ctx, post.office)
    for _ in range(3):
        assert post.work() == ["again"]
        post.clock.at = post.row().due_at
    assert post.work() == ["done"]
    assert (len(post.server.taken), post.mail_states(case_id)) == (1, ["sent"])


def test_a_refused_mail_is_seen_by_people(post: Post) -> None:
    post.server.answers = ["554 no such mailbox"]
    case_id = make_case(post.ctx, post.office)
    assert post.work() == ["dead"]
    assert post.mail_states(case_id) == ["failed"]
    assert "554" in post.row().error and "@" not in post.row().error


def test_an_unknown_result_is_repeated_once_with_the_same_id(post: Post) -> None:
    post.server.answers = ["drop", "drop"]
    case_id = make_case(post.ctx, post.office)
    for _ in range(2):
        assert post.work() == ["again"]
        post.clock.at = post.row().due_at
    assert post.work() == ["dead"]
    first, second = post.server.taken
    assert first["Message-ID"] == second["Message-ID"]
    assert post.mail_states(case_id) == ["failed"]


def test_a_crash_after_the_server_took_it_repeats_it_once_at_most(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    class Killed(BaseException):
        """As a SIGKILL: nothing after it is done."""

    from sidecar.mail import transport

    def send_and_die(*arguments: Any) -> None:
        send(*arguments)
        raise Killed

    send = transport.send
    monkeypatch.setattr(transport, "send", send_and_die)
    make_case(post.ctx, post.office)
    for _ in range(2):
        [work] = [work for work in outbox.claim_due(post.ctx) if work.kind == "mail.turn"]
        with pytest.raises(Killed):
            run.perform_row(post.ctx, work.id, 60)
        post.clock.pass_(seconds=61)
        assert outbox.sweep(post.ctx)
    assert post.work() == ["dead"]
    assert len(post.server.taken) == 2


def test_without_a_server_nothing_counts_as_tried(post: Post) -> None:
    broken = builders.make_context(str(post.ctx.settings.database_url), Path("/nonexistent"), post.clock)
    case_id = make_case(post.ctx, post.office)
    nowhere = broken.settings.model_copy(update={"smtp_url": f"smtp://127.0.0.1:{free_port()}"})
    from dataclasses import replace

    for _ in range(3):
        [work] = [work for work in outbox.claim_due(post.ctx) if work.kind == "mail.turn"]
        assert run.perform_row(replace(broken, settings=nowhere), work.id, 60) == "again"
        post.clock.at = post.row().due_at
    assert post.work() == ["done"]
    assert (len(post.server.taken), post.mail_states(case_id)) == (1, ["sent"])


def test_everybody_who_took_part_hears_that_it_is_out(post: Post) -> None:
    case_id = make_case(post.ctx, post.office, upto=10)
    post.work()
    post.server.taken.clear()
    builders.step(post.ctx, post.office, case_id)
    builders.publish(post.ctx, post.office, case_id)
    assert set(post.work()) == {"again"}  # the channels are still being published
    post.clock.pass_(minutes=11)
    assert set(post.work()) == {"done"}
    assert len(post.server.taken) == 6
    assert all("http://127.0.0.1:8/rapat-pleno/" in text(mail) for mail in post.server.taken)


def test_a_cancelled_case_sends_nothing(post: Post) -> None:
    case_id = make_case(post.ctx, post.office)
    run_command(post.ctx, make_request(post.office, case_id, "cancel", post.office.holder("sekretaris"), note="Batal"))
    assert post.work() == ["obsolete"]
    assert post.server.taken == []
