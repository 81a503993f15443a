"""What a task may answer besides "done". `workers/run.py` turns the answer into the row's next state.

A task is a function `(Context, Row) -> None`. Returning is success, and "already done" is success too. It may be
called twice for one row, ever: each effect has a key of its own or a record written before and after it.
"""

from __future__ import annotations

import random
from datetime import timedelta

FIRST_WAIT_S = 2.0
LONGEST_WAIT_S = 900.0


class TaskError(Exception):
    """`code` is stable; `sentence` says to a person what, where and how to mend it."""

    def __init__(self, code: str, sentence: str) -> None:
        self.code = code
        self.sentence = sentence
        super().__init__(f"{code}: {sentence}")


class Again(TaskError):
    """Worth another try, by itself: after `after_s` if given, else by the growing wait."""

    def __init__(self, code: str, sentence: str, after_s: float | None = None) -> None:
        super().__init__(code, sentence)
        self.after_s = after_s


class GiveUp(TaskError):
    """Trying again changes nothing; a person must look."""


class Obsolete(TaskError):
    """The world moved on and the effect is no longer wanted. Not a failure."""


def wait_before(attempt: int, after_s: float | None = None) -> timedelta:
    """How long attempt number `attempt` + 1 waits: doubled each time, at most 15 minutes, with a fifth of jitter so
    that a hundred rows that failed together do not come back together."""
    seconds = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2.0 ** min(attempt - 1, 20)) if after_s is None else after_s
    return timedelta(seconds=seconds * random.uniform(1.0, 1.2))  # noqa: S311 (spreads load, keeps no secret)
