"""The reader gives the same events however the bytes were split."""

from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from providers.sse import EventTooLargeError, SseEvent, SseReader, write_comment, write_event

PIECES = st.sampled_from(
    [
        b"data: ",
        b"data:",
        b"data",
        b"event: result",
        b": ping",
        b":HTTP_STATUS/429",
        b"id:1",
        b"retry: 10",
        b"\n",
        b"\r",
        b"\r\n",
        b"\n\n",
        b"\r\n\r\n",
        b"{}",
        "你好\u2028\u2029\u0085🚆".encode(),
        b"\x0b\x0c\x1c\x1d\x1e",
        b" ",
        b"[DONE]",
    ]
)
STREAMS = st.lists(PIECES, max_size=30).map(b"".join)


def read(*chunks: bytes) -> list[SseEvent]:
    reader = SseReader()
    events = [event for chunk in chunks for event in reader.feed(chunk)]
    return events + reader.finish()


def read_line_by_line(stream: bytes) -> list[SseEvent]:
    """The specification's own words, slowly: lines, then fields, then an empty line."""
    events: list[SseEvent] = []
    block: list[bytes] = []
    for line in [*re.split(rb"\r\n|\r|\n", stream.removeprefix(b"\xef\xbb\xbf")), b""]:
        if line:
            block.append(line)
        elif block:
            events.append(_fields(block))
            block = []
    return events


def _fields(block: list[bytes]) -> SseEvent:
    data, comments, event, number, stray = [], [], "", "", False
    for line in block:
        name, value = re.fullmatch(rb"([^:]*)(?::(?: )?(.*))?", line, re.DOTALL).groups(b"")  # type: ignore[union-attr]
        if line.startswith(b":"):
            comments.append(value)
        elif name == b"data":
            data.append(value)
        elif name == b"event":
            event = value.decode("utf-8", "replace")
        elif name == b"id":
            number = value.decode("utf-8", "replace")
        elif name != b"retry":
            stray = True
    return SseEvent(b"\n".join(data) if data else None, event, tuple(comments), stray, number)


@settings(max_examples=300, deadline=None)
@given(STREAMS)
def test_whatever_the_stream_it_reads_as_the_specification_says(stream: bytes) -> None:
    assert read(stream) == read_line_by_line(stream)


@settings(max_examples=200, deadline=None)
@given(STREAMS, st.lists(st.integers(0, 200), max_size=12))
def test_no_choice_of_cuts_changes_the_events(stream: bytes, cuts: list[int]) -> None:
    places = sorted({min(cut, len(stream)) for cut in cuts})
    edges = [0, *places, len(stream)]
    chunks = [stream[a:b] for a, b in itertools.pairwise(edges)]
    assert read(*chunks) == read(stream)


@settings(max_examples=100, deadline=None)
@given(STREAMS)
def test_every_single_cut_gives_the_same_events_and_so_does_one_byte_at_a_time(
    stream: bytes,
) -> None:
    whole = read(stream)
    for cut in range(len(stream) + 1):
        assert read(stream[:cut], stream[cut:]) == whole
    assert read(*(stream[at : at + 1] for at in range(len(stream)))) == whole


def test_an_answer_with_line_separators_of_unicode_stays_one_event() -> None:
    text = 'data: {"text":"一\u2028二\u2029三\u0085四"}\n\n'.encode()
    assert [event.data for event in read(text)] == [text[6:-2]]


def test_a_byte_order_mark_is_skipped_even_when_split() -> None:
    assert read(b"\xef", b"\xbb\xbfdata: 1\n\n") == [SseEvent(b"1")]


def test_dashscopes_status_comment_and_number_come_with_its_event() -> None:
    (event,) = read(b"id:1\nevent:error\n:HTTP_STATUS/429\ndata:{}\n\n")
    assert event == SseEvent(b"{}", "error", (b"HTTP_STATUS/429",), id="1")


def test_a_line_that_is_no_field_is_marked_instead_of_lost() -> None:
    (event,) = read(b'{"choices":[]}\n\n')
    assert event == SseEvent(None, stray=True)


def test_a_last_event_without_its_empty_line_is_still_given_at_the_end() -> None:
    reader = SseReader()
    assert reader.feed(b"data: [DONE]\n") == []
    assert reader.finish() == [SseEvent(b"[DONE]")]


def test_an_event_that_never_ends_is_refused_at_the_limit() -> None:
    reader = SseReader(max_event_bytes=1000)
    reader.feed(b"data: " + b"x" * 900)
    with pytest.raises(EventTooLargeError, match="1000 bytes"):
        reader.feed(b"x" * 200)


@given(st.text(), st.sampled_from(["", "error"]))
def test_what_is_written_reads_back_with_its_line_ends_as_line_feeds(text: str, name: str) -> None:
    data = text.encode()
    expected = re.sub(rb"\r\n|\r", b"\n", data)
    assert read(write_event(data, name)) == [SseEvent(expected, name)]


@given(st.text())
def test_a_comment_can_never_become_an_event(text: str) -> None:
    events = read(write_comment(text))
    assert all(event.data is None for event in events)
