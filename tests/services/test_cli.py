"""The `tayang` command as a person types it: what it prints and its exit status."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from sidecar.cli import main
from sidecar.services.outbox import claim, claim_due, give_up
from sidecar.store.upgrade import newest
from tests.builders import SECRET_KEY, SOP_FILE, WEBHOOK_SECRET, make_case, make_context, make_office

ADD = (
    *("site", "add", "jember", "--name", "KPU Kabupaten Jember", "--wordpress-url", "http://127.0.0.1:8"),
    *("--robot-login", "tayang-robot", "--robot-password", "abcd efgh", "--secret", WEBHOOK_SECRET),
)


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    url = f"sqlite:///{tmp_path / 'tayang.db'}"
    for name, value in (("DATABASE_URL", url), ("SECRET_KEYS", SECRET_KEY), ("PUBLIC_URL", "http://127.0.0.1:9")):
        monkeypatch.setenv(f"TAYANG_{name}", value)
        monkeypatch.delenv(f"TAYANG_{name}_FILE", raising=False)
    return url


def tayang(*arguments: str, status: int = 0) -> str:
    result: Result = CliRunner().invoke(main, arguments)
    assert result.exit_code == status, result.output
    return result.output


def test_a_new_office_from_nothing(url: str, tmp_path: Path) -> None:
    assert tayang("db", "upgrade") == tayang("db", "upgrade") == f"database is at revision {newest()}\n"
    assert tayang(*ADD) == "jember: added\n"
    (tmp_path / "password").write_text("new password\n")
    changed = [*ADD, "--robot-password-file", str(tmp_path / "password"), "--timezone", "Asia/Jayapura"]
    assert tayang(*changed) == "jember: changed\n"
    listed = tayang("site", "list")
    assert "Asia/Jayapura" in listed and "whsec_" not in listed and "password" not in listed
    assert "works by SOP 13/ORT.06/3509/2021" in tayang("sop", "install", str(SOP_FILE), "--site", "jember")
    assert "secrets" in tayang(*ADD[:-1], "not-a-secret", status=1)
    assert "unknown_site" in tayang("case", "list", "--site", "situbondo", status=1)


def test_an_invitation_is_one_line_to_copy(url: str, tmp_path: Path) -> None:
    tayang("db", "upgrade")
    asked = ("site", "invite", "jember", "--name", "KPU Kabupaten Jember", "--sop", str(SOP_FILE))
    result = CliRunner().invoke(main, asked)
    assert result.exit_code == 0 and re.fullmatch(r"tayang1\.[A-Za-z0-9_-]{100,300}\n", result.stdout)
    assert "good once, for 1 h" in result.stderr
    assert "name" in tayang("site", "invite", "situbondo", status=1)
    (tmp_path / "bad.yaml").write_text("number: 1\n")
    assert "bad.yaml" in tayang(*asked[:-1], str(tmp_path / "bad.yaml"), status=1)


def test_cases_audit_and_outbox(url: str, tmp_path: Path) -> None:
    tayang("db", "upgrade")
    ctx = make_context(url, tmp_path)
    case_id = make_case(ctx, make_office(ctx), upto=5)
    assert "1 cases" in tayang("case", "list", "--site", "jember", "--state", "open")
    shown = tayang("case", "show", case_id, "--site", "jember")
    assert "Rapat Pleno" in shown and "approved" in shown and "WIB" in shown
    assert '"history"' in tayang("case", "show", case_id, "--site", "jember", "--json")
    assert "no_such_case" in tayang("case", "show", "nothing", "--site", "jember", status=1)
    assert tayang("case", "replay") == "1 cases replayed, 0 differ\n"
    assert "jember: 5 rows checked, all good, last hash" in tayang("audit", "verify")

    work = claim(ctx, claim_due(ctx, limit=1)[0].id)
    assert work is not None and give_up(ctx, work, "401 from WordPress")
    assert "401 from WordPress" in tayang("outbox", "list", "--state", "dead")
    assert tayang("outbox", "retry", str(work.id)) == f"{work.id}: pending\n"
    assert "no_such_row" in tayang("outbox", "retry", str(work.id), status=1)

    with ctx.uow() as uow:
        uow.session.execute(text("UPDATE events SET person = 99 WHERE seq = 3"))
        uow.session.execute(text("UPDATE cases SET attempt = 9"))
        uow.commit()
    assert "2 rows good, then row 3 is bad" in tayang("audit", "verify", "--site", "jember", status=1)
    assert f"jember {case_id} revision 5: attempt" in tayang("case", "replay", status=1)


def test_bad_settings_are_one_sentence_each(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("TAYANG_PUBLIC_URL", "nowhere")
    for command in (("db", "upgrade"), ("site", "list")):
        said = tayang(*command, status=1)
        assert "TAYANG_PUBLIC_URL: must be the sidecar's address" in said and "Traceback" not in said
