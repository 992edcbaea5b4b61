"""Chat completions: the frame that OpenAI, DashScope's compatible mode and llama-server share."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from providers.simulators.answers import Answer
from providers.simulators.asks import Ask, CacheUse
from providers.simulators.problems import STATUS, Problem
from providers.simulators.requests import Request
from providers.simulators.steps import Kind, Reply, Step, stream_reply, whole_reply
from providers.simulators.wires.base import (
    House,
    check_key,
    check_model,
    check_window,
    encode,
    split_directive,
    sse,
)
from providers.simulators.wires.chat import read_ask
from providers.simulators.wires.chunks import Chunks, logprob

DONE = Step(Kind.DONE, b"data: [DONE]\n\n")


class Completions:
    """Reads chat requests and writes completions; a vendor overrides where it differs."""

    window_tokens: ClassVar[int] = 400_000
    families: ClassVar[tuple[str, ...]] = ()
    chunks: ClassVar[type[Chunks]] = Chunks
    statuses: ClassVar[Mapping[str, int]] = STATUS
    shows_reasoning: ClassVar[bool] = False

    def __init__(self, house: House) -> None:
        self.house = house

    @property
    def window(self) -> int:
        """Tokens that a prompt may have."""
        return self.house.settings.window_tokens or self.window_tokens

    # Reading.

    def read(self, request: Request) -> Ask:
        self.check_key(request)
        body = request.read_json()
        body["model"], directives = split_directive(str(body.get("model") or ""))
        self.check_model(body["model"])
        ask = self.read_body(body, directives)
        check_window(ask.prompt_tokens, self.house.settings, self.window_tokens)
        return replace(ask, cache=self.use_cache(ask))

    def read_body(self, body: dict[str, Any], directives: tuple[str, ...]) -> Ask:
        """The ask that a chat body holds."""
        options = body.get("stream_options")
        if options and not body.get("stream"):
            raise Problem(
                "bad_request",
                "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
                "stream_options",
            )
        return read_ask(
            body,
            body.get("messages"),
            directives=directives,
            stream=bool(body.get("stream")),
            include_usage=bool(options and options.get("include_usage")),
            continues=self.continues(body),
            thinking=self.thinks(body),
            choices=int(body.get("n") or 1),
            logprobs=bool(body.get("logprobs")),
        )

    def check_key(self, request: Request) -> None:
        """Refuse a wrong key."""
        check_key(request.bearer())

    def check_model(self, model: str) -> None:
        """Refuse an unknown model."""
        check_model(model, self.families, self.house.settings)

    def continues(self, body: dict[str, Any]) -> bool:
        """Whether a last assistant message is the beginning of the answer."""
        return False

    def thinks(self, body: dict[str, Any]) -> bool:
        """Whether the model reasons before it answers."""
        return False

    def use_cache(self, ask: Ask) -> CacheUse:
        """What the vendor's prompt cache gives."""
        return CacheUse()

    def use_automatic_cache(self, ask: Ask, from_tokens: int, step: int) -> CacheUse:
        """A cache that works by itself: whole steps of a prompt prefix that was seen before."""
        if ask.prompt_tokens < from_tokens:
            return CacheUse()
        tokens = ask.prompt_tokens // step * step
        text = ask.model + "\n".join(turn.text for turn in ask.turns)[: tokens * 2]
        known = self.house.remember_prefix(text, tokens)
        return CacheUse(read=tokens) if known else CacheUse(written=tokens)

    # Writing.

    def whole(self, ask: Ask, answer: Answer) -> Reply:
        body = {
            "id": self.house.next_id("chatcmpl-"),
            "object": "chat.completion",
            "created": int(time.time()),
            "model": ask.model,
            "choices": [self._choice(index, ask, answer) for index in range(ask.choices)],
            "usage": self.usage(ask, answer),
            **self.extra(ask, answer),
        }
        return whole_reply(encode(body), headers=self.headers(ask))

    def stream(self, ask: Ask, answer: Answer) -> Reply:
        chunks = self.chunks(self.house.next_id("chatcmpl-"), ask)
        steps = [step for index in range(ask.choices) for step in chunks.choice(index, answer)]
        if ask.include_usage:
            steps.append(self.usage_step(chunks, ask, answer))
        return stream_reply((*steps, DONE), headers=self.headers(ask))

    def usage_step(self, chunks: Chunks, ask: Ask, answer: Answer) -> Step:
        """The chunk that carries usage."""
        return chunks.usage(self.usage(ask, answer))

    def usage_frames(self, ask: Ask, answer: Answer) -> tuple[Step, ...]:
        chunks = self.chunks(self.house.next_id("chatcmpl-"), ask)
        return (self.usage_step(chunks, ask, answer), DONE)

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

    def extra(self, ask: Ask, answer: Answer) -> dict[str, Any]:
        """Fields that this vendor adds to a whole answer."""
        return {}

    def headers(self, ask: Ask | None = None) -> tuple[tuple[str, str], ...]:
        """Headers of every reply."""
        return ()

    def usage(self, ask: Ask, answer: Answer) -> dict[str, Any]:
        """Tokens as this vendor reports them."""
        completion = answer.completion_tokens * ask.choices
        return {
            "prompt_tokens": ask.prompt_tokens,
            "completion_tokens": completion,
            "total_tokens": ask.prompt_tokens + completion,
        }

    def problem(self, problem: Problem) -> Reply:
        headers = (*problem.headers, *self.headers())
        status = self.statuses.get(problem.kind, STATUS[problem.kind])
        return whole_reply(encode(self.error(problem)), status=status, headers=headers)

    def error_frame(self, problem: Problem) -> bytes:
        return sse(self.error(problem))

    def error(self, problem: Problem) -> dict[str, Any]:
        """The error body."""
        raise Problem(problem.kind)

    def message(self, answer: Answer) -> dict[str, Any]:
        """The assistant's message of a whole answer."""
        message: dict[str, Any] = {"role": "assistant", "content": answer.text}
        if self.shows_reasoning and answer.reasoning:
            message["reasoning_content"] = "".join(answer.reasoning)
        if answer.calls:
            message["content"] = None
            message["tool_calls"] = [
                _call(call.id, call.name, call.arguments) for call in answer.calls
            ]
        return message

    def _choice(self, index: int, ask: Ask, answer: Answer) -> dict[str, Any]:
        choice = {
            "index": index,
            "message": self.message(answer),
            "finish_reason": answer.finish,
        }
        if self.chunks.has_logprobs:
            choice["logprobs"] = _logprobs(answer) if ask.logprobs else None
        return choice


def _call(call_id: str, name: str, arguments: str) -> dict[str, Any]:
    function = {"name": name, "arguments": arguments}
    return {"id": f"call_{call_id}", "type": "function", "function": function}


def _logprobs(answer: Answer) -> dict[str, Any]:
    return {"content": [logprob(token) for token in answer.tokens], "refusal": None}
