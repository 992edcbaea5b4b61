"""Providers whose models can go on with an answer that another one began."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from typing import Protocol

from providers.base import Model
from providers.calls import Completion, Deadline, StreamEvent
from providers.dialects.reading import EventReader
from providers.errors import UnsupportedError
from providers.http import HttpOptions, OnHeaders
from providers.limits import RateLimits
from providers.messages import ChatRequest
from providers.wire_provider import WireProvider


class PrefixDialect(Protocol):
    """A wire that can say how the answer has begun."""

    def path(self, model: Model, *, stream: bool) -> str: ...

    def encode(
        self, model: Model, request: ChatRequest, *, stream: bool, prefix: str | None = None
    ) -> bytes: ...

    def decode(self, body: bytes) -> Completion: ...

    def reader(self) -> EventReader: ...

    def takes_prefix(self, model: Model) -> bool: ...


class ContinuingProvider(WireProvider):
    """A vendor that continues a given beginning, for those of its models that can."""

    def __init__(
        self,
        name: str,
        options: HttpOptions,
        dialect: PrefixDialect,
        *,
        on_headers: OnHeaders | None = None,
        on_limits: Callable[[str, RateLimits], None] | None = None,
    ) -> None:
        super().__init__(name, options, dialect, on_headers=on_headers, on_limits=on_limits)
        self._prefixing = dialect

    def can_continue(self, model: Model) -> bool:
        """Whether this model goes on from a given beginning."""
        return self._prefixing.takes_prefix(model)

    def continue_from(
        self, model: Model, request: ChatRequest, prefix: str, *, deadline: Deadline
    ) -> AsyncGenerator[StreamEvent, None]:
        """The rest of an answer that began with `prefix`; the prefix itself is not repeated.

        Raises:
            UnsupportedError: the model cannot; `providers.continuation` asks it in words instead.
        """

        def encode() -> bytes:
            if not self.can_continue(model):
                raise UnsupportedError(
                    f"{model.name} cannot continue a given beginning; ask it in words instead.",
                    provider=self.name,
                    model=model.name,
                )
            return self._prefixing.encode(model, request, stream=True, prefix=prefix)

        return self._run(model, encode, deadline)
