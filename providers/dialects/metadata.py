"""What a caller says about itself, in whatever JSON values it says it."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from msgspec import Raw, UnsetType

from providers.dialects.errors import DecodeError

Value = str | bool | int | float | None
"""One entry. Most people write true for a yes and a number for a number; null says nothing."""
PLACE = "metadata[...]"
"""How msgspec puts where a wrong entry is: it does not tell its name."""
_MEND = "must be a text, a number, true or false"
_MOST_CHARACTERS = 100
_decode = msgspec.json.Decoder(dict[str, Raw]).decode


class _Name:
    """A name in an object; no two are equal, so that none takes the place of another."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text


_decode_all = msgspec.json.Decoder(dict[_Name, Raw], dec_hook=lambda _, text: _Name(text)).decode


def check_names(body: bytes) -> None:
    """Refuse a body that carries metadata and says a name twice, in it or beside it.

    Which of the two counts is up to whoever reads it, and one of them may be a wish to stay in the house.

    Raises:
        DecodeError: it does; says which.
    """
    fields = _decode_all(body)
    _check_once(fields, "")
    for name, value in fields.items():
        if name.text == "metadata" and bytes(value).startswith(b"{"):
            _check_once(_decode_all(value), "metadata.")


def _check_once(fields: Mapping[_Name, Raw], above: str) -> None:
    names = [name.text for name in fields]
    if len(set(names)) < len(names):
        twice = next(name for at, name in enumerate(names) if name in names[:at])
        place = f"{above}{twice[:_MOST_CHARACTERS]}"
        raise DecodeError(f"`{place}` stands in the body twice. Send it once.", param=place)


def read_metadata(sent: Mapping[str, Value] | UnsetType | None) -> dict[str, str]:
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
