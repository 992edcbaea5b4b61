"""What a request that is like this would also be: a test names one side, and a real request has both."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType

from msgspec.structs import replace

from policies.signals import Signals

_SEVERAL = "several_answers"
_ALONG: Mapping[tuple[str, str], tuple[tuple[str, str], ...]] = MappingProxyType(
    {
        ("modalities", "image"): (("needs", "vision"), ("demands", "image")),
        ("modalities", "audio"): (("needs", "audio"), ("demands", "audio")),
        ("modalities", "video"): (("needs", "video"), ("demands", "video")),
        ("modalities", "file"): (("demands", "file"),),
        ("needs", "vision"): (("modalities", "image"),),
        ("needs", "audio"): (("modalities", "audio"),),
        ("needs", "video"): (("modalities", "video"),),
        ("needs", "json_schema"): (("demands", "json_schema"),),
        ("demands", "image"): (("modalities", "image"),),
        ("demands", "audio"): (("modalities", "audio"),),
        ("demands", "video"): (("modalities", "video"),),
        ("demands", "file"): (("modalities", "file"),),
        ("demands", "file_by_id"): (("modalities", "file"),),
        ("demands", "json_schema"): (("needs", "json_schema"),),
        ("demands", "missing_schema"): (("needs", "json_schema"),),
        ("demands", "forced_call"): (("needs", "tools"),),
    }
)
"""A word of one signal, and the words of others that no request has it without."""


def complete_signals(signals: Signals, given: Collection[str]) -> Signals:
    """Give the signals with all that a request brings along which has them.

    Pictures need vision and are a demand, as several answers are; whoever asks again has asked before.
    `given` names those that a test wrote: of these nothing is taken away, and numbers stay as they are.
    """
    sets = {name: set(getattr(signals, name)) for name in ("modalities", "needs", "demands")}
    sets["modalities"].add("text")
    if signals.answers > 1:
        sets["demands"].add(_SEVERAL)
    left = [(name, word) for name, words in sets.items() for word in words]
    while left:
        for name, word in _ALONG.get(left.pop(), ()):
            if word not in sets[name]:
                sets[name].add(word)
                left.append((name, word))
    is_several = _SEVERAL in sets["demands"] and "answers" not in given
    is_later = signals.is_reask and "turns" not in given
    return replace(
        signals,
        **{name: frozenset(words) for name, words in sets.items()},
        answers=max(2, signals.answers) if is_several else signals.answers,
        turns=max(2, signals.turns) if is_later else signals.turns,
    )
