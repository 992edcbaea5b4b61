"""One HTTP request as the simulators see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from providers.simulators.problems import Problem


@dataclass(frozen=True, slots=True)
class Request:
    """Method, path without its query, headers with lower-case names, and the raw body."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    def read_json(self) -> dict[str, Any]:
        """The body as an object.

        Raises:
            Problem: `bad_request`, when it is something else.
        """
        try:
            value = msgspec.json.decode(self.body)
        except msgspec.DecodeError as error:
            raise Problem("bad_request", f"The body is not JSON: {error}.") from error
        if not isinstance(value, dict):
            raise Problem("bad_request", "The body must be a JSON object.")
        return value

    def bearer(self) -> str:
        """The key in the Authorization header, or an empty text."""
        scheme, _, key = self.headers.get("authorization", "").partition(" ")
        return key.strip() if scheme.lower() == "bearer" else ""
