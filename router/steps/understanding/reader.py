"""Read a request: intent, mood, language, difficulty, tokens, needs and the course of the talk.

All of it is computed in this process from small heads and rules; no model is called. Slots come from the last
user turn, mood and intent from the messages that are said together with it, the intent from what was said just
before it too; a call for a person from the talk, tokens, modalities and needs from the whole request.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from zipfile import BadZipFile

from msgspec.structs import replace

from local_models.classifiers.asked import read_asked, speaks_of_another
from local_models.classifiers.bare_turn import spell_message
from local_models.classifiers.context import Said
from local_models.classifiers.conversation import is_reask, mood_trend
from local_models.classifiers.corrections import correct, may_correct
from local_models.classifiers.denials import leave_denied_out, leave_person_out, names_person
from local_models.classifiers.difficulty import DifficultyReader, wants_thought
from local_models.classifiers.emotion import NOTHING_FELT, EmotionReader, EmotionReading
from local_models.classifiers.entities import find_slots
from local_models.classifiers.escalation import is_escalation, tell_escalation
from local_models.classifiers.features import read_glance
from local_models.classifiers.head import Head, load_head
from local_models.classifiers.intent_reading import NOTHING_KNOWN
from local_models.classifiers.intents import (
    LABELS,
    NEUTRAL,
    IntentReader,
    IntentReading,
)
from local_models.classifiers.language import tell_language, tell_spoken
from local_models.classifiers.mail import read_own_words
from local_models.classifiers.matter import Matter, tell_matter
from local_models.classifiers.meaning import MissingEncoderError
from local_models.classifiers.mood_features import read_mood_features
from local_models.classifiers.pasted import leave_records_out
from local_models.classifiers.quality import QualityReader, load_quality, mark_difficulty
from local_models.classifiers.sample import Sample
from local_models.classifiers.standing import (
    Remark,
    asks,
    drops_call,
    sounds_glad,
    still_stands,
    takes_back,
)
from local_models.classifiers.table import share_tables
from local_models.classifiers.talk_reader import Before
from policies.signals import NOTHING, Signals
from providers.demands import find_demands
from providers.messages import ChatRequest, Message, text_of
from router.errors import ConfigError
from router.measuring import estimate_prompts, longest_text
from router.steps.understanding.agreement import (
    COMPLAINT,
    PERSON,
    believe,
    calm_down,
    drop,
    heed,
    rule_joy_out,
)
from router.steps.understanding.talk import (
    EARLIER_TURNS,
    part_of,
    read_before,
    read_bubbles,
    read_remarks,
    read_turns,
)
from router.steps.understanding.together import join, wants_something
from router.steps.understanding.wants import read_modalities, read_needs

_QUALITY = "quality"
_HEADS = frozenset({"intent", "intents", "emotion", "emotion_calm", "difficulty", _QUALITY})
"""What `main.py train` writes, and the head that asks for every intent by itself."""
_SENTENCE_CHARS = 160
"""A longer turn says something in a language of its own; names and numbers alone are shorter."""
_CARRIED = ("order_number", "phone")
"""Slots that stay known in a talk: whose case it is. A sum and a day belong to what was said with them."""
_ORDER = "order_query"
_NO_OTHER_MATTERS = frozenset({*NEUTRAL, COMPLAINT, "urge", PERSON, _ORDER})
"""What whoever waits for a person may say while he waits; `order_query` is a number that was asked for."""
_MATTER_IS_CLEAR, _GLAD = 0.6, 0.3
"""How sure another matter must be, and how glad a customer, to end a call."""
_SAID_BESIDE = 0.6
"""How sure of a wish the words beside pasted rows must be to be read without them."""
_SERVICE_IS_SURE, _SERVICE_AT_MOST = 0.8, 0.6
"""What is so surely asked of a shop's service is no harder, whatever sizes and codes stand in it: of 220 graded requests that
are, none is hard."""
_GLAD_BYTES = 12
"""Gladness in a word or two ("you can't") is a guess."""


class Understanding:
    """Reads requests. The heads are loaded once, here; reading keeps no state but a small cache."""

    def __init__(
        self,
        intents: IntentReader | None = None,
        emotions: EmotionReader | None = None,
        difficulty: DifficultyReader | None = None,
        quality: QualityReader | None = None,
    ) -> None:
        """`quality` tells of models that were taught; without it their cards say how good they are."""
        self._intents = intents or IntentReader()
        self._emotions = emotions or EmotionReader()
        self._difficulty = difficulty or DifficultyReader()
        # All of them read the same glance at a turn.
        self._quality = quality
        readers = (
            self._intents,
            self._emotions,
            self._difficulty,
            *((quality,) if quality else ()),
        )
        share_tables([table for reader in readers for table in reader.tables])
        # Earlier turns come again with every turn of a talk, and the last one with every step of a
        # tool's work, every retry and every regeneration; they are masked already.
        self._own_of_mail = lru_cache(maxsize=512)(read_own_words)
        self._features = lru_cache(maxsize=512)(read_glance)
        self._turn = lru_cache(maxsize=1_024)(self._read_turn)
        self._heard = lru_cache(maxsize=2_048)(self._hear)
        self._recalled = lru_cache(maxsize=2_048)(self._recall)
        self._asked = lru_cache(maxsize=2_048)(_read_asked)
        self._noted = lru_cache(maxsize=2_048)(self._note)
        self._calls = lru_cache(maxsize=2_048)(is_escalation)
        self._wanted = lru_cache(maxsize=2_048)(self._find_matter)
        self._spoken = lru_cache(maxsize=2_048)(tell_spoken)
        self._spelt = lru_cache(maxsize=2_048)(spell_message)

    @classmethod
    def from_folder(cls, folder: Path, *, by_word: bool = True) -> Understanding:
        """With the heads that `main.py train` wrote into the folder, and the shipped ones besides.

        `by_word`: turns are read by the words of their talk too, where the intents are the shipped ones.

        Raises:
            ConfigError: there are none, one is not a head of ours or cannot be read with; says which.
        """
        heads: dict[str, Head] = {}
        quality: QualityReader | None = None
        problems = []
        for path in sorted(folder.glob("*.npz")):
            try:
                if path.stem == _QUALITY:
                    quality = load_quality(path)
                else:
                    heads[path.stem] = load_head(path)
            except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
                problems.append(f"{path} cannot be read as a head: {error}")
        for name in sorted(heads.keys() - _HEADS):
            problems.append(
                f"{folder / name}.npz is none of the heads {', '.join(sorted(_HEADS))}."
            )
        if quality is not None and quality.difficulty != mark_difficulty(folder):
            problems.append(
                f"{folder / _QUALITY}.npz was learned with another reader of difficulty than the one that "
                "serves with it: train it again, with `--task quality`, after `--task difficulty`."
            )
        if not (heads or quality or problems):
            problems.append(f"{folder} holds no heads. `main.py train --out {folder}` writes them.")
        if problems:
            raise ConfigError([f"understanding.weights: {problem}" for problem in problems])
        try:
            return cls(
                IntentReader(heads.get("intent"), heads.get("intents"), by_word=by_word),
                EmotionReader(heads.get("emotion"), gate=heads.get("emotion_calm")),
                DifficultyReader(heads.get("difficulty")),
                quality,
            )
        except (ValueError, MissingEncoderError) as error:
            raise ConfigError([f"understanding.weights: {folder}: {error}"]) from error

    @property
    def intents(self) -> tuple[str, ...]:
        """Every intent that a message may be read as."""
        return self._intents.labels

    @property
    def taught(self) -> tuple[str, ...]:
        """Every model whose quality was learned."""
        return self._quality.models if self._quality is not None else ()

    def read(self, request: ChatRequest, pii: frozenset[str] = frozenset()) -> Signals:
        """Everything that a policy may ask about the request. `pii` names the private data in it."""
        turns = [text_of(message) for message in request.messages if message.role == "user"]
        whole = turns[-1] if turns else ""
        last, *earlier = [self._own(turn) for turn in [whole, *turns[:-1][-EARLIER_TURNS:]]]
        modalities = read_modalities(request.messages)
        start, bubbles = read_bubbles(request.messages, self._own)
        before = read_before(start, self._own)
        remarks = read_remarks(request.messages, self._own)
        talk = self._spell(remarks[:-1])
        read = self._read_together(whole, bubbles, longest_text(request), before, talk)
        tokens = estimate_prompts(request)
        return replace(
            read,
            slots=self._carry(read, request.messages) if earlier else read.slots,
            language=self._tell_language(read, last, earlier),
            prompt_tokens=tokens["o200k"][0],
            tokens_by_family=MappingProxyType(tokens),
            max_output_tokens=request.max_tokens,
            modalities=modalities,
            needs=read_needs(request, modalities),
            demands=find_demands(request),
            pii=pii,
            turns=max(1, len(turns)),
            is_reask=self._repeats(last, earlier),
            is_escalation=read.is_escalation or self._stands(remarks, bubbles),
            emotion_trend=self._trend(read, earlier),
            is_stream=request.stream,
            answers=request.n,
        )

    def _own(self, turn: str) -> str:
        """What the writer of a turn says himself; one line is no e-mail."""
        return self._own_of_mail(turn) if "\n" in turn else turn

    def _read_turn(
        self,
        turn: str,
        reach: int,
        user_before: str = "",
        agent_before: str = "",
        talk: tuple[Before, ...] | None = None,
    ) -> Signals:
        """The signals that hang on the last user turn and what came just before it.

        What it says is read in the user's own words beside what he pasted, what it holds (code, mathematics, slots) in all of it.
        """
        own = self._own(turn)
        said = self._leave_records_out(own)
        glance = read_mood_features(self._features(said))
        sample = Sample(said)
        user = self._recalled(user_before)[0] if user_before else None
        agent = self._heard(agent_before) if agent_before else None
        mood = self._emotions.read_cued(
            glance if said == own else read_mood_features(self._features(own))
        )
        wish = self._intents.read(sample.text, glance, user=user, agent=agent, talk=talk)
        language = tell_language(sample)
        if language == "other":
            # Heads answer whatever they are asked; of words that they never learned they know nothing.
            wish = NOTHING_KNOWN if self._intents.is_strange_to(glance) else wish
            mood = NOTHING_FELT if self._emotions.is_strange_to(glance) else mood
        calls = tell_escalation(sample)
        wish, mood = self._agree(wish, mood, sample, calls, user, agent)
        matter = tell_matter(sample if said == turn else Sample(turn), reach=reach)
        quality = self._quality
        return Signals(
            intent=wish.intent,
            intents=wish.intents,
            intent_group=wish.group,
            intent_confidence=wish.confidence,
            is_unsure=wish.is_unsure,
            intent_from_context=wish.is_from_context,
            is_off_topic=wish.is_off_topic,
            emotion=mood.emotion,
            emotion_intensity=mood.intensity,
            emotion_confidence=mood.confidence,
            sarcasm=mood.sarcasm,
            language=language,
            difficulty=self._ease(
                self._difficulty.read(sample, glance, language), wish, matter, sample.lower
            ),
            learned_odds=NOTHING if quality is None else quality.read(glance),
            learned_slope=0.0 if quality is None else quality.slope,
            has_code=matter.has_code,
            has_math=matter.has_math,
            has_long_document=matter.has_long_document,
            slots=MappingProxyType(
                find_slots(sample if said == own else Sample(own), self._asked(agent_before))
            ),
            is_escalation=bool(calls),
        )

    def _agree(
        self,
        wish: IntentReading,
        mood: EmotionReading,
        sample: Sample,
        calls: str,
        user: Said | None,
        agent: Said | None,
    ) -> tuple[IntentReading, EmotionReading]:
        """Wish and mood of a turn after what is denied in it, whether it `calls` or threatens, and each other."""
        rest = leave_denied_out(sample.text)
        if rest is not None and (mood.emotion == "negative" or COMPLAINT in wish.intents):
            wish, mood = self._leave_denied_out(rest, wish, mood, user, agent)
        if calls:
            wish = heed(calls, wish, self._intents.labels)
        elif PERSON in wish.intents:
            wish = self._leave_person_out(sample.text, wish, user, agent)
        mood = rule_joy_out(mood, sample.lower, is_call=bool(calls))
        return believe(wish, mood), mood

    def _leave_records_out(self, own: str) -> str:
        """What is said beside pasted rows, where that is a wish by itself ("how come" beneath a bill is none) and none is
        heard in all of it."""
        said = leave_records_out(own)
        if said == own or not NEUTRAL.issuperset(self._wish_of(own).intents):
            return own
        wish = self._wish_of(said)
        is_wish = wish.intent not in NEUTRAL and wish.confidence >= _SAID_BESIDE
        return said if is_wish else own

    def _wish_of(self, text: str) -> IntentReading:
        return self._intents.read(text, self._features(text))

    def _ease(self, difficulty: float, wish: IntentReading, matter: Matter, text: str) -> float:
        """The difficulty, but no more than a shop's service is where the turn surely wants one."""
        is_service = wish.intent in LABELS and wish.intent not in NEUTRAL
        is_sure = wish.confidence >= _SERVICE_IS_SURE and self._difficulty.is_shipped
        holds_more = matter.has_code or matter.has_math or matter.has_long_document
        if is_service and is_sure and not holds_more and not wants_thought(text):
            return min(difficulty, _SERVICE_AT_MOST)
        return difficulty

    def _carry(self, read: Signals, messages: Sequence[Message]) -> Mapping[str, tuple[str, ...]]:
        """The slots of the last turn; where it names no order, those of the newest earlier turn that does, or the
        number that took its place since."""
        slots = read.slots
        missing = [kind for kind in _CARRIED if kind not in slots]
        carried: dict[str, tuple[str, ...]] = {}
        since: list[tuple[str, str]] = []
        is_over = False
        for at, (turn, agent) in enumerate(read_turns(messages, self._own)[: EARLIER_TURNS + 1]):
            noted = self._noted(turn, agent) if at else {}
            for kind in [each for each in missing if each in noted]:
                right = correct(noted[kind], since) if kind == "order_number" else ()
                if right or not is_over:
                    carried[kind] = right or noted[kind]
                missing.remove(kind)
            if not is_over:
                since.append((turn, agent))
                is_over = speaks_of_another(turn)
            if not missing or (is_over and not may_correct(since)):
                break
        return MappingProxyType({**slots, **carried}) if carried else slots

    def _note(self, turn: str, agent: str) -> Mapping[str, tuple[str, ...]]:
        """The slots of an earlier turn that the talk goes on with."""
        found = find_slots(turn, self._asked(agent), only_numbers=True)
        return {kind: found[kind] for kind in _CARRIED if kind in found}

    def _leave_denied_out(
        self,
        rest: str,
        wish: IntentReading,
        mood: EmotionReading,
        user: Said | None,
        agent: Said | None,
    ) -> tuple[IntentReading, EmotionReading]:
        """Wish and mood of a turn that denies a complaint or anger, by the rest of what it says."""
        glance = read_mood_features(read_glance(rest))
        if mood.emotion == "negative":
            mood = self._emotions.read_cued(glance)
        if COMPLAINT not in wish.intents:
            return wish, mood
        left = self._intents.read(rest, glance, user=user, agent=agent)
        if rest and COMPLAINT in left.intents:
            return wish, mood
        if any(label not in (COMPLAINT, *NEUTRAL) for label in wish.intents):
            return drop(COMPLAINT, wish), mood
        return (left if rest else drop(COMPLAINT, wish)), mood

    def _leave_person_out(
        self, text: str, wish: IntentReading, user: Said | None, agent: Said | None
    ) -> IntentReading:
        """The wish of a turn that calls for nobody, by what it says besides a person whom it only names."""
        rest = leave_person_out(text)
        if rest is None or (names_person(rest) and not text.isascii()):
            return wish
        if not rest:
            return drop(PERSON, wish)
        left = self._intents.read(rest, read_glance(rest), user=user, agent=agent)
        return drop(PERSON, left) if PERSON in left.intents else left

    def _spell(self, said: Sequence[Remark]) -> tuple[Before, ...]:
        """What was said before, the newest first, as the intents' reader wants it."""
        return tuple(
            Before(each.is_customers, self._spelt(each.text, is_customers=each.is_customers))
            for each in reversed(said)
        )

    def _read_together(
        self,
        last: str,
        bubbles: Sequence[str],
        reach: int,
        before: tuple[str, str],
        talk: tuple[Before, ...],
    ) -> Signals:
        """The last turn, together with the messages right before it; only where none of them wants anything
        does it hang on what was said `before` them."""
        if (bubbles or before[0]) and takes_back(last, "" if bubbles else before[1]):
            return calm_down(self._turn(last, reach, *before, talk))
        if not bubbles or drops_call(last):
            return self._turn(last, reach, *before, talk)
        earlier = [(text, self._turn(text, reach)) for text in reversed(bubbles)]
        matter = next((text for text, part in earlier if wants_something(text, part)), "")
        read = self._turn(last, reach, *((matter, "") if matter else before), talk)
        return join([(last, read), *earlier])

    def _stands(self, talk: Sequence[Remark], bubbles: Sequence[str]) -> bool:
        """Whether a call for a person or a threat of an earlier turn stands, or the messages that are said
        together come to one."""
        if len(talk) < 2:
            return False
        called = next(
            (
                at
                for at in range(len(talk) - 2, -1, -1)
                if talk[at].is_customers and self._calls(talk[at].text)
            ),
            None,
        )
        if called is None:
            return bool(bubbles) and self._calls(" ".join((*bubbles, talk[-1].text)))
        since = talk[called + 1 :]
        known = {self._wanted(each.text) for each in talk[: called + 1] if each.is_customers} - {""}
        if not known:
            # Who only called for somebody has yet to say why.
            known = {self._first_matter(since)}
        return still_stands(
            since,
            call=talk[called].text,
            is_other_matter=lambda text: self._wanted(text) not in (*known, ""),
            is_glad=lambda text: (
                len(text.encode("utf-8", "replace")) >= _GLAD_BYTES
                and self._recalled(text)[1] > _GLAD
                and sounds_glad(text)
            ),
        )

    def _first_matter(self, since: Sequence[Remark]) -> str:
        """What a customer answers first that he called for; empty where he was not asked or goes on to something else."""
        answer = ""
        for remark in since:
            if not remark.is_customers:
                answer = remark.text
            elif matter := self._wanted(remark.text):
                return matter if asks(answer) else ""
        return ""

    def _find_matter(self, text: str) -> str:
        """The matter that a message by itself is clearly about, other than to be heard; empty where there is none."""
        intent, confidence = self._intents.likeliest(self._features(text))
        is_clear = confidence >= _MATTER_IS_CLEAR and intent not in _NO_OTHER_MATTERS
        return intent if is_clear else ""

    def _hear(self, text: str) -> Said | None:
        return self._intents.hear(read_glance(text))

    def _recall(self, turn: str) -> tuple[Said | None, float]:
        """What an earlier user turn wanted, and how the user felt."""
        glance = read_mood_features(self._features(turn))
        mood = self._emotions.read_cued(glance)
        if mood.emotion == "positive":
            mood = rule_joy_out(mood, turn, is_call=self._calls(turn))
        return self._intents.hear(glance), mood.valence

    def _repeats(self, last: str, earlier: Sequence[str]) -> bool:
        if not earlier:
            return False
        return is_reask(self._features(last), [self._features(part_of(turn)) for turn in earlier])

    def _tell_language(self, read: Signals, last: str, earlier: Sequence[str]) -> str:
        """The language of the last turn, or of the talk where it is no sentence: that of the newest earlier
        turn which is one."""
        if not earlier or read.language in ("zh", "mixed") or len(last) > _SENTENCE_CHARS:
            return read.language
        if self._spoken(last):
            return read.language
        before = (self._spoken(part_of(turn)) for turn in reversed(earlier))
        return next(filter(None, before), read.language)

    def _trend(self, read: Signals, earlier: Sequence[str]) -> float:
        if not earlier:
            return 0.0
        told = (read.emotion, read.emotion_intensity, read.emotion_confidence)
        moods = [self._recalled(part_of(turn))[1] for turn in earlier]
        return mood_trend([*moods, EmotionReading(*told).valence])


def _read_asked(agent: str) -> frozenset[str]:
    return read_asked(agent) if agent else frozenset()
