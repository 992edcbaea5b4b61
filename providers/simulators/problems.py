"""What a vendor refuses or fails at, in one vocabulary; each wire says it in its own words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

STATUS: Mapping[str, int] = {
    "bad_request": 400,
    "no_key": 401,
    "unauthorized": 401,
    "payment": 402,
    "forbidden": 403,
    "not_found": 404,
    "model_not_found": 404,
    "timeout": 408,
    "context_too_long": 400,
    "too_large": 413,
    "unprocessable": 422,
    "rate_limited": 429,
    "quota": 429,
    "server_error": 500,
    "unavailable": 503,
    "gateway_timeout": 504,
    "overloaded": 529,
    "content_filter": 400,
}
"""Every problem and the status that HTTP gives it; a wire may use another one."""


@dataclass
class Problem(Exception):  # noqa: N818 (a refusal on its way out, as HTTPException is)
    """A request that ends in an error. `kind` is a key of `STATUS`."""

    kind: str
    message: str = ""
    param: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    facts: tuple[tuple[str, int], ...] = ()
    """Numbers that some wires send along, such as n_ctx."""

    def __post_init__(self) -> None:
        super().__init__(self.message or self.kind)
