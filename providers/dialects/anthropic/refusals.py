"""What Anthropic's Messages API has no way to say, or a model of it is known to refuse."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from providers.base import Model
    from providers.demands import Refusals

_BY_THE_WIRE: Mapping[str, str] = MappingProxyType(
    {
        "several_answers": "Anthropic gives one answer a call; ask for n=1",
        "audio": "Anthropic takes no audio; ask a model that does",
        "video": "Anthropic takes no video; ask a model that does",
        "plain_data_url": "Anthropic takes data URLs in base64 only; encode the file so",
        "file_by_id": "Anthropic takes files as `file_data` only, not by file id",
        "function_role": "Anthropic has no role `function`; send role `tool`",
        "loose_arguments": "Anthropic wants arguments of tool calls that are a JSON object",
        "missing_schema": "response_format `json_schema` came without a schema",
    }
)


def refusals_of(model: Model) -> Refusals:
    """Demands that are refused before a byte is sent, with why."""
    refused = dict(_BY_THE_WIRE)
    if "forced_tool_choice" in model.drops:
        refused["forced_call"] = (
            f"{model.name} cannot be forced to call a tool; use tool_choice `auto`"
        )
    if "prefill" not in model.abilities:
        refused["begun_answer"] = (
            f"{model.name} does not go on from an assistant's turn; end with a user's"
        )
    if "json_schema" not in model.abilities:
        refused["json_schema"] = f"{model.name} cannot hold its answer to a JSON schema"
    return MappingProxyType(refused)
