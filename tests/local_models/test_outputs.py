"""Thinking, calls and the answer are told apart however the text is cut."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from local_models.outputs import OutputReader, Part

WHOLE = (
    "<think>\nwhich order?\n</think>\n\nLet me look. <b>"
    '<tool_call>\n{"name": "find", "arguments": {"id": 7}}\n</tool_call>'
)


def _joined(parts: list[Part]) -> list[tuple[str, str]]:
    joined: list[tuple[str, str]] = []
    for part in parts:
        if joined and joined[-1][0] == part.kind and part.kind != "tool_call":
            joined[-1] = (part.kind, joined[-1][1] + part.text)
        else:
            joined.append((part.kind, part.text))
    return joined


@given(st.lists(st.integers(1, 12), max_size=60))
def test_the_parts_do_not_depend_on_the_cuts(sizes: list[int]) -> None:
    reader, rest, parts = OutputReader(), WHOLE, []
    for size in sizes:
        parts += reader.feed(rest[:size])
        rest = rest[size:]
    parts += reader.feed(rest) + reader.finish()
    joined = _joined(parts)
    assert [kind for kind, _ in joined] == ["thinking", "text", "tool_call"]
    assert joined[0][1].rstrip("\n") == "which order?"
    assert joined[1][1] == "Let me look. <b>"
    assert joined[2][1] == '{"name": "find", "arguments": {"id": 7}}'


def test_a_call_that_never_ends_is_shown_as_text() -> None:
    reader = OutputReader()
    assert reader.feed('<tool_call>{"name"') == []
    assert reader.finish() == [Part("text", '<tool_call>{"name"')]


def test_a_lone_bracket_is_text() -> None:
    reader = OutputReader()
    parts = reader.feed("1 < 2 and <") + reader.finish()
    assert "".join(part.text for part in parts) == "1 < 2 and <"
