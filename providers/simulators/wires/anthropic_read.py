"""Reading Anthropic's Messages request, and refusing what the vendor refuses."""

from __future__ import annotations

import re
from typing import Any

from providers.simulators.answers import read_continuation
from providers.simulators.asks import (
    Ask,
    CacheUse,
    Image,
    Offer,
    Turn,
    last_words,
    read_markers,
    results_after_question,
)
from providers.simulators.problems import Problem
from providers.simulators.requests import Request
from providers.simulators.tokens import count_tokens
from providers.simulators.wires.base import House, check_key, encode, read_data_image

VERSIONS = ("2023-06-01", "2026-10-21")
_NEWEST = "2026-10-21"
_SAMPLING = ("temperature", "top_p", "top_k")
_CACHE_FROM_TOKENS = 1024
# Models before the 4.6 generation go on from a last assistant message; later ones refuse it.
_PREFILLED = re.compile(r"claude-(\w+-4-[0-5]\b|3)|simulated-")


def check_headers(request: Request) -> str:
    """The version that the client asked for; the key is checked on the way."""
    check_key(request.headers.get("x-api-key", "") or request.bearer())
    version = request.headers.get("anthropic-version", "")
    if not version:
        raise Problem("bad_request", "anthropic-version: header is required")
    if version not in VERSIONS:
        raise Problem("bad_request", f'anthropic-version: "{version}" is not a valid version')
    return version


def read_ask(body: dict[str, Any], version: str, house: House, directives: tuple[str, ...]) -> Ask:
    """The ask that a Messages body holds."""
    _check_fields(body, version)
    system = _system(body.get("system"))
    turns, images, marked = _read_turns(body.get("messages"))
    _check_last(turns, body["model"])
    output = (body.get("output_config") or {}).get("format") or {}
    ask = Ask(
        model=body["model"],
        turns=(*system, *turns),
        stream=bool(body.get("stream")),
        continues=True,
        tools=_read_tools(body.get("tools")),
        tool_choice=_read_choice(body.get("tool_choice")),
        schema=output.get("schema"),
        stop=tuple(body.get("stop_sequences") or ()),
        max_tokens=body["max_tokens"],
        images=images,
        thinking=(body.get("thinking") or {}).get("type") in ("enabled", "adaptive"),
        prompt_tokens=count_prompt(body, (*system, *turns), images),
        cache=_use_cache(body, house),
        directives=(*marked, *directives),
        question=last_words(turns),
        tool_results=results_after_question(turns),
    )
    return read_continuation(ask)


def count_prompt(body: dict[str, Any], turns: tuple[Turn, ...], images: tuple[Image, ...]) -> int:
    """Prompt tokens, those of a cache included."""
    offered = count_tokens(encode(body["tools"]).decode()) if body.get("tools") else 0
    return sum(count_tokens(turn.text) + 4 for turn in turns) + offered + 300 * len(images)


def read_turns(body: dict[str, Any]) -> tuple[tuple[Turn, ...], tuple[Image, ...]]:
    """System and messages, for counting alone."""
    turns, images, _ = _read_turns(body.get("messages"))
    return (*_system(body.get("system")), *turns), images


def _check_fields(body: dict[str, Any], version: str) -> None:
    limit = body.get("max_tokens")
    if limit is None:
        raise Problem("bad_request", "max_tokens: Field required")
    if not isinstance(limit, int) or limit < 1:
        raise Problem("bad_request", "max_tokens: Input should be greater than or equal to 1")
    for name in _SAMPLING:
        if version == _NEWEST and name in body:
            raise Problem("bad_request", f"{name}: Extra inputs are not permitted")
    if version == _NEWEST:
        _check_blocks(body.get("messages"))


def _check_blocks(messages: Any) -> None:
    """The newest version takes no document from the assistant and no citations from the user."""
    for place, message in enumerate(messages or ()):
        for block in message.get("content") if isinstance(message.get("content"), list) else ():
            if message.get("role") == "assistant" and block.get("type") == "document":
                raise Problem("bad_request", f"messages.{place}.content: document is not permitted")
            if (
                message.get("role") == "user"
                and block.get("type") == "text"
                and "citations" in block
            ):
                raise Problem("bad_request", f"messages.{place}.content: citations: Extra inputs")


def _check_last(turns: tuple[Turn, ...], model: str) -> None:
    last = turns[-1]
    if last.role != "assistant":
        return
    if not _PREFILLED.match(model):
        raise Problem(
            "bad_request",
            "This model does not support assistant message prefill. "
            "The conversation must end with a user message.",
        )
    if last.text != last.text.rstrip():
        raise Problem(
            "bad_request", "messages: final assistant content cannot end with trailing whitespace"
        )


def _system(system: Any) -> tuple[Turn, ...]:
    if not system:
        return ()
    text = system if isinstance(system, str) else "\n".join(each["text"] for each in system)
    return (Turn("system", text),)


