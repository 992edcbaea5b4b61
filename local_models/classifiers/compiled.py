"""The compiled loops of text reading and masking, where a compiler was at hand at installation.

`local_models/native` holds their source. Without them numpy and Python do the same, with the same results,
in about ten times the time; nothing else changes.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from typing import Any, Protocol

INTERFACE = 11
"""What these loops take and give; a module of another count is not used. `local_models/native/module.c` has the same."""


class CompiledSpelling(Protocol):
    """Plain spelling of one text, see `normalise.py`."""

    def translate(self, text: str) -> str:
        """One spelling for what means the same, character by character."""
        ...

    def flatten(self, text: str) -> str:
        """Lower case, marks for digit runs, no long repeats, single spaces."""
        ...


class CompiledWindows(Protocol):
    """N-grams of one text, see `features.py`."""

    def read(self, plain: str) -> tuple[bytes, bytes]:
        """Distinct n-grams (uint32) and their weights (float32)."""
        ...


class CompiledRows(Protocol):
    """Tables of small rows by n-gram, see `table.py`."""

    def sums(self, hashes: object, weights: object) -> tuple[bytes, ...]:
        """For each table the known n-grams' rows, each times its value, added up, and sent through
        its network where it has one (float32)."""
        ...

    def sum(self, hashes: object, weights: object, at: int) -> bytes:
        """The same of one table, by its place."""
        ...


class CompiledWords(Protocol):
    """A table of known words, see `words.py`."""

    def read(self, lower: str) -> tuple[int, int, int, int, tuple[int, ...]]:
        """Words, letters, long words, distinct words, words by group."""
        ...

    def weigh(self, lower: str) -> tuple[int, float, float, int, float, float, float]:
        """Words, their values' sum and squares, strangers, the three smallest values."""
        ...

    def summarise(self, hashes: bytes) -> list[float]:
        """Of words by their hashes, as a survey gives them: their values' mean, spread, share of
        strangers, smallest, and mean of the three smallest; zeros without words."""
        ...


class CompiledSurvey(Protocol):
    """All that is counted in a text, see `survey.py`."""

    def read(
        self, text: str
    ) -> tuple[tuple[int, int, int, int, tuple[int, ...]], bytearray, bytes, int, bool]:
        """What a table of words reads, traits (float32), the words' hashes, a bit for each of the signs
        that is there, and whether patterns would find more traits of code."""
        ...


class CompiledTrees(Protocol):
    """Regression trees, see `forest.py`."""

    def add_up(self, inputs: object) -> bytes:
        """The sum of the leaves that float32 inputs fall into (float32)."""
        ...


class CompiledLevels(Protocol):
    """What stands above a ranker's table, see `ranker.py`."""

    def predict(self, sums: object, traits: object, rarities: object) -> bytes:
        """Both levels over level one's sums (float32), traits and rarities (float32 or lists): float32."""
        ...


class CompiledCues(Protocol):
    """Cues of moods, see `mood_features.py`."""

    def read(self, plain: str, typed: str) -> bytes:
        """What the cues of a plain text and the amounts of the typed one say together (uint32)."""
        ...

    def find(self, plain: str) -> list[tuple[str, int, int]]:
        """Kind, start and end of each cue."""
        ...


class CompiledEncoder(Protocol):
    """A sentence encoder, see `meaning.py`."""

    def read(self, numbers: object) -> bytes:
        """What a text of words (int32, their numbers in the vocabulary) means: float32, of length one. Words
        after the thousandth are not read.

        Raises ValueError where there are none, or a number is not in the vocabulary.
        """
        ...


class CompiledTransformer(Protocol):
    """What turns mean within their talks, see `transformer.py`."""

    def remember(self, pieces: object, side: int) -> bytes:
        """What the first layers make of a message's pieces (int32), a row of float32 for each."""
        ...

    def read(self, pieces: object, before: Sequence[bytes]) -> bytes:
        """What a turn's pieces mean after messages as they are remembered, the newest first (float32).

        Both raise ValueError for a piece or a side that there is not, and for too many or none.
        """
        ...


class CompiledAnnouncers(Protocol):
    """Words that announce private data, see `router/steps/privacy/words.py`."""

    def find(self, lower: str) -> dict[str, list[tuple[int, int, int]]]:
        """By group, the words of a text in lower case: number, start and end of each."""
        ...


