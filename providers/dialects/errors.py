"""What can go wrong while reading a client's request on one of our wires.

* DecodeError   the body is no request of this wire; names the field and how to mend it
"""

from __future__ import annotations


class DecodeError(ValueError):
    """The body cannot be read. `param` names the field, such as `messages[0].content`."""

    def __init__(self, message: str, *, param: str | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.param = param
        self.code = code
