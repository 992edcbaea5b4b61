"""What no model in this process can be asked for, told before anybody is called."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from providers.demands import Refusals

REFUSALS: Refusals = MappingProxyType(
    {
        "logprobs": "Local models give no logprobs here",
        "image": "This local model reads text only, no images",
        "audio": "This local model reads text only, no audio",
        "video": "This local model reads text only, no video",
        "file": "This local model reads text only, no files",
    }
)
