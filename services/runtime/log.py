"""One way to log. Keys that nobody has cleared never leave the process."""

import traceback
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any, Final

import structlog

SAFE_KEYS: Final = frozenset(
    {
        "event",
        "level",
        "timestamp",
        "service",
        "instance",
        "topic",
        "partition",
        "offset",
        "expected",
        "count",
        "reader",
        "reason",
        "where",
        "rule",
        "error",
        "attempt",
        "took_ms",
        "wait_seconds",
        "message_ref",
        "event_id",
        "path",
        "method",
        "status",
        "address",
        "version",
        "what_to_do",
        "dropped_keys",
    }
)


def drop_unsafe_keys(
    _logger: object, _method: str, entry: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Remove every key that is not on the list, and say how many went."""
    unsafe = entry.keys() - SAFE_KEYS
    for key in unsafe:
        del entry[key]
    if unsafe:
        entry["dropped_keys"] = len(unsafe)
    return entry


def configure(service: str, instance: str) -> None:
    """Send one JSON object a line to standard output, stamped with *service*."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            drop_unsafe_keys,
            structlog.processors.JSONRenderer(sort_keys=True),
        ],
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=service, instance=instance)


def get() -> structlog.stdlib.BoundLogger:
    """Return the logger."""
    logger: structlog.stdlib.BoundLogger = structlog.get_logger()
    return logger


def named(error: BaseException) -> str:
    """Return what may be said of *error*: its class. Its text can hold a value."""
    return f"{type(error).__module__}.{type(error).__qualname__}"


def raised_at(error: BaseException) -> str:
    """Return where in our code *error* was raised: files and lines, no values."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [f for f in frames if "site-packages" not in f.filename] or frames
    return " < ".join(f"{Path(f.filename).name}:{f.lineno}" for f in reversed(own))
