"""Private codes of letters and digits: passports, licence plates, company codes, IBANs, addresses
of computers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from ipaddress import AddressValueError, IPv6Address

from local_models.classifiers.announced import announced_before
from router.steps.privacy.checksums import company_code_holds, iban_holds
from router.steps.privacy.digits import DOTTED, LETTERED, LETTERS, Run, is_alphanumeric
from router.steps.privacy.spans import Span

PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领][A-Za-z][ ·•・\-]?"
    r"[A-Za-z0-9]{4,5}[A-Za-z0-9挂学警港澳](?![A-Za-z0-9])"
)
PASSPORT = re.compile(r"[EeGgDdSsPpHhKkMm](?:[0-9]{8}|(?<=[Ee])[A-Za-z][0-9]{7})(?![A-Za-z0-9])")
ANNOUNCED_DOCUMENT = re.compile(
    r"(?:(?P<passport>passport|护照|通行证|台胞证|回乡证|居留证)|(?P<national_id>社保卡|社保号|社会保障卡?号?|医保卡|健保卡)|居住证|军官证|士兵证|身份证|driver'?s?'? licen[cs]e|driving licen[cs]e|驾驶证|驾照)[^A-Za-z0-9\n]{0,6}"
    r"(?:number|no\.?|num|号码?|字号)?[^A-Za-z0-9\n]{0,4}(?:is|为|是)?[ :：]{0,3}(?P<value>[a-z0-9][a-z0-9\-]{5,17}(?![a-z0-9])(?:\([0-9a]\))?)"
)
COMPANY = re.compile(
    r"[159YANyan][0-9A-GHJ-NPQRTUWXYa-ghj-npqrtuwxy][0-9]{6}"
    r"[0-9A-GHJ-NPQRTUWXYa-ghj-npqrtuwxy]{10}(?![0-9A-Za-z])"
)
IBAN = re.compile(
    r"[A-Za-z]{2}[0-9]{2}(?: ?[A-Za-z0-9]{4}){2,7}(?: ?[A-Za-z0-9]{1,3})?(?![0-9A-Za-z])"
)
_COUNTRIES = (
    "AD AE AL AT AZ BA BE BG BH BR BY CH CR CY CZ DE DK DO EE EG ES FI FO FR GB GE GI GL GR GT HR HU IE IL IQ IS IT JO "
    "KW KZ LB LC LI LT LU LV LY MC MD ME MK MR MT MU NL NO PK PL PS PT QA RO RS SA SC SD SE SI SK SM ST SV TL TN TR UA "
    "VA VG XK"
)
IBAN_COUNTRIES = frozenset(_COUNTRIES.split())
IPV4 = re.compile(
    r"[0-9](?:(?<=[01])[0-9]{0,2}|(?<=2)(?:[0-4]?[0-9]|5[0-5])?|[0-9]?)\.(?:(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])\.){2}(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])(?![0-9A-Za-z]|\.[0-9])"
)
IPV6 = re.compile(
    r"[0-9A-Fa-f:](?<![0-9A-Za-z:.].)[0-9A-Fa-f]{0,3}(?::[0-9A-Fa-f]{0,4}){2,7}(?![0-9A-Za-z:])"
)
TWO_COLONS = re.compile(r":[0-9A-Fa-f]{0,4}:")
"""Without this in it, a text holds no IPv6 address."""
VERSION = re.compile(r"(?:版本|version|\bv|build)[ :：]{0,2}$")


def find_plates(text: str) -> Iterator[Span]:
    """Chinese licence plates, the eight-character ones of electric cars included."""
    for match in PLATE.finditer(text):
        # Without a digit it could be a product (新IPHONE): then a word must say that it is a plate.
        if any(character in "0123456789" for character in match.group()[2:]):
            yield Span(match.start(), match.end(), "plate", 0.9)
        elif "车" in text[max(0, match.start() - 8) : match.start()]:
            yield Span(match.start(), match.end(), "plate", 0.8)


def find_codes(text: str, lower: str, runs: Sequence[Run]) -> Iterator[Span]:
    """Passports, company codes and IBANs, each from a run of digits in it."""
    # A company code of digits alone touches no letter.
    runs = [run for run in runs if run[4] & LETTERED]
    if not runs:
        return
    yield from _find_passports(text, lower, runs)
    yield from _find_company_codes(text, lower, runs)
    yield from _find_ibans(text, runs)


def _find_passports(text: str, lower: str, runs: Sequence[Run]) -> Iterator[Span]:
    for start, end, *_ in runs:
        if not 7 <= end - start <= 8:
            continue
        place = start - (9 - (end - start))
        if place < 0 or (place and is_alphanumeric(text[place - 1])):
            continue
        match = PASSPORT.match(text, place)
        if match is None:
            continue
        announced = announced_before(lower, place)
        if announced != "order":
            yield Span(place, match.end(), "passport", 0.95 if announced == "passport" else 0.6)


def _find_company_codes(text: str, lower: str, runs: Sequence[Run]) -> Iterator[Span]:
    """Six digits stand behind the second of its eighteen characters; both may be digits too."""
    done = 0
    for start, end, *_ in runs:
        if end - start < 6:
            continue
        for place in (start - 2, start - 1, start):
            if place < done or (place and is_alphanumeric(text[place - 1])):
                continue
            match = COMPANY.match(text, place)
            if match is not None:
                done = match.end()
                context = announced_before(lower, place)
                confidence = _company_confidence(match.group(), context)
                if confidence:
                    yield Span(place, done, "company_code", confidence)
                break


def _find_ibans(text: str, runs: Sequence[Run]) -> Iterator[Span]:
    """Two digits stand behind its country's two letters."""
    done = 0
    for start, end, before, *_ in runs:
        place = start - 2
        if end - start < 2 or place < done or before not in LETTERS:
            continue
        if place and is_alphanumeric(text[place - 1]):
            continue
        match = IBAN.match(text, place)
        if match is None:
            continue
        done = match.end()
        code = match.group().replace(" ", "")
        if code[:2].upper() in IBAN_COUNTRIES and 15 <= len(code) <= 34 and iban_holds(code):
            yield Span(place, done, "iban", 0.99)


