"""Providers whose models can go on with an answer that another one began, and prove its order."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from typing import Protocol

from providers.base import Model
from providers.calls import Completion, Deadline, StreamEvent
from providers.dialects.reading import EventReader
from providers.errors import ProviderError, UnnumberedError, UnsupportedError
from providers.http import HttpClient, HttpOptions, OnHeaders
from providers.limits import RateLimits
from providers.messages import ChatRequest
from providers.wire_provider import Way, WireProvider


class PrefixDialect(Protocol):
    """A wire that can say how the answer has begun."""

    def path(self, model: Model, *, stream: bool) -> str: ...

    def encode(
        self, model: Model, request: ChatRequest, *, stream: bool, prefix: str | None = None
    ) -> bytes: ...

    def decode(self, body: bytes) -> Completion: ...

    def reader(self) -> EventReader: ...

    def takes_prefix(self, model: Model) -> bool: ...


class OrderedDialect(PrefixDialect, Protocol):
    """A wire that numbers its pieces, so that its reader sees any other order of them."""

    def fits(self, model: Model, request: ChatRequest) -> bool:
        """Whether the request can be made on this wire without a loss."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class InOrder:
    """The wire for answers whose order must be proven."""

    dialect: OrderedDialect
    options: HttpOptions | None = None
    """Where that wire is, if it is not where the usual one is."""


class ContinuingProvider(WireProvider):
    """A vendor that continues a given beginning, for those of its models that can.

    With `in_order` it also streams answers whose order is proven; without, such answers are fetched
    whole by whoever needs them.
    """

    def __init__(
        self,
        name: str,
        options: HttpOptions,
        dialect: PrefixDialect,
        *,
        in_order: InOrder | None = None,
        on_headers: OnHeaders | None = None,
        on_limits: Callable[[str, RateLimits], None] | None = None,
    ) -> None:
        super().__init__(name, options, dialect, on_headers=on_headers, on_limits=on_limits)
        self._prefixing = dialect
        self._ordering = in_order.dialect if in_order else None
        self._ordering_http = self._http
        if in_order is not None and in_order.options is not None:
            self._ordering_http = HttpClient(
                name, in_order.options, on_headers=on_headers, on_limits=on_limits
            )

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

        return self._run(self._usual, model, encode, deadline)

    def proves_order(self, model: Model, request: ChatRequest) -> bool:
        """Whether it can stream this answer in a proven order, as far as it knows."""
        return self._ordering is not None and self._ordering.fits(model, request)

    def stream_in_order(
        self, model: Model, request: ChatRequest, *, deadline: Deadline, prefix: str | None = None
    ) -> AsyncGenerator[StreamEvent, None]:
        """The answer, or its rest after `prefix`, each piece in its proven place.

        Raises:
            UnnumberedError: before the first piece, when the server turns out to number nothing;
                `proves_order` is false from then on.
            UnsupportedError: `proves_order` is false.
        """
        dialect = self._ordering
        if dialect is None:
            raise UnsupportedError(f"{self.name} numbers no pieces.", provider=self.name)
        return self._run(
            Way(dialect, self._ordering_http),
            model,
            lambda: dialect.encode(model, request, stream=True, prefix=prefix),
            deadline,
        )

    async def close(self) -> None:
        """Close every connection."""
        await super().close()
        await self._ordering_http.close()

    def _fill_in(
        self, problem: ProviderError, model: Model | None, *, began: bool
    ) -> ProviderError:
        if isinstance(problem, UnnumberedError):
            self._ordering = None
        return super()._fill_in(problem, model, began=began)
