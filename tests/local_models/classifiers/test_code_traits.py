"""Code traits: what a program does and what it is run on, read without running it."""

from __future__ import annotations

import numpy as np
import pytest

from local_models.classifiers.code_traits import CODE_TRAITS, find_code, read_code

PROGRAM = """def f(items):
    for row in items:
        for sign in row:
            if sign == 'x':
                items.append(sign.upper())
    return items
assert f(['ab', 'X1!']) == ??"""
TEXT = f"What does it give?\n\n[PYTHON]\n{PROGRAM}\n[/PYTHON]"


def trait(text: str, name: str) -> float:
    return float(read_code(text)[CODE_TRAITS.index(name)])


def test_a_program_is_told_from_what_it_is_run_on() -> None:
    assert trait(TEXT, "node_for") == 2
    assert trait(TEXT, "loop_depth") == 2
    assert trait(TEXT, "depth") == 3
    assert trait(TEXT, "lines") == 6
    assert trait(TEXT, "uses_add") == trait(TEXT, "uses_case") == 1
    assert trait(TEXT, "input_texts") == 2
    assert trait(TEXT, "input_log_text") == pytest.approx(np.log1p(5))
    assert trait(TEXT, "input_log_signs") == pytest.approx(np.log1p(1))


def test_fences_marks_and_a_bare_definition_hold_the_same_code() -> None:
    fenced = f"Look:\n```python\n{PROGRAM}\n```\nWhat now?"
    bare = f"Look:\n{PROGRAM}"
    assert find_code(fenced).strip() == find_code(TEXT).strip() == find_code(bare).strip()
    assert np.array_equal(read_code(fenced), read_code(TEXT))


def test_a_longer_input_has_more_to_be_followed() -> None:
    longer = TEXT.replace("'ab'", "'ab', 'a much longer text to walk through'")
    assert trait(longer, "input_by_loops") > trait(TEXT, "input_by_loops")


def test_an_empty_list_is_noticed() -> None:
    assert trait(TEXT, "input_empty") == 0
    assert trait(TEXT.replace("['ab', 'X1!']", "[]"), "input_empty") == 1


@pytest.mark.parametrize(
    "text",
    [
        "", "Where is my parcel?", "import duties are high", "def broken(:", "```python\n\n```",
        "```python\n'\\d'\n```", "def f(x):\n    return x\n\0", "[PYTHON]\n" + "(" * 9_000 + "[/PYTHON]",
        *(f"[PYTHON]\nx = {'-' * count}1[/PYTHON]" for count in (140, 600, 9_000)),
    ],
)  # fmt: skip
def test_any_text_is_read_and_prose_has_no_code(text: str) -> None:
    found = read_code(text)
    assert found.shape == (len(CODE_TRAITS),)
    assert np.isfinite(found).all()
    if "```" not in text and "[PYTHON]" not in text:
        assert not found.any()
