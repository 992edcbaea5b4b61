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


def test_what_python_makes_lies_in_large_pages_and_goes_back_to_the_system() -> None:
    """In a process of its own: how Python takes memory cannot be changed back."""
    program = (
        "import gc\n"
        "from pathlib import Path\n"
        "from router.commands.large_pages import use_large_arenas\n"
        "def held():\n"
        "    rows = Path('/proc/self/smaps_rollup').read_text().splitlines()[1:]\n"
        "    told = {row.split(':')[0]: int(row.split()[1]) // 1024 for row in rows}\n"
        "    return told['Rss'], told['AnonHugePages']\n"
        "before = ['before %d' % n for n in range(300_000)]\n"
        "is_large = use_large_arenas()\n"
        "assert use_large_arenas() == is_large\n"
        "small, _ = held()\n"
        "texts = ['after %d' % n for n in range(1_500_000)]\n"
        "most, large = held()\n"
        "offered = Path('/sys/kernel/mm/transparent_hugepage/enabled')\n"
        "has_any = is_large and '[never]' not in offered.read_text()\n"
        "assert not has_any or large > 0, (most, large)\n"
        "assert texts == ['after %d' % n for n in range(1_500_000)]\n"
        "assert before == ['before %d' % n for n in range(300_000)]\n"
        "del texts, before\n"
        "gc.collect()\n"
        "assert held()[0] <= small + 10, (small, held())\n"
        "assert ['again %d' % n for n in range(300_000)][-1] == 'again 299999'\n"
    )
    if sys.platform == "linux":
        subprocess.run([sys.executable, "-c", program], check=True)


def test_without_the_compiled_module_python_takes_memory_as_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(large_pages, "NATIVE", None)
    assert large_pages.use_large_arenas() is False


def test_where_nothing_is_told_of_memory_nothing_changes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(large_pages, "_HELD", tmp_path / "none")
    assert large_pages.use_large_pages() == 0
