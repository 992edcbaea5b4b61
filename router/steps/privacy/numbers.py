"""Private data made of digits: phones, identity cards, bank cards, social security numbers.

Only chains of seven digits or more are looked at closely (spaces and dashes allowed inside), and of
them only by the shapes that their length and their surroundings allow. Shapes decide, words before
the number confirm or deny, checksums raise the confidence. Order numbers, amounts and dates have
none of these shapes.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from local_models.classifiers.announced import (
    WINDOW_CHARACTERS,
    announced_before,
    is_numbered_before,
)
from router.steps.privacy.checksums import id_card_holds, luhn_holds, verhoeff_holds
from router.steps.privacy.digits import NEAR_BEFORE, NEAR_BEHIND, Chain
from router.steps.privacy.spans import Span

_S = r"[ \-\u00a0\u3000\u2010-\u2013\u200b]"
"""What people put between groups of digits."""

ID_CARD = re.compile(
    rf"(?<![0-9])(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])[0-9]{{4}}{_S}?"
    rf"(?:19|20)[0-9]{{2}}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01]){_S}?[0-9]{{3}}[0-9Xx]"
    r"(?![0-9A-Za-z])"
)
OLD_ID_CARD = re.compile(
    r"(?<![0-9A-Za-z])[1-8][0-9]{5}[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}(?![0-9A-Za-z])"
)
CARD = re.compile(
    rf"(?<![0-9A-Za-z.])(?:[0-9]{{4}}{_S}[0-9]{{4}}{_S}[0-9]{{4}}{_S}[0-9]{{1,4}}(?:{_S}[0-9]{{1,4}})?"
    rf"|3[47][0-9]{{2}}{_S}[0-9]{{6}}{_S}[0-9]{{5}}|[0-9]{{12,19}})(?![0-9A-Za-z])"
)
AADHAAR = re.compile(
    r"(?<![0-9A-Za-z\-])[2-9][0-9]{3}(?: [0-9]{4} [0-9]{4}|-[0-9]{4}-[0-9]{4})(?![0-9A-Za-z]|[ \-][0-9])"
)
ISSUER = re.compile(r"4|5[0-8]|2[2-7]|3[0-9]|6[0-9]|9[0-9]{3}|1800")
"""First digits of card networks: Visa, Mastercard, Amex, JCB, Discover, Maestro, UnionPay."""
MOBILE = re.compile(
    rf"(?<![0-9])(?:\(?(?:\+{_S}?|00)?86\)?{_S}?)?1[3-9][0-9](?:[0-9]{{8}}|{_S}[0-9]{{4}}{_S}[0-9]{{4}})(?![0-9])"
)
LANDLINE = re.compile(
    rf"(?<![0-9])(?:(?:\+|00)86{_S}?)?[(（]?0(?:10|2[0-9]|[3-9][0-9]{{2}})[)）]?{_S}?[2-8][0-9]{{2,3}}{_S}?[0-9]{{4}}"
    rf"(?:{_S}[0-9]{{1,5}})?(?![0-9])"
)
HOTLINE = re.compile(
    rf"(?<![0-9])[48]00{_S}?(?:[0-9]{{3}}{_S}?[0-9]{{4}}|[0-9]{{4}}{_S}?[0-9]{{3}})(?![0-9])"
)
SSN = re.compile(
    r"(?<![0-9\-])(?!000|666|9[0-9]{2})[0-9]{3}-(?!00)[0-9]{2}-(?!0000)[0-9]{4}(?![0-9\-])"
)
AMERICAN = re.compile(
    r"(?<![0-9.\-])(?:(?:\+|00)?1[ .\-]?|001-)?(?:\([0-9]{3}\) ?|[0-9]{3}[ .\-])[0-9]{3}[ .\-][0-9]{4}"
    r"(?:\s?x[0-9]{1,6})?(?![0-9])"
)
INTERNATIONAL = re.compile(
    r"(?<![0-9])\+[1-9][0-9]{0,2}(?:[ .\-]?\(?[0-9]{1,5}\)?){2,6}(?:\s?x[0-9]{1,6})?(?![0-9])"
)
ANNOUNCED = re.compile(
    r"(?<![0-9])[+(]{0,2}[0-9](?:[ .\-()]{0,2}[0-9]){6,14}(?:\s?x[0-9]{1,6})?(?![0-9])"
)
YEARS = re.compile(r"(?:19|20)[0-9]{2} ?[\-–] ?(?:19|20)[0-9]{2}")
FOLLOWED = re.compile(
    r"[+(0-9](?<![0-9].)[+(]?(?:[ .\-()]{0,2}[0-9]){6,15}(?:\s?x[0-9]{1,6})?(?=[ \-]{1,2}(?:[Oo]ffice|[Ff]ax|[Mm]obile|[Cc]ell)\b)"
)
"""A number with its use written behind it, as in signatures: 9885 1152 office."""


_LEAST_DIGITS = 7
_GUESS = 0.6
"""How sure a card is whose check digit does not hold."""
_FOUR_BEFORE = re.compile(rf"(?<![0-9])[0-9]{{4}}{_S}$")
_OF_THINGS = ("order", "numbered")
"""What the words before say of a number that is not a person's."""


