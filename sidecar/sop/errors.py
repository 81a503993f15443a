"""What the core refuses. A code is stable and translated at the edges; `params` fill the sentence."""

from __future__ import annotations


class SopError(Exception):
    """A command that the procedure does not allow now. Nothing has changed."""

    code = "sop_error"

    def __init__(self, **params: object) -> None:
        self.params = params
        super().__init__(f"{self.code} {params}" if params else self.code)


class StaleRevision(SopError):
    """Somebody else was first: `expected` and `actual` revision."""

    code = "stale_revision"


class CaseExists(SopError):
    code = "case_exists"


class NotCorrectable(SopError):
    """What this case published does not stand on the website, so it cannot be corrected there: `case_id`."""

    code = "not_correctable"


class CaseClosed(SopError):
    """The case is published, cancelled or being published: `state`."""

    code = "case_closed"


class WrongActivity(SopError):
    """The command does not fit the present step: `command`, `no`, `kind`."""

    code = "wrong_activity"


class NotYourTurn(SopError):
    """Another role, or the person named for it, must act: `role`, `no`, `named` (person or None)."""

    code = "not_your_turn"


class SelfApproval(SopError):
    """Nobody approves what they submitted themselves: `no`."""

    code = "self_approval"


class NoteRequired(SopError):
    """A return needs a note, a cancellation or reassignment a reason: `command`."""

    code = "note_required"


class ContentChanged(SopError):
    """The text is no longer what was submitted: `expected` and `actual` digest."""

    code = "content_changed"


class ContentMissing(SopError):
    """A submission without a content digest."""

    code = "content_missing"


class NotAHolder(SopError):
    """The person named does not hold the role: `person`, `role`."""

    code = "not_a_holder"


class NotApproved(SopError):
    """Publication without the final approval of the present content."""

    code = "not_approved"


class PublishesByItself(SopError):
    """The SOP file lets this activity begin by itself; nobody presses it: `no`."""

    code = "publishes_by_itself"


class PublishAtPast(SopError):
    """A publication time that lies in the past: `publish_at`."""

    code = "publish_at_past"


class BadDelegation(SopError):
    """A delegation to oneself, to nobody, or that ends before it begins."""

    code = "bad_delegation"


class NotPublishing(SopError):
    """A publication result for a case that is not being published: `state`."""

    code = "not_publishing"
