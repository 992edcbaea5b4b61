"""OpenAI's Responses API: items in, numbered events out."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any

from providers.simulators.answers import Answer, Call
from providers.simulators.asks import Ask
from providers.simulators.problems import Problem
from providers.simulators.steps import Kind, Reply, Step, stream_reply, whole_reply
from providers.simulators.wires.base import encode
from providers.simulators.wires.chat import read_ask
from providers.simulators.wires.openai import OpenAIChat

_KNOWN = frozenset({"model", "input", "instructions", "stream", "stream_options", "store", "tools",
                    "tool_choice", "parallel_tool_calls", "text", "max_output_tokens",
                    "temperature", "top_p", "reasoning", "user", "metadata", "include",
                    "prompt_cache_key", "prompt_cache_options", "prompt_cache_retention",
                    "safety_identifier", "service_tier", "top_logprobs", "truncation"})  # fmt: skip
_LEAST_OUTPUT_TOKENS = 16
_INCOMPLETE = {"length": "max_output_tokens", "content_filter": "content_filter"}
_WHOLE = frozenset({"stop", "tool_calls"})


class OpenAIResponses(OpenAIChat):
    """POST /v1/responses."""

    def read_body(self, body: dict[str, Any], directives: tuple[str, ...]) -> Ask:
        unknown = body.keys() - _KNOWN
        if unknown:
            name = min(unknown)
            raise Problem("bad_request", f"Unknown parameter: '{name}'.", name)
        limit = body.get("max_output_tokens")
        if limit is not None and limit < _LEAST_OUTPUT_TOKENS:
            raise Problem(
                "bad_request",
                "Invalid 'max_output_tokens': expected a value >= 16.",
                "max_output_tokens",
            )
        chat = {
            "model": body["model"],
            "tools": [_chat_tool(tool) for tool in body.get("tools") or ()],
            "tool_choice": _chat_choice(body.get("tool_choice")),
            "response_format": _chat_format(body.get("text")),
            "max_tokens": limit,
        }
        effort = (body.get("reasoning") or {}).get("effort")
        return read_ask(
            chat,
            _chat_messages(body),
            directives=directives,
            stream=bool(body.get("stream")),
            thinking=self.thinks({**chat, "reasoning_effort": effort}),
        )

    def whole(self, ask: Ask, answer: Answer) -> Reply:
        body = self._response(self.house.next_id("resp_", 40), ask, answer)
        return whole_reply(encode(body), headers=self.headers(ask))

    def stream(self, ask: Ask, answer: Answer) -> Reply:
        events = _Events()
        response_id = self.house.next_id("resp_", 40)
        begun = self._response(response_id, ask, None)
        events.add(Kind.OPEN, "response.created", response=begun)
        events.add(Kind.OPEN, "response.in_progress", response=begun)
        for at, write in enumerate(_items_of(answer)):
            write(events, at)
        whole = answer.finish in _WHOLE
        name = "response.completed" if whole else "response.incomplete"
        events.add(Kind.FINISH, name, response=self._response(response_id, ask, answer))
        return stream_reply(events.steps, headers=self.headers(ask))

    def usage_frames(self, ask: Ask, answer: Answer) -> tuple[Step, ...]:
        events = _Events()
        response = {**self._response("resp_usage", ask, answer), "output": []}
        events.add(Kind.USAGE, "response.completed", response=response)
        return tuple(events.steps)

    def empty_frame(self) -> bytes:
        events = _Events()
        events.add(Kind.NOISE, "response.in_progress", response={"id": "resp_empty", "output": []})
        return events.steps[0].data

    def error_frame(self, problem: Problem) -> bytes:
        error = self.error(problem)["error"]
        return b"event: error\ndata: " + encode({**error, "type": "error"}) + b"\n\n"

    def _response(self, response_id: str, ask: Ask, answer: Answer | None) -> dict[str, Any]:
        """The response as it stands: just begun, or with all that was said."""
        response: dict[str, Any] = {
            "id": response_id,
            "object": "response",
            "created_at": int(time.time()),
            "model": ask.model,
            "status": "in_progress",
            "error": None,
            "incomplete_details": None,
            "output": [],
            "usage": None,
            "service_tier": "default",
            "store": False,
        }
        if answer is None:
            return response
        response["output"] = _output(answer)
        response["usage"] = _usage(self.usage(ask, answer))
        if answer.finish in _WHOLE:
            return {**response, "status": "completed"}
        reason = _INCOMPLETE.get(answer.finish, answer.finish)
        return {**response, "status": "incomplete", "incomplete_details": {"reason": reason}}


class _Events:
    """The events of one stream; each has the next number."""

    def __init__(self) -> None:
        self.steps: list[Step] = []

    def add(self, kind: Kind, name: str, **fields: Any) -> None:
        body = encode({"type": name, "sequence_number": len(self.steps), **fields})
        self.steps.append(Step(kind, b"event: %b\ndata: %b\n\n" % (name.encode(), body)))


def _items_of(answer: Answer) -> list[Callable[[_Events, int], None]]:
    """What writes each item of the output, in order."""
    items: list[Callable[[_Events, int], None]] = []
    if answer.reasoning:
        items.append(_write_reasoning)
    if answer.tokens or not answer.calls:
        items.append(partial(_write_message, answer))
    return [*items, *(partial(_write_call, call) for call in answer.calls)]


def _write_reasoning(events: _Events, at: int) -> None:
    """A train of thought that the vendor keeps to itself."""
    item = {"id": f"rs_{at}", "type": "reasoning", "summary": []}
    events.add(Kind.OPEN, "response.output_item.added", output_index=at, item=item)
    events.add(Kind.OPEN, "response.output_item.done", output_index=at, item=item)


def _write_message(answer: Answer, events: _Events, at: int) -> None:
    place = {"item_id": f"msg_{at}", "output_index": at, "content_index": 0}
    empty = {"type": "output_text", "text": "", "annotations": [], "logprobs": []}
    item = _message_item(at, "in_progress", [])
    events.add(Kind.OPEN, "response.output_item.added", output_index=at, item=item)
    events.add(Kind.OPEN, "response.content_part.added", **place, part=empty)
    for token in answer.tokens:
        pad = f"{len(events.steps) * 2654435761 % 16**6:06x}"
        events.add(
            Kind.TOKEN,
            "response.output_text.delta",
            **place,
            delta=token,
            logprobs=[],
            obfuscation=pad,
        )
    part = {**empty, "text": answer.text}
    events.add(Kind.SHUT, "response.output_text.done", **place, text=answer.text, logprobs=[])
    events.add(Kind.SHUT, "response.content_part.done", **place, part=part)
    item = _message_item(at, "completed", [part])
    events.add(Kind.SHUT, "response.output_item.done", output_index=at, item=item)


def _write_call(call: Call, events: _Events, at: int) -> None:
    place = {"item_id": f"fc_{at}", "output_index": at}
    begun = {**_call_item(at, call), "status": "in_progress", "arguments": ""}
    events.add(Kind.TOOL, "response.output_item.added", output_index=at, item=begun)
    for piece in call.pieces:
        events.add(Kind.ARGUMENTS, "response.function_call_arguments.delta", **place, delta=piece)
    events.add(
        Kind.SHUT, "response.function_call_arguments.done", **place, arguments=call.arguments
    )
    item = _call_item(at, call)
    events.add(Kind.SHUT, "response.output_item.done", output_index=at, item=item)


def _output(answer: Answer) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    if answer.reasoning:
        items.append({"id": "rs_0", "type": "reasoning", "summary": []})
    if answer.tokens or not answer.calls:
        part = {"type": "output_text", "text": answer.text, "annotations": [], "logprobs": []}
        items.append(_message_item(len(items), "completed", [part]))
    items += [_call_item(len(items) + at, call) for at, call in enumerate(answer.calls)]
    return items


def _message_item(at: int, status: str, content: list[Any]) -> dict[str, Any]:
    return {
        "id": f"msg_{at}",
        "type": "message",
        "status": status,
        "role": "assistant",
        "content": content,
    }


def _call_item(at: int, call: Call) -> dict[str, Any]:
    return {
        "id": f"fc_{at}",
        "type": "function_call",
        "status": "completed",
        "call_id": f"call_{call.id}",
        "name": call.name,
        "arguments": call.arguments,
    }


def _usage(chat: dict[str, Any]) -> dict[str, Any]:
    prompt, made = chat["prompt_tokens_details"], chat["completion_tokens_details"]
    return {
        "input_tokens": chat["prompt_tokens"],
        "input_tokens_details": {
            "cached_tokens": prompt["cached_tokens"],
            "cache_write_tokens": prompt["cache_write_tokens"],
        },
        "output_tokens": chat["completion_tokens"],
        "output_tokens_details": {"reasoning_tokens": made["reasoning_tokens"]},
        "total_tokens": chat["total_tokens"],
    }


def _chat_messages(body: dict[str, Any]) -> list[dict[str, Any]]:
    """The input's items as the messages of a chat."""
    given = body.get("input")
    items = [{"role": "user", "content": given}] if isinstance(given, str) else given
    if not isinstance(items, list) or not items:
        raise Problem("bad_request", "Missing required parameter: 'input'.", "input")
    messages = [_chat_message(item) for item in items]
    instructions = body.get("instructions")
    return [{"role": "system", "content": instructions}, *messages] if instructions else messages


