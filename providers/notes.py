"""What was left out of a request because a model refuses it: told to whoever makes the call, and once to the log."""

from __future__ import annotations

import logging
from contextvars import ContextVar
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec
from msgspec import Raw

if TYPE_CHECKING:
    from providers.base import Model

LEFT_OUT: ContextVar[list[str] | None] = ContextVar("pointsman_left_out", default=None)
"""Where the call that is under way wants to be told: dialects write bytes and have no place for it."""
_HEARD_HERE = "user"
"""A vendor that is not told of it takes nothing from the caller: the gateway itself acts on it."""

_log = logging.getLogger("pointsman.providers")


_USUAL: dict[str, object] = {
    "temperature": 1, "top_p": 1, "presence_penalty": 0, "frequency_penalty": 0, "logit_bias": {},
    "logprobs": False, "top_logprobs": 0, "modalities": ["text"], "parallel_tool_calls": True, "service_tier": "auto",
}  # fmt: skip
"""What holds on the clients' wires where a field is not sent at all."""


def asks_for_nothing(field: str, value: object) -> bool:
    """Whether a request that has the field asks for the same as one without; `value` may be raw JSON."""
    if field not in _USUAL:
        return value is None or (isinstance(value, Raw) and bytes(value) == b"null")
    if isinstance(value, Raw):
        value = msgspec.json.decode(value)
    return value is None or value == _USUAL[field]


def note_dropped(model: Model, field: str, value: object) -> None:
    """Say that this model is sent no such field, where it asks for anything. In the log once for each
    model and field."""
    if asks_for_nothing(field, value):
        return
    left_out = LEFT_OUT.get()
    if left_out is not None and field != _HEARD_HERE and field not in left_out:
        left_out.append(field)
    _say_once(model.provider, model.name, field)


@lru_cache(maxsize=4096)
def _say_once(provider: str, model: str, field: str) -> None:
    _log.warning(
        "%s refuses %r for %s: the field is left out of requests to it.",
        provider,
        field,
        model,
        extra={"provider": provider, "model": model, "field": field},
    )
