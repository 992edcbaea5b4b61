"""Made conversations for the demo model: from the written patterns to whole dialogues.

Every conversation is a list of ChatML turns. What the assistant says follows plain rules: it
apologises when the customer is upset, names what it was told (order number, placeholder), answers
each wish, asks for a missing order number, and never claims to have looked something up.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from local_models.demo.grammar import expand, fill
from local_models.demo.noise import disturb

DIALOGUES = Path(__file__).parent / "dialogues"
LABELLED = Path(__file__).parent.parent / "classifiers" / "data"
RARE = {"unclear": 0.6, "identity": 0.8, "smalltalk": 1.2, "other": 2.5}
PRIVATE_KINDS = (
    "PHONE",
    "PHONE",
    "EMAIL",
    "NAME",
    "IDCARD",
    "CARD",
    "ADDRESS",
    "ACCOUNT",
    "PERSON",
)
SHOPS = ("云帆商城", "小站优选", "Harbor Shop", "Northline", "青禾百货", "Pointsman")


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn in ChatML: who speaks, and what they say."""

    role: str
    content: str
    is_example: bool = False
    """Shown to the model, not learnt from: somebody else's style."""


@cache
def patterns(language: str) -> dict[str, Any]:
    """The written patterns of one language, `zh` or `en`."""
    return dict(yaml.safe_load((DIALOGUES / f"{language}.yaml").read_text(encoding="utf-8")))


@cache
def system_patterns() -> dict[str, Any]:
    """The written parts of system prompts, by language."""
    return dict(yaml.safe_load((DIALOGUES / "systems.yaml").read_text(encoding="utf-8")))


@cache
def written_utterances() -> dict[tuple[str, str], list[str]]:
    """Single utterances by language and intent: `utterances.txt` and the classifier's lines."""
    text = (DIALOGUES / "utterances.txt").read_text(encoding="utf-8")
    found: dict[tuple[str, str], list[str]] = {}
    for block in text.split("\n\n"):
        heading, *lines = [line for line in block.splitlines() if line and line[0] != "#"]
        language, intent = heading.split()
        found[language, intent] = lines
    for language in ("zh", "en"):
        for row in _labelled(language):
            intent = row["intents"][0]
            if len(row["intents"]) == 1 and intent not in RARE:
                found.setdefault((language, intent), []).append(row["text"])
    return found


def _labelled(language: str) -> list[dict[str, Any]]:
    """The intent classifier's own training lines: more ways to say the same wishes."""
    path = LABELLED / f"intents_{language}.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


