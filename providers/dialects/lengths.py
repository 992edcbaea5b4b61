"""How long an answer may be, as vendors are told."""

from __future__ import annotations

from providers.base import Model
from providers.messages import ChatRequest


def clamp_tokens(request: ChatRequest, model: Model) -> int | None:
    """How long the answer may be: the caller's wish up to what the model can write; None without one.

    Vendors refuse a greater number, and a caller that asks for more than there is means all of it.
    """
    wished, most = request.max_tokens, model.max_output_tokens
    return most if wished is not None and wished > most else wished
