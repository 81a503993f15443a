"""What a view says beyond the state: work that was given up is seen by people."""

from __future__ import annotations

from sidecar.context import Context
from sidecar.services import outbox
from sidecar.services.outbox import Work
from tests.builders import Office, look, make_case


def give_up(ctx: Context, kind: str, error: str) -> Work:
    """Claims everything that is due and gives up the newest row of `kind`."""
    claimed = [work for work in outbox.claim_due(ctx) if work.kind == kind]
    work = outbox.claim(ctx, claimed[-1].id)
    assert work is not None
    assert outbox.give_up(ctx, work, error)
    return work


def test_work_that_was_given_up_is_in_the_view_until_it_is_done(ctx: Context, office: Office) -> None:
    case_id = make_case(ctx, office, upto=4)
    assert look(ctx, office, case_id)["problems"] == []
    dead = give_up(ctx, "media.derive", "truncated: Foto 34 terpotong. Unggah lagi.")
    [problem] = look(ctx, office, case_id)["problems"]
    assert (problem["kind"], problem["sentence"]) == ("media.derive", "Foto 34 terpotong. Unggah lagi.")
    outbox.requeue(ctx, dead.id)
    assert look(ctx, office, case_id)["problems"] == []
