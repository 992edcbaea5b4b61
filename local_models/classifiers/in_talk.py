"""What the chances of a turn's intents become in its talk: by the words, and where the turn says nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence

from local_models.classifiers.context import Said
from local_models.classifiers.shop_intents import LABELS, NEUTRAL

_MARKS = re.compile(r"[\s?？!！.。…,，、;；]+")
"""Marks alone say nothing, but that somebody waits for something."""
_TALKS_OF = 0.4
"""How sure a message of the talk must be of its wish, for what says nothing itself to be about it."""

_ANSWERS_OF, _HINTS_AT = 0.6, 0.1
"""The same of an answer, and of the customer's turn before it, for a turn that points back to be about it: a
poem that was asked for is about nothing at all, and other trades than shops are seldom sure."""

_WORDS_SHARE = 0.6
"""How much of a turn's reading within its talk goes by the words, the rest by what the heads make of them."""
_LEAST_CHANCE = 1e-6


def mix_words(words: Sequence[float], chances: Sequence[float]) -> list[float]:
    """What the words of a talk say of a turn, and what the heads make of it, as one."""
    mixed = [
        max(word, _LEAST_CHANCE) ** _WORDS_SHARE * max(chance, _LEAST_CHANCE) ** (1 - _WORDS_SHARE)
        for word, chance in zip(words, chances, strict=True)
    ]
    whole = sum(mixed)
    return [each / whole for each in mixed]


def is_marks(text: str) -> bool:
    return not text.isspace() and _MARKS.fullmatch(text) is not None


def weigh_talk(
    chances: list[float], turn: Said, user: Said | None, agent: Said | None, *, marks: bool
) -> list[float]:
    """The chance of each label after what was said before: of the wishes alone where the turn is but marks, or a
    yes or no to a question, and the talk is about something."""
    says_nothing = marks or (agent is not None and agent.is_answered_by(turn))
    if says_nothing and has_matter(user, agent):
        return _leave_neutral_out(chances)
    return chances


def has_matter(user: Said | None, agent: Said | None) -> bool:
    """Whether one of the two was about something."""
    return any(said is not None and said.matter() >= _TALKS_OF for said in (user, agent))


def may_go_on(user: Said | None, agent: Said | None) -> bool:
    """Whether an answer stands before the turn, in a talk that is likely to be a shop's."""
    if agent is None:
        return False
    return agent.matter() >= _ANSWERS_OF or (user is not None and user.matter() >= _HINTS_AT)


def _leave_neutral_out(chances: Sequence[float]) -> list[float]:
    """The chances of the wishes alone, for a turn that is about one of them and says nothing itself."""
    kept = [0.0 if label in NEUTRAL else one for label, one in zip(LABELS, chances, strict=True)]
    whole = sum(kept)
    return [one / whole for one in kept] if whole > 0 else list(chances)
