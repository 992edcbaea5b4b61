"""Choose the few examples that teach most about the request at hand."""

from __future__ import annotations

from collections.abc import Sequence

from prompts.schema import Example


def choose(
    examples: Sequence[Example], intents: Sequence[str], *, most: int
) -> tuple[Example, ...]:
    """At most `most` examples: those for the intents first, in the intents' order, then those
    that teach manner. What teaches another intent is left out, it would only cost tokens."""
    ranked = sorted(
        (rank, place)
        for place, example in enumerate(examples)
        if (rank := _rank(example, intents)) is not None
    )
    return tuple(examples[place] for _, place in ranked[: max(0, most)])


def _rank(example: Example, intents: Sequence[str]) -> int | None:
    if not example.intents:
        return len(intents)
    places = [place for place, intent in enumerate(intents) if intent in example.intents]
    return min(places) if places else None
