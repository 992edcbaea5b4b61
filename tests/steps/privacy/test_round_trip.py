"""Whatever the text, masking hides and restoring brings back, however a stream is cut."""

from __future__ import annotations

import json
import random

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec import Raw

from providers.calls import (
    Choice,
    Completion,
    Finished,
    ReasoningDelta,
    RefusalDelta,
    StreamEvent,
    TextDelta,
    ToolCallDelta,
)
from providers.messages import (
    ChatRequest,
    Function,
    FunctionCall,
    Message,
    RefusalPart,
    ResponseFormat,
    TextPart,
    Tool,
    ToolCall,
)
from router.steps.privacy import MemoryVaults, Opened, Privacy, PrivacySettings
from router.steps.privacy.restore import Restorer, restore_text
from tests.steps.privacy.conftest import ask, collect, sent, stream

PIECES = st.sampled_from(
    [
        "13812345678", "+86 139-1234-5678", "１３８１２３４５６７８", "110101199003071233", "6222021234567890128",
        "a.b@example.com", "我叫李娜", "收货人：王伟", "my name is John Smith", "sk-abcdefghijklmnop1234",
        "浙江省杭州市西湖区文三路12号3栋501室", "<PHONE_1>", "PHONE_1", "<phone_2", "PHONE_1 >", "〈EMAIL_1〉", "<LITERAL_1>",
        "&lt;PHONE_1&gt;", "\\u003cPHONE_1\\u003e", "<", ">", "_", "1", "12", "PHONE", "NAME_", "<NAME", " ", "\n", "，", "{", "}", '"', "\\",
        "订单20240817123456789012", "京A12345", "GB82 WEST 1234 5698 7654 32", "192.168.1.20", "微信号abc_12345", "x", "X",
        "sort code 20-00-00 account 12345678", "my NI number is QQ123456C", "OTP 448812", "<BANKACCOUNT_1>", "nationalid_1",
    ]
)  # fmt: skip
TEXTS = st.lists(st.one_of(PIECES, st.text(max_size=6)), max_size=9).map("".join)


def new_privacy() -> Privacy:
    return Privacy(PrivacySettings(), MemoryVaults())


@settings(max_examples=400, deadline=None)
@given(TEXTS, TEXTS, TEXTS)
@example("13812345678PHONE_11381234567813812345678", "", "PHONE_113812345678")
@example("192.168.1.20<PHONE_1>192.168.1.2013812345678", "", "<PHONE_2>")
def test_what_was_masked_comes_back_unchanged_in_every_turn(a: str, b: str, c: str) -> None:
    privacy = new_privacy()
    first = privacy.mask(ask(a, b), "person")
    second = privacy.mask(ask(a, b, c), "person")
    for masked, texts in ((first, (a, b)), (second, (a, b, c))):
        for place, text in enumerate(texts):
            assert restore_text(sent(masked.request, place), masked.vault) == text


@settings(max_examples=300, deadline=None)
@given(TEXTS, TEXTS, st.data())
def test_every_cut_of_a_stream_restores_to_the_same_text(
    a: str, b: str, data: st.DataObject
) -> None:
    masked = new_privacy().mask(ask(a, b), "")
    answer = data.draw(TEXTS) + sent(masked.request) + data.draw(TEXTS)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(answer)), max_size=12)))
    pieces = [answer[i:j] for i, j in zip([0, *cuts], [*cuts, len(answer)], strict=True)]
    for in_json in (False, True):
        restorer = Restorer(masked.vault, in_json=in_json)
        got = "".join(map(restorer.feed, pieces)) + restorer.flush()
        assert got == restore_text(answer, masked.vault, in_json=in_json)


def test_one_character_at_a_time_restores_every_spelling_of_a_placeholder() -> None:
    opened = Opened(
        {("PHONE", 1): "13812345678", ("PHONE", 12): "13900001111", ("IP", 1): "10.0.0.1"}
    )
    spellings = [
        "<PHONE_1>", "<phone_1>", "<Phone 1>", "< PHONE_1 >", "〈PHONE_1〉", "《PHONE_1》", "＜PHONE＿1＞", "⟨PHONE-1⟩",
        "&lt;PHONE_1&gt;", "\\u003cPHONE_1\\u003e", "\\u003CPHONE_1\\u003E", "<PHONE1>", "<PHONE_1", "PHONE_1",
    ]  # fmt: skip
    for spelling in spellings:
        answer = f"打 {spelling}，好吗"
        restorer = Restorer(opened)
        got = "".join(map(restorer.feed, answer)) + restorer.flush()
        assert got == "打 13812345678，好吗", spelling
    assert restore_text("<PHONE_12> 或 <IP_1>", opened) == "13900001111 或 10.0.0.1"


