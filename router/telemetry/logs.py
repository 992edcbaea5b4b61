"""Structured logs without private data: JSON lines, or coloured text on a terminal.

Nothing that a user wrote belongs into a log. Callers log names and numbers; what slips through is
caught here: private fields are left out, secrets are hashed, and in every other text whatever looks
like an address, a key or a long number is hidden. An exception is told by its class and place; its
own words only when they are ours.
"""

from __future__ import annotations

import hashlib
import logging
import re
import sys
import traceback
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from types import TracebackType
from typing import Any, TextIO, cast

import msgspec
import structlog
from structlog.contextvars import bound_contextvars, merge_contextvars
from structlog.typing import FilteringBoundLogger, Processor

from providers.errors import ProviderError
from router.errors import PointsmanError

Event = MutableMapping[str, Any]

PRIVATE_FIELDS = frozenset(
    [
        "arguments",
        "body",
        "content",
        "messages",
        "original",
        "originals",
        "payload",
        "prompt",
        "query",
        "raw",
        "request",
        "response",
        "system",
        "text",
        "tool_calls",
        "utterance",
        "vault",
    ]
)
SECRET_FIELDS = frozenset(
    ["api_key", "authorization", "credential", "key", "password", "secret", "token"]
)
_TALKATIVE = ("watchfiles",)
"""Libraries that say at `info` what we say ourselves."""
_HIDDEN = "[hidden]"
_LONGEST = 500
_PRIVATE_TEXT = re.compile(
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
    r"|(?<![A-Za-z0-9])(?:sk|pk|rk)-[\w-]{6,}"
    r"|(?i:bearer)\s+\S+"
    r"|(?<![A-Za-z0-9_.])\+?\d(?:[ -]?\d){6,}[Xx]?(?![A-Za-z0-9_])"
)
_NAMES = frozenset(
    [
        "at",
        "broken_model",
        "deployment",
        "error",
        "level",
        "logger",
        "model",
        "next_model",
        "policy",
        "policy_version",
        "pool",
        "provider",
        "request_id",
        "rule",
        "timestamp",
        "version",
    ]
)
"""Fields whose words are ours; a model may be called `something-20250514`."""


def configure_logs(level: str = "info", *, stream: TextIO | None = None) -> None:
    """Send our logs and the libraries' to `stream` (stderr by default), from this level on."""
    where = stream or cast(TextIO, _Stderr())
    number = logging.getLevelNamesMapping()[level.upper()]
    _configure_ours(number, where)
    handler = logging.StreamHandler(where)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_shared_steps(),
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _renderer_for(where),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(number, logging.INFO))
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)


def _configure_ours(number: int, where: TextIO) -> None:
    structlog.configure(
        processors=[*_shared_steps(), _renderer_for(where)],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.WriteLoggerFactory(file=where),
        cache_logger_on_first_use=False,
    )


def get_logger(name: str) -> FilteringBoundLogger:
    """A logger whose lines carry this name; it may be made before `configure_logs`."""
    return cast(FilteringBoundLogger, structlog.get_logger(where=name))


@contextmanager
def bind_request(request_id: str) -> Iterator[None]:
    """Every line that is logged inside carries this request's id."""
    with bound_contextvars(request_id=request_id):
        yield


def fingerprint(secret: str) -> str:
    """A short name for a key that does not give it away, the same every time."""
    return "sha256:" + hashlib.sha256(secret.encode()).hexdigest()[:8]


def hide_private(_logger: object, _method: str, event: Event) -> Event:
    """The processor that keeps private data out of every line."""
    for name, value in event.items():
        if name in PRIVATE_FIELDS:
            event[name] = _HIDDEN
        elif name in SECRET_FIELDS:
            event[name] = fingerprint(str(value))
        elif name not in _NAMES:
            event[name] = _scrub(value)
    return event


def tell_exception(_logger: object, _method: str, event: Event) -> Event:
    """The processor that tells an exception by class and place."""
    told = event.pop("exc_info", None)
    error = sys.exc_info()[1] if told is True else told[1] if isinstance(told, tuple) else told
    if isinstance(error, BaseException):
        event["error"] = type(error).__name__
        event["at"] = _places(error.__traceback__)
        if isinstance(error, (PointsmanError, ProviderError)):
            event["why"] = str(error)
    return event


def _shared_steps() -> list[Processor]:
    return [
        merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        tell_exception,
        hide_private,
    ]


def _renderer_for(stream: TextIO) -> Processor:
    if stream.isatty():
        return structlog.dev.ConsoleRenderer()
    return structlog.processors.JSONRenderer(serializer=_encode)


def _encode(event: object, **_: object) -> str:
    return msgspec.json.encode(event, enc_hook=str).decode()


def _scrub(value: Any) -> Any:
    if isinstance(value, str):
        return _PRIVATE_TEXT.sub(_HIDDEN, value[:_LONGEST])
    if isinstance(value, Mapping):
        return {key: _HIDDEN if key in PRIVATE_FIELDS else _scrub(v) for key, v in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_scrub(item) for item in value]
    return value


def _places(trace: TracebackType | None) -> list[str]:
    """Where it happened, innermost last; no source lines, which could show literals."""
    frames = traceback.extract_tb(trace)[-8:]
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]


class _Stderr:
    """Whatever `sys.stderr` is at the time of writing; loggers outlive a redirection."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()

    def isatty(self) -> bool:
        return sys.stderr.isatty()


# Before anybody configures logs (a CLI verb, a script), warnings go to stderr: structlog's own
# default would print into standard output, where reports and answers belong.
if not structlog.is_configured():
    _configure_ours(logging.WARNING, cast(TextIO, _Stderr()))
