"""The chunks of a chat completion stream, as OpenAI and those who follow it write them."""

from __future__ import annotations

import time
from typing import Any, ClassVar

from providers.simulators.answers import Answer, Call
from providers.simulators.asks import Ask
from providers.simulators.steps import Kind, Step
from providers.simulators.wires.base import encode


class Chunks:
    """Writes the chunks of one stream; id, time and model are the same in all of them."""

    extra: ClassVar[bytes] = b'"service_tier":"default","system_fingerprint":null,'
    """Fields that this vendor puts into every chunk."""
    opening: ClassVar[dict[str, Any]] = {"role": "assistant", "content": "", "refusal": None}
    blurs: ClassVar[bool] = True
    """Padding hides the token's length from who watches the wire."""
    later_call_fields: ClassVar[dict[str, Any]] = {}
    """What a tool call's later pieces carry besides index and arguments."""
    shows_reasoning: ClassVar[bool] = False
    has_logprobs: ClassVar[bool] = True
    null_usage: ClassVar[bool] = True
    """`usage` is null in each chunk of a stream that ends with usage."""

    def __init__(self, chunk_id: str, ask: Ask) -> None:
        model = encode(ask.model).decode()
        head = (
            f'data: {{"id":"{chunk_id}","object":"chat.completion.chunk",'
            f'"created":{int(time.time())},"model":{model},'
        )
        self._head = head.encode() + self.extra + b'"choices":['
        self._ask = ask
        self._count = 0

    def choice(self, index: int, answer: Answer) -> list[Step]:
        """One choice from its role chunk to its finish reason."""
        content = None if answer.calls else self.opening["content"]
        steps = [self._step(Kind.OPEN, index, {**self.opening, "content": content})]
        if self.shows_reasoning:
            steps += [self._reason(index, token) for token in answer.reasoning]
        steps += self._tokens(index, answer.tokens)
        for place, call in enumerate(answer.calls):
            steps += self._call(index, place, call)
        steps.append(self.finish(index, answer))
        return steps

    def finish(self, index: int, answer: Answer) -> Step:
        """The chunk with the finish reason."""
        return self._step(Kind.FINISH, index, {}, answer.finish)

    def _reason(self, index: int, token: str) -> Step:
        return self._step(Kind.TOKEN, index, {"reasoning_content": token})

    def _tokens(self, index: int, tokens: tuple[str, ...]) -> list[Step]:
        if self._ask.logprobs:
            return [self._token(index, token) for token in tokens]
        # All but the token and the padding is the same: encode it once.
        frame = self._step(Kind.TOKEN, index, {"content": ""}).data
        before, _, after = frame.partition(b'"content":""')
        before += b'"content":'
        after = after[: len(after) - len(self._close())]
        self._count -= 1
        return [
            Step(Kind.TOKEN, b"%b%b%b%b" % (before, encode(token), after, self._pad()))
            for token in tokens
        ]

    def _token(self, index: int, token: str) -> Step:
        logprobs = {"content": [logprob(token)], "refusal": None}
        return self._step(Kind.TOKEN, index, {"content": token}, logprobs=logprobs)

    def _call(self, index: int, place: int, call: Call) -> list[Step]:
        function = {"name": call.name, "arguments": ""}
        begun = {"index": place, "id": f"call_{call.id}", "type": "function", "function": function}
        steps = [self._step(Kind.TOOL, index, {"tool_calls": [begun]})]
        for piece in call.pieces:
            more = {"index": place, **self.later_call_fields, "function": {"arguments": piece}}
            steps.append(self._step(Kind.ARGUMENTS, index, {"tool_calls": [more]}))
        return steps

    def _step(
        self, kind: Kind, index: int, delta: Any, finish: str | None = None, logprobs: Any = None
    ) -> Step:
        choice: dict[str, Any] = {"index": index, "delta": delta, "finish_reason": finish}
        if self.has_logprobs:
            choice["logprobs"] = logprobs
        usage = b',"usage":null' if self._ask.include_usage and self.null_usage else b""
        return Step(kind, self._head + encode(choice) + b"]" + usage + self._pad())

    def _pad(self) -> bytes:
        """The end of the next chunk."""
        self._count += 1
        return self._close()

    def _close(self) -> bytes:
        if not self.blurs:
            return b"}\n\n"
        return b',"obfuscation":"%06x"}\n\n' % (self._count * 2654435761 % 16**6)

    def usage(self, usage: dict[str, Any], **more: Any) -> Step:
        """The chunk without choices that closes a stream with include_usage."""
        tail = encode({"usage": usage, **more})[1:]
        return Step(Kind.USAGE, self._head + b"]," + tail + b"\n\n")


def logprob(token: str) -> dict[str, Any]:
    """A token's log probability in OpenAI's shape."""
    return {"token": token, "logprob": -0.31, "bytes": list(token.encode()), "top_logprobs": []}