def find_numbers(
    text: str, lower: str, chains: Sequence[Chain], words: Sequence[int]
) -> Iterator[Span]:
    """Every private number in the text; `text` with ASCII digits, `lower` the same in lower case.

    `words` are the places, in order, of words that can make any digits a number. Spans may overlap:
    the surest is meant.
    """
    contexts: dict[int, str | None] = {}
    has_plus = "+" in text
    for begin, end, digits, is_plain, is_alone in chains:
        if digits < _LEAST_DIGITS:
            continue
        start = begin - NEAR_BEFORE if begin > NEAR_BEFORE else 0
        stop = end + NEAR_BEHIND
        is_signed = has_plus and "+" in text[start:begin]
        if words and not is_signed:
            at = bisect_left(words, start - WINDOW_CHARACTERS)
            is_signed = at < len(words) and words[at] < stop
        if not is_alone:
            shapes = _ALL[is_signed]
        elif is_plain:
            shapes = _PLAIN[is_signed][digits if digits < _MOST_PLAIN else _MOST_PLAIN]
        else:
            shapes = _SPACED[is_signed][digits if digits < _MOST_SPACED else _MOST_SPACED]
        for shape in shapes:
            yield from _find_shape(shape, text, lower, start, begin, end, contexts)


def _find_shape(
    shape: Shape,
    text: str,
    lower: str,
    start: int,
    begin: int,
    end: int,
    contexts: dict[int, str | None],
) -> Iterator[Span]:
    stop = end + NEAR_BEHIND
    done = begin
    match = shape.pattern.search(text, start, stop)
    while match is not None and match.start() < end:
        place = match.start()
        # Digits of one chain are announced before its first: "tracking number is 114-3941689-8772232".
        heard_at = begin if 0 < place - begin <= WINDOW_CHARACTERS else place
        if heard_at not in contexts:
            contexts[heard_at] = _context(lower, heard_at)
        confidence = shape.judge(match.group(), contexts[heard_at])
        if shape.pattern is CARD and confidence <= _GUESS and _is_next_group(text, place, done):
            confidence = 0.0  # the end of a longer number: "1234 5678 9012 3456 789"
        if confidence > 0:
            done = match.end()
            yield Span(place, done, shape.kind, confidence)
        match = shape.pattern.search(text, match.end() if confidence > 0 else place + 1, stop)


def _context(lower: str, place: int) -> str | None:
    """What the words before say, see `announced_before`; `numbered` where they say it right before."""
    context = announced_before(lower, place)
    return "numbered" if context == "order" and is_numbered_before(lower, place) else context


def _is_next_group(text: str, place: int, begin: int) -> bool:
    """Whether a group of four digits stands right before, behind the place where the number begins."""
    return place - begin >= 5 and _FOUR_BEFORE.search(text, place - 6, place) is not None


def _digits(found: str) -> str:
    return "".join(character for character in found if character in "0123456789")


def _judge_id_card(found: str, context: str | None) -> float:
    number = _digits(found[:-1]) + found[-1].upper()
    if id_card_holds(number):
        return 0.99
    return 0.5 if context in _OF_THINGS else 0.9 if context == "id" else 0.8


def _judge_old_id_card(found: str, context: str | None) -> float:
    return 0.8 if context == "id" else 0.0


