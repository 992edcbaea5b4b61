"""Anthropic's Messages: blocks, events, errors, both versions of the API."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from providers.simulators.answers import Answer, Call
from providers.simulators.asks import Ask
from providers.simulators.problems import STATUS, Problem
from providers.simulators.requests import Request
from providers.simulators.steps import Kind, Reply, Step, stream_reply, whole_reply
from providers.simulators.wires.anthropic_read import (
    check_headers,
    count_prompt,
    read_ask,
    read_turns,
)
from providers.simulators.wires.base import (
    Dialect,
    House,
    check_model,
    check_window,
    encode,
    split_directive,
    too_long_numbers,
)

MODELS = ("claude-opus-5-5", "claude-fable-5-1", "claude-sonnet-5-5", "claude-sonnet-5",
          "claude-haiku-5-5", "claude-sonnet-4-6", "claude-haiku-4-5")  # fmt: skip
_WINDOW = 200_000
_REASONS = {
    "stop": "end_turn",
    "length": "max_tokens",
    "tool_calls": "tool_use",
    "content_filter": "refusal",
}
_SIGNATURE = "c2ltdWxhdGVkLXNpZ25hdHVyZQ=="

_ERRORS: Mapping[str, tuple[str, str]] = {
    "bad_request": ("invalid_request_error", "The request is not valid."),
    "no_key": ("authentication_error", "x-api-key header is required"),
    "unauthorized": ("authentication_error", "invalid x-api-key"),
    "payment": ("billing_error", "Your credit balance is too low to access the API."),
    "forbidden": ("permission_error", "Your API key does not have permission."),
    "not_found": ("not_found_error", "Not found"),
    "model_not_found": ("not_found_error", "model not found"),
    "timeout": ("timeout_error", "The request timed out"),
    "context_too_long": ("invalid_request_error", ""),
    "too_large": ("request_too_large", "Request exceeds the maximum size"),
    "unprocessable": ("invalid_request_error", "The request cannot be processed."),
    "rate_limited": ("rate_limit_error", "This request would exceed your rate limit."),
    "quota": ("billing_error", "You have reached your specified API usage limits."),
    "server_error": ("api_error", "Internal server error"),
    "unavailable": ("api_error", "Service unavailable"),
    "gateway_timeout": ("timeout_error", "The request timed out"),
    "overloaded": ("overloaded_error", "Overloaded"),
    "content_filter": ("invalid_request_error", "Output blocked by content filtering policy"),
}
_STATUSES = {**STATUS, "quota": 402}


class Messages:
    """POST /v1/messages."""

    def __init__(self, house: House) -> None:
        self.house = house

    def read(self, request: Request) -> Ask:
        version = check_headers(request)
        body = request.read_json()
        body["model"], directives = split_directive(str(body.get("model") or ""))
        check_model(body["model"], ("claude-",), self.house.settings)
        ask = read_ask(body, version, self.house, directives)
        check_window(ask.prompt_tokens, self.house.settings, _WINDOW)
        return ask

    def count(self, request: Request) -> Reply:
        """POST /v1/messages/count_tokens."""
        check_headers(request)
        body = request.read_json()
        tokens = count_prompt(body, *read_turns(body))
        return whole_reply(encode({"input_tokens": tokens}), headers=self.headers())

    def whole(self, ask: Ask, answer: Answer) -> Reply:
        message = self._message(ask)
        message["content"] = _content(answer)
        message["stop_reason"] = _reason(answer)
        message["stop_sequence"] = answer.stop_sequence
        message["usage"] = _usage(ask, answer.completion_tokens)
        return whole_reply(encode(message), headers=self.headers())

    def _message(self, ask: Ask) -> dict[str, Any]:
        """A message before its first block."""
        return {
            "id": self.house.next_id("msg_01", 22),
            "type": "message",
            "role": "assistant",
            "model": ask.model,
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
            "usage": _usage(ask, 1),
        }

    def stream(self, ask: Ask, answer: Answer) -> Reply:
        steps = [_event(Kind.OPEN, "message_start", message=self._message(ask))]
        index = 0
        if answer.reasoning:
            steps += _thinking(answer.reasoning)
            index = 1
        if answer.tokens or not answer.calls:
            steps += _text(index, answer.tokens, ping=True)
            index += 1
        for call in answer.calls:
            steps += _tool(index, call)
            index += 1
        steps.append(_finish(ask, answer, _reason(answer)))
        steps.append(_event(Kind.DONE, "message_stop"))
        return stream_reply(steps, headers=self.headers())

    def headers(self) -> tuple[tuple[str, str], ...]:
        limit = self.house.settings.requests_per_minute
        left = max(0, limit - self.house.used)
        return (
            ("request-id", self.house.next_id("req_011", 22)),
            ("anthropic-organization-id", "simulated"),
            ("anthropic-ratelimit-requests-limit", str(limit)),
            ("anthropic-ratelimit-requests-remaining", str(left)),
            ("anthropic-ratelimit-requests-reset", "2026-11-21T00:00:00Z"),
            ("anthropic-ratelimit-tokens-limit", "40000000"),
            ("anthropic-ratelimit-tokens-remaining", "39990000"),
            ("anthropic-ratelimit-tokens-reset", "2026-11-21T00:00:00Z"),
        )

    def problem(self, problem: Problem) -> Reply:
        headers = (*problem.headers, *self.headers())
        body = {**self._error(problem), "request_id": self.house.next_id("req_011", 22)}
        return whole_reply(encode(body), status=_STATUSES[problem.kind], headers=headers)

    def _error(self, problem: Problem) -> dict[str, Any]:
        kind, usual = _ERRORS[problem.kind]
        message = problem.message or usual
        if problem.kind == "model_not_found" and problem.message:
            message = f"model: {problem.message}"
        if problem.kind == "context_too_long":
            window = self.house.settings.window_tokens or _WINDOW
            tokens, window = too_long_numbers(problem, window)
            message = f"prompt is too long: {tokens} tokens > {window} maximum"
        return {"type": "error", "error": {"type": kind, "message": message}}

    def error_frame(self, problem: Problem) -> bytes:
        return b"event: error\ndata: " + encode(self._error(problem)) + b"\n\n"

    def empty_frame(self) -> bytes:
        return _event(Kind.NOISE, "ping").data

    def usage_frames(self, ask: Ask, answer: Answer) -> tuple[Step, ...]:
        return (
            _event(Kind.OPEN, "message_start", message=self._message(ask)),
            _finish(ask, answer, None),
            _event(Kind.DONE, "message_stop"),
        )


def _event(kind: Kind, name: str, **fields: Any) -> Step:
    body = encode({"type": name, **fields})
    return Step(kind, b"event: " + name.encode() + b"\ndata: " + body + b"\n\n")


def _delta(kind: Kind, index: int, **delta: Any) -> Step:
    return _event(kind, "content_block_delta", index=index, delta=delta)


def _text(index: int, tokens: tuple[str, ...], *, ping: bool) -> list[Step]:
    block = {"type": "text", "text": ""}
    return [
        _event(Kind.OPEN, "content_block_start", index=index, content_block=block),
        *([_event(Kind.OPEN, "ping")] if ping else []),
        *(_delta(Kind.TOKEN, index, type="text_delta", text=token) for token in tokens),
        _event(Kind.SHUT, "content_block_stop", index=index),
    ]


def _thinking(tokens: tuple[str, ...]) -> list[Step]:
    block = {"type": "thinking", "thinking": "", "signature": ""}
    return [
        _event(Kind.OPEN, "content_block_start", index=0, content_block=block),
        *(_delta(Kind.TOKEN, 0, type="thinking_delta", thinking=token) for token in tokens),
        _delta(Kind.SHUT, 0, type="signature_delta", signature=_SIGNATURE),
        _event(Kind.SHUT, "content_block_stop", index=0),
    ]


def _tool(index: int, call: Call) -> list[Step]:
    """A tool call: an empty first delta, and blanks before the closing brace, as the vendor has."""
    block = {"type": "tool_use", "id": f"toolu_01{call.id[:22]}", "name": call.name, "input": {}}
    pieces = ["", *call.pieces]
    if call.arguments.endswith("}"):
        pieces[-1] = " " + pieces[-1] if pieces[-1] == "}" else pieces[-1]
    return [
        _event(Kind.TOOL, "content_block_start", index=index, content_block=block),
        *(
            _delta(Kind.ARGUMENTS, index, type="input_json_delta", partial_json=piece)
            for piece in pieces
        ),
        _event(Kind.SHUT, "content_block_stop", index=index),
    ]


def _finish(ask: Ask, answer: Answer, reason: str | None) -> Step:
    delta = {"stop_reason": reason, "stop_sequence": answer.stop_sequence}
    usage = {"output_tokens": answer.completion_tokens}
    return _event(Kind.FINISH, "message_delta", delta=delta, usage=usage)


def _reason(answer: Answer) -> str:
    return "stop_sequence" if answer.stop_sequence else _REASONS.get(answer.finish, answer.finish)


def _content(answer: Answer) -> list[dict[str, Any]]:
    blocks: list[dict[str, Any]] = []
    if answer.reasoning:
        thought = "".join(answer.reasoning)
        blocks.append({"type": "thinking", "thinking": thought, "signature": _SIGNATURE})
    if answer.tokens:
        blocks.append({"type": "text", "text": answer.text})
    for call in answer.calls:
        block = {"type": "tool_use", "id": f"toolu_01{call.id[:22]}", "name": call.name}
        blocks.append({**block, "input": _parsed(call.arguments)})
    return blocks


def _parsed(arguments: str) -> Any:
    """Arguments as an object; what a fault cut short stands under the vendor's own key."""
    try:
        return msgspec.json.decode(arguments)
    except msgspec.DecodeError:
        return {"INVALID_JSON": arguments}


