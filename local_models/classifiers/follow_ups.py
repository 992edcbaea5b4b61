"""Whether a turn within a talk goes on with it: it points back, or asks on in few words.

"is that working days or calendar days" belongs nowhere by itself; after a shop's answer it belongs to that.
An order to an assistant ("write me a poem about that") is one in any talk.
"""

from __future__ import annotations

import re

_BACK = re.compile(
    r"\b(?:that|it|its|it'll|it's|they|them|their|these|those|this|he|him|his|she|her|until then|by then|the (?:first|second|other|last) one|the two|the same)\b"
    r"|[这那它]|他们|后者|前者|另一个"
)
_TASK = re.compile(
    r"^\W{0,3}(?:(?:ok|okay|now|and|also|so|then|please|hey|hi),?\s){0,3}(?:(?:can|could|would|will) you (?:please )?(?:help me (?:to )?)?|please |i (?:want|need) you to |help me (?:to )?)?"
    r"(?:write|compose|translate|summari[sz]e|explain|solve|calculate|compute|prove|act as|pretend|imagine|tell me (?:about|a|an|the)|give me (?:a|an|some)|set (?:a|an|my)|remind me|play|define"
    r"|draw|generate|create|draft|list|recommend|teach|outline|turn (?:that |it |this |the \w{1,12} )?(?:on|off|up|down)|name (?:three|two|five|a|all)|describe|discuss|compare|rewrite|paraphrase|sing|recite)\b"
    r"|\b(?:poem|essay|haiku|sonnet|homework|python|javascript|java|sql|equation|theorem|recipe|lyrics|novel|capital of|how do (?:you|i) (?:make|cook|draw|spell|pronounce)|scientists?|philosoph\w{1,5})\b|\ba[.)]\s?\S.{0,60}\bb[.)]\s?\S"
    r"|[写作][一首篇个份段]|翻译|作文|首诗|方程|下列|以下哪|背诵|朗诵|讲个|讲讲|播放|叫我起|算一?算|证明题|编一?个|画一?[个幅张]|扮演|作业|造句|代码|编程|a[.．、].{0,40}b[.．、]"
)
_ASKS = re.compile(
    r"^\W{0,3}(?:(?:ok|okay|and|also|so|then|but|well),?\s){0,2}(?:what|which|when|where|who|how|why|do|does|did|is|are|was|were|can|could|will|would|should|has|have|am|any)\b"
)
_MOST_CHARS = 90
"""A longer turn tells a tale of its own, and points back within that."""
_FEW_WORDS = 9

POINTS_BACK = 0.96
ASKS_ON = 0.6
"""How sure it must be that a turn is not said to a shop where it points back, and where it only asks in few words."""


def least_to_leave(text: str) -> float:
    """How sure it must be that a plain text is not said to a shop for it to leave the talk it stands in; 0
    where the talk says nothing for it."""
    if len(text) > _MOST_CHARS or _TASK.search(text):
        return 0.0
    if _BACK.search(text):
        return POINTS_BACK
    if len(text.split(" ", _FEW_WORDS)) <= _FEW_WORDS and _ASKS.match(text):
        return ASKS_ON
    return 0.0
