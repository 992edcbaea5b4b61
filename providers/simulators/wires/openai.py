"""OpenAI's chat completions and model list."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from providers.simulators.answers import Answer, Call
from providers.simulators.asks import Ask, CacheUse
from providers.simulators.problems import STATUS, Problem
from providers.simulators.requests import Request
from providers.simulators.steps import Kind, Reply, Step, stream_reply, whole_reply
from providers.simulators.wires.base import (
    Dialect,
    House,
    check_key,
    check_model,
    check_window,
    encode,
    split_directive,
    sse,
    too_long_numbers,
)
from providers.simulators.wires.chat import read_ask

MODELS = ("gpt-6.1-sol", "gpt-6.1-terra", "gpt-6-luna", "gpt-5.6-terra", "gpt-5.4", "gpt-5.4-mini",
          "gpt-4.1", "gpt-4o", "gpt-4o-mini", "o3")  # fmt: skip
FAMILIES = ("gpt-", "chatgpt-", "o1", "o3", "o4")
_WINDOW = 400_000
_CACHE_FROM_TOKENS = 1024
_THINKERS = ("gpt-5", "gpt-6", "o1", "o3", "o4")
_WRITES_BILLED = ("gpt-5.6", "gpt-6")

_ERRORS: Mapping[str, tuple[str, str | None, str]] = {
    "bad_request": ("invalid_request_error", None, "The request is not valid."),
    "no_key": ("invalid_request_error", None, "You didn't provide an API key."),
    "unauthorized": ("invalid_request_error", "invalid_api_key", "Incorrect API key provided."),
    "payment": ("insufficient_quota", "credit_balance_exhausted", "Your credit is used up."),
    "forbidden": ("invalid_request_error", "permission_denied", "Your key may not do this."),
    "not_found": ("invalid_request_error", "unknown_url", "Unknown request URL."),
    "model_not_found": ("invalid_request_error", "model_not_found", "The model does not exist."),
    "timeout": ("timeout", "request_timeout", "The request took too long."),
    "context_too_long": ("invalid_request_error", "context_length_exceeded", ""),
    "too_large": ("invalid_request_error", "request_too_large", "The request body is too large."),
    "unprocessable": ("invalid_request_error", "unprocessable", "The request cannot be processed."),
    "rate_limited": ("requests", "rate_limit_exceeded", "Rate limit reached for requests."),
    "quota": ("insufficient_quota", "insufficient_quota", "You exceeded your current quota."),
    "server_error": ("server_error", None, "The server had an error while processing it."),
    "unavailable": ("server_error", None, "The engine is currently overloaded."),
    "gateway_timeout": ("server_error", None, "The upstream did not answer in time."),
    "overloaded": ("server_error", "overloaded", "The service is overloaded."),
    "content_filter": ("invalid_request_error", "content_policy_violation", "Flagged as unsafe."),
}


class OpenAIChat:
    """POST /v1/chat/completions."""

    def __init__(self, house: House) -> None:
        self.house = house

    def read(self, request: Request) -> Ask:
        check_key(request.bearer())
        body = request.read_json()
        body["model"], directives = split_directive(str(body.get("model") or ""))
        check_model(body["model"], FAMILIES, self.house.settings)
        options = body.get("stream_options")
        if options and not body.get("stream"):
            raise Problem(
                "bad_request",
                "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
                "stream_options",
            )
        ask = read_ask(
            body,
            body.get("messages"),
            directives=directives,
            stream=bool(body.get("stream")),
            include_usage=bool(options and options.get("include_usage")),
            continues=self._continues(body),
            thinking=_thinks(body),
            choices=int(body.get("n") or 1),
            logprobs=bool(body.get("logprobs")),
        )
        check_window(ask.prompt_tokens, self.house.settings, _WINDOW)
        return replace(ask, cache=self._use_cache(ask))

    def _continues(self, body: dict[str, Any]) -> bool:
        """OpenAI itself starts anew after an assistant message; servers like vLLM can be told."""
        last = body["messages"][-1] if body.get("messages") else {}
        asked = isinstance(last, dict) and (last.get("prefix") or last.get("partial"))
        return bool(asked or body.get("continue_final_message"))

    def _use_cache(self, ask: Ask) -> CacheUse:
        """Prompts from 1,024 tokens on are cached by themselves, in steps of 128."""
        if ask.prompt_tokens < _CACHE_FROM_TOKENS:
            return CacheUse()
        tokens = ask.prompt_tokens // 128 * 128
        text = ask.model + "\n".join(turn.text for turn in ask.turns)[: tokens * 2]
        if self.house.remember_prefix(text, tokens):
            return CacheUse(read=tokens)
        return CacheUse(written=tokens if ask.model.startswith(_WRITES_BILLED) else 0)

    def whole(self, ask: Ask, answer: Answer) -> Reply:
        message = _message(answer)
        body = {
            "id": self.house.next_id("chatcmpl-"),
            "object": "chat.completion",
            "created": int(time.time()),
            "model": ask.model,
            "choices": [_choice(index, message, ask, answer) for index in range(ask.choices)],
            "usage": _usage(ask, answer),
            "service_tier": "default",
            "system_fingerprint": None,
        }
        return whole_reply(encode(body), headers=self.headers(ask))

    def stream(self, ask: Ask, answer: Answer) -> Reply:
        chunks = _Chunks(self.house.next_id("chatcmpl-"), ask)
        steps = [step for index in range(ask.choices) for step in chunks.choice(index, answer)]
        if ask.include_usage:
            steps.append(chunks.usage(_usage(ask, answer)))
        steps.append(Step(Kind.DONE, b"data: [DONE]\n\n"))
        return stream_reply(steps, headers=self.headers(ask))

    def headers(self, ask: Ask | None = None) -> tuple[tuple[str, str], ...]:
        limit = self.house.settings.requests_per_minute
        used = ask.prompt_tokens if ask else 0
        return (
            ("x-request-id", self.house.next_id("req_", 32)),
            ("openai-processing-ms", "12"),
            ("openai-version", "2020-10-01"),
            ("openai-organization", "simulated"),
            ("x-ratelimit-limit-requests", str(limit)),
            ("x-ratelimit-remaining-requests", str(max(0, limit - self.house.used))),
            ("x-ratelimit-reset-requests", "6ms"),
            ("x-ratelimit-limit-tokens", "40000000"),
            ("x-ratelimit-remaining-tokens", str(40_000_000 - used)),
            ("x-ratelimit-reset-tokens", "1s"),
        )

    def problem(self, problem: Problem) -> Reply:
        headers = (*problem.headers, *self.headers())
        body = encode(self._error(problem))
        return whole_reply(body, status=STATUS[problem.kind], headers=headers)

    def _error(self, problem: Problem) -> dict[str, Any]:
        kind, code, usual = _ERRORS[problem.kind]
        message, param = problem.message or usual, problem.param
        if problem.kind == "model_not_found" and message != usual:
            message = f"The model `{message}` does not exist or you do not have access to it."
        if problem.kind == "context_too_long":
            tokens, window = too_long_numbers(problem, self.house.settings.window_tokens or _WINDOW)
            param = "messages"
            message = (
                f"This model's maximum context length is {window} tokens. However, your messages "
                f"resulted in {tokens} tokens. Please reduce the length of the messages."
            )
        return {"error": {"message": message, "type": kind, "param": param, "code": code}}

    def error_frame(self, problem: Problem) -> bytes:
        return sse(self._error(problem))

    def empty_frame(self) -> bytes:
        return sse(
            {
                "id": "chatcmpl-empty",
                "object": "chat.completion.chunk",
                "created": int(time.time()),
                "model": "simulated",
                "choices": [],
            }
        )

    def usage_frames(self, ask: Ask, answer: Answer) -> tuple[Step, ...]:
        chunks = _Chunks(self.house.next_id("chatcmpl-"), ask)
        return (chunks.usage(_usage(ask, answer)), Step(Kind.DONE, b"data: [DONE]\n\n"))


class _Chunks:
    """Writes the chunks of one stream; id, time and model are the same in all of them."""

    def __init__(self, chunk_id: str, ask: Ask) -> None:
        model = encode(ask.model).decode()
        self._head = (
            f'data: {{"id":"{chunk_id}","object":"chat.completion.chunk",'
            f'"created":{int(time.time())},"model":{model},"service_tier":"default",'
            f'"system_fingerprint":null,"choices":['
        ).encode()
        self._ask = ask
        self._count = 0

    def choice(self, index: int, answer: Answer) -> list[Step]:
        """One choice from its role chunk to its finish reason."""
        opening: dict[str, Any] = {"role": "assistant", "content": "", "refusal": None}
        if answer.calls:
            opening["content"] = None
        steps = [self._step(Kind.OPEN, index, opening)]
        steps += [self._token(index, token) for token in answer.tokens]
        for place, call in enumerate(answer.calls):
            steps += self._call(index, place, call)
        steps.append(self._step(Kind.FINISH, index, {}, answer.finish))
        return steps

    def _token(self, index: int, token: str) -> Step:
        logprobs = {"content": [_logprob(token)], "refusal": None} if self._ask.logprobs else None
        return self._step(Kind.TOKEN, index, {"content": token}, logprobs=logprobs)

    def _call(self, index: int, place: int, call: Call) -> list[Step]:
        function = {"name": call.name, "arguments": ""}
        opening = {
            "index": place,
            "id": f"call_{call.id}",
            "type": "function",
            "function": function,
        }
        steps = [self._step(Kind.TOOL, index, {"tool_calls": [opening]})]
        for piece in call.pieces:
            delta = {"tool_calls": [{"index": place, "function": {"arguments": piece}}]}
            steps.append(self._step(Kind.ARGUMENTS, index, delta))
        return steps

    def _step(
        self, kind: Kind, index: int, delta: Any, finish: str | None = None, logprobs: Any = None
    ) -> Step:
        choice = {"index": index, "delta": delta, "logprobs": logprobs, "finish_reason": finish}
        self._count += 1
        # Padding hides the token's length from who watches the wire; it differs from chunk to chunk.
        blur = f'"obfuscation":"{(self._count * 2654435761) % 16**6:06x}"}}\n\n'
        usage = b'],"usage":null,' if self._ask.include_usage else b"],"
        return Step(kind, self._head + encode(choice) + usage + blur.encode())

    def usage(self, usage: dict[str, Any]) -> Step:
        """The chunk without choices that closes a stream with include_usage."""
        tail = b'],"usage":' + encode(usage) + b',"obfuscation":""}\n\n'
        return Step(Kind.USAGE, self._head + tail)


def _thinks(body: dict[str, Any]) -> bool:
    effort = body.get("reasoning_effort")
    return effort not in (None, "none", "minimal") and body["model"].startswith(_THINKERS)


def _message(answer: Answer) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": answer.text, "refusal": None}
    if not answer.calls:
        return {**message, "annotations": []}
    message["content"] = None
    message["tool_calls"] = [
        {
            "id": f"call_{call.id}",
            "type": "function",
            "function": {"name": call.name, "arguments": call.arguments},
        }
        for call in answer.calls
    ]
    return message


def _choice(index: int, message: Any, ask: Ask, answer: Answer) -> dict[str, Any]:
    logprobs = None
    if ask.logprobs:
        logprobs = {"content": [_logprob(token) for token in answer.tokens], "refusal": None}
    return {
        "index": index,
        "message": message,
        "logprobs": logprobs,
        "finish_reason": answer.finish,
    }


def _logprob(token: str) -> dict[str, Any]:
    return {"token": token, "logprob": -0.31, "bytes": list(token.encode()), "top_logprobs": []}


def _usage(ask: Ask, answer: Answer) -> dict[str, Any]:
    completion = answer.completion_tokens * ask.choices
    return {
        "prompt_tokens": ask.prompt_tokens,
        "completion_tokens": completion,
        "total_tokens": ask.prompt_tokens + completion,
        "prompt_tokens_details": {
            "cached_tokens": ask.cache.read,
            "cache_write_tokens": ask.cache.written,
            "audio_tokens": 0,
        },
        "completion_tokens_details": {
            "reasoning_tokens": answer.reasoning_tokens * ask.choices,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }


class OpenAIWire:
    """The paths of api.openai.com that we simulate."""

    base_path = "/v1"

    def __init__(self, house: House) -> None:
        self._chat = OpenAIChat(house)

    def dialect(self, request: Request) -> Dialect | None:
        asked = request.method == "POST" and request.path == "/v1/chat/completions"
        return self._chat if asked else None

    def other(self, request: Request) -> Reply:
        check_key(request.bearer())
        names = (*MODELS, *self._chat.house.settings.models)
        if request.method == "GET" and request.path == "/v1/models":
            return whole_reply(
                encode({"object": "list", "data": [_card(name) for name in names]}),
                headers=self._chat.headers(),
            )
        name = request.path.removeprefix("/v1/models/")
        if request.method == "GET" and name in names:
            return whole_reply(encode(_card(name)), headers=self._chat.headers())
        where = f"Invalid URL ({request.method} {request.path})"
        raise Problem("not_found", where)

    def problem(self, problem: Problem) -> Reply:
        return self._chat.problem(problem)


def _card(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": 1_741_569_952, "owned_by": "simulated"}
