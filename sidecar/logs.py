"""JSON lines on standard error: `event` is a constant, the rest are fields. Never a token, body, secret or address."""

from __future__ import annotations

import logging
import sys

import structlog

from sidecar.keys import Keys


def setup_logging(level: str = "info") -> None:
    """Sets up structlog for this process. `level`: debug, info, warning or error."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        # Looked up each time: whoever captures standard error captures the log.
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
    )


def get_logger(room: str) -> structlog.typing.FilteringBoundLogger:
    """A logger that says which room speaks."""
    logger: structlog.typing.FilteringBoundLogger = structlog.get_logger(room=room)
    return logger


def address_hash(keys: Keys, address: str) -> str:
    """How an e-mail address appears in the log: the same address gives the same 16 hex digits, nothing leads back."""
    return keys.fingerprint(address)
