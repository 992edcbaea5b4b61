"""Find private data in a text: cheap questions first, close looks only where they say yes."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from hashlib import blake2b

from local_models.classifiers.compiled import lower as to_lower
from router.steps.privacy.answers import find_answers
from router.steps.privacy.codes import (
    find_announced_documents,
    find_codes,
    find_computers,
    find_plates,
)
from router.steps.privacy.contacts import find_accounts, find_emails, find_keys, find_passwords
from router.steps.privacy.digits import (
    DOTTED,
    FOLLOWING,
    HOUSE,
    LEADING,
    LETTERED,
    Chain,
    Run,
    find_runs,
)
from router.steps.privacy.identifiers import (
    find_bank_accounts,
    find_national_shapes,
    find_nationals,
    find_one_time_codes,
)
from router.steps.privacy.names import (
    NAME_GROUPS,
    find_chinese_names,
    find_english_names,
    find_listed_names,
)
from router.steps.privacy.numbers import find_numbers
from router.steps.privacy.parts import find_spelled_phones, find_tails
from router.steps.privacy.places import (
    find_british_addresses,
    find_chinese_addresses,
    find_english_addresses,
)
from router.steps.privacy.questions import NOTHING, Asked
from router.steps.privacy.spans import Span, without_overlaps
from router.steps.privacy.spelling import plain
from router.steps.privacy.words import Hits, find_words, places_of

_HAN = re.compile(r"[一-鿿]")

_SALT = os.urandom(16)
_IS_SALTED = os.environ.get("PYTHONHASHSEED", "") in ("", "random")
_MOST_REMEMBERED = 4_096
_scanned: dict[tuple[bytes | int, int, float, Asked], tuple[Span, ...]] = {}
"""Where private data stands in texts that were scanned lately, by a salted hash of each and its length: a
talk sends its whole history again with every turn. No text is kept here, only places and kinds."""


def scan(text: str, *, least_confidence: float = 0.5, asked: Asked = NOTHING) -> list[Span]:
    """Every private value in the text, in order and without overlap.

    `asked` is what the assistant asked for before a customer answered with this text.
    Time grows linearly with the text's length, whatever it holds.
    """
    if len(text) < 2:
        return []
    key = (_hash(text), len(text), least_confidence, asked)
    known = _scanned.get(key)
    if known is None:
        known = tuple(_scan(text, least_confidence, asked))
        while len(_scanned) >= _MOST_REMEMBERED:
            _scanned.pop(next(iter(_scanned)), None)
        _scanned[key] = known
    return list(known)


def _hash(text: str) -> bytes | int:
    """Python's own hash is salted too and made already, unless somebody chose the salt."""
    if _IS_SALTED:
        return hash(text)
    return blake2b(text.encode("utf-8", "surrogatepass"), key=_SALT).digest()


def _scan(text: str, least_confidence: float, asked: Asked) -> list[Span]:
    if text.isascii():
        simple, lower = text, to_lower(text)
    else:
        simple = plain(text)
        lower = lowered(simple)
    spans = [span for span in _look(simple, lower) if span.confidence >= least_confidence]
    if asked:
        answers = find_answers(simple, lower, asked)
        spans += [span for span in answers if span.confidence >= least_confidence]
    return without_overlaps(spans)


def _look(text: str, lower: str) -> Iterator[Span]:
    is_chinese = not text.isascii() and _HAN.search(text) is not None
    hits = find_words(lower)
    if "@" in text:
        yield from find_emails(text)
    if "password" in hits or "url" in hits:
        yield from find_passwords(text, lower, places_of(hits, "password"))
    runs, chains, clues = find_runs(text)
    if chains:
        yield from _look_at_numbers(text, lower, runs, chains, clues, hits, is_chinese)
    if runs:
        yield from _look_at_digits(text, lower, runs, clues, hits)
    if "number" in hits or is_chinese:
        yield from find_spelled_phones(lower, places_of(hits, "number"), is_chinese=is_chinese)
    if "account" in hits:
        yield from find_accounts(lower, places_of(hits, "account"))
    if is_chinese:
        yield from find_plates(text)
        yield from find_chinese_names(text)
        yield from find_chinese_addresses(text)
    if not NAME_GROUPS.isdisjoint(hits):
        yield from find_english_names(text, lower, hits)


def _look_at_numbers(
    text: str,
    lower: str,
    runs: list[Run],
    chains: list[Chain],
    clues: int,
    hits: Hits,
    is_chinese: bool,
) -> Iterator[Span]:
    yield from find_numbers(text, lower, chains, places_of(hits, "number"))
    if clues & LETTERED:
        yield from find_codes(text, lower, runs)
    if is_chinese:
        yield from find_listed_names(text, runs)


def _look_at_digits(
    text: str, lower: str, runs: list[Run], clues: int, hits: Hits
) -> Iterator[Span]:
    if "key" in hits or "armour" in hits:
        yield from find_keys(text, places_of(hits, "key"))
    yield from _look_for_identifiers(text, lower, runs, clues, hits)
    if "tail" in hits:
        yield from find_tails(lower, places_of(hits, "tail"))
    if "document" in hits:
        yield from find_announced_documents(lower, places_of(hits, "document"))
    if clues & DOTTED or ":" in text:
        yield from find_computers(text, lower, runs)
    if clues & (LEADING | FOLLOWING) or "flat" in hits or "box" in hits:
        yield from find_english_addresses(text, lower, runs, hits)
    if clues & LETTERED and clues & HOUSE:
        yield from find_british_addresses(text, lower, runs)


def _look_for_identifiers(
    text: str, lower: str, runs: list[Run], clues: int, hits: Hits
) -> Iterator[Span]:
    if "code" in hits:
        yield from find_one_time_codes(lower, places_of(hits, "code"))
    if "national" in hits:
        yield from find_nationals(lower, places_of(hits, "national"))
    if "bank" in hits:
        yield from find_bank_accounts(lower, places_of(hits, "bank"))
    if clues & LETTERED:
        yield from find_national_shapes(text, lower, runs)


def lowered(text: str) -> str:
    """The text in lower case, character by character, so that places stay the same."""
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    return "".join(each if len(each := letter.lower()) == 1 else letter for letter in text)
