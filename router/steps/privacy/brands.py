"""Goods and works that bear a title as people do: Dr. Martens, Mr. Coffee, Miss Dior.

Where the name is a surname too, a word for goods beside it must say which is meant; where it is none, a word
for what only people do.
"""

from __future__ import annotations

import re

_BRANDS = {
    "dr": (
        "martens marten pepper scholl scholls jart oetker bronner bronners hauschka beckmann who strange seuss teal teals squatch praeger praegers "
        "ceuracle organic dolittle doolittle evil doom no zhivago pimple sensei wolf"
    ),
    "mr": (
        "clean coffee muscle whippy potato robot bean men brightside diy kipling big beast bubble bubbles fantastic tayto sheen tumble incredible peanut "
        "lube rooter handyman heater beer pen bar-b-q sandman magoo monopoly motivator pringles ripley freeze wonderful"
    ),
    "mrs": "meyer meyers doubtfire dash butterworth butterworths dalloway tiggywinkle maisel",
    "ms": "marvel pac-man pacman monopoly",
    "miss": "dior piggy saigon universe selfridge sixty marple world america congeniality peregrine peregrines dig",
}
_SURNAMES_TOO = {
    "dr": "brown browns dre dennis phil oz",
    "mr": "price porter pickwick holmes fox",
    "mrs": "brown browns fields hinch harris",
    "miss": "daisy julie",
    "name": "earl khan",
}
BRANDS = {title: frozenset(words.split()) for title, words in _BRANDS.items()}
SURNAMES_TOO = {title: frozenset(words.split()) for title, words in _SURNAMES_TOO.items()}

GOODS = re.compile(
    r"\b(?:shoes?|boots?|sandals?|insoles?|soaps?|shampoo|voucher|gift card|tickets?|dvds?|blu-?ray|box ?set|vinyl|albums?|cds?|books?|comics?|seasons?|"
    r"sizes?|stock|stores?|shops?|outlet|opening|hours|bottles?|headphones|earphones|beats|cookies|biscuits|cakes?|pizzas?|cans?|machine|refills?|cream|"
    r"mask|perfume|toys?|costume|poster|boys|formula|teats?)\b"
)
PEOPLE_DO = re.compile(
    r"[^.!?\n]{0,20}?\b(?:will (?:see|call|meet|contact|be (?:with|in|back|here))|said|says|told|called|phoned|emailed|asked|promised|referred|prescribed|"
    r"examined|signed|wrote|is (?:my|our|his|her|the) (?:doctor|dentist|teacher|manager|landlord))\b"
)
PEOPLE_MET = re.compile(
    r"\b(?:appointment with|patient of|spoke (?:to|with)|speak (?:to|with)|talked to|meeting with|my (?:doctor|dentist|teacher|manager|landlord),?)(?: the)? \S{0,6} ?$"
)
_AROUND = 48


def is_brand(lower: str, title: str, start: int, end: int) -> bool:
    """Whether what stands between the two places, behind this title, is a thing's name and nobody's."""
    first = lower[start:end].split()[0]
    first = first.replace("’", "'").removesuffix("'s").strip(".'")
    if first in SURNAMES_TOO.get(title, ()):
        around = lower[max(0, start - _AROUND) : start] + " " + lower[start : end + _AROUND]
        return GOODS.search(around) is not None and not _is_person(lower, start, end)
    return first in BRANDS.get(title, ()) and not _is_person(lower, start, end)


def _is_person(lower: str, start: int, end: int) -> bool:
    if PEOPLE_DO.match(lower, end, end + _AROUND):
        return True
    return PEOPLE_MET.search(lower, max(0, start - _AROUND), start) is not None
