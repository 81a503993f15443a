"""One transaction per command: repetition, races, refusals that change nothing."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from sidecar.context import Context
from sidecar.services.errors import IdempotencyMismatch, Malformed, NoSop, NoSuchCase, ServiceError, UnknownSite
from sidecar.services.list_cases import list_cases
from sidecar.services.mirror import mirror_of
from sidecar.services.open_case import OpenRequest, open_case
from sidecar.services.outbox import list_rows
from sidecar.services.run_command import Outcome, execute, run_command
from sidecar.services.verify_audit import verify_audit
from sidecar.services.view_case import view_case
from sidecar.sop import errors
from tests.builders import (
    Clock,
    Office,
    look,
    make_case,
    make_content,
    make_context,
    make_office,
    make_request,
    step,
)

JOIN_S = 60


def counts(ctx: Context, office: Office, case_id: str) -> tuple[int, int, int]:
    view = look(ctx, office, case_id)
    return view["revision"], len(view["history"]), len(list_rows(ctx, case_id=case_id))


def at_once(*calls: Callable[[], Outcome]) -> list[Outcome | Exception]:
    """Runs the calls in threads that start together; what each returned or raised."""
    barrier = threading.Barrier(len(calls))
    results: list[Outcome | Exception] = [RuntimeError("never ran")] * len(calls)

    def run(i: int, call: Callable[[], Outcome]) -> None:
        barrier.wait(JOIN_S)
        try:
            results[i] = call()
        except Exception as error:  # noqa: BLE001 (handed to the test, which looks at it)
            results[i] = error

    threads = [threading.Thread(target=run, args=(i, call)) for i, call in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(JOIN_S)
    return results


def test_repeated_command_is_done_once(ctx: Context, office: Office) -> None:
    case_id = make_case(ctx, office, upto=4)
    revision = look(ctx, office, case_id)["revision"]
    request = make_request(
        office,
        case_id,
        "approve",
        office.holder("kasubbag"),
        expected_revision=revision,
        params={"content_sha256": look(ctx, office, case_id)["content_sha256"]},
    )
    first = run_command(ctx, request)
    before = counts(ctx, office, case_id)
    again = run_command(ctx, request)
    assert (again.revision, again.replayed) == (first.revision, True)
    assert counts(ctx, office, case_id) == before


def test_repeated_submission_may_bring_other_previews(ctx: Context, office: Office) -> None:
    case_id = make_case(ctx, office, upto=3)
    common = {"idempotency_key": "k1", "expected_revision": 3}
    person = office.holder("penyusun")
    params = {"content": make_content(), "media_urls": {"34": "http://127.0.0.1:8/a.jpg?1"}, "rendered": "<p>1</p>"}
    run_command(ctx, make_request(office, case_id, "submit", person, params=params, **common))
    other = {**params, "media_urls": {"34": "http://127.0.0.1:8/a.jpg?2"}}
    assert run_command(ctx, make_request(office, case_id, "submit", person, params=other, **common)).replayed


def test_same_key_for_another_command_is_refused(ctx: Context, office: Office) -> None:
    case_id = make_case(ctx, office, upto=4)
    person = office.holder("kasubbag")
    run_command(ctx, make_request(office, case_id, "return", person, note="Kurang foto", idempotency_key="k"))
    before = counts(ctx, office, case_id)
    with pytest.raises(IdempotencyMismatch):
        run_command(ctx, make_request(office, case_id, "return", person, note="Lain", idempotency_key="k"))
    assert counts(ctx, office, case_id) == before


def test_repeated_opening_gives_the_same_case(ctx: Context, office: Office) -> None:
    request = OpenRequest(
        site_id="jember",
        procedure="pemberitaan",
        post_id=5,
        title="A",
        actor=office.holder("sekretaris"),
        idempotency_key="open-5",
    )
    first, second = open_case(ctx, request), open_case(ctx, request)
    assert (second.case_id, second.replayed) == (first.case_id, True)
    with pytest.raises(IdempotencyMismatch):
        open_case(ctx, OpenRequest(**{**vars(request), "title": "B"}))


def test_a_title_is_text_as_people_read_it(ctx: Context, office: Office) -> None:
    opened = OpenRequest(
        site_id="jember",
        procedure="pemberitaan",
        post_id=6,
        title="Logistik &amp; TPS",
        actor=office.holder("sekretaris"),
        idempotency_key="open-6",
    )
    case_id = open_case(ctx, opened).case_id
    assert look(ctx, office, case_id)["title"] == "Logistik & TPS"
    for _ in range(3):
        step(ctx, office, case_id, make_content(6, "Rapat <em>Pleno</em> &amp; 2 &lt; 3 &#8220;ya&#8221;"))
    assert look(ctx, office, case_id)["title"] == "Rapat Pleno & 2 < 3 “ya”"


def test_two_decisions_at_once_give_one_and_a_stale_revision(ctx: Context, office: Office) -> None:
    case_id = make_case(ctx, office, upto=4)
    view = look(ctx, office, case_id)
    person = office.holder("kasubbag")
    seen = {"expected_revision": view["revision"]}
    approve = make_request(
        office, case_id, "approve", person, params={"content_sha256": view["content_sha256"]}, **seen
    )
    back = make_request(office, case_id, "return", person, note="Perbaiki", **seen)
    results = at_once(lambda: run_command(ctx, approve), lambda: run_command(ctx, back))
    assert sorted(type(result).__name__ for result in results) == ["Outcome", "StaleRevision"]
    assert look(ctx, office, case_id)["revision"] == view["revision"] + 1


def test_the_same_command_twice_at_once_is_done_once(ctx: Context, office: Office) -> None:
    case_id = make_case(ctx, office, upto=4)
    view = look(ctx, office, case_id)
    request = make_request(
        office,
        case_id,
        "approve",
        office.holder("kasubbag"),
        expected_revision=view["revision"],
        params={"content_sha256": view["content_sha256"]},
    )
    results = at_once(*[lambda: run_command(ctx, request)] * 4)
    assert sorted(r.replayed for r in results if isinstance(r, Outcome)) == [False, True, True, True]


def test_many_cases_at_once_keep_one_whole_chain(ctx: Context, office: Office) -> None:
    def opening(post_id: int) -> Callable[[], Outcome]:
        request = OpenRequest(
            site_id="jember",
            procedure="pemberitaan",
            post_id=post_id,
            title=f"Berita {post_id}",
            actor=office.holder("sekretaris"),
            idempotency_key=uuid.uuid4().hex,
        )
        return lambda: open_case(ctx, request)

    opened = at_once(*[opening(post_id) for post_id in (1, 2, 3, 4, 4, 4)])
    cases = [one.case_id for one in opened if isinstance(one, Outcome)]
    assert len(cases) == 4
    assert [type(one) for one in opened if not isinstance(one, Outcome)] == [errors.CaseExists] * 2
    person = office.holder("sekretaris")
    requests = [make_request(office, case_id, "assign", person) for case_id in cases]
    done = at_once(*[lambda r=request: run_command(ctx, r) for request in requests])
    assert all(isinstance(one, Outcome) for one in done)
    [found] = verify_audit(ctx)
    assert (found.rows, found.first_bad) == (8, None)


def test_refused_command_changes_nothing(ctx: Context, office: Office) -> None:
    case_id = make_case(ctx, office, upto=4)
    before = counts(ctx, office, case_id)
    refused = {
        "approve": (office.holder("humas"), {"content_sha256": "x"}, errors.NotYourTurn),
        "return": (office.holder("kasubbag"), {}, errors.NoteRequired),
        "submit": (office.holder("kasubbag"), {"content": make_content()}, errors.WrongActivity),
        "plan_publication": (
            office.holder("kasubbag"),
            {"publish_at": "2020-01-01T00:00:00+07:00"},
            errors.PublishAtPast,
        ),
    }
    for command, (person, params, error) in refused.items():
        with pytest.raises(error):
            run_command(ctx, make_request(office, case_id, command, person, params=params))
    stale = make_request(office, case_id, "return", office.holder("kasubbag"), note="x", expected_revision=1)
    with pytest.raises(errors.StaleRevision):
        run_command(ctx, stale)
    assert counts(ctx, office, case_id) == before


@pytest.mark.parametrize(
    ("command", "params", "field"),
    [
        ("dance", {}, "command"),
        ("submit", {}, "content"),
        ("submit", {"content": make_content(post_id=99)}, "content"),
        ("submit", {"content": make_content(ratio=1.5)}, "content"),
        ("submit", {"content": make_content(), "media_urls": ["x"]}, "media_urls"),
        ("approve", {}, "content_sha256"),
        ("plan_publication", {"publish_at": "besok"}, "publish_at"),
        ("plan_publication", {"publish_at": "2027-01-01T06:00:00"}, "publish_at"),
        ("assign", {"assignee": "4"}, "assignee"),
        ("assign", {"assignee": True}, "assignee"),
        ("reassign", {"role": "humas"}, "assignee"),
        ("delegate", {"to_person": 2, "starts_at": "2027-01-01T06:00:00+07:00"}, "ends_at"),
    ],
)
def test_malformed_commands_name_the_field(
    tmp_path: Path, command: str, params: dict[str, object], field: str, sqlite: Context
) -> None:
    office = make_office(sqlite)
    case_id = make_case(sqlite, office, upto=3)
    with pytest.raises(Malformed) as caught:
        run_command(sqlite, make_request(office, case_id, command, office.holder("penyusun"), params=params))
    assert caught.value.params["field"] == field


def test_bad_openings_are_refused(ctx: Context, office: Office) -> None:
    good = OpenRequest(
        site_id="jember",
        procedure="pemberitaan",
        post_id=5,
        title="A",
        actor=office.holder("sekretaris"),
        idempotency_key="k",
    )
    bad: list[tuple[dict[str, object], type[Exception]]] = [
        ({"site_id": "situbondo"}, UnknownSite),
        ({"procedure": "rapat"}, NoSop),
        ({"post_id": 0}, Malformed),
        ({"idempotency_key": ""}, Malformed),
        ({"disposition": {"colour": "red"}}, Malformed),
        ({"disposition": {"attachment_id": "7"}}, Malformed),
        ({"actor": office.holder("humas")}, errors.NotYourTurn),
    ]
    for change, error in bad:
        with pytest.raises(error):
            open_case(ctx, OpenRequest(**{**vars(good), **change}))
    assert list_rows(ctx) == []


def test_one_office_cannot_see_or_move_another_ones_case(ctx: Context, office: Office) -> None:
    other = make_office(ctx, "situbondo")
    case_id = make_case(ctx, office, upto=2)
    with pytest.raises(NoSuchCase):
        look(ctx, other, case_id)
    with pytest.raises(NoSuchCase):
        view_case(ctx, "situbondo", None, post_id=12)
    with pytest.raises(NoSuchCase):
        run_command(ctx, make_request(other, case_id, "assign", other.holder("kasubbag")))
    with pytest.raises(NoSuchCase):
        mirror_of(ctx, "situbondo", case_id)
    with pytest.raises(UnknownSite):
        look(ctx, Office("bondowoso", office.sop), case_id)
    assert list_cases(ctx, "situbondo", other.holder("kasubbag"), state="") == ([], 0)
    # The same post number is another post there.
    assert make_case(ctx, other) != case_id


def test_lists_what_waits_for_a_person(ctx: Context, office: Office, clock: Clock) -> None:
    for post_id, upto in ((1, 1), (2, 4), (3, 4), (4, 7)):
        make_case(ctx, office, post_id=post_id, upto=upto)
        clock.pass_(minutes=1)
    kasubbag = office.holder("kasubbag")
    mine, total = list_cases(ctx, "jember", kasubbag, mine=True)
    assert (total, [view["post_id"] for view in mine]) == (3, [2, 3, 4])
    page, total = list_cases(ctx, "jember", kasubbag, page=2, per_page=3)
    assert (total, [view["post_id"] for view in page]) == (4, [1])
    with pytest.raises(ServiceError):
        list_cases(ctx, "jember", kasubbag, per_page=0)


def test_commands_may_share_the_callers_transaction(ctx: Context, office: Office) -> None:
    case_id = make_case(ctx, office, upto=4)
    before = counts(ctx, office, case_id)
    request = make_request(office, case_id, "return", office.holder("kasubbag"), note="Perbaiki")
    with ctx.uow() as uow:
        execute(ctx, uow, request)
    assert counts(ctx, office, case_id) == before


def test_delegate_acts_for_the_absent(ctx: Context, office: Office, clock: Clock) -> None:
    case_id = make_case(ctx, office, upto=4)
    kasubbag, humas = office.holder("kasubbag"), office.holder("humas")
    span = {"starts_at": clock().isoformat(), "ends_at": (clock() + timedelta(days=2)).isoformat()}
    run_command(ctx, make_request(office, case_id, "delegate", kasubbag, params={"to_person": humas, **span}))
    view = look(ctx, office, case_id)
    deputy = {"person": humas, "name": f"Orang {humas}", "acting_for": kasubbag, "acting_for_name": f"Orang {kasubbag}"}
    assert deputy in view["may_act"]
    assert humas in [m["person"] for m in view["mails"] if m["no"] == 4]
    params = {"content_sha256": view["content_sha256"]}
    run_command(ctx, make_request(office, case_id, "approve", humas, params=params))
    last = look(ctx, office, case_id)["history"][-1]
    assert (last["by"], last["acting_for"], last["acting_for_name"]) == (humas, kasubbag, f"Orang {kasubbag}")


def test_contexts_of_two_processes_see_the_same(
    database_url: str, ctx: Context, office: Office, tmp_path: Path
) -> None:
    case_id = make_case(ctx, office, upto=3)
    assert look(make_context(database_url, tmp_path), office, case_id)["activity"]["no"] == 3
