"""How inference servers differ from OpenAI, as data."""

from __future__ import annotations

from dataclasses import replace

from providers.dialects.openai.differences import Differences

LLAMA_SERVER = Differences(
    max_tokens_field="max_tokens",
    knows_developer=False,
    keeps_reasoning=True,
    content_always=True,
    takes_prefix=True,
    counts_exactly=True,
    numbering="timings",
)
"""llama-server continues a last assistant message by itself."""

VLLM = replace(
    LLAMA_SERVER,
    prefix_fields={"add_generation_prompt": False, "continue_final_message": True},
    numbering="usage",
)
SGLANG = replace(LLAMA_SERVER, prefix_fields={"continue_final_message": True}, numbering="usage")
LLAMA_CPP_PYTHON = replace(LLAMA_SERVER, sends_stream_options=False, numbering="none")
"""Sends no usage in streams, knows no `stream_options` and counts nothing on the way."""

ENGINES = {
    "llama-server": LLAMA_SERVER,
    "vllm": VLLM,
    "sglang": SGLANG,
    "llama-cpp-python": LLAMA_CPP_PYTHON,
}
