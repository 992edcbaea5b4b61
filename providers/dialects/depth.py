"""How deep the JSON of a body may be nested: what every reader behind the door can follow."""

from __future__ import annotations

from providers.dialects.errors import DecodeError

MOST_LEVELS = 200
"""Objects and arrays within each other. The JSON reader itself gives up at some hundreds more, at
a depth that hangs on who calls it; this one is the same everywhere."""
_ALIKE = bytes.maketrans(b"[]", b"{}")
_REST = bytes(set(range(256)) - set(b'{}[]"'))


def check_depth(body: bytes) -> None:
    """Refuse a body that is nested deeper than can be read.

    Raises:
        DecodeError: it is.
    """
    # Almost every body has fewer brackets than levels are allowed: there is nothing to follow.
    if body.count(b"{") + body.count(b"[") > MOST_LEVELS and _is_too_deep(body):
        raise DecodeError(
            f"The body is nested more than {MOST_LEVELS} levels deep. Send a flatter one, or put "
            "what is so deep into a text."
        )


def _is_too_deep(body: bytes) -> bool:
    """Takes the innermost pairs away, level by level, and looks whether more is left than may be."""
    bare = body.replace(b"\\\\", b"").replace(b'\\"', b"").translate(_ALIKE, _REST)
    left = b"".join(bare.split(b'"')[::2])
    for _ in range(MOST_LEVELS):
        rest = left.replace(b"{}", b"")
        if len(rest) == len(left):
            return left.count(b"{") > MOST_LEVELS
        left = rest
    return bool(left)
