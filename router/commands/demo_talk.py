"""Sending the demo's requests with OpenAI's own client, and reading back what the ledger says."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import openai

from router.commands.demo_scenes import Scene
from router.commands.demo_table import Row


class Talk:
    """A client of the gateway, as any program with OpenAI's library would be one."""

    def __init__(self, url: str, key: str) -> None:
        self._client = openai.OpenAI(base_url=url, api_key=key, max_retries=0)

    def play(self, scene: Scene) -> Iterator[Row]:
        """Send a scene; a tool call is carried out and its result sent back as a second request."""
        said = str(scene.messages[-1]["content"])
        try:
            row, answer = self._send(scene, scene.title, said, list(scene.messages))
            yield row
            if answer is not None and answer.tool_calls:
                call = answer.tool_calls[0]
                number = json.loads(call.function.arguments).get("order_number", "")
                result = {"order_number": number, "status": "in transit", "arrives": "tomorrow"}
                messages = [
                    *scene.messages,
                    answer.model_dump(exclude_none=True),
                    {"role": "tool", "tool_call_id": call.id, "content": json.dumps(result)},
                ]
                yield self._send(scene, "the tool's result", json.dumps(result), messages)[0]
        except openai.OpenAIError as error:
            yield Row(title=scene.title, said=said, answer=str(error), failed=True)

    def _send(self, scene: Scene, title: str, said: str, messages: list[Any]) -> tuple[Row, Any]:
        request_id = f"demo-{uuid.uuid4().hex}"
        options: dict[str, Any] = {
            "model": "auto",
            "messages": messages,
            "metadata": dict(scene.caller),
            "extra_headers": {"x-request-id": request_id},
            **scene.options,
        }
        start = time.perf_counter()
        if scene.stream:
            text, first_token_seconds = self._read_stream(options, start)
            message = None
        else:
            message = self._client.chat.completions.create(**options).choices[0].message
            first_token_seconds = None
            text = message.content or _tell_call(message)
        return self._row(title, said, text, request_id, first_token_seconds), message

    def _read_stream(self, options: dict[str, Any], start: float) -> tuple[str, float | None]:
        pieces, first = [], None
        stream = self._client.chat.completions.create(
            **options, stream=True, stream_options={"include_usage": True}
        )
        for chunk in stream:
            if chunk.choices and chunk.choices[0].delta.content:
                first = first or time.perf_counter() - start
                pieces.append(chunk.choices[0].delta.content)
        return "".join(pieces), first

    def _row(
        self, title: str, said: str, text: str, request_id: str, first_token_seconds: float | None
    ) -> Row:
        told = self._client.get(f"/route/{request_id}", cast_to=dict[str, Any])
        signals, cost = told["signals"], told["cost_usd"]
        strength = signals["emotion_intensity"]
        sarcastic = ", sarcastic" if signals["sarcasm"] > 0.5 else ""
        used = [attempt for attempt in told["attempts"] if attempt["prompt_tokens"] is not None]
        tokens = " + ".join(
            str(sum(attempt[kind] for attempt in used))
            for kind in ("prompt_tokens", "completion_tokens")
        )
        return Row(
            title=title,
            said=said,
            answer=text,
            intent="\n".join(signals["intents"]) or signals["intent"],
            emotion=f"{signals['emotion']} {strength:.1f}{sarcastic}",
            masked=", ".join(signals["pii"]),
            model=told["model"],
            why=f"{told['plan']['rule']}: {told['plan']['primary']['why']}",
            tokens=tokens,
            cost_usd=None if cost is None else Decimal(cost),
            first_token_seconds=first_token_seconds,
        )


def _tell_call(message: Any) -> str:
    return ", ".join(
        f"{call.function.name}({call.function.arguments})" for call in message.tool_calls or ()
    )
