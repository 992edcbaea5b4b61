"""Have Linux hold what lives as long as the process in large pages.

A request touches some thousand small pages all over the heap; where each of them lies in memory has
to be looked up, and the processor remembers two thousand such places at most. In pages of 2 MiB the
whole heap is a few dozen.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator
from pathlib import Path

from local_models.classifiers.compiled import NATIVE

_LARGE = 2 * 2**20
_WANTED, _NOW = 14, 25
"""MADV_HUGEPAGE: large pages from now on, where there are any; MADV_COLLAPSE: what is there too."""
_HELD = Path("/proc/self/smaps")
_FULL = 0.9
"""What is less full stays as it is: large pages would make its empty ones take up memory."""
_MOST = 512 * 2**20
"""A longer stretch is a model's own: it is read in order, and moving it would take seconds."""
_KIB = 1024


def use_large_arenas() -> bool:
    """Have what Python makes from now on lie in large pages; says whether it will.

    It moves nothing: called before the rest is imported, it holds for that.
    """
    return NATIVE is not None and NATIVE.use_large_arenas()


def use_large_pages() -> int:
    """Ask for them, for memory that is ours alone; says how many bytes were moved into them.

    Where the system has none, or will not, nothing changes.
    """
    if sys.platform != "linux":
        return 0
    try:
        advise = ctypes.CDLL(None, use_errno=True).madvise
        stretches = list(find_stretches(_HELD.read_text(encoding="utf-8")))
    except (OSError, AttributeError):
        return 0
    advise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    moved = 0
    for start, size in stretches:
        if advise(start, size, _WANTED) == 0 and advise(start, size, _NOW) == 0:
            moved += size
    return moved


def find_stretches(smaps: str) -> Iterator[tuple[int, int]]:
    """Where full writable memory without a file lies that holds whole large pages, and how long it is.

    `smaps` is what Linux tells of a process's memory.
    """
    first = end = 0
    for line in smaps.splitlines():
        words = line.split(maxsplit=5)
        if not words[0].endswith(":"):
            is_ours = words[1] == "rw-p" and words[4] == "0" and words[5:] in ([], ["[heap]"])
            first, end = (int(place, 16) for place in words[0].split("-")) if is_ours else (0, 0)
        elif words[0] == "Rss:" and int(words[1]) * _KIB >= _FULL * (end - first):
            start = -(-first // _LARGE) * _LARGE
            size = end // _LARGE * _LARGE - start
            if 0 < size <= _MOST:
                yield start, size
