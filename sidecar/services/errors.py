"""What a use case refuses beyond the core's own refusals (SopError); `code` is stable, `params` fill the sentence."""

from __future__ import annotations


class ServiceError(Exception):
    code = "service_error"

    def __init__(self, **params: object) -> None:
        self.params = params
        super().__init__(f"{self.code} {params}" if params else self.code)


class UnknownSite(ServiceError):
    """No office with this id: `site_id`."""

    code = "unknown_site"


class NoSuchCase(ServiceError):
    """The office has no such case, by `case_id` or `post_id`. Another office's case is no case either."""

    code = "no_such_case"


class NoSop(ServiceError):
    """No SOP is installed for the office, or its SOP has no procedure `procedure`."""

    code = "no_sop"


class Malformed(ServiceError):
    """A command's field is missing or of the wrong form: `field`."""

    code = "malformed"


class NowhereToPublish(ServiceError):
    """A submission for neither the website nor a channel."""

    code = "nowhere_to_publish"


class IdempotencyMismatch(ServiceError):
    """The key was used before for another command: `idempotency_key`."""

    code = "idempotency_mismatch"


class Replayed(ServiceError):
    """A message with this webhook-id was accepted before: `message_id`."""

    code = "replayed"


class PairingOver(ServiceError):
    """The pairing code is wrong, used or too old; nobody learns which."""

    code = "pairing_over"


class TooManyTries(ServiceError):
    """Wrong too often from one address; again after `seconds`."""

    code = "too_many_tries"


class NoSuchRow(ServiceError):
    """No such outbox row, channel or the like: `id`; or it is not in a state that allows this."""

    code = "no_such_row"
