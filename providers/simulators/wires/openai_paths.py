"""The paths of api.openai.com: chat completions, responses and the model list."""

from __future__ import annotations

from typing import Any

from providers.simulators.problems import Problem
from providers.simulators.requests import Request
from providers.simulators.steps import Reply, whole_reply
from providers.simulators.wires.base import Dialect, House, check_key, encode
from providers.simulators.wires.openai import MODELS, OpenAIChat
from providers.simulators.wires.responses import OpenAIResponses


class OpenAIWire:
    """The paths of api.openai.com that we simulate."""

    base_path = "/v1"

    def __init__(self, house: House) -> None:
        self._chat = OpenAIChat(house)
        self._dialects: dict[str, Dialect] = {
            "/v1/chat/completions": self._chat,
            "/v1/responses": OpenAIResponses(house),
        }

    def dialect(self, request: Request) -> Dialect | None:
        return self._dialects.get(request.path) if request.method == "POST" else None

    def other(self, request: Request) -> Reply:
        check_key(request.bearer())
        names = (*MODELS, *self._chat.house.settings.models)
        if request.method == "GET" and request.path == "/v1/models":
            listed = {"object": "list", "data": [_card(name) for name in names]}
            return whole_reply(encode(listed), headers=self._chat.headers())
        name = request.path.removeprefix("/v1/models/")
        if request.method == "GET" and name in names:
            return whole_reply(encode(_card(name)), headers=self._chat.headers())
        raise Problem("not_found", f"Invalid URL ({request.method} {request.path})")

    def problem(self, problem: Problem) -> Reply:
        return self._chat.problem(problem)


def _card(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": 1_741_569_952, "owned_by": "simulated"}
