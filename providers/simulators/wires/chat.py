"""Reading the `messages`, `tools` and limits that OpenAI-like wires share."""

from __future__ import annotations

from typing import Any

from providers.simulators.answers import read_continuation
from providers.simulators.asks import (
    Ask,
    Image,
    Offer,
    Turn,
    last_words,
    read_markers,
    results_after_question,
)
from providers.simulators.problems import Problem
from providers.simulators.tokens import count_tokens
from providers.simulators.wires.base import encode, read_data_image

_IMAGE_TOKENS = 85


def read_ask(
    body: dict[str, Any], messages: Any, *, directives: tuple[str, ...], **more: Any
) -> Ask:
    """An ask from a chat body; `more` sets what only the wire knows."""
    turns, images, marked = _read_turns(messages)
    tools = read_tools(body.get("tools"))
    fields: dict[str, Any] = {
        "model": body.get("model", ""),
        "turns": turns,
        "images": images,
        "tools": tools,
        "tool_choice": _read_choice(body.get("tool_choice"), tools),
        "stop": _read_stop(body.get("stop")),
        "max_tokens": _read_limit(body),
        "prompt_tokens": count_prompt(turns, images, body.get("tools")),
        "question": last_words(turns),
        "tool_results": results_after_question(turns),
        "directives": (*marked, *directives),
        **_read_format(body.get("response_format")),
        **more,
    }
    return read_continuation(Ask(**fields))


def count_prompt(turns: tuple[Turn, ...], images: tuple[Image, ...], tools: Any) -> int:
    """Prompt tokens: the words, a few for each message, the tools, the images."""
    words = sum(count_tokens(turn.text) + 4 for turn in turns)
    offered = count_tokens(encode(tools).decode()) if tools else 0
    return words + offered + _IMAGE_TOKENS * len(images) + 3


def _read_turns(messages: Any) -> tuple[tuple[Turn, ...], tuple[Image, ...], tuple[str, ...]]:
    if not isinstance(messages, list) or not messages:
        raise Problem("bad_request", "'messages' must be a non-empty array.", "messages")
    turns: list[Turn] = []
    images: list[Image] = []
    directives: tuple[str, ...] = ()
    for place, message in enumerate(messages):
        turn, seen = _read_message(message, place)
        text, marked = read_markers(turn.text)
        if turn.role == "user":
            images, directives = seen, marked or directives
        turns.append(Turn(turn.role, text))
    return tuple(turns), tuple(images), directives


def _read_message(message: Any, place: int) -> tuple[Turn, list[Image]]:
    role = message.get("role") if isinstance(message, dict) else None
    if role not in ("system", "developer", "user", "assistant", "tool", "function"):
        raise Problem(
            "bad_request", f"Invalid value for the role: {role!r}.", f"messages[{place}].role"
        )
    content = message.get("content")
    if content is None and role == "assistant":
        return Turn(role, ""), []
    if isinstance(content, str):
        return Turn(_plain(role), content), []
    if not isinstance(content, list):
        raise Problem(
            "bad_request",
            "Invalid type: expected a string or an array of parts.",
            f"messages[{place}].content",
        )
    parts = [part for part in content if isinstance(part, dict)]
    text = "\n".join(str(part["text"]) for part in parts if "text" in part)
    seen = [read_image_url(url) for url in map(_image_of, parts) if url]
    return Turn(_plain(role), text), seen


def _image_of(part: dict[str, Any]) -> Any:
    """Where a part's image is: OpenAI's shape, or DashScope's own."""
    return part.get("image_url") if part.get("type") == "image_url" else part.get("image")


def _plain(role: str) -> str:
    return "tool" if role == "function" else role


def read_image_url(value: Any) -> Image:
    """An image from a `data:` URL or a plain one."""
    url = value.get("url", "") if isinstance(value, dict) else str(value)
    if url.startswith("data:"):
        return read_data_image(url.partition(",")[2])
    return Image(None, url=url)


def read_tools(tools: Any) -> tuple[Offer, ...]:
    """The functions on offer."""
    offers = []
    for place, tool in enumerate(tools or ()):
        function = tool.get("function") if isinstance(tool, dict) else None
        if not isinstance(function, dict) or not function.get("name"):
            raise Problem(
                "bad_request",
                f"Missing required parameter: 'tools[{place}].function.name'.",
                f"tools[{place}].function.name",
            )
        schema = function.get("parameters") or {}
        offers.append(Offer(function["name"], function.get("description") or "", schema))
    return tuple(offers)


def _read_choice(choice: Any, tools: tuple[Offer, ...]) -> str:
    if isinstance(choice, dict):
        name = str(choice.get("function", {}).get("name", ""))
        if name not in {tool.name for tool in tools}:
            raise Problem(
                "bad_request",
                f"Tool choice '{name}' not found in 'tools' parameter.",
                "tool_choice",
            )
        return name
    if choice is not None and not tools:
        raise Problem(
            "bad_request",
            "'tool_choice' is only allowed when 'tools' are specified.",
            "tool_choice",
        )
    return str(choice or "auto")


def _read_stop(stop: Any) -> tuple[str, ...]:
    if stop is None:
        return ()
    return (stop,) if isinstance(stop, str) else tuple(str(each) for each in stop)


def _read_limit(body: dict[str, Any]) -> int | None:
    """The token limit under its newer name first."""
    for name in ("max_completion_tokens", "max_tokens"):
        value = body.get(name)
        if value is None:
            continue
        if not isinstance(value, int) or value < 1:
            raise Problem(
                "bad_request", f"Invalid '{name}': expected an integer of at least 1.", name
            )
        return value
    return None


def _read_format(asked: Any) -> dict[str, Any]:
    if not isinstance(asked, dict) or asked.get("type") in (None, "text"):
        return {}
    if asked["type"] == "json_object":
        return {"json_object": True}
    named = asked.get("json_schema")
    schema = named.get("schema") if isinstance(named, dict) else asked.get("schema")
    if not isinstance(schema, dict):
        raise Problem(
            "bad_request",
            "Missing required parameter: 'response_format.json_schema'.",
            "response_format.json_schema",
        )
    return {"schema": schema}