def test_what_only_resembles_a_placeholder_is_left_as_it_is() -> None:
    opened = Opened({("PHONE", 1): "13812345678"})
    for text in (
        "<PHONE_2>",
        "<EMAIL_1>",
        "phone_1",
        "MYPHONE_1",
        "PHONE_1A",
        "PHONE_11",
        "<PHONES_1>",
        "PHONE 1",
        "<PHONE_>",
        "<PHONE",
    ):
        assert restore_text(text, opened) == text
        restorer = Restorer(opened)
        assert "".join(map(restorer.feed, text)) + restorer.flush() == text


def test_nothing_is_held_back_that_cannot_become_a_placeholder() -> None:
    restorer = Restorer(Opened({("PHONE", 1): "13812345678"}))
    for text in ("您好，", "a < b", " and more", "x<y>", "100%", "E=mc2", "I am"):
        assert restorer.feed(text) == text
    assert restorer.feed("call <PH") == "call "
    assert restorer.feed("P is a language") == "<PHP is a language"


GLUED = "13812345678a.b@example.coma.b@example.coma.b@example.com"


def test_addresses_glued_to_each_other_leave_no_part_readable() -> None:
    for text in (GLUED, f"写到{GLUED}，谢谢", "a.b@example.com.a.b@example.com", "a@b.com@c.org"):
        written = sent(new_privacy().mask(ask(text), "").request)
        assert "@" not in written and "example" not in written and "138" not in written


def test_of_two_values_that_share_characters_neither_leaves_a_rest() -> None:
    text = "微信号abc_12345PHONE_113812345678微信号abc_12345PHONE_11"
    masked = new_privacy().mask(ask(text), "")
    assert "3812345678" not in sent(masked.request)
    assert "12345" not in sent(masked.request)


@settings(max_examples=200, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=3), st.data())
def test_no_masked_value_is_readable_anywhere_in_the_request(
    texts: list[str], data: st.DataObject
) -> None:
    arguments = json.dumps(
        {"note": texts[0], "list": [texts[-1], 13812345678]}, ensure_ascii=data.draw(st.booleans())
    )
    call = ToolCall(id="c1", function=FunctionCall(name="f", arguments=arguments))
    request = ChatRequest(
        model="m",
        messages=(
            Message(role="system", content=texts[0]),
            Message(role="user", content=tuple(TextPart(text) for text in texts), name="Ann_Lee"),
            Message(
                role="assistant",
                content=(RefusalPart(texts[-1]),),
                tool_calls=(call,),
                reasoning_content=texts[0],
            ),
            Message(role="tool", content=arguments, tool_call_id="c1"),
        ),
        tools=(
            Tool(
                Function(
                    "f", texts[0], parameters=Raw(json.dumps({"description": texts[-1]}).encode())
                )
            ),
        ),
        user=texts[0],
        stop=tuple(texts),
        metadata={"m": texts[-1]},
        extra={"x": Raw(json.dumps({"deep": [texts[0]]}).encode())},
    )
    masked = new_privacy().mask(request, "")
    wire = json.dumps(json.loads(msgspec.json.encode(masked.request)), ensure_ascii=False)
    for key, value in masked.vault.originals.items():
        if key[0] != "LITERAL" and len(value) >= 8:
            assert value not in wire
    assert "13812345678" not in wire
    json.loads(masked.request.messages[2].tool_calls[0].function.arguments)
    json.loads(bytes(masked.request.extra["x"]))


@settings(max_examples=150, deadline=None)
@given(TEXTS)
def test_arguments_masked_in_a_history_restore_to_the_same_json(text: str) -> None:
    arguments = json.dumps({"note": text, text: 1})
    call = ToolCall(id="c", function=FunctionCall(name="f", arguments=arguments))
    request = ChatRequest(model="m", messages=(Message(role="assistant", tool_calls=(call,)),))
    masked = new_privacy().mask(request, "")
    written = masked.request.messages[0].tool_calls[0].function.arguments
    assert json.loads(restore_text(written, masked.vault, in_json=True)) == json.loads(arguments)