def _usage(ask: Ask, output_tokens: int) -> dict[str, Any]:
    """`input_tokens` leaves out what a cache gave or took."""
    cache = ask.cache
    written = cache.written + cache.written_1h
    return {
        "input_tokens": ask.prompt_tokens - cache.read - written,
        "cache_creation_input_tokens": written,
        "cache_read_input_tokens": cache.read,
        "cache_creation": {
            "ephemeral_5m_input_tokens": cache.written,
            "ephemeral_1h_input_tokens": cache.written_1h,
        },
        "output_tokens": output_tokens,
        "service_tier": "standard",
        "inference_geo": "global",
    }


class AnthropicWire:
    """The paths of api.anthropic.com that we simulate."""

    base_path = ""

    def __init__(self, house: House) -> None:
        self._messages = Messages(house)

    def dialect(self, request: Request) -> Dialect | None:
        asked = request.method == "POST" and request.path == "/v1/messages"
        return self._messages if asked else None

    def other(self, request: Request) -> Reply:
        asked = f"{request.method} {request.path}"
        if asked == "POST /v1/messages/count_tokens":
            return self._messages.count(request)
        check_headers(request)
        names = (*MODELS, *self._messages.house.settings.models)
        if asked == "GET /v1/models":
            cards = [_card(name) for name in names]
            listed = {"data": cards, "has_more": False, "first_id": names[0], "last_id": names[-1]}
            return whole_reply(encode(listed), headers=self._messages.headers())
        name = re.sub("^GET /v1/models/", "", asked)
        if name in names:
            return whole_reply(encode(_card(name)), headers=self._messages.headers())
        raise Problem("not_found")

    def problem(self, problem: Problem) -> Reply:
        return self._messages.problem(problem)


def _card(name: str) -> dict[str, Any]:
    shown = name.replace("-", " ").title()
    return {
        "type": "model",
        "id": name,
        "display_name": shown,
        "created_at": "2026-01-01T00:00:00Z",
    }
