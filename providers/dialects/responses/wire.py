"""The JSON shapes of the Responses API's events, as far as an answer needs them."""

from __future__ import annotations

import msgspec

from providers.calls import Usage


class InputDetails(msgspec.Struct):
    """How the prompt's tokens were read."""

    cached_tokens: int | None = None
    cache_write_tokens: int | None = None


class OutputDetails(msgspec.Struct):
    """What the answer's tokens were."""

    reasoning_tokens: int | None = None


class ResponseUsage(msgspec.Struct):
    """Tokens as this API counts them: `input_tokens` includes cached ones."""

    input_tokens: int = 0
    output_tokens: int = 0
    input_tokens_details: InputDetails | None = None
    output_tokens_details: OutputDetails | None = None


class Incomplete(msgspec.Struct):
    """Why an answer is not whole."""

    reason: str | None = None


class ResponseProblem(msgspec.Struct):
    """Why there is no answer."""

    code: str | None = None
    message: str = ""


class Response(msgspec.Struct):
    """The answer as the events that open and close it carry it."""

    id: str | None = None
    usage: ResponseUsage | None = None
    service_tier: str | None = None
    incomplete_details: Incomplete | None = None
    error: ResponseProblem | None = None


class Item(msgspec.Struct):
    """One thing that the model makes: a message, a call of a function, a train of thought."""

    type: str = ""
    call_id: str | None = None
    name: str | None = None
    arguments: str | None = None


class ResponseEvent(msgspec.Struct):
    """One event of any type."""

    type: str = ""
    sequence_number: int | None = None
    output_index: int | None = None
    delta: str | None = None
    item: Item | None = None
    response: Response | None = None


EVENT_DECODER = msgspec.json.Decoder(ResponseEvent)


def usage_of(response: Response) -> Usage | None:
    """The usage in our sense, or None where there is none."""
    wire = response.usage
    if wire is None:
        return None
    prompt = wire.input_tokens_details or InputDetails()
    answer = wire.output_tokens_details or OutputDetails()
    return Usage(
        prompt_tokens=wire.input_tokens,
        completion_tokens=wire.output_tokens,
        cache_read_tokens=prompt.cached_tokens or 0,
        cache_write_tokens=prompt.cache_write_tokens or 0,
        reasoning_tokens=answer.reasoning_tokens or 0,
        service_tier=response.service_tier,
    )
