"""One text as the readers of signs, words and patterns see it: what several of them need is made once."""

from __future__ import annotations

from local_models.classifiers.normalise import clip
from local_models.classifiers.survey import Survey, look_for_signs, survey
from local_models.classifiers.word_groups import WORDS
from local_models.classifiers.words import WordCount


class Sample:
    """The head and the tail of a text, or all of it, in lower case too, and the words in it."""

    __slots__ = ("_lower", "_survey", "_words", "chars", "text")

    def __init__(self, text: str) -> None:
        """`text` is any text; of a long one only head and tail are kept."""
        self.chars = len(text)
        self.text = clip(text)
        self._lower: str | None = None
        self._words: WordCount | None = None
        self._survey: Survey | None = None

    @classmethod
    def of(cls, text: str | Sample) -> Sample:
        """A sample of a text, or the one that was taken before."""
        return text if isinstance(text, Sample) else cls(text)

    @property
    def lower(self) -> str:
        """The text in lower case."""
        if self._lower is None:
            self._lower = self.text.lower()
        return self._lower

    @property
    def words(self) -> WordCount:
        """Its words by group, see `word_groups.GROUPS`."""
        if self._words is None:
            found = self.survey
            self._words = WORDS.read(self.lower) if found is None else found.words
        return self._words

    @property
    def survey(self) -> Survey | None:
        """What one look at it, less the blanks around it, gave; None without the compiled loops."""
        if self._survey is None:
            self._survey = survey(self.text.strip())
        return self._survey

    @property
    def signs(self) -> int:
        """Which of `survey.SIGNS` stand in it, a bit each."""
        found = self.survey
        return look_for_signs(self.text) if found is None else found.signs
