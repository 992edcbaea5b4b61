"""Twins for the emotion heads: the same praise beside an event that went wrong and one that went well.

`emotion_events.jsonl` tells each event twice, `emotion_praise.jsonl` holds words of praise by what
they praise and frames that take an event (`{e}`) and praise (`{p}`). A twin differs from its
sarcastic line in the event only, so that praise by itself tells a head nothing.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from pathlib import Path

from local_models.classifiers.data.emotion_compose import JOINS, Composed, read_parts
from local_models.classifiers.data.emotion_scenes import read_scenes

EVENTS = Path(__file__).parent / "emotion_events.jsonl"
PRAISE = Path(__file__).parent / "emotion_praise.jsonl"

_ENDS = {
    "zh": ("", "", "", "。", "！", "！！", "~", "…"),
    "en": ("", "", "", ".", "!", "!!", "..."),
}

_BUTS = {
    "zh": ("但是", "不过", "可是", "但", "结果"),
    "en": ("but ", "though ", "yet "),
}


@dataclass(frozen=True, slots=True)
class Event:
    """What happened, told once as it went wrong and once as it went well."""

    language: str
    about: str
    bad: str
    good: str


Praise = dict[tuple[str, str], list[str]]
"""Words of praise by language and by what they praise; `any` fits everything, `frame` takes both."""


def read_events(path: Path = EVENTS) -> list[Event]:
    """The events of a file."""
    rows = map(json.loads, filter(None, path.read_text(encoding="utf-8").split("\n")))
    return [Event(row["lang"], row["about"], row["bad"], row["good"]) for row in rows]


def read_praise(path: Path = PRAISE) -> Praise:
    """The words of praise and the frames of a file."""
    praise: Praise = {}
    for row in map(json.loads, filter(None, path.read_text(encoding="utf-8").split("\n"))):
        praise.setdefault((row["lang"], row["about"]), []).append(row["text"])
    return praise


def compose_twins(per_event: int, seed: int = 5) -> list[Composed]:
    """`per_event` sarcastic lines with their twins for each event, and praise and good ends alone.

    The same seed, the same lines; a sarcastic line stands right before its twin.
    """
    kit, made = _Kit(seed), []
    for event in read_events():
        for _ in range(per_event):
            made += kit.pair(event)
        if kit.rng.random() < 0.8:
            made.append(Composed(event.good, "positive", 0.5))
        if kit.rng.random() < 0.4:
            made.append(Composed(kit.draw(event), "positive", 0.6))
    return made


def compose_scenes(count: int, seed: int = 6) -> list[Composed]:
    """`count` sarcastic lines with their twins about events of scenes, two Chinese ones for an English
    one; about half of the events once more in plain words: asked about, cursed, or weighed up."""
    kit, scenes, made = _Kit(seed), read_scenes(), []
    shares = [2 if scene.language == "zh" else 1 for scene in scenes]
    for scene in kit.rng.choices(scenes, shares, k=count):
        bad, good = scene.draw(kit.rng)
        event = Event(scene.language, scene.about, bad, good)
        made += kit.pair(event)
        if kit.rng.random() < 0.5:
            made.append(kit.plain(event))
    return made


class _Kit:
    """Puts events and praise together."""

    def __init__(self, seed: int) -> None:
        self.rng, self._praise = random.Random(seed), read_praise()
        self._parts = read_parts()

    def pair(self, event: Event) -> list[Composed]:
        """A sarcastic line and its twin."""
        mold = self._mold(event)
        return [
            Composed(mold.replace("{e}", event.bad), "negative", 0.7, True),
            Composed(mold.replace("{e}", event.good), "positive", 0.6),
        ]

    def plain(self, event: Event) -> Composed:
        """The event without praise: how it ends decides what is felt, or a question makes it calm."""
        language, rng = event.language, self.rng
        join, but = rng.choice(JOINS[language]), rng.choice(_BUTS[language])
        ask, anger = (self._one(event, kind) for kind in ("ask", "anger"))
        return rng.choice((
            Composed(event.good, "positive", 0.5),
            Composed(event.bad + join + ask, "neutral", 0.0),
            Composed(event.bad + join + anger, "negative", 0.8),
            Composed(f"{event.bad}{join}{but}{event.good}", "positive", 0.5),
            Composed(f"{event.good}{join}{but}{event.bad}", "negative", 0.5),
        ))  # fmt: skip

    def _one(self, event: Event, kind: str) -> str:
        """A part without gaps."""
        return self.rng.choice([p for p in self._parts[event.language, kind] if "{" not in p])

    def draw(self, event: Event) -> str:
        """Praise that fits an event."""
        about = event.about if self.rng.random() < 0.5 else "any"
        return self.rng.choice(self._praise[event.language, about])

    def _mold(self, event: Event) -> str:
        """A line with a gap for the event: a frame, or praise before or after it."""
        rng, language = self.rng, event.language
        joins, said = JOINS[language], self.draw(event)
        end = rng.choice(_ENDS[language])
        if rng.random() < 0.4:
            frame = rng.choice(self._praise[language, "frame"]).replace("{p}", said)
            return frame + end if frame[-1] == "}" or frame[-1].isalnum() else frame
        join = rng.choice(joins)
        line = f"{said}{join}{{e}}" if rng.random() < 0.55 else f"{{e}}{join}{said}"
        if rng.random() < 0.15:
            line += rng.choice(joins) + rng.choice(self._praise[language, "any"])
        if rng.random() < 0.12:
            line = (
                rng.choice(self._parts[language, "mood"])
                + (" " if language == "en" else "，")
                + line
            )
        return line + end
