"""OpenAI's own client against the simulated Responses API."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import openai
import pytest

from providers.simulators.process import LocalSimulator

QUESTION = "How long does a refund take?"
TOOL: Any = {
    "type": "function",
    "name": "get_order",
    "description": "Look up an order by its number",
    "parameters": {
        "type": "object",
        "properties": {"order_number": {"type": "string"}},
        "required": ["order_number"],
    },
    "strict": False,
}


@pytest.fixture
async def client(openai_simulator: LocalSimulator) -> AsyncIterator[openai.AsyncOpenAI]:
    async with openai.AsyncOpenAI(
        base_url=openai_simulator.base_url, api_key="key", max_retries=0
    ) as made:
        yield made


async def stream(client: openai.AsyncOpenAI, **body: Any) -> list[Any]:
    body = {"model": "gpt-5.4", "input": QUESTION, **body}
    made: Any = await client.responses.create(stream=True, **body)
    return [event async for event in made]


async def test_every_event_has_the_next_number_and_the_text_is_the_chats(
    client: openai.AsyncOpenAI,
) -> None:
    chat: Any = await client.chat.completions.create(
        model="gpt-5.4", messages=[{"role": "user", "content": QUESTION}]
    )
    whole: Any = await client.responses.create(model="gpt-5.4", input=QUESTION)
    events = await stream(client)
    assert [event.sequence_number for event in events] == list(range(len(events)))
    pieces = [e.delta for e in events if e.type == "response.output_text.delta"]
    assert "".join(pieces) == whole.output_text == chat.choices[0].message.content
    assert events[0].type == "response.created" and events[-1].type == "response.completed"
    usage = events[-1].response.usage
    assert (usage.input_tokens, usage.output_tokens) == (
        chat.usage.prompt_tokens,
        chat.usage.completion_tokens,
    )


async def test_a_function_is_called_and_its_result_comes_back_in_words(
    client: openai.AsyncOpenAI,
) -> None:
    asked: Any = [{"role": "user", "content": "Where is order 4711?"}]
    events = await stream(client, input=asked, tools=[TOOL], tool_choice="required")
    call = events[-1].response.output[0]
    pieces = [e.delta for e in events if e.type == "response.function_call_arguments.delta"]
    assert "".join(pieces) == call.arguments and call.name == "get_order"
    told = {"type": "function_call_output", "call_id": call.call_id, "output": "It left today."}
    made = {"type": "function_call", "call_id": call.call_id, "name": call.name}
    history = [*asked, {**made, "arguments": call.arguments}, told]
    answer: Any = await client.responses.create(model="gpt-5.4", input=history, tools=[TOOL])
    assert "It left today." in answer.output_text


async def test_what_the_api_does_not_have_is_refused(client: openai.AsyncOpenAI) -> None:
    for wrong in ({"extra_body": {"stop": ["x"]}}, {"max_output_tokens": 5}):
        with pytest.raises(openai.BadRequestError):
            await stream(client, **wrong)


async def test_an_answer_that_is_cut_short_says_why(client: openai.AsyncOpenAI) -> None:
    last = (await stream(client, max_output_tokens=16))[-1]
    assert last.type == "response.incomplete"
    assert last.response.incomplete_details.reason == "max_output_tokens"
