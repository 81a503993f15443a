"""A lock that is not given back in time is a refusal with a code, on both databases, and nothing has changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from sidecar.context import Context
from sidecar.services.run_command import run_command
from sidecar.store import engine
from sidecar.store.errors import DatabaseBusy
from tests.builders import Office, look, make_case, make_context, make_request


def test_command_that_cannot_have_the_lock_may_be_repeated(
    database_url: str, ctx: Context, office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = make_case(ctx, office, upto=2)
    monkeypatch.setattr(engine, "BUSY_TIMEOUT_MS", 50)
    monkeypatch.setattr(engine, "LOCK_TIMEOUT_MS", 50)
    impatient = make_context(database_url, tmp_path)
    request = make_request(office, case_id, "assign", office.holder("kasubbag"))
    with ctx.uow() as uow:
        uow.audit.lock_head("jember")
        with pytest.raises(DatabaseBusy):
            run_command(impatient, request)
    assert look(ctx, office, case_id)["revision"] == 2
    outcome = run_command(impatient, request)
    assert (outcome.revision, outcome.replayed) == (3, False)