def _judge_card(found: str, context: str | None) -> float:
    digits = _digits(found)
    grouped = len(digits) < len(found)
    is_card = luhn_holds(digits)
    if context == "card":
        return 0.98 if is_card else 0.7
    if context in _OF_THINGS or not ISSUER.match(digits):
        return 0.0
    if is_card:
        return 0.9 if len(digits) >= 14 or grouped else 0.6
    return _GUESS if grouped and len(digits) >= 15 else 0.0


def _judge_mobile(found: str, context: str | None) -> float:
    """Where an order is only spoken of, a mobile is its buyer's: 订单 13812345678."""
    return 0.0 if context == "numbered" else 0.7 if context == "order" else 0.95


def _judge_aadhaar(found: str, context: str | None) -> float:
    if context in (*_OF_THINGS, "person"):
        return 0.0
    return 0.85 if verhoeff_holds(_digits(found)) else 0.5


def _judge_landline(found: str, context: str | None) -> float:
    if context == "phone" or _digits(found) != found:
        return 0.0 if context in _OF_THINGS else 0.85
    return 0.0 if context in (*_OF_THINGS, "card", "id") else 0.55


def _judge_hotline(found: str, context: str | None) -> float:
    return 0.0 if context in (*_OF_THINGS, "card") else 0.96


def _judge_ssn(found: str, context: str | None) -> float:
    return 0.0 if context in _OF_THINGS else 0.95 if context == "ssn" else 0.8


def _judge_american(found: str, context: str | None) -> float:
    return 0.0 if context in _OF_THINGS else 0.85


def _judge_international(found: str, context: str | None) -> float:
    return 0.85 if 8 <= len(_digits(found)) <= 19 and context not in _OF_THINGS else 0.0


def _judge_announced(found: str, context: str | None) -> float:
    return 0.55 if context == "phone" and not YEARS.fullmatch(found) else 0.0


def _judge_followed(found: str, context: str | None) -> float:
    return 0.0 if context in _OF_THINGS else 0.6


def _judge_announced_ssn(found: str, context: str | None) -> float:
    return 0.85 if context == "ssn" and len(_digits(found)) == 9 else 0.0


class Shape(NamedTuple):
    """What one kind of number looks like, and how sure a match is after the words before it."""

    kind: str
    pattern: re.Pattern[str]
    judge: Callable[[str, str | None], float]
    plain: range
    """How many digits it may have where nothing stands between them; empty: something must."""
    least: int
    """How many digits it has at least, whatever stands between them."""
    needs_sign: bool = False
    """It is none without a plus before it or a word that announces it or says what it is for."""


SHAPES = (
    Shape("id_card", ID_CARD, _judge_id_card, range(17, 19), 17),
    Shape("hotline", HOTLINE, _judge_hotline, range(10, 11), 10),
    Shape("phone", MOBILE, _judge_mobile, range(11, 16), 11),
    Shape("bank_card", CARD, _judge_card, range(12, 20), 12),
    Shape("national_id", AADHAAR, _judge_aadhaar, range(0), 12),
    Shape("landline", LANDLINE, _judge_landline, range(10, 17), 10),
    Shape("id_card", OLD_ID_CARD, _judge_old_id_card, range(15, 16), 15),
    Shape("ssn", SSN, _judge_ssn, range(0), 9),
    Shape("phone", AMERICAN, _judge_american, range(0), 10),
    Shape("phone", INTERNATIONAL, _judge_international, range(3, 34), 3, needs_sign=True),
    Shape("ssn", ANNOUNCED, _judge_announced_ssn, range(9, 10), 9, needs_sign=True),
    Shape("phone", ANNOUNCED, _judge_announced, range(7, 16), 7, needs_sign=True),
    Shape("phone", FOLLOWED, _judge_followed, range(6, 18), 6, needs_sign=True),
)

# Which shapes are worth a look: without and with a sign, and then by how many digits there are.
_MOST_PLAIN, _MOST_SPACED = 34, 17
_UNSIGNED = tuple(shape for shape in SHAPES if not shape.needs_sign)
_ALL = (_UNSIGNED, SHAPES)
_PLAIN = tuple(
    tuple(tuple(each for each in shapes if count in each.plain) for count in range(_MOST_PLAIN + 1))
    for shapes in _ALL
)
_SPACED = tuple(
    tuple(
        tuple(each for each in shapes if count >= each.least) for count in range(_MOST_SPACED + 1)
    )
    for shapes in _ALL
)
