"""Structure: every kind has a queue, every queue a process, every handler is there."""

from __future__ import annotations

import importlib
import inspect

import pytest

from sidecar.store import outbox
from tests.builders import ROOT
from workers.queues import KINDS, QUEUES, timeout_s

ORDERED = {value for name, value in vars(outbox).items() if name.isupper() and isinstance(value, str)}


def test_every_kind_that_the_services_order_has_a_queue() -> None:
    assert set(KINDS) == ORDERED
    assert {kind.queue for kind in KINDS.values()} == set(QUEUES)


@pytest.mark.parametrize("name", sorted(KINDS))
def test_every_handler_takes_context_and_work(name: str) -> None:
    module, _, function = KINDS[name].handler.rpartition(".")
    assert list(inspect.signature(getattr(importlib.import_module(module), function)).parameters) == ["ctx", "work"]


@pytest.mark.parametrize("queue", sorted(QUEUES))
def test_every_queue_has_a_process(queue: str) -> None:
    text = (ROOT / "scripts" / "up").read_text()
    assert "workers.run" in text and queue in text
    assert "workers.relay" in text


def test_a_job_is_stopped_before_its_lease_ends() -> None:
    for queue in QUEUES.values():
        assert 0 < timeout_s(queue.lease_s) < queue.lease_s