def _chat_message(item: dict[str, Any]) -> dict[str, Any]:
    kind = item.get("type", "message")
    if kind == "function_call_output":
        return {"role": "tool", "tool_call_id": item["call_id"], "content": item["output"]}
    if kind == "function_call":
        return {"role": "assistant", "content": None}
    if kind != "message":
        raise Problem("bad_request", f"Invalid value: '{kind}'.", "input")
    content = item["content"]
    if isinstance(content, list):
        content = [_chat_part(part) for part in content]
    return {"role": item["role"], "content": content}


def _chat_part(part: dict[str, Any]) -> dict[str, Any]:
    if part["type"] == "input_image":
        return {"type": "image_url", "image_url": {"url": part["image_url"]}}
    if part["type"] not in ("input_text", "output_text"):
        raise Problem("bad_request", f"Invalid value: '{part['type']}'.", "input")
    return {"type": "text", "text": part["text"]}


def _chat_tool(tool: dict[str, Any]) -> dict[str, Any]:
    return {"type": "function", "function": tool}


def _chat_choice(choice: Any) -> Any:
    named = isinstance(choice, dict)
    return {"type": "function", "function": {"name": choice["name"]}} if named else choice


def _chat_format(text: Any) -> Any:
    wanted = (text or {}).get("format") or {}
    if wanted.get("type") != "json_schema":
        return wanted or None
    return {"type": "json_schema", "json_schema": {"schema": wanted.get("schema")}}
