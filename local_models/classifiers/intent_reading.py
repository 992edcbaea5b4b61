"""What is made of one customer's turn, and of turns that hold no words to weigh."""

from __future__ import annotations

import msgspec


class IntentReading(msgspec.Struct, frozen=True):
    """What one customer turn wants."""

    intent: str
    """The main intent; `other` when unsure."""
    intents: tuple[str, ...]
    """Every intent found, the main one first; neutral ones only when they stand alone."""
    group: str
    confidence: float
    """Calibrated probability that `intent` is right."""
    is_unsure: bool
    is_from_context: bool = False
    """What was said before decided: the turn by itself would have been read otherwise."""
    is_off_topic: bool = False
    """It is not said to a shop (or, with labels of one's own, belongs to none of them)."""


MARKS_ALONE = IntentReading("other", ("other",), "other", 0.4, is_unsure=False)
"""What is made of "?" and "……" where nothing was said before: little, and no model could make more of it."""

NOTHING_KNOWN = IntentReading("other", ("other",), "other", 0.0, is_unsure=True)
"""What is made of a text in words that nobody taught the reader."""

ABUSE_ALONE = IntentReading("complaint", ("complaint",), "complaint", 0.8, is_unsure=False)
"""What is made of an insult and nothing else."""

SIGNS_ALONE = IntentReading("smalltalk", ("smalltalk",), "other", 0.8, is_unsure=False)
"""What is made of emoji and other signs that the reader never met; of 35 that it did, 28 are smalltalk."""
