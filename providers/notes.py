"""What was left out of a request because a model refuses it: told to whoever makes the call, and once to the log."""

from __future__ import annotations

import logging
from contextvars import ContextVar
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from providers.base import Model

LEFT_OUT: ContextVar[list[str] | None] = ContextVar("pointsman_left_out", default=None)
"""Where the call that is under way wants to be told: dialects write bytes and have no place for it."""
_HEARD_HERE = "user"
"""A vendor that is not told of it takes nothing from the caller: the gateway itself acts on it."""

_log = logging.getLogger("pointsman.providers")


def note_dropped(model: Model, field: str) -> None:
    """Say that this model is sent no such field. In the log once for each model and field."""
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
