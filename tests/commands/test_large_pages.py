"""Large pages: asked for full memory of our own, and harmless where there are none."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from router.commands import large_pages

MIB = 2**20
SMAPS = """\
{start:x}-{end:x} rw-p 00000000 00:00 0                          [heap]
Size:               6144 kB
Rss:                6100 kB
{start:x}-{end:x} rw-p 00000000 00:00 0
Size:               6144 kB
Rss:                 100 kB
{start:x}-{end:x} r--p 00000000 00:00 0
Rss:                6144 kB
{start:x}-{end:x} rw-p 00000000 08:01 77                         /usr/lib/x.so
Rss:                6144 kB
{start:x}-{end:x} rw-p 00000000 00:00 0                          [stack]
Rss:                6144 kB
"""


def test_only_full_memory_without_a_file_is_asked_for_in_whole_large_pages() -> None:
    smaps = SMAPS.format(start=3 * MIB, end=9 * MIB)
    assert list(large_pages.find_stretches(smaps)) == [(4 * MIB, 4 * MIB)]


def test_a_stretch_without_a_whole_large_page_is_left() -> None:
    smaps = "\n".join(SMAPS.format(start=3 * MIB, end=5 * MIB).splitlines()[:3])
    assert list(large_pages.find_stretches(smaps)) == []


def test_a_models_own_memory_is_left_where_it_is() -> None:
    start, end = 3 * MIB, 3 * MIB + 600 * MIB
    smaps = f"{start:x}-{end:x} rw-p 00000000 00:00 0\nRss: {600 * 1024} kB\n"
    assert list(large_pages.find_stretches(smaps)) == []


def test_memory_is_the_same_afterwards() -> None:
    program = (
        "from router.commands.large_pages import use_large_pages\n"
        "held = [str(n) for n in range(300_000)]\n"
        "assert use_large_pages() >= 0\n"
        "assert held == [str(n) for n in range(300_000)]\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_where_nothing_is_told_of_memory_nothing_changes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(large_pages, "_HELD", tmp_path / "none")
    assert large_pages.use_large_pages() == 0
