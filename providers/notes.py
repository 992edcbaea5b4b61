"""What was left out of a request because a model refuses it, said once in the log for each."""

from __future__ import annotations

import logging
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from providers.base import Model

_log = logging.getLogger("pointsman.providers")


def note_dropped(model: Model, field: str) -> None:
    """Say that this model is sent no such field. Said once for each model and field."""
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