async def test_text_thinking_refusal_and_arguments_of_two_choices_are_restored_side_by_side(
    privacy: Privacy,
) -> None:
    masked = privacy.mask(ask("电话13812345678"), "")
    assert sent(masked.request) == "电话<PHONE_1>"
    rest = random.Random(7)
    events: list[StreamEvent] = []
    for choice in (0, 1):
        for kind in (ReasoningDelta, TextDelta, RefusalDelta):
            for piece in _cut(f"{choice}: <PHONE_1>!", rest):
                events.append(kind(text=piece, choice=choice))
        for index in (0, 1):
            events.append(ToolCallDelta(index=index, id=f"c{index}", name="f", choice=choice))
            for piece in _cut('{"p": "<PHONE_1>"}', rest):
                events.append(ToolCallDelta(index=index, arguments=piece, choice=choice))
    events += [Finished(reason="tool_calls", choice=0), Finished(reason="tool_calls", choice=1)]
    got = await collect(privacy.restore(stream(events), masked.vault))
    for choice in (0, 1):
        for kind in (ReasoningDelta, TextDelta, RefusalDelta):
            text = "".join(e.text for e in got if type(e) is kind and e.choice == choice)
            assert text == f"{choice}: 13812345678!"
        for index in (0, 1):
            deltas = [
                e
                for e in got
                if isinstance(e, ToolCallDelta) and (e.choice, e.index) == (choice, index)
            ]
            assert deltas[0].id == f"c{index}" and deltas[0].name == "f"
            assert json.loads("".join(e.arguments for e in deltas)) == {"p": "13812345678"}
    assert [e for e in got if isinstance(e, Finished)] == events[-2:]
    assert isinstance(got[-1], Finished)


def _cut(text: str, rest: random.Random) -> list[str]:
    cut = rest.randrange(1, len(text) - 1)
    return [text[:cut], text[cut:]]


async def test_what_is_held_back_at_the_end_goes_out_before_finished(privacy: Privacy) -> None:
    masked = privacy.mask(ask("13812345678"), "")
    events: list[StreamEvent] = [TextDelta("it is <PHONE_1"), Finished(reason="stop")]
    got = await collect(privacy.restore(stream(events), masked.vault))
    assert [type(event) for event in got] == [TextDelta, TextDelta, Finished]
    assert (
        "".join(event.text for event in got if isinstance(event, TextDelta)) == "it is 13812345678"
    )


async def test_a_stream_without_anything_masked_is_the_very_same_object(privacy: Privacy) -> None:
    masked = privacy.mask(ask("你好"), "")
    events = stream([TextDelta("<PHONE_1>")])
    assert privacy.restore(events, masked.vault) is events
    await collect(events)


async def test_closing_the_restored_stream_closes_the_upstream_one(privacy: Privacy) -> None:
    closed: list[bool] = []

    async def upstream():  # type: ignore[no-untyped-def]
        try:
            yield TextDelta("a")
            yield TextDelta("b")
        finally:
            closed.append(True)

    masked = privacy.mask(ask("13812345678"), "")
    restored = privacy.restore(upstream(), masked.vault)
    assert await anext(restored) == TextDelta("a")
    await restored.aclose()  # type: ignore[attr-defined]
    assert closed == [True]


def test_a_whole_answer_is_restored_and_its_arguments_stay_valid_json(privacy: Privacy) -> None:
    request = ask("地址: 浙江省杭州市西湖区文三路12号3栋501室", "password is p\\w9x")
    masked = privacy.mask(request, "")
    secret = next(value for key, value in masked.vault.originals.items() if key[0] == "SECRET")
    call = ToolCall(
        id="c",
        function=FunctionCall(
            name="f", arguments='{"a": "<ADDRESS_1>", "s": "\\u003cSECRET_1\\u003e"}'
        ),
    )
    answer = Completion(
        choices=(
            Choice(
                text="到 <ADDRESS_1>",
                refusal="<ADDRESS_1>",
                reasoning="<address_1>",
                tool_calls=(call,),
            ),
        )
    )
    restored = privacy.restore_completion(answer, masked.vault).choices[0]
    address = "浙江省杭州市西湖区文三路12号3栋501室"
    assert (restored.text, restored.refusal, restored.reasoning) == (
        f"到 {address}",
        address,
        address,
    )
    assert json.loads(restored.tool_calls[0].function.arguments) == {"a": address, "s": secret}


def test_an_answer_that_must_be_json_stays_json_when_a_value_holds_quotes(privacy: Privacy) -> None:
    request = ask("password is p\\w9x")
    request = msgspec.structs.replace(request, response_format=ResponseFormat(type="json_object"))
    masked = privacy.mask(request, "")
    answer = Completion(choices=(Choice(text='{"p": "<SECRET_1>"}'),))
    assert json.loads(privacy.restore_completion(answer, masked.vault).choices[0].text or "") == {
        "p": "p\\w9x"
    }


@pytest.mark.parametrize(
    "text", ["", "a", "你好", "订单20240817123456789012，金额9111.72元，2024年8月17日"]
)
def test_a_request_without_private_data_is_the_very_same_object(
    privacy: Privacy, text: str
) -> None:
    request = ask(text)
    masked = privacy.mask(request, "s")
    assert masked.request is request and not masked.vault and not masked.findings
