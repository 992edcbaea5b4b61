"""What a caller says about itself, in whatever JSON values it says it."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from msgspec import Raw

Value = str | bool | int | float | None
"""One entry. Most people write true for a yes and a number for a number; null says nothing."""
PLACE = "metadata[...]"
"""How msgspec puts where a wrong entry is: it does not tell its name."""
_MEND = "must be a text, a number, true or false"
_MOST_CHARACTERS = 100
_decode = msgspec.json.Decoder(dict[str, Raw]).decode


def read_metadata(sent: Mapping[str, Value] | None) -> dict[str, str]:
    """Every entry as the text that policies and ledger know: `true`, `1001`; without those that say nothing."""
    if not sent:
        return {}
    return {
        name: value if type(value) is str else _text(value)
        for name, value in sent.items()
        if value is not None
    }


def name_wrong_entry(body: bytes) -> tuple[str, str]:
    """Which entry of a body's `metadata` is no single value, as a place, and how to mend it."""
    for name, raw in _entries(body).items():
        if bytes(raw)[:1] in (b"{", b"["):
            return f"metadata.{name[:_MOST_CHARACTERS]}", f"{_MEND}, not an object or a list"
    return "metadata", f"holds an entry that {_MEND}"


def _entries(body: bytes) -> dict[str, Raw]:
    """The entries; none where what stands behind the wrong one is no JSON."""
    try:
        return _decode(_decode(body)["metadata"])
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {}


def _text(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