class Writer:
    """Writes one conversation after another from a seeded source of chance."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng

    def conversation(self) -> list[Turn]:
        """A system prompt (mostly) and one to four exchanges."""
        rng = self._rng
        language = rng.choice(("zh", "en"))
        turns = []
        talk = _Talk(rng, language)
        if rng.random() < 0.8:
            system_language = language if rng.random() < 0.75 else rng.choice(("zh", "en"))
            system = self.system(system_language)
            if rng.random() < 0.25:
                system += self._known(system_language, talk)
            turns.append(Turn("system", system))
        if rng.random() < 0.2:
            turns.extend(self._shown(language))
        for _ in range(rng.choice((1, 2, 2, 3, 4))):
            if rng.random() < 0.08:
                talk = _Talk(rng, "en" if language == "zh" else "zh")
            turns.extend(talk.exchange())
        return turns

    def drill(self) -> list[Turn]:
        """One exchange under at most a short system prompt: many wishes in little text."""
        language = self._rng.choice(("zh", "zh", "en"))
        turns = []
        if self._rng.random() < 0.3:
            persona = self._rng.choice(system_patterns()[language]["personas"])
            turns.append(Turn("system", str(persona)))
        return [*turns, *_Talk(self._rng, language).exchange()]

    def system(self, language: str) -> str:
        """A system prompt: a persona alone, or one with few to many rules and examples."""
        rng, parts = self._rng, system_patterns()[language]
        shop: dict[str, Callable[[], str]] = {"shop": lambda: rng.choice(SHOPS)}
        persona = fill(rng.choice(parts["personas"]), shop)
        size = rng.choices(("bare", "some", "many"), (50, 38, 12))[0]
        if size == "bare":
            return persona
        count = rng.randint(1, 4) if size == "some" else rng.randint(5, 20)
        rules = rng.sample(parts["rules"], min(count, len(parts["rules"])))
        text = self._lay_out(persona, rng.choice(parts["headings"]), rules)
        return text + self._examples(language) if rng.random() < 0.06 else text

    def _lay_out(self, persona: str, heading: str, rules: list[str]) -> str:
        style = self._rng.choice(("plain", "dashes", "numbers", "lines"))
        if style == "plain":
            return persona + " ".join(rules)
        marks = {"dashes": "- ", "lines": ""}
        lines = [
            (f"{number}. " if style == "numbers" else marks[style]) + rule
            for number, rule in enumerate(rules, 1)
        ]
        return "\n".join([persona, *([heading] if heading else []), *lines])

    def _known(self, language: str, talk: _Talk) -> str:
        """What the system prompt tells of the customer; a number in it need not be asked for."""
        rng, parts = self._rng, system_patterns()[language]["known"]
        order = talk.learn_order() if rng.random() < 0.3 else ""
        slots: dict[str, Callable[[], str]] = {
            "intent": lambda: rng.choice(parts["intents"]),
            "tier": lambda: rng.choice(parts["tiers"]),
            "mood": lambda: rng.choice(parts["moods"]),
            "order": lambda: order,
        }
        lines = [*rng.sample(parts["lines"], rng.randint(1, 3)), parts["order"]]
        mark = rng.choice(("- ", ""))
        said = [mark + fill(line, slots) for line in lines]
        return "\n".join(["", rng.choice(("", "\n")) + rng.choice(parts["headings"]), *said])

    def _shown(self, language: str) -> list[Turn]:
        examples = system_patterns()[language]["examples"]
        chosen = self._rng.sample(examples, self._rng.randint(1, 3))
        pairs = (
            (Turn("user", asked, True), Turn("assistant", said, True)) for asked, said in chosen
        )
        return [turn for pair in pairs for turn in pair]

    def _examples(self, language: str) -> str:
        names = ("顾客：", "客服：") if language == "zh" else ("Customer: ", "Agent: ")
        lines = []
        for _ in range(self._rng.randint(1, 3)):
            asked, said = _Talk(self._rng, language).exchange()
            lines += [names[0] + asked.content, names[1] + said.content]
        return "\n\n" + "\n".join(lines)


class _Talk:
    """One customer's exchanges: remembers whether the order number is known or was asked for."""

    def __init__(self, rng: random.Random, language: str) -> None:
        self._rng = rng
        self._language = language
        self._patterns = patterns(language)
        self._order_is_known = False
        self._order_was_asked = False
        self._gap = "" if language == "zh" else " "

    def learn_order(self) -> str:
        """An order number that the assistant knows from the start."""
        self._order_is_known = True
        return self._order()

    def exchange(self) -> list[Turn]:
        """What the customer says and what the assistant answers."""
        if self._order_was_asked and self._rng.random() < 0.45:
            asked, said = self._give_order()
        else:
            asked, said = self._ask()
        return [Turn("user", asked), Turn("assistant", said)]

    def _give_order(self) -> tuple[str, str]:
        parts = self._patterns["order_only"]
        self._order_is_known, self._order_was_asked = True, False
        order = self._order()
        pick = self._rng.choice
        given: dict[str, Callable[[], str]] = {"order": lambda: order}
        return fill(pick(parts["users"]), given), fill(pick(parts["answers"]), given)

    def _ask(self) -> tuple[str, str]:
        intents = self._choose_intents()
        wishes, answers = zip(*(self._wish(intent) for intent in intents), strict=True)
        plain = intents[0] in ("smalltalk", "unclear", "identity", "other")
        if plain:
            return self._dress(wishes[0], tone=None), answers[0]
        return self._customer_case(intents, list(wishes), list(answers))

    def _customer_case(
        self, intents: list[str], wishes: list[str], answers: list[str]
    ) -> tuple[str, str]:
        rng, parts = self._rng, self._patterns
        is_upset = rng.random() < 0.3
        order = self._order() if rng.random() < 0.36 else None
        private = self._private() if rng.random() < 0.16 else None
        asked = self._join_wishes(wishes)
        for mention, value in (("order_mentions", order), ("contact_mentions", private)):
            if value is not None:
                asked = self._mention(asked, mention, value)
        asked = self._dress(asked, tone="upset" if is_upset else "plain")
        sorry = is_upset or any(parts["intents"][intent].get("upset") for intent in intents)
        said = [*self._opening(sorry, order), self._join_answers(answers)]
        said += self._closing(intents, order, private)
        return asked, self._gap.join(said)

    def _opening(self, sorry: bool, order: str | None) -> list[str]:
        rng, parts = self._rng, self._patterns
        said = [rng.choice(parts["apologies"])] if sorry else []
        if order is not None:
            self._order_is_known = True
            said.append(fill(rng.choice(parts["order_known"]), {"order": lambda: order}))
        return said

    def _closing(self, intents: list[str], order: str | None, private: str | None) -> list[str]:
        rng, parts = self._rng, self._patterns
        said = []
        if private is not None:
            said.append(fill(rng.choice(parts["contact_known"]), {"private": lambda: private}))
        needs_order = any(parts["intents"][intent].get("asks_order") for intent in intents)
        self._order_was_asked = needs_order and not self._order_is_known
        if self._order_was_asked:
            said.append(rng.choice(parts["order_unknown"]))
        return said

    def _choose_intents(self) -> list[str]:
        names = list(self._patterns["intents"])
        weights = [RARE.get(name, 1.0) for name in names]
        first = self._rng.choices(names, weights)[0]
        if first in RARE or first == "human_agent" or self._rng.random() > 0.14:
            return [first]
        others = [name for name in names if name not in (*RARE, first, "human_agent", "complaint")]
        return [first, self._rng.choice(others)]

    def _wish(self, intent: str) -> tuple[str, str]:
        parts, rng = self._patterns["intents"][intent], self._rng
        written = written_utterances().get((self._language, intent))
        if written and "answers" in parts and rng.random() < 0.55:
            return rng.choice(written), rng.choice(parts["answers"])
        index = rng.randrange(len(parts["users"]))
        wish = expand(parts["users"][index].strip(), rng, {"item": self._item})
        if "replies" in parts:
            return wish, rng.choice(list(parts["replies"].values())[index])
        return wish, rng.choice(parts["answers"])

    def _join_wishes(self, wishes: list[str]) -> str:
        joiner: str = self._rng.choice(self._patterns["user_joiners"])
        return joiner.join(wishes)

    def _join_answers(self, answers: list[str]) -> str:
        if len(answers) == 1:
            return answers[0]
        joiner: str = self._rng.choice(self._patterns["joiners"])
        return answers[0] + self._gap + joiner + answers[1]

    def _mention(self, asked: str, kind: str, value: str) -> str:
        slots: dict[str, Callable[[], str]] = {"order": lambda: value, "private": lambda: value}
        mention = expand(self._rng.choice(self._patterns[kind]), self._rng, slots)
        return self._beside(asked, mention)

    def _beside(self, asked: str, mention: str) -> str:
        comma = self._rng.choice(
            ("，", "，", "。", " ") if self._gap == "" else (", ", ". ", " - ")
        )
        first, second = (asked, mention) if self._rng.random() < 0.55 else (mention, asked)
        return f"{first}{comma}{second}"

    def _dress(self, asked: str, *, tone: str | None) -> str:
        """The wish with greeting, mood, side remark and closing, and what haste does to it."""
        rng, parts = self._rng, self._patterns
        if tone is not None and rng.random() < 0.15:
            asked = self._beside(
                asked, expand(rng.choice(parts["fluff"]), rng, {"item": self._item})
            )
        if tone == "upset":
            asked = self._beside(asked, expand(rng.choice(parts["upset"]), rng))
        opener = rng.choice(parts["openers"]) if rng.random() < 0.5 else ""
        closer = rng.choice(parts["closers"]) if rng.random() < 0.6 else ""
        return disturb(opener + asked + closer, self._language, rng)

    def _item(self) -> str:
        return str(self._rng.choice(self._patterns["items"]))

    def _order(self) -> str:
        rng = self._rng
        if rng.random() < 0.25:
            return f"<{rng.choice(('ORDER', 'ORDER', 'ORDERID'))}_{rng.randint(1, 4)}>"
        digits = "".join(rng.choice("0123456789") for _ in range(rng.randint(5, 14)))
        prefix = rng.choice(("", "", "", "", "A", "PM", "NO", "SF", "JD", "A-", "DD"))
        return prefix + digits

    def _private(self) -> str:
        rng = self._rng
        return f"<{rng.choice(PRIVATE_KINDS)}_{rng.randint(1, 5)}>"
