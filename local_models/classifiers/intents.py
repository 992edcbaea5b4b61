"""What a customer wants: one main intent, every further one, or an honest "unsure".

Two heads share one feature pass. `intent.npz` weighs the labels against each other and knows how
sure it is; `intents.npz` asks of each label by itself whether it is there at all, and whether the text
comes from elsewhere: an exam question, an order to an assistant, a program. What does has no wish of a shop's
customer in it, whatever was said before. A turn that holds a connective or several clauses is also read clause by clause, and what both ways agree on stays.
What was said before the turn decides where the turn itself does not say it (`context.py`, and word by word
`talk_reader.py`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import msgspec

from local_models.classifiers.addresses import is_address
from local_models.classifiers.bare_turn import undress
from local_models.classifiers.clauses import split_clauses as split_clauses
from local_models.classifiers.context import Combiner, Said, load_combiner, weigh_message
from local_models.classifiers.features import Features, read_glance, read_plain, read_several
from local_models.classifiers.follow_ups import least_to_leave
from local_models.classifiers.head import Head, Reading, load_head
from local_models.classifiers.in_talk import (
    has_matter,
    is_marks,
    may_go_on,
    mix_words,
    weigh_talk,
)
from local_models.classifiers.insults import is_insult_alone
from local_models.classifiers.intent_reading import (
    ABUSE_ALONE,
    ELSEWHERE,
    MARKS_ALONE,
    NOTHING_KNOWN,
    SIGNS_ALONE,
    above,
    is_clear,
    is_only_faces,
    size_of,
    surest,
    tell_elsewhere,
    tell_intents,
)
from local_models.classifiers.intent_reading import MAX_INTENTS as MAX_INTENTS
from local_models.classifiers.intent_reading import IntentReading as IntentReading
from local_models.classifiers.labelled import NOWHERE
from local_models.classifiers.meaning import (
    has_english,
    has_meaning,
    open_encoder,
    open_english,
    read_meaning,
)
from local_models.classifiers.references import is_bare_reference, set_reference_aside
from local_models.classifiers.shop_intents import GROUPS as GROUPS
from local_models.classifiers.shop_intents import LABELS as LABELS
from local_models.classifiers.shop_intents import NEUTRAL as NEUTRAL
from local_models.classifiers.spelling import open_spelling
from local_models.classifiers.sums import leave_sums_out
from local_models.classifiers.table import TableHolder
from local_models.classifiers.talk_reader import Before, open_talks

_ORDER = "order_query"
"""What the number of an order reads as, by itself or beside another matter."""
WEIGHTS = Path(__file__).parent / "weights"
_PRESENT = 0.4
_INSTEAD = 0.8
"""What a wish needs where the turn as a whole was read as wanting nothing."""
_HINTED = 0.008
"""A label that the whole turn gives at least this chance is worth a look clause by clause."""
_CLAUSE_SURE, _CLAUSE_SURE_ALONE = 0.45, 0.7
"""How sure a clause must be, and how sure where no second head has hinted at its label."""
_CLAUSES_READ = 4
_CLAUSE_CHARS = 400
"""Several wishes in one breath are short; a longer text tells a story, clause by clause."""
_STRAY = 0.3
"""How sure it must be that a text is not said to a shop where the text holds none anyway, for nothing that was said before to lend it one."""
_NOD_BYTES = 15
"""In a nod or thanks of so few nothing stands beside it ("understood", "great, thanks")."""
_ANSWER_BYTES = 20
"""What is longer, six Chinese characters or three words, is more than a bare answer."""
_NO_ANSWER = 0.95
"""How sure it must be that so little is not said to a shop, for it to be no answer ("timer status")."""
_SURE_BESIDE_SUMS = 0.7
"""How sure a wish must be of a text without its sums, which sounded like an exercise with them."""
_FAMILIAR = 0.34
"""A text of which less than this share is known is in words that nobody taught the head."""


_SHORT_BYTES = 48
"""A turn of so many that nothing was said before, sixteen Chinese characters, is read by its words too."""
_MOST_BYTES = 120
"""What is longer, forty Chinese characters, tells its own story; within talks nobody taught the reader such turns."""
_SURE_ALONE = 0.9
_SURE_IN_TALK = 0.9
"""Of what the heads are so sure after what was said before, the words change nothing but the time it takes."""
_COMPLAINT, _OWN_WISH = "complaint", 0.8
"""A turn that is so sure of a wish keeps it, and what it complains of by the talk stands beside it."""

_WORD = re.compile(r"\w")


_RATHER_SURE = 0.6
"""What is so sure of a wish is no mere insult ("退钱傻逼")."""


class IntentReader:
    """Reads intents with the shipped heads, or with others.

    Heads of the shipped labels are read in context; with labels of their own, every turn is read
    by itself, further wishes are looked for clause by clause, and `oos` is no intent: what such a head
    calls so is unsure.
    """

    def __init__(
        self, one: Head | None = None, many: Head | None = None, *, by_word: bool = True
    ) -> None:
        """`one` weighs the labels against each other, `many` asks of each by itself; `by_word`: a turn is also
        read by the words of what was said before it.

        Raises:
            MissingEncoderError: a head reads with a sentence encoder that is not installed.
        """
        self._one = one or load_head(WEIGHTS / "intent.npz")
        # What rows of one's own teach to be a wish is one, whatever the shipped head thinks of such texts.
        self._overrules = one is None or many is not None
        if many is None and set(self._one.labels) <= set(LABELS):
            many = load_head(WEIGHTS / "intents.npz")
        self._many = many
        self._wishes = tuple(label for label in self._one.labels if label != NOWHERE)
        self._combiner = _combiner_for(self._one, many)
        self._talks = open_talks() if by_word and self._combiner else None
        self._wants_meaning = has_meaning(self._one.keys)
        self._wants_english = has_english(self._one.keys)
        # Now, and not with the first request.
        if self._combiner:
            open_spelling()
        if self._wants_meaning:
            open_encoder()
        if self._wants_english:
            open_english()

    @property
    def labels(self) -> tuple[str, ...]:
        """Every intent that a turn may be read as."""
        return tuple(dict.fromkeys((*self._wishes, "other")))

    @property
    def tables(self) -> tuple[TableHolder, ...]:
        """Who looks texts up here."""
        return (self._one,) if self._many is None else (self._one, self._many)

    def hear(self, features: Features) -> Said | None:
        """What a message comes to, for the turn that follows it; None where nothing is combined."""
        if not _has_shipped_labels(self._one, self._many):
            return None
        features = self._widen(self._undress(features))
        return self._weigh(features, self._one.chances(features), self._present(features)[0])

    def read(
        self,
        text: str,
        features: Features,
        *,
        user: Said | None = None,
        agent: Said | None = None,
        talk: Sequence[Before] | None = None,
    ) -> IntentReading:
        """The intents of a turn whose features were read already.

        `user` is the customer's turn before it, `agent` what was answered to that, both as heard; `talk` is what
        was said before it word by word, the newest first; None: the turn is not read by its words.
        """
        found = self._read_whole(text, features, user, agent, talk)
        if _ORDER in found.intents and len(found.intents) > 1 and self._many is not None:
            return self._without_reference(text, found)
        return found

    def _without_reference(self, text: str, found: IntentReading) -> IntentReading:
        """Without the query of an order that is only pointed at: the number serves the other matter."""
        rest = set_reference_aside(text)
        if rest is None:
            return found
        further = tuple(label for label in found.intents if label != _ORDER)
        if is_bare_reference(text):
            main, confidence = further[0], found.confidence
        else:
            features = read_glance(rest)
            alone = self._read_whole(rest, features, None, None, None)
            if _ORDER in alone.intents:
                return found
            further = tuple(label for label in further if label in alone.intents) or further
            main = alone.intent if alone.intent in further else further[0]
            sure = alone.confidence if main == alone.intent else found.confidence
            confidence = max(sure, found.confidence) if main == found.intent else sure
        intents = (main, *(label for label in further if label != main))
        group = GROUPS.get(main, "other")
        return msgspec.structs.replace(
            found, intent=main, intents=intents, group=group, confidence=confidence
        )

    def _read_whole(
        self,
        text: str,
        features: Features,
        user: Said | None,
        agent: Said | None,
        talk: Sequence[Before] | None,
    ) -> IntentReading:
        """Every intent that is there, the number of an order counting as one."""
        marks = self._many is not None and is_marks(text)
        if marks and not (self._combiner and has_matter(user, agent)):
            return MARKS_ALONE
        if _WORD.search(text) is None and not marks and self._is_only_signs(text, features):
            return SIGNS_ALONE
        if self._many is None and not len(features.raw_hashes):
            return NOTHING_KNOWN
        if self._many is not None and is_only_faces(features.text):
            return SIGNS_ALONE
        dressed, features = features, self._widen(self._undress(features))
        text = text if features.text == dressed.text else features.text
        main = self._one.read(features)
        if self._is_mere_abuse(text, main):
            return ABUSE_ALONE
        present, elsewhere = self._present(features, dressed)
        if self._is_elsewhere(main, elsewhere, features, user, agent):
            beside = self._read_beside_sums(features)
            if beside is None:
                return tell_elsewhere(main, elsewhere, features)
            features, main, present = beside
            text = features.text
        alone = MARKS_ALONE if marks else self._read_alone(text, main, present)
        if self._combiner is None or is_clear(main, features):
            return alone
        if user is None and agent is None:
            return alone if marks else self._read_words(alone, main, features, talk)
        turn = self._weigh(features, main.probabilities, present)
        chances = self._combiner.weigh(turn, user, agent)
        told = self._weigh_words(chances, features, talk)
        return self._judge(alone, weigh_talk(told, turn, user, agent, marks=marks))

    def _is_mere_abuse(self, text: str, main: Reading) -> bool:
        may_be = main.label in NEUTRAL or main.confidence < _RATHER_SURE
        return self._combiner is not None and may_be and is_insult_alone(text)

    def _read_words(
        self,
        alone: IntentReading,
        main: Reading,
        features: Features,
        talk: Sequence[Before] | None,
    ) -> IntentReading:
        """A turn that nothing was said before, by its words too where the heads are not sure of a short one."""
        if not self._asks_words(main, features, talk):
            return alone
        chances = self._weigh_words(self._in_order(main), features, talk)
        judged = self._judge(alone, chances)
        return judged if talk else msgspec.structs.replace(judged, is_from_context=False)

    def _asks_words(self, main: Reading, features: Features, talk: Sequence[Before] | None) -> bool:
        """Whether a turn that nothing was said before is read by its words: a long one says enough."""
        is_short = size_of(features.text) <= _SHORT_BYTES
        return talk is not None and is_short and main.confidence < _SURE_ALONE

    def _in_order(self, main: Reading) -> list[float]:
        """The chances of a reading in the order of LABELS, whatever the head's own."""
        chance = dict(zip(self._one.labels, main.probabilities, strict=True))
        return [chance[label] for label in LABELS]

    def likeliest(
        self,
        features: Features,
        *,
        user: Said | None = None,
        agent: Said | None = None,
        talk: Sequence[Before] | None = None,
    ) -> tuple[str, float]:
        """The one intent that is likeliest, sure or not, and its chance."""
        if self._many is not None and is_only_faces(features.text):
            return SIGNS_ALONE.intent, SIGNS_ALONE.confidence
        dressed, features = features, self._widen(self._undress(features))
        main = self._one.read(features)
        if self._is_mere_abuse(features.text, main):
            return ABUSE_ALONE.intent, ABUSE_ALONE.confidence
        present, elsewhere = self._present(features, dressed)
        if self._is_elsewhere(main, elsewhere, features, user, agent):
            beside = self._read_beside_sums(features)
            if beside is None:
                reading = tell_elsewhere(main, elsewhere, features)
                return reading.intent, reading.confidence
            features, main, present = beside
        if self._combiner is None or is_clear(main, features):
            return main.label, main.confidence
        if user is None and agent is None:
            if not self._asks_words(main, features, talk):
                return main.label, main.confidence
            chances = self._weigh_words(self._in_order(main), features, talk)
            return LABELS[chances.index(max(chances))], max(chances)
        turn = self._weigh(features, main.probabilities, present)
        marks = is_marks(features.text)
        told = self._weigh_words(self._combiner.weigh(turn, user, agent), features, talk)
        chances = weigh_talk(told, turn, user, agent, marks=marks)
        confidence = max(chances)
        return LABELS[chances.index(confidence)], confidence

    def is_strange_to(self, features: Features) -> bool:
        """Whether a text is in words that the head never learned, so that what it says of it is a guess.

        Worth asking of texts in other languages only. A head that reads with the sentence encoder
        knows what sixteen languages mean, whatever it learned in.
        """
        return not self._wants_meaning and self._one.share_known(features) < _FAMILIAR

    def _undress(self, features: Features) -> Features:
        """Without slips of the finger, greeting and thanks, which the shipped heads take for what is wanted."""
        return features if self._combiner is None else undress(features)

    def _widen(self, features: Features) -> Features:
        """With what the text means, for a head that wants to know."""
        if not self._wants_meaning:
            return features
        return read_meaning(features, in_english=self._wants_english)

    def _is_elsewhere(
        self,
        main: Reading,
        elsewhere: float,
        features: Features,
        user: Said | None,
        agent: Said | None,
    ) -> bool:
        """Whether the text is not said to a shop, or too likely not to for a turn that wants nothing.

        In a talk a few words may answer what was asked, a name, a place or a thing, whatever they are elsewhere;
        and what points back to an answer, or asks on, is about it unless it is clearly not.
        """
        is_in_talk = user is not None or agent is not None
        if is_in_talk and size_of(features.text) < _ANSWER_BYTES and elsewhere < _NO_ANSWER:
            return False
        if elsewhere < _STRAY:
            return False
        if may_go_on(user, agent) and elsewhere < least_to_leave(features.text):
            return False
        if main.label in NEUTRAL and not main.is_unsure:
            is_far = elsewhere >= _STRAY
        else:
            is_far = elsewhere >= ELSEWHERE and (self._overrules or main.is_unsure)
        return is_far and not (self._combiner is not None and is_address(features.text))

    def _read_beside_sums(
        self, features: Features
    ) -> tuple[Features, Reading, dict[str, float]] | None:
        """The text without its sums, where it is only they that sound like an exercise ("charged $58.57 instead of $48.57");
        what it says, and how likely each wish is there."""
        bare = leave_sums_out(features.text)
        if self._combiner is None or bare == features.text:
            return None
        plainer = read_plain(bare)
        main = self._one.read(plainer)
        if main.label in NEUTRAL or main.confidence < _SURE_BESIDE_SUMS:
            return None
        present, elsewhere = self._present(plainer)
        return (plainer, main, present) if elsewhere < _STRAY else None

    def _is_only_signs(self, text: str, features: Features) -> bool:
        """Whether a text without a word in it holds only signs that the shipped heads never met."""
        is_empty = not text or text.isspace()
        return self._many is not None and not is_empty and not self._one.share_known(features)

    def _read_alone(self, text: str, main: Reading, present: dict[str, float]) -> IntentReading:
        """By what the turn says itself."""
        if self._many is None:
            return self._read_own(text, main)
        if not main.is_unsure and main.label != NOWHERE:
            several = self._several(text, main.label, present)
            group = GROUPS.get(several[0], "other")
            return IntentReading(several[0], several, group, main.confidence, False)
        if len(shared := surest(above(present, _PRESENT))) > 1:
            # Wishes that share a turn also share the first head's certainty.
            several = self._several(text, shared[0], present)
            return IntentReading(
                shared[0], several, GROUPS.get(shared[0], "other"), present[shared[0]], False
            )
        return IntentReading("other", ("other",), "other", main.confidence, True)

    def _read_own(self, text: str, main: Reading) -> IntentReading:
        """By a head of other labels, which may say that the turn belongs to none of them."""
        further = self._by_clause(text, {}) if len(text) <= _CLAUSE_CHARS else {}
        if main.label != NOWHERE and not main.is_unsure:
            further.pop(main.label, None)
            wishes = () if main.label in NEUTRAL else surest(further)
            return tell_intents((main.label, *wishes), main.confidence)
        if wishes := surest(further):
            return tell_intents(wishes, further[wishes[0]])
        chances = dict(zip(self._one.labels, main.probabilities, strict=True))
        confidence = max(chances[label] for label in self._wishes)
        nowhere = main.label == NOWHERE
        return IntentReading("other", ("other",), "other", confidence, True, is_off_topic=nowhere)

    def _judge(self, alone: IntentReading, chances: list[float]) -> IntentReading:
        """The reading of the turn alone, or what came before if that makes another intent likelier."""
        confidence = max(chances)
        label = LABELS[chances.index(confidence)]
        if confidence < self._one.threshold:
            return alone
        if label == alone.intent and not alone.is_unsure:
            return msgspec.structs.replace(alone, confidence=confidence)
        if label == _COMPLAINT and alone.confidence >= _OWN_WISH and alone.intent not in NEUTRAL:
            both = tuple(dict.fromkeys((*alone.intents, label)))
            return msgspec.structs.replace(alone, intents=both[:MAX_INTENTS])
        further = alone.intents if label in alone.intents else alone.intents[1:]
        intents: tuple[str, ...] = (label,)
        if label not in NEUTRAL:
            intents += tuple(one for one in further if one != label and one not in NEUTRAL)
        decides = label != alone.intent
        return IntentReading(label, intents, GROUPS[label], confidence, False, decides)

    def _weigh_words(
        self, chances: list[float], features: Features, talk: Sequence[Before] | None
    ) -> list[float]:
        """What the heads make of a turn in its talk, and what the words say of it, as one."""
        if self._talks is None or talk is None or size_of(features.text) > _MOST_BYTES:
            return chances
        if talk and max(chances) >= _SURE_IN_TALK:
            return chances
        words = self._talks.weigh(features.text, talk)
        return mix_words(words, chances)

    def _weigh(
        self, features: Features, chances: Sequence[float], present: dict[str, float]
    ) -> Said:
        """In the order of the combiner's labels, whatever the heads' own."""
        chance = dict(zip(self._one.labels, chances, strict=True))
        return weigh_message(
            LABELS, [chance[label] for label in LABELS], [present[label] for label in LABELS],
            features.text,
        )  # fmt: skip

    def _present(
        self, features: Features, dressed: Features | None = None
    ) -> tuple[dict[str, float], float]:
        """The chance of each label to be there at all, and of the text to come from elsewhere; nothing
        where no head asks that. Who greets (`dressed`) speaks to somebody, whatever he wants."""
        if self._many is None:
            return {}, 0.0
        present = dict(zip(self._many.labels, self._many.chances(features), strict=True))
        elsewhere = present.pop(NOWHERE, 0.0)
        if dressed is not None and elsewhere >= _STRAY and dressed.text != features.text:
            elsewhere = min(elsewhere, self._present(dressed)[1])
        return present, elsewhere

    def _several(self, text: str, main: str, present: dict[str, float]) -> tuple[str, ...]:
        """The main intent and what else is there. A neutral main, or one that the other head does not
        even hint at, yields to a wish that is sure enough."""
        if main == "smalltalk" and size_of(text) <= _NOD_BYTES:
            return (main,)
        hinted = above(present, _HINTED)
        found = above(hinted, _PRESENT)
        may_be_more = main in NEUTRAL or hinted.keys() - {main}
        if len(text) <= _CLAUSE_CHARS and may_be_more:
            found |= {label: present.get(label, 0.0) for label in self._by_clause(text, present)}
        found.pop(main, None)
        wishes = surest(found)
        is_doubtful = main in NEUTRAL or present.get(main, 1.0) < _HINTED
        if is_doubtful and wishes and found[wishes[0]] >= _INSTEAD:
            return wishes[:MAX_INTENTS]
        if main in NEUTRAL:
            return (main,)
        return (main, *wishes)[:MAX_INTENTS]

    def _by_clause(self, text: str, present: dict[str, float]) -> dict[str, float]:
        """Labels that a clause is sure of, how sure, and that the whole turn hints at."""
        clauses = split_clauses(text, most=_CLAUSES_READ)
        if len(clauses) < 2:
            return {}
        several = [self._widen(clause) for clause in read_several(clauses)]
        readings = self._one.read_several(several)
        least = _CLAUSE_SURE if present else _CLAUSE_SURE_ALONE
        return {
            reading.label: reading.confidence
            for reading in sorted(readings, key=lambda reading: reading.confidence)
            if reading.confidence >= least
            and reading.label != NOWHERE
            and present.get(reading.label, 1.0) >= _HINTED
        }


def _combiner_for(one: Head, many: Head | None) -> Combiner | None:
    """The shipped combiner, for heads of the shipped labels in any order."""
    path = WEIGHTS / "context.npz"
    return load_combiner(path) if _has_shipped_labels(one, many) and path.is_file() else None


def _has_shipped_labels(one: Head, many: Head | None) -> bool:
    return many is not None and set(one.labels) == {*many.labels} - {NOWHERE} == set(LABELS)
