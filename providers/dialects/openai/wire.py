"""The JSON shapes of OpenAI's chat completions, as vendors and clients send them."""

from __future__ import annotations

import msgspec
from msgspec import UNSET, Raw, UnsetType

from providers.calls import Usage
from providers.dialects.metadata import Value
from providers.dialects.openai.differences import Numbering
from providers.messages import Message, ResponseFormat, Tool, ToolChoice


class StreamOptions(msgspec.Struct, frozen=True):
    """What a client wants in its stream besides the answer."""

    include_usage: bool | None = None


class RequestBody(msgspec.Struct, frozen=True, kw_only=True):
    """A chat request as a client sends it; clients send null for what they leave out."""

    model: str | None = None
    messages: tuple[Message, ...] | None = None
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    tools: tuple[Tool, ...] | None = None
    tool_choice: ToolChoice | None = None
    parallel_tool_calls: bool | None = None
    response_format: ResponseFormat | None = None
    max_tokens: int | None = None
    max_completion_tokens: int | None = None
    stop: str | tuple[str, ...] | None = None
    temperature: float | None = None
    top_p: float | None = None
    n: int | None = None
    seed: int | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    logprobs: bool | None = None
    top_logprobs: int | None = None
    reasoning_effort: str | None = None
    user: str | None = None
    metadata: dict[str, Value] | UnsetType | None = UNSET
    """Unset where the body has none: what has, is looked at closely."""


KNOWN_FIELDS = frozenset(RequestBody.__struct_fields__)


class FunctionPiece(msgspec.Struct):
    """Some of a function call."""

    name: str | None = None
    arguments: str | None = None


class ToolPiece(msgspec.Struct):
    """Some of a tool call in a stream, or the whole of it in an answer."""

    index: int | None = None
    id: str | None = None
    function: FunctionPiece | None = None


class Delta(msgspec.Struct):
    """Some of a message in a stream, or the whole of it in an answer."""

    role: str | None = None
    content: str | None = None
    reasoning_content: str | None = None
    reasoning: str | None = None
    refusal: str | None = None
    tool_calls: list[ToolPiece] | None = None


class WireChoice(msgspec.Struct):
    """One choice of a chunk (`delta`) or of an answer (`message`)."""

    index: int = 0
    delta: Delta | None = None
    message: Delta | None = None
    finish_reason: str | None = None
    logprobs: Raw | UnsetType = UNSET


class PromptDetails(msgspec.Struct):
    """How the prompt's tokens were read. Qwen counts cache writes under its own name."""

    cached_tokens: int | None = None
    cache_write_tokens: int | None = None
    cache_creation_input_tokens: int | None = None


class CompletionDetails(msgspec.Struct):
    """What the answer's tokens were."""

    reasoning_tokens: int | None = None


class WireUsage(msgspec.Struct):
    """Tokens as OpenAI counts them: `prompt_tokens` includes cached ones."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    prompt_tokens_details: PromptDetails | None = None
    completion_tokens_details: CompletionDetails | None = None


class Timings(msgspec.Struct):
    """llama-server's own count, which it sends even where it sends no usage."""

    prompt_n: int = 0
    predicted_n: int = 0
    cache_n: int = 0


class Body(msgspec.Struct):
    """A chunk or a whole answer, or an error in the place of one."""

    id: str | None = None
    choices: list[WireChoice] | UnsetType | None = UNSET
    usage: WireUsage | None = None
    service_tier: str | None = None
    timings: Timings | None = None
    obfuscation: str | None = None
    """OpenAI's random padding, another one in every chunk."""
    error: Raw | UnsetType = UNSET
    code: Raw | UnsetType = UNSET

    def has_error(self) -> bool:
        """Whether this is an error and no answer."""
        return self.error is not UNSET and bytes(self.error) != b"null"

    def counts(self) -> bool:
        """Whether it says how many tokens were used."""
        return self.timings is not None or (
            self.usage is not None and self.usage.prompt_tokens is not None
        )

    def count_in(self, numbering: Numbering) -> int | None:
        """The answer's tokens up to this chunk, where the server counts them on the way."""
        if numbering == "timings":
            return None if self.timings is None else self.timings.predicted_n
        return None if self.usage is None else self.usage.completion_tokens


BODY_DECODER = msgspec.json.Decoder(Body)


def usage_of(body: Body) -> Usage | None:
    """The usage in our sense, or None where the body has none."""
    wire = body.usage
    if wire is None or wire.prompt_tokens is None:
        return _usage_of_timings(body.timings)
    prompt = wire.prompt_tokens_details or PromptDetails()
    answer = wire.completion_tokens_details or CompletionDetails()
    return Usage(
        prompt_tokens=wire.prompt_tokens,
        completion_tokens=wire.completion_tokens or 0,
        cache_read_tokens=prompt.cached_tokens or 0,
        cache_write_tokens=prompt.cache_write_tokens or prompt.cache_creation_input_tokens or 0,
        reasoning_tokens=answer.reasoning_tokens or 0,
        service_tier=body.service_tier,
    )


def _usage_of_timings(timings: Timings | None) -> Usage | None:
    if timings is None:
        return None
    return Usage(
        prompt_tokens=timings.prompt_n + timings.cache_n,
        completion_tokens=timings.predicted_n,
        cache_read_tokens=timings.cache_n,
    )


def wire_usage(usage: Usage, cost: str | None = None) -> dict[str, object]:
    """Our usage in OpenAI's words; `cost` is a decimal number as text."""
    written = usage.cache_write_tokens + usage.cache_write_1h_tokens
    wire: dict[str, object] = {
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "total_tokens": usage.prompt_tokens + usage.completion_tokens,
        "prompt_tokens_details": {
            "cached_tokens": usage.cache_read_tokens,
            "cache_write_tokens": written,
            "audio_tokens": 0,
        },
        "completion_tokens_details": {
            "reasoning_tokens": usage.reasoning_tokens,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }
    if cost is not None:
        wire["cost"] = Raw(cost.encode())
    return wire
