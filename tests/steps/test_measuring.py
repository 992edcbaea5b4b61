"""Files, sound and film have a length too."""

from __future__ import annotations

import base64
import json

import pytest
from msgspec import Raw

from providers.messages import AudioPart, ChatRequest, FilePart, Message, Part, TextPart, VideoPart
from router.measuring import estimate_prompt, estimate_prompts, longest_text
from router.steps.understanding import Understanding


@pytest.fixture(scope="module")
def understanding() -> Understanding:
    return Understanding()


def ask(*parts: Part) -> ChatRequest:
    content = (TextPart(text="please read this"), *parts)
    return ChatRequest(model="auto", messages=(Message(role="user", content=content),))


def file(data: bytes, kind: str = "text/plain", name: str = "notes.txt") -> FilePart:
    held = f"data:{kind};base64,{base64.b64encode(data).decode()}"
    return FilePart(file=Raw(json.dumps({"file_data": held, "filename": name}).encode()))


def test_a_text_file_counts_as_the_text_that_it_is_and_is_a_long_document(
    understanding: Understanding,
) -> None:
    words = "the parcel has not arrived yet and nobody answers " * 4_800
    request = ask(file(words.encode()))
    assert estimate_prompt(request) >= 40_000
    assert abs(estimate_prompt(request) - estimate_prompt(ask(TextPart(text=words)))) < 20
    assert understanding.read(request).has_long_document
    assert not understanding.read(ask(file(b"a short note"))).has_long_document


def test_a_chinese_file_is_long_at_a_third() -> None:
    request = ask(
        file("甲方应当按期付款。".encode() * 260, name="合同.TXT", kind="application/octet-stream")
    )
    assert longest_text(request) >= 6_000


ENGLISH = "the parties agree that the goods shall be delivered in time. " * 60
CHINESE = "甲方应当于收到货物之日起十五日内付清全部款项。" * 120


@pytest.mark.parametrize(
    ("turns", "is_long"),
    [
        ((ENGLISH[:2_500], "请总结一下"), False),
        ((ENGLISH[:2_500], "ok", "好的"), False),
        ((CHINESE[:2_400], "please summarise"), True),
        ((CHINESE[:1_999], "please summarise"), False),
        ((CHINESE[:2_000],), True),
        ((ENGLISH[:2_500], CHINESE[:2_100], "please summarise both"), True),
        (("请总结一下：" + ENGLISH[:2_500],), False),
        (("Please summarise: " + CHINESE[:2_400],), True),
        ((ENGLISH * 2, "请总结一下"), True),
        (("hi" + " " * 7_000,), False),
        (("hi" + "\n" * 7_000 + "?",), False),
        (("你好" + "\u3000" * 7_000,), False),
        ((ENGLISH[:3_600] + "\n" * 5_000,), False),
        ((CHINESE[:2_000] + "\n" * 5_000,), True),
        ((ENGLISH * 2 + "\n" * 5_000,), True),
        (("    total = total + price\n" * 250,), True),
    ],
)
def test_every_turn_is_long_or_short_by_its_own_script(
    understanding: Understanding, turns: tuple[str, ...], is_long: bool
) -> None:
    messages = tuple(Message(role="user", content=turn) for turn in turns)
    assert (
        understanding.read(ChatRequest(model="auto", messages=messages)).has_long_document
        is is_long
    )


def test_a_document_that_is_no_text_counts_by_its_bytes(understanding: Understanding) -> None:
    small, large = (ask(file(b"%PDF" * size, "application/pdf", "a.pdf")) for size in (100, 25_000))
    assert estimate_prompt(large) - estimate_prompt(small) == 9_960
    assert understanding.read(large).has_long_document


@pytest.mark.parametrize(
    ("part", "least"),
    [
        (FilePart(file=Raw(b'{"file_id":"file-1"}')), 10_000),
        (FilePart(file=Raw(b"[1]")), 10_000),
        (AudioPart(input_audio=Raw(b'{"data":"https://a/b.mp3","format":"mp3"}')), 2_000),
        (AudioPart(input_audio=Raw(json.dumps({"data": "A" * 400_000, "format": "mp3"}).encode())), 1_200),
        (AudioPart(input_audio=Raw(json.dumps({"data": "A" * 400_000, "format": "wav"}).encode())), 300),
        (VideoPart(video_url=Raw(b'{"url":"https://a/b.mp4"}')), 20_000),
        (VideoPart(video_url=Raw(json.dumps({"url": "data:video/mp4;base64," + "A" * 400_000}).encode())), 1_500),
    ],
)  # fmt: skip
def test_what_is_no_text_is_counted_by_its_bytes_or_by_a_fixed_number(
    part: Part, least: int
) -> None:
    found = estimate_prompt(ask(part)) - estimate_prompt(ask())
    assert least <= found <= least * 1.1


def test_every_family_has_an_estimate_and_a_most(understanding: Understanding) -> None:
    told = estimate_prompts(ask(file("张三 13800138000 北京市\n".encode() * 50)))
    assert told["qwen"][0] > told["o200k"][0] * 1.3
    assert all(about <= most for about, most in told.values())
    assert understanding.read(ask()).tokens_by_family.keys() == told.keys()
