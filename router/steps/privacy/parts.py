"""Numbers that are not written out in digits: phones in words, and the last digits of an id, a card or a phone.

A word says what they are, but for Chinese mobiles in words: eleven of them that begin like one are one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from router.steps.privacy.contacts import match_at
from router.steps.privacy.spans import Span

_DIGIT = "zero|oh|o|one|two|three|four|five|six|seven|eight|nine|double|triple"
HAN_DIGITS = "零〇一二三四五六七八九幺两"
SPELLED_NUMBER = re.compile(
    rf"\b(?:(?:{_DIGIT})\b[ ,.\-]{{1,3}}){{6,18}}(?:{_DIGIT})\b|[{HAN_DIGITS}](?:[ \-、]?[{HAN_DIGITS}0-9]){{6,14}}|[0-9](?>[0-9 ]{{0,10}})[{HAN_DIGITS}](?:[ \-]?[{HAN_DIGITS}0-9]){{2,13}}"
)
SPELLED_MOBILE = re.compile(
    rf"[一幺](?<![{HAN_DIGITS}].)[三四五六七八九](?:[ \-、]?[{HAN_DIGITS}]){{9}}(?![{HAN_DIGITS}百千万亿十])"
)
LONGEST_WAY = 24
"""Characters between a word for phones and the number in words that it announces."""
_MOST_SPELLED = 160

_WHOSE = re.compile(
    r"(?:(?P<id_card>身份证|证件)|(?P<phone>手机|电话|mobile(?: phone)?|phone)|(?P<ssn>ssn|social security)|(?P<bank_card>银行卡|信用卡|储蓄卡|借记卡|卡|card|account))"
    r"(?: ?(?:number|no\.?))?(?:号码?)?(?:的| which| that)?[ ,]?$"
)
_TAIL = re.compile(
    r"(?:尾号|[后末][三四五六八34568]位(?:数字?|号码)?|end(?:s|ing)(?: in| with)?)(?:是|为| is| are)?[\s:：]{0,3}"
    r"(?P<value>[0-9]{2,7}[0-9x])(?![0-9a-z元块%])"
)
_TAIL_OF = re.compile(
    r"(?:last|final) (?:[3-6]|three|four|five|six)(?: digits?| numbers?)? (?:of|on|for) (?:my |the |your |this )?(?:\w{1,12} )?"
    r"(?:(?P<phone>mobile(?: phone)?|phone)|(?P<ssn>ssn|social security)|(?P<bank_card>card|account))"
    r"(?: ?(?:number|no\.?|card))?(?:,? (?:is|are|was|were))?[\s:]{1,3}(?P<value>[0-9]{3,6})(?![0-9a-z%])"
)
_LONGEST_WHOSE = 24


def find_spelled_phones(lower: str, places: Sequence[int], *, is_chinese: bool) -> Iterator[Span]:
    """Phones in words; `places` is where words for phones stand."""
    done = 0
    for place in places:
        match = SPELLED_NUMBER.search(lower, max(place, done), place + _MOST_SPELLED)
        if match is not None and match.start() - place <= LONGEST_WAY:
            done = match.end()
            yield Span(match.start(), done, "phone", 0.7)
    if is_chinese:
        for match in SPELLED_MOBILE.finditer(lower):
            yield Span(match.start(), match.end(), "phone", 0.8)


def find_tails(lower: str, places: Sequence[int]) -> Iterator[Span]:
    """The last digits of an id, a card or a phone, where the words at `places` say that they are."""
    for match in match_at(_TAIL, lower, places):
        whose = _WHOSE.search(lower, max(0, match.start() - _LONGEST_WHOSE), match.start())
        if whose is not None:
            yield _span_of(match, whose)
    for match in match_at(_TAIL_OF, lower, places):
        yield _span_of(match, match)


def _span_of(value: re.Match[str], whose: re.Match[str]) -> Span:
    kind = next(kind for kind, word in whose.groupdict().items() if word and kind != "value")
    return Span(value.start("value"), value.end("value"), kind, 0.6)
