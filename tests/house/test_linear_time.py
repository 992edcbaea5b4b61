"""Whatever somebody sends, reading it takes time in proportion to its length."""

from __future__ import annotations

import importlib
import pkgutil
import re
import time
from collections.abc import Callable, Iterator

import pytest

import local_models.classifiers
import router.steps
from local_models.classifiers.language import tell_language
from local_models.classifiers.mail import read_own_words
from local_models.classifiers.matter import tell_matter
from router.steps.privacy.mask import Writer
from router.steps.privacy.scan import scan
from router.steps.privacy.spans import Span, without_overlaps
from router.steps.privacy.vault import Vault

FILLERS = (
    "\n", "\r\n", "\n ", " ", "\t", "\u3000", "{", "<", "[", "(", "a", "A", "1", "1 ", "=", "-", "'", '"', ".", "$",
    "的", "一", "a.", "a-", "1,", "1.", "13912345678 ", "http://", "if (", "a = ", "<a", "return ", "python ", "[a",
    "<A", "A_", "order ", "订单", "\ue001", "!", "。", "\U0001f600", '{"a":', "1x", "a(", "a();\n", "\na", "x^",
)  # fmt: skip
GLANCES = {("local_models.classifiers.cues", "_UNITS_ZH")}
"""Read only where a number begins, and in 600 characters."""


def patterns() -> Iterator[tuple[str, str, re.Pattern[str]]]:
    """Every pattern that stands in a module which reads requests."""
    for package in (local_models.classifiers, router.steps):
        for each in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if ".data" in each.name:
                continue
            module = importlib.import_module(each.name)
            for name, value in vars(module).items():
                is_own = isinstance(value, re.Pattern) and isinstance(value.pattern, str)
                if is_own and (each.name, name) not in GLANCES:
                    yield each.name, name, value


def fill(filler: str, chars: int) -> str:
    return (filler * (chars // len(filler) + 1))[:chars] + "hi"


def seconds(act: Callable[[], object], times: int = 2) -> float:
    """The least CPU time that it takes."""
    least = float("inf")
    for _ in range(times):
        start = time.process_time()
        act()
        least = min(least, time.process_time() - start)
    return least


def grows_faster_than_its_text(read: Callable[[str], object], filler: str, chars: int) -> bool:
    """Four times the text takes more than ten times as long, whenever it is tried; sixteen times is quadratic."""
    short, long = fill(filler, chars), fill(filler, 4 * chars)
    return all(
        seconds(lambda: read(long)) > 10 * max(seconds(lambda: read(short)), 20e-6)
        for _ in range(4)
    )


def test_no_pattern_goes_over_the_same_text_again_and_again() -> None:
    for module, name, pattern in patterns():

        def read(text: str, pattern: re.Pattern[str] = pattern) -> None:
            for _ in pattern.finditer(text):
                pass

        slow = [each for each in FILLERS if grows_faster_than_its_text(read, each, 1_000)]
        assert slow == [], f"{module}.{name}"


@pytest.mark.parametrize("read", [scan, tell_matter, tell_language, read_own_words])
def test_reading_a_hostile_text_takes_time_in_proportion_to_it(
    read: Callable[[str], object],
) -> None:
    slow = [filler for filler in FILLERS if grows_faster_than_its_text(read, filler, 25_000)]
    assert slow == []


def test_a_message_of_blank_lines_takes_no_longer_than_one_of_words() -> None:
    words = seconds(lambda: tell_matter(fill("word (x) = y, ", 4_000)), 5)
    for blanks in ("\n", "\r\n", "\n ", " \n\t"):
        assert seconds(lambda blanks=blanks: tell_matter(fill(blanks, 4_000)), 5) < 40 * words


def test_many_private_values_are_written_as_quickly_as_few() -> None:
    text = "call 1x3 now " * 40_000

    def write(count: int) -> str:
        values = {f"139{number:08d}": "phone" for number in range(count)}
        return Writer(Vault(), values, {}).text(f"{text} 13900000007 139000000070")

    assert write(4_000).endswith("<PHONE_1> 139000000070") == write(17).endswith(
        "<PHONE_1> 139000000070"
    )
    assert seconds(lambda: write(4_000)) < 8 * seconds(lambda: write(17))


def test_many_and_few_values_are_found_at_the_same_places() -> None:
    few = {"张三": "name", "张三丰": "name", "Ann": "name", "13912345678": "phone", "aa": "name"}
    many = few | {f"188{number:08d}": "phone" for number in range(40)}
    text = "张三丰, 张三 Ann Annual aaaaa aaa 13912345678913912345678 18800000001"
    first, last = (Writer(Vault(), values, {}).text(text) for values in (few, many))
    assert last == first.replace("18800000001", "<PHONE_2>")


def test_spans_by_the_thousand_are_sorted_out_in_one_walk() -> None:
    def spans(count: int) -> list[Span]:
        ends = [Span(at * 10, at * 10 + 8, "phone", 0.9) for at in range(count)]
        return ends + [
            Span(at * 10 + 4, at * 10 + 9, "card", 0.5 + at % 5 / 10) for at in range(count)
        ]

    assert without_overlaps(spans(2))[0].kind == "phone"
    few, many = spans(5_000), spans(20_000)
    assert seconds(lambda: without_overlaps(many)) < 10 * seconds(lambda: without_overlaps(few))
