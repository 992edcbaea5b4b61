"""The wires that the simulators speak, each written from the vendor's own description."""

from __future__ import annotations

from collections.abc import Callable

from providers.simulators.wires.anthropic import AnthropicWire
from providers.simulators.wires.base import House, Wire
from providers.simulators.wires.dashscope import DashScopeWire
from providers.simulators.wires.llama_server import LlamaServerWire
from providers.simulators.wires.openai_paths import OpenAIWire

WIRES: dict[str, Callable[[House], Wire]] = {
    "openai": OpenAIWire,
    "anthropic": AnthropicWire,
    "dashscope": DashScopeWire,
    "llama_server": LlamaServerWire,
}
"""Every wire by its name."""

BASE_PATHS = {
    "openai": OpenAIWire.base_path,
    "anthropic": AnthropicWire.base_path,
    "dashscope": DashScopeWire.base_path,
    "llama_server": LlamaServerWire.base_path,
}
"""What follows the host in the base URL that the vendor's own client is given."""


def make_wire(name: str, house: House) -> Wire:
    """The wire of that name.

    Raises:
        ValueError: there is none.
    """
    if name not in WIRES:
        raise ValueError(f"There is no wire {name!r}; there are {', '.join(sorted(WIRES))}.")
    return WIRES[name](house)
