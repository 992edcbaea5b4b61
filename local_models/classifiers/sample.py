"""One text as the readers of signs, words and patterns see it: what several of them need is made once."""

from __future__ import annotations

from local_models.classifiers.compiled import lower
from local_models.classifiers.normalise import clip
from local_models.classifiers.survey import look_for_signs, survey
from local_models.classifiers.traditional import simplify
from local_models.classifiers.word_groups import WORDS


class Sample:
    """The head and the tail of a text, or all of it, in simplified characters, in lower case too, and the words
    in it."""

    __slots__ = ("chars", "lower", "signs", "survey", "text", "typed", "words")

    def __init__(self, text: str) -> None:
        """`text` is any text; of a long one only head and tail are kept."""
        self.chars = len(text)
        self.typed = clip(text)
        """As it was typed; every character stands where it stands in `text`."""
        self.text = simplify(self.typed)
        self.lower = lower(self.text)
        found = self.survey = survey(self.text.strip())
        """What one look at it, less the blanks around it, gave; None without the compiled loops."""
        if found is None:
            self.words, self.signs = WORDS.read(self.lower), look_for_signs(self.text)
            return
        self.words = found.words
        """Its words by group, see `word_groups.GROUPS`."""
        self.signs = found.signs
        """Which of `survey.SIGNS` stand in it, a bit each."""

    @classmethod
    def of(cls, text: str | Sample) -> Sample:
        """A sample of a text, or the one that was taken before."""
        return text if isinstance(text, Sample) else cls(text)
