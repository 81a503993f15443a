"""The journal's transitions: who may do what when, and that only one of two wins."""

from __future__ import annotations

import pytest

from sidecar.context import Context
from sidecar.services import deliveries
from sidecar.services.deliveries import Delivery
from sidecar.services.errors import NoSuchRow
from sidecar.store.deliveries import DeliveryState
from sidecar.store.errors import StoreConflict
from tests.builders import Clock, Office, make_case


def planned(ctx: Context, office: Office) -> Delivery:
    case_id = make_case(ctx, office, upto=10)
    with ctx.uow(read_only=True) as uow:
        return deliveries.every_of_case(uow, office.site_id, case_id)[0]


def armed(ctx: Context, office: Office) -> Delivery:
    return deliveries.arm(ctx, deliveries.note_prepared(ctx, planned(ctx, office), {"media": {}}))


def test_the_straight_way_keeps_its_key_and_counts_the_armings(ctx: Context, office: Office, clock: Clock) -> None:
    delivery = planned(ctx, office)
    key = delivery.key
    delivery = deliveries.note_prepared(ctx, delivery, {"media": {"a": 1}})
    clock.pass_(hours=3)
    delivery = deliveries.arm(ctx, delivery)
    assert (delivery.state, delivery.attempt, delivery.armed_at) == (DeliveryState.ARMED, 1, clock())
    delivery = deliveries.proven(ctx, deliveries.accepted(ctx, delivery, "17", ""), "http://m/@k/17")
    assert (delivery.state, delivery.url, delivery.remote_id) == (DeliveryState.PROVEN, "http://m/@k/17", "17")
    assert delivery.key == key and delivery.prepared == {"media": {"a": 1}}


def test_of_two_workers_one_arms(ctx: Context, office: Office) -> None:
    ready = deliveries.note_prepared(ctx, planned(ctx, office), {})
    deliveries.arm(ctx, ready)
    with pytest.raises(StoreConflict):
        deliveries.arm(ctx, ready)


def test_a_late_answer_after_somebody_else_went_on_changes_nothing(ctx: Context, office: Office) -> None:
    first = armed(ctx, office)
    deliveries.accepted(ctx, deliveries.arm(ctx, first), "1", "")
    with pytest.raises(StoreConflict):
        deliveries.accepted(ctx, first, "2", "")
    assert deliveries.load(ctx, first.id).delivery.remote_id == "1"


@pytest.mark.parametrize(
    "change",
    [
        lambda ctx, row: deliveries.accepted(ctx, row, "1", ""),
        lambda ctx, row: deliveries.proven(ctx, row, "u"),
        lambda ctx, row: deliveries.arm(ctx, row),
        lambda ctx, row: deliveries.disarm(ctx, row, "c", "s"),
        lambda ctx, row: deliveries.unconfirmed(ctx, row, "c", "s"),
        lambda ctx, row: deliveries.revive(ctx, row),
    ],
)
def test_a_planned_delivery_is_neither_out_nor_armed(ctx: Context, office: Office, change) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(StoreConflict):
        change(ctx, planned(ctx, office))


def test_an_armed_delivery_never_simply_fails(ctx: Context, office: Office) -> None:
    row = armed(ctx, office)
    with pytest.raises(StoreConflict):
        deliveries.failed(ctx, row, "c", "s")
    assert deliveries.disarm(ctx, row, "c", "refused").state is DeliveryState.PREPARED


def test_a_failed_one_comes_back_when_a_person_wants_it(ctx: Context, office: Office) -> None:
    row = deliveries.failed(ctx, planned(ctx, office), "text_too_long", "Teks terlalu panjang")
    assert deliveries.revive(ctx, row).state is DeliveryState.PLANNED


def test_a_delivery_that_is_gone_says_so(ctx: Context, office: Office) -> None:
    with pytest.raises(NoSuchRow):
        deliveries.load(ctx, 4711)
