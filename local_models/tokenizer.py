"""How many tokens a text is, for a model family: estimated from its characters, or exact.

The estimate counts what makes tokens (see `token_traits.py`) and weighs it by what one of each costs in the
family's vocabulary: once so that it comes near, once so that it is hardly ever too little, and never more than one for
each byte. It never touches the network, and takes about 1 ms for 100 kB.

`count_tokens` is exact where tiktoken finds its vocabulary in its local cache, and estimates
otherwise: it never downloads one.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import ceil
from operator import mul
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from local_models.token_traits import TRAITS, count_traits
from local_models.token_weights import (
    CL100K,
    CL100K_AT_MOST,
    O200K,
    O200K_AT_MOST,
    QWEN,
    QWEN_AT_MOST,
)


@dataclass(frozen=True, slots=True)
class Family:
    """Tokens that each trait of a text costs: near the truth, and with the margin that holds."""

    name: str
    weights: tuple[float, ...]
    at_most: tuple[float, ...]
    a_byte: float = 1
    """The most tokens that a byte may be."""


class Tokens(NamedTuple):
    """How many tokens a text is for one family."""

    about: int
    at_most: int
    """Hardly ever passed, see the documentation."""


def _scaled(weights: tuple[float, ...], factor: float) -> tuple[float, ...]:
    return tuple(weight * factor for weight in weights)


FAMILIES = {
    "o200k": Family("o200k", O200K, O200K_AT_MOST),
    "cl100k": Family("cl100k", CL100K, CL100K_AT_MOST),
    "qwen": Family("qwen", QWEN, QWEN_AT_MOST),
    # Vocabularies that are not public, or not at hand. Anthropic's cuts finer than cl100k; Llama's holds all of it.
    "claude": Family("claude", _scaled(CL100K, 1.1), _scaled(CL100K_AT_MOST, 1.2), 1.2),
    "llama": Family("llama", CL100K, CL100K_AT_MOST),
}
_DEFAULT = FAMILIES["o200k"]
_MEASURED = ("o200k", "cl100k", "qwen")
_BYTES = TRAITS.index("bytes")
_A_BYTE = tuple((name, each.a_byte) for name, each in FAMILIES.items())
_MATRIX = np.array([row for each in FAMILIES.values() for row in (each.weights, each.at_most)])
_PREFIXES = {
    "gpt-4o": "o200k", "gpt-4.1": "o200k", "gpt-5": "o200k", "gpt-": "cl100k", "o1": "o200k",
    "o3": "o200k", "o4": "o200k", "claude": "claude", "qwen": "qwen", "qwq": "qwen",
    "qvq": "qwen", "llama": "llama", "deepseek": "qwen",
}  # fmt: skip


def family_of(model: str) -> Family:
    """The family that a model's name belongs to; unknown names count as GPT-4o's."""
    return FAMILIES.get(name_family(model), _DEFAULT)


def name_family(model: str) -> str:
    """The name of the family that a model's name belongs to; empty for one that is unknown."""
    name = model.lower().rsplit("/", 1)[-1]
    for prefix, family in _PREFIXES.items():
        if name.startswith(prefix):
            return family
    return name if name in FAMILIES else ""


def estimate_tokens(text: str, family: str | Family = "o200k") -> int:
    """About how many tokens the text is."""
    if not text:
        return 0
    weights = family if isinstance(family, Family) else FAMILIES.get(family, _DEFAULT)
    traits = count_traits(text)
    return _bound(_weigh(traits, weights.weights), 0, weights.a_byte * traits[_BYTES]).about


def estimate_by_family(text: str, others: int = 0) -> dict[str, Tokens]:
    """How many tokens the text is for each family, and for one that is unknown (an empty name): the most
    of those whose vocabularies were measured. `others` are added to each."""
    if not text:
        return dict.fromkeys((*FAMILIES, ""), Tokens(others, others))
    traits = count_traits(text)
    size = traits[_BYTES]
    weighed = (_MATRIX @ np.array(traits, dtype=np.float64)).tolist()
    found: dict[str, Tokens] = {}
    at = 0
    for name, a_byte in _A_BYTE:
        found[name] = _bound(weighed[at], weighed[at + 1], a_byte * size, others)
        at += 2
    one, two, three = (found[name] for name in _MEASURED)
    found[""] = Tokens(
        max(one.about, two.about, three.about), max(one.at_most, two.at_most, three.at_most)
    )
    return found


def _bound(about: float, at_most: float, most: float, others: int = 0) -> Tokens:
    """Both figures in whole tokens, at least one and never more than the most that there can be."""
    near = round(about if about < most else most)
    far = ceil(at_most if at_most < most else most)
    return Tokens((near if near > 1 else 1) + others, (far if far > 1 else 1) + others)


def _weigh(traits: Sequence[int], weights: tuple[float, ...]) -> float:
    total: float = sum(map(mul, traits, weights))
    return total


def count_tokens(text: str, family: str = "o200k") -> tuple[int, bool]:
    """Tokens of the text, and whether that number is exact."""
    encoding = _cached_encoding(family)
    if encoding is None:
        return estimate_tokens(text, family), False
    return len(encoding.encode_ordinary(text)), True


_VOCABULARIES = {
    "o200k": (
        "o200k_base",
        "https://openaipublic.blob.core.windows.net/encodings/o200k_base.tiktoken",
    ),
    "cl100k": (
        "cl100k_base",
        "https://openaipublic.blob.core.windows.net/encodings/cl100k_base.tiktoken",
    ),
}


@lru_cache(maxsize=4)
def _cached_encoding(family: str) -> Any | None:
    """tiktoken's encoding when its vocabulary already lies in tiktoken's own cache folder."""
    if family not in _VOCABULARIES:
        return None
    name, address = _VOCABULARIES[family]
    folder = os.environ.get("TIKTOKEN_CACHE_DIR") or os.environ.get("DATA_GYM_CACHE_DIR")
    where = Path(folder or Path(tempfile.gettempdir()) / "data-gym-cache")
    if not (where / hashlib.sha1(address.encode()).hexdigest()).is_file():
        return None
    import tiktoken

    return tiktoken.get_encoding(name)
