"""How DashScope's compatible mode differs from OpenAI, as data."""

from __future__ import annotations

from providers.dialects.openai.differences import Differences

COMPATIBLE = Differences(
    max_tokens_field="max_tokens",
    knows_developer=False,
    keeps_cache_control=True,
    content_always=True,
    drops=frozenset({"user"}),
    thinking_switch="enable_thinking",
    prefix_mark="partial",
    takes_prefix=True,
    counts_exactly=True,
)

BASE_URLS = {
    "cn": "https://dashscope.aliyuncs.com/compatible-mode/v1",
    "intl": "https://dashscope-intl.aliyuncs.com/compatible-mode/v1",
    "hk": "https://cn-hongkong.dashscope.aliyuncs.com/compatible-mode/v1",
}
"""By region. Keys of one region are not valid in another, and prices differ."""