def _read_turns(messages: Any) -> tuple[tuple[Turn, ...], tuple[Image, ...], tuple[str, ...]]:
    if not isinstance(messages, list) or not messages:
        raise Problem("bad_request", "messages: at least one message is required")
    turns: list[Turn] = []
    images: list[Image] = []
    directives: tuple[str, ...] = ()
    open_calls: set[str] = set()
    for place, message in enumerate(messages):
        role = message.get("role")
        if role not in ("user", "assistant"):
            raise Problem("bad_request", f"messages.{place}.role: Unexpected role {role!r}")
        blocks = _blocks(message.get("content"), place)
        _check_results(blocks, open_calls, place)
        open_calls = {str(each["id"]) for each in blocks if each.get("type") == "tool_use"}
        turns += [Turn("tool", text) for text in _results(blocks)]
        text, marked = read_markers(
            "\n".join(each["text"] for each in blocks if each.get("type") == "text")
        )
        if role == "user":
            images = [_image(each) for each in blocks if each.get("type") == "image"]
            directives = marked or directives
        if (
            text
            or role == "assistant"
            or not any(each.get("type") == "tool_result" for each in blocks)
        ):
            turns.append(Turn(role, text))
    return tuple(turns), tuple(images), directives


def _blocks(content: Any, place: int) -> list[dict[str, Any]]:
    if isinstance(content, str):
        if not content:
            raise Problem("bad_request", f"messages.{place}: content must be non-empty")
        return [{"type": "text", "text": content}]
    if not isinstance(content, list) or not content:
        raise Problem("bad_request", f"messages.{place}.content: Input should be a valid list")
    return content


def _check_results(blocks: list[dict[str, Any]], open_calls: set[str], place: int) -> None:
    """Every tool_use needs its tool_result in the next message, and no result stands alone."""
    given = {str(each.get("tool_use_id")) for each in blocks if each.get("type") == "tool_result"}
    if open_calls - given:
        missing = ", ".join(sorted(open_calls - given))
        raise Problem(
            "bad_request",
            f"messages.{place - 1}: `tool_use` ids were found without `tool_result` blocks "
            f"immediately after: {missing}.",
        )
    if given - open_calls:
        stray = ", ".join(sorted(given - open_calls))
        raise Problem(
            "bad_request",
            f"messages.{place}: unexpected `tool_use_id` found in `tool_result`: {stray}",
        )


def _results(blocks: list[dict[str, Any]]) -> list[str]:
    texts = []
    for block in blocks:
        if block.get("type") != "tool_result":
            continue
        content = block.get("content") or ""
        words = (
            content if isinstance(content, str) else " ".join(p.get("text", "") for p in content)
        )
        texts.append(words)
    return texts


def _image(block: dict[str, Any]) -> Image:
    source = block.get("source") or {}
    if source.get("type") == "base64":
        return read_data_image(source.get("data", ""))
    return Image(None, url=source.get("url"))


def _read_tools(tools: Any) -> tuple[Offer, ...]:
    offers = []
    for place, tool in enumerate(tools or ()):
        if not tool.get("name") or not isinstance(tool.get("input_schema"), dict):
            raise Problem("bad_request", f"tools.{place}.custom.input_schema: Field required")
        offers.append(Offer(tool["name"], tool.get("description") or "", tool["input_schema"]))
    return tuple(offers)


def _read_choice(choice: Any) -> str:
    if not isinstance(choice, dict):
        return "auto"
    kind = str(choice.get("type", "auto"))
    return str(choice["name"]) if kind == "tool" else {"any": "required"}.get(kind, kind)


def _use_cache(body: dict[str, Any], house: House) -> CacheUse:
    """The prompt up to its last `cache_control` mark is written once and read afterwards."""
    seen = ""
    marked, lasting = "", False
    for block in _in_order(body):
        seen += encode(
            {key: value for key, value in block.items() if key != "cache_control"}
        ).decode()
        mark = block.get("cache_control")
        if mark:
            marked, lasting = seen, mark.get("ttl") == "1h"
    tokens = count_tokens(marked) if marked else 0
    if tokens < _CACHE_FROM_TOKENS:
        return CacheUse()
    tokens = min(tokens, count_prompt(body, *read_turns(body)))
    if house.remember_prefix(body["model"] + marked, tokens):
        return CacheUse(read=tokens)
    return CacheUse(written_1h=tokens) if lasting else CacheUse(written=tokens)


def _in_order(body: dict[str, Any]) -> list[dict[str, Any]]:
    """Tools, system and messages as blocks, in the order in which they are cached."""
    blocks = list(body.get("tools") or ())
    system = body.get("system") or []
    blocks += [{"type": "text", "text": system}] if isinstance(system, str) else system
    for message in body.get("messages") or ():
        content = message.get("content")
        blocks += content if isinstance(content, list) else [{"type": "text", "text": content}]
    return blocks
