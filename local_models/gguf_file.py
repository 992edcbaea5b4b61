"""What a GGUF file says about itself in its header, read without loading the model."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from local_models.errors import ModelFileError

MAGIC = b"GGUF"
_STRING, _ARRAY = 8, 9
_FORMS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_LONGEST = 1 << 26


@dataclass(frozen=True, slots=True)
class GgufHeader:
    """A model's description: its metadata, and the size of its file."""

    metadata: dict[str, Any]
    tensors: int
    file_bytes: int

    @property
    def architecture(self) -> str:
        """Such as `qwen3`."""
        return str(self.metadata.get("general.architecture", "unknown"))

    def number(self, key: str, default: int = 0) -> int:
        """A whole number of this architecture, such as `block_count`; per-layer lists give the most."""
        value = self.metadata.get(f"{self.architecture}.{key}", default)
        return max(value, default=default) if isinstance(value, list) else int(value)

    @property
    def window_tokens(self) -> int:
        """The window that the model was trained for."""
        return self.number("context_length")

    @property
    def layers(self) -> int:
        """How many blocks it has."""
        return self.number("block_count")

    @property
    def memory_bytes_per_token(self) -> int:
        """What one token of one stream takes in the key-value memory, in 16-bit floats."""
        heads = self.number("attention.head_count", 1)
        width = self.number("embedding_length") // max(heads, 1)
        keys = self.number("attention.key_length", width)
        values = self.number("attention.value_length", width)
        return 2 * self.layers * self.number("attention.head_count_kv", heads) * (keys + values)


def read_header(path: Path) -> GgufHeader:
    """Read the header of a GGUF file.

    Raises:
        ModelFileError: no such file, not GGUF, or cut short.
    """
    try:
        with path.open("rb") as file:
            metadata, tensors = _read(file, path)
    except FileNotFoundError:
        raise ModelFileError(f"No model file at {path}: check the path or download it.") from None
    except (struct.error, EOFError, UnicodeDecodeError) as error:
        raise ModelFileError(f"{path} is cut short or damaged: download it again.") from error
    return GgufHeader(metadata, tensors, path.stat().st_size)


def _read(file: BinaryIO, path: Path) -> tuple[dict[str, Any], int]:
    if file.read(4) != MAGIC:
        raise ModelFileError(f"{path} is not a GGUF file: llama.cpp runs GGUF models only.")
    _, tensors, pairs = struct.unpack("<IQQ", _take(file, 20))
    metadata = {}
    for _ in range(pairs):
        key = _string(file)
        (kind,) = struct.unpack("<I", _take(file, 4))
        metadata[key] = _value(file, kind)
    return metadata, tensors


def _value(file: BinaryIO, kind: int) -> Any:
    if kind == _STRING:
        return _string(file)
    if kind == _ARRAY:
        inner, count = struct.unpack("<IQ", _take(file, 12))
        return _array(file, inner, count)
    return struct.unpack(f"<{_form(kind)}", _take(file, struct.calcsize(f"<{_form(kind)}")))[0]


def _array(file: BinaryIO, inner: int, count: int) -> list[Any]:
    if inner in (_STRING, _ARRAY):
        return [_value(file, inner) for _ in range(count)]
    form = f"<{count}{_form(inner)}"
    return list(struct.unpack(form, _take(file, struct.calcsize(form))))


def _form(kind: int) -> str:
    if kind not in _FORMS:
        raise EOFError(f"unknown value kind {kind}")
    return _FORMS[kind]


def _string(file: BinaryIO) -> str:
    (size,) = struct.unpack("<Q", _take(file, 8))
    return _take(file, size).decode("utf-8", "replace")


def _take(file: BinaryIO, size: int) -> bytes:
    if size > _LONGEST:
        raise EOFError(f"a value of {size} bytes")
    data = file.read(size)
    if len(data) < size:
        raise EOFError("the file ends inside its header")
    return data