def _company_confidence(code: str, context: str | None) -> float:
    if context == "company":
        return 0.97 if company_code_holds(code) else 0.7
    # Eighteen plain digits are an order number far more often, even where the check holds.
    return 0.9 if company_code_holds(code) and not code.isdigit() else 0.0


def find_announced_documents(lower: str, places: Sequence[int]) -> Iterator[Span]:
    """Passports, driving licences and other papers of any country, where the words at `places` say that it is one."""
    done = 0
    for place in places:
        match = ANNOUNCED_DOCUMENT.match(lower, place) if place >= done else None
        if match is not None:
            done = match.end()
            if any(character in "0123456789" for character in match["value"]):
                kind = (
                    "passport"
                    if match["passport"]
                    else "national_id"
                    if match["national_id"]
                    else "id_card"
                )
                yield Span(match.start("value"), match.end("value"), kind, 0.8)


def find_computers(text: str, lower: str, runs: Sequence[Run]) -> Iterator[Span]:
    """IPv4 and IPv6 addresses; a version number of four parts is none."""
    for start, *_, clues in runs:
        if not clues & DOTTED:
            continue
        match = IPV4.match(text, start)
        if match and not VERSION.search(lower, max(0, start - 10), start):
            yield Span(start, match.end(), "ip", 0.9)
    if ":" in text and TWO_COLONS.search(text):
        for match in IPV6.finditer(text):
            if _is_ipv6(match.group()):
                yield Span(match.start(), match.end(), "ip", 0.9)


def _is_ipv6(found: str) -> bool:
    if len(found) < 5 or not any(character in "0123456789" for character in found):
        return False
    try:
        IPv6Address(found)
    except AddressValueError:
        return False
    return True
