"""What `providers.http` needs of whoever carries its calls, and what can go wrong down there.

* OSError
  + BadHttpError           what came is no answer in HTTP/1.1, or what should go is no request
  + TimeoutError           the call's time is over
    + ConnectTimeoutError  no connection came about in time
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol


class BadHttpError(OSError):
    """What came is no answer in HTTP/1.1, or what should go is no request."""


class ConnectTimeoutError(TimeoutError):
    """No connection came about in time."""


class Reply(Protocol):
    """An answer whose head has come, and whose body is coming."""

    @property
    def status(self) -> int: ...

    @property
    def headers(self) -> Mapping[str, str]:
        """Looked up by names in lower case; of several with one name, the first."""
        ...

    @property
    def is_over(self) -> bool:
        """Whether the whole body has come and been read."""
        ...

    async def read(self) -> bytes:
        """Some more of the body as soon as there is any; empty at its end.

        Raises:
            TimeoutError: the call's time is over.
            OSError: the connection broke, or what came is no HTTP.
        """
        ...

    def close(self) -> None:
        """Be done with it, once: what has not come to its clean end ends the connection."""
        ...


class Carrier(Protocol):
    """Carries calls to one server."""

    async def ask(
        self,
        method: str,
        path: str,
        body: bytes | None,
        accept: str,
        *,
        seconds: float,
        connect_seconds: float,
        whole: bool,
    ) -> Reply:
        """The answer to a request, its head at least; with `whole`, all of it if it is not huge.

        Whoever asks closes the answer. A call that is cancelled ends its connection at once.

        Raises:
            ConnectTimeoutError: no connection came about in `connect_seconds`.
            TimeoutError: no head came in `seconds`; reading the rest is held to them as well.
            OSError: nobody could be reached, the connection broke, or what came is no HTTP.
        """
        ...

    async def close(self) -> None:
        """End every connection."""
        ...
