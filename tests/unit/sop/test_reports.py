from __future__ import annotations

from datetime import timedelta

from sidecar.sop import commands as cmd
from sidecar.sop.reports import step_records
from tests.unit.sop import walk

NEWS = walk.JEMBER.procedures[0]


def test_one_record_per_run_with_its_seconds():
    case, events = walk.walk_to(NEWS, 4)
    now = events[-1].at + timedelta(minutes=3)
    returned = cmd.ReturnForRevision(actor=walk.holder("kasubbag"), note="Tambah foto", via=cmd.Via.EMAIL)
    case, more = walk.apply(NEWS, case, returned, now)
    again = now + timedelta(minutes=10)
    case, last = walk.apply(NEWS, case, walk.fitting(NEWS.activity(3), case), again)
    records = step_records(NEWS, events + more + last)
    assert [(r.no, r.attempt, r.decision) for r in records] == [
        (1, 1, "submit"),
        (2, 1, "submit"),
        (3, 1, "submit"),
        (4, 1, "return"),
        (3, 2, "submit"),
    ]
    assert [r.seconds for r in records] == [60, 60, 60, 180, 600]
    assert (records[3].via, records[3].note, records[3].role) == ("email", "Tambah foto", "kasubbag")


def test_a_publication_counts_for_who_ordered_it():
    case, events = walk.walk_to(NEWS, 10)
    _, more = walk.publish(NEWS, case, events[-1].at + timedelta(minutes=2))
    last = step_records(NEWS, events + more)[-1]
    assert (last.decision, last.person, last.via, last.seconds) == ("publish", walk.holder("humas").person, "wp", 120)
