"""Numbers that stand for one person: national ids, bank accounts, and codes that let somebody in once.

A word says what they are. Three have a shape of their own as well: British national insurance numbers, Indian
PANs of persons, and Aadhaar numbers in their groups of four (`numbers.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from local_models.classifiers.announced import announced_before
from router.steps.privacy.checksums import luhn_holds, verhoeff_holds
from router.steps.privacy.contacts import match_at
from router.steps.privacy.digits import LETTERED, LETTERS, Run, is_alphanumeric
from router.steps.privacy.spans import Span

_NUMBER = r"(?:[ _\-]?(?:numbers?|no\.?|num\.?|nr\.?|#|card|id))?"
_LINK = rf"{_NUMBER}\s{{0,2}}(?:is|was|[:=,(\-]|：|是|为)?[\s:：#=]{{0,3}}"
"""What stands between a word and the number that it announces."""
_INSURANCE = r"[a-z]{2}(?: ?[0-9]){6}(?: ?[a-d](?![a-z0-9]))?"
_PAN = r"[a-z]{5}[0-9]{4}[a-z]"

NATIONAL = re.compile(
    r"(?<![a-z0-9])(?:national insurance|ni(?= ?n[ou])|nino|aadhaa?r|adhaa?r|pan|social insurance|sin|national id(?:entity)?)"
    rf"{_LINK}({_INSURANCE}|{_PAN}|[0-9](?:[ \-]?[0-9]){{7,15}})(?![a-z0-9])"
)
BANK = re.compile(
    r"(?:(?<![a-z])(?:sort[ \-_]?code|bsb|(?:routing|transit)(?: transit)?|aba(?: routing)?|account|acct\.?|a/c)|银行账[号户]|对公账[号户]|收款账[号户]|开户账号)"
    rf"{_LINK}([0-9](?:[ \-]?[0-9]){{5,18}})(?![0-9a-z])"
)
BESIDE_SORT_CODE = re.compile(
    r"(?<![0-9a-z\-])([0-9]{6,10})[ ,;/]{1,3}(?:and )?(?:my )?sort[ \-]?code"
)
DAY = re.compile(
    r"(?:19|20)[0-9]{2}[ .\-](?:0?[1-9]|1[0-2])[ .\-][0-9]{1,2}|[0-9]{1,2}[ .\-][0-9]{1,2}[ .\-](?:19|20)[0-9]{2}"
)
"""Eight digits in three groups are a date far more often than an account."""
CODE = re.compile(
    r"(?:(?<![a-z])(?:otp(?: code)?|pin(?: number|码|(?![ \-]?code))|cvv2?|cvc)|code(?: number)?|动态[码密口][码令]?|[验校]证?验?码|短信码|安全码|(?:收到|发|发来)的码)"
    r"(?: (?:i (?:got|received|have)|you sent(?: me)?))?(?:\s{0,2}(?:is|was|[:=,(\-]|：|是|为|收到的?是?|发来的?是?))?[\s:：#=“\"]{0,3}"
    r"((?=[a-z\-]{0,5}[0-9])[a-z0-9](?:-?[a-z0-9]){2,9}(?: [0-9]{3,4})?)(?![a-z0-9])"
)
LETS_IN = re.compile(
    r"(?:(?<![a-z])(?:one[ \-]time|verification|security|authentication|auth|login|sms|2fa|mfa|access) (?:pass)?|pass)$"
)
"""What stands before the word code where it is one that lets somebody in."""
THE_CODE = re.compile(
    r"code (?:i (?:got|received) )?(?:is|was)\s{0,2}:?\s{0,2}([0-9]{4,8}|[0-9]{3}[ \-][0-9]{3})(?![0-9a-z])"
)
_SAYS_WHICH = frozenset(("", "the", "my", "this", "that", "its", "sms", "text"))
"""A code of which nothing else is said than that it came: no promo code, error code, postal code."""
INSURANCE_SHAPE = re.compile(r"[A-Z]{2}[0-9]{6}[A-D](?![A-Za-z0-9])")
PAN_SHAPE = re.compile(r"[A-Z]{3}P[A-Z][0-9]{4}[A-Z](?![A-Za-z0-9])")


def find_nationals(lower: str, places: Sequence[int]) -> Iterator[Span]:
    """National ids of Britain, India and Canada, where the words at `places` say that it is one."""
    for match in match_at(NATIONAL, lower, places):
        yield Span(match.start(1), match.end(1), "national_id", _national_confidence(match[1]))


def _national_confidence(found: str) -> float:
    digits = "".join(each for each in found if each in "0123456789")
    is_right = (len(digits) == 9 and luhn_holds(digits)) or (
        len(digits) == 12 and verhoeff_holds(digits)
    )
    return 0.95 if is_right else 0.75


def find_national_shapes(text: str, lower: str, runs: Sequence[Run]) -> Iterator[Span]:
    """British and Indian ones that nobody announces: letters, digits and a letter, in capitals."""
    for start, end, before, after, clues in runs:
        is_pan = end - start == 4
        place = start - (5 if is_pan else 2)
        if not clues & LETTERED or not (is_pan or end - start == 6) or place < 0:
            continue
        if before not in LETTERS or after not in LETTERS:
            continue
        if place and is_alphanumeric(text[place - 1]):
            continue
        match = (PAN_SHAPE if is_pan else INSURANCE_SHAPE).match(text, place)
        if match is not None and announced_before(lower, place) != "order":
            yield Span(place, match.end(), "national_id", 0.6)


def find_bank_accounts(lower: str, places: Sequence[int]) -> Iterator[Span]:
    """Account numbers, sort codes and routing numbers, where the words at `places` say so."""
    for match in match_at(BANK, lower, places):
        if not DAY.fullmatch(match[1]):
            yield Span(match.start(1), match.end(1), "bank_account", 0.75)
    if "sort" in lower:
        for match in BESIDE_SORT_CODE.finditer(lower):
            yield Span(match.start(1), match.end(1), "bank_account", 0.7)


def find_one_time_codes(lower: str, places: Sequence[int]) -> Iterator[Span]:
    """Codes and PINs that the words at `places` announce."""
    for place in places:
        is_open = lower.startswith("code", place)
        if is_open and not LETS_IN.search(lower, max(0, place - 24), place):
            match = THE_CODE.match(lower, place)
            word = lower[max(0, place - 16) : place].rstrip().rpartition(" ")[2]
            if word not in _SAYS_WHICH and word[-1].isalnum():
                continue
        else:
            match = CODE.match(lower, place)
        if match is not None:
            yield Span(match.start(1), match.end(1), "secret", 0.75)
