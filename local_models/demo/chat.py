"""ChatML as the demo model is trained on it, and the same as a template for its GGUF file."""

from __future__ import annotations

from collections.abc import Sequence

from local_models.demo.conversations import Turn

END_OF_TEXT, START, END = "<|endoftext|>", "<|im_start|>", "<|im_end|>"
SPECIAL_TOKENS = (END_OF_TEXT, START, END)
TEMPLATE = (
    "{%- for message in messages %}"
    "{{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}"
    "{%- endfor %}"
    "{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}{%- endif %}"
)


def pieces(turns: Sequence[Turn]) -> list[tuple[str, bool]]:
    """The conversation's text in order; True marks what the assistant says and must learn."""
    found: list[tuple[str, bool]] = []
    for turn in turns:
        found.append((f"{START}{turn.role}\n", False))
        found.append((f"{turn.content}{END}", turn.role == "assistant" and not turn.is_example))
        found.append(("\n", False))
    return found