class CompiledModule(Protocol):
    """What the compiled module offers. Arguments are contiguous arrays."""

    Spelling: Callable[[object, object], CompiledSpelling]
    """Takes uint32 arrays: what code points become, and the marks of digit runs by length."""

    Windows: Callable[[object, object, int], CompiledWindows]
    """Takes what code points are (uint8), weights by count (float32), characters read at most."""

    Rows: Callable[[list[tuple[object, ...]]], CompiledRows]
    """Takes tables: uint32 keys, float32 idf and view weights, int8 cells, float32 scale by column,
    and None or a network: float32 bias, hidden bias, output.

    Raises ValueError where they do not fit together, or a key stands there twice.
    """

    softmax: Callable[[object, float, int], list[float]]
    """Takes scores (float32), their steepness, and how many of them count, see `chances.py`."""

    sigmoids: Callable[[object, float, int], list[float]]
    """The same, each by itself."""

    shared: Callable[[object, object], int]
    """How many n-grams (uint32, each once) two texts share."""

    token_traits: Callable[[str, bytes, bytes, bytes, bytes, bytes], list[int]]
    """What `token_traits.count_traits` gives for one text, by its five tables."""

    lower: Callable[[str], str]
    """A text in lower case."""

    signs: Callable[[str], tuple[Any, ...]]
    """The fields of `signs.Signs`, in order, for one text."""

    places: Callable[[str], tuple[list[Any], ...]]
    """The fields of `entities.Places`, in order, for one text."""

    times: Callable[[str, int], list[int]]
    """What `dates.find_time_starts` gives for one text."""

    runs: Callable[
        [str],
        tuple[list[tuple[int, int, str, str, int]], list[tuple[int, int, int, bool, bool]], int],
    ]
    """What `find_runs` of `router/steps/privacy/digits.py` gives for one text."""

    use_large_arenas: Callable[[], bool]
    """Have Python's small objects lie in large pages from now on; whether the system has any."""

    Encoder: Callable[[tuple[object, ...], float], CompiledEncoder]
    """Takes the words (uint8), all other weights (float32) as `meaning.lay_out` gives them, and the least
    spread that is divided by.

    Raises ValueError where they do not fit together.
    """

    Transformer: Callable[[tuple[object, ...], int, int, int, int, float, int], CompiledTransformer]
    """Takes the words (int8), scale, places, sides, gain, shift and ages (float32) and a tuple of layers as
    `transformer.py` lays them out; width, heads, inner width, how many layers read a message by itself, the least
    spread that is divided by, and the widest loops that may be used.

    Raises ValueError where they do not fit together.
    """

    Announcers: Callable[[list[tuple[str, int, bool]], list[str]], CompiledAnnouncers]
    """Takes words with their groups, and whether no letter or digit may stand before them; the groups' names.

    Raises ValueError where they do not fit together.
    """

    Words: Callable[[list[str], object, object, float], CompiledWords]
    """Takes words, uint64 groups (a bit each), float64 values, and the value of other words."""

    Survey: Callable[
        [CompiledWords, list[tuple[str, int]], int, tuple[int, ...], str], CompiledSurvey
    ]
    """Takes a table of words, marks with their groups (the longest first), how many groups the traits
    count, the groups that the last sentence may ask for, and the signs (ASCII) that are told.

    Raises ValueError where they do not fit together.
    """

    Trees: Callable[[object, object, object, object, object, int], CompiledTrees]
    """Takes int16 columns, float32 thresholds, int32 children, float32 values, int32 roots, depth."""

    Levels: Callable[
        [tuple[object, ...], CompiledTrees, tuple[float, float, float]], CompiledLevels
    ]
    """Takes float32 mean, spread, slopes (float16), phases, wave weights (outputs by waves, of which there are
    a multiple of 32), bias, linear and its bias; trees; shares.

    Raises ValueError where they do not fit together.
    """

    Cues: Callable[
        [
            list[tuple[str, tuple[int, ...], int]], list[tuple[str, int]], tuple[str, ...],
            tuple[int, ...], tuple[int, ...], tuple[tuple[int, ...], ...],
            tuple[list[tuple[str, int, int, int]], tuple[tuple[str, tuple[int, ...]], ...]], int,
        ],
        CompiledCues,
    ]  # fmt: skip
    """Takes patterns (word, kinds, flags) sorted by word, units (word, kind), the kinds' names, what each turns into
    (-1 for nothing), their weights, lists of kinds (core, will, outcomes, special), what amounts are made of (see `amounts.lay_out`), and the view.
    """


def _find() -> CompiledModule | None:
    try:
        module: Any = importlib.import_module("pointsman_native")
    except ImportError:
        return None
    if getattr(module, "INTERFACE", None) != INTERFACE:  # built from older sources
        return None
    found: CompiledModule = module
    return found


NATIVE = _find()
"""The compiled module, or None."""

lower: Callable[[str], str] = str.lower if NATIVE is None else NATIVE.lower
"""A text in lower case."""
