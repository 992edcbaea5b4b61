"""What a method must beat: the commonest answer, the length of the text, a list of keywords."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence

from bench.understanding_data import Label, Rows
from local_models.classifiers.methods import Answer
from local_models.classifiers.normalise import normalise

Baseline = Callable[[Rows, Sequence[str]], list[Answer]]
_WORD = re.compile(r"[a-z']+|[\u4e00-\u9fff]{2}")


def prior(train: Rows, texts: Sequence[str]) -> list[Answer]:
    """The commonest label for every text."""
    (label, count), *_ = Counter(train.labels).most_common(1)
    return [_answer(label, count / len(train))] * len(texts)


def length_only(train: Rows, texts: Sequence[str]) -> list[Answer]:
    """The commonest label among training texts of about the same length."""
    bins: dict[int, Counter[Label]] = defaultdict(Counter)
    for text, label in zip(train.texts, train.labels, strict=True):
        bins[_bin(text)][label] += 1
    (usual, _), *_rest = Counter(train.labels).most_common(1)
    answers = []
    for text in texts:
        counts = bins.get(_bin(text))
        label, count = counts.most_common(1)[0] if counts else (usual, 0)
        answers.append(_answer(label, count / max(1, counts.total() if counts else 1)))
    return answers


def keywords(train: Rows, texts: Sequence[str]) -> list[Answer]:
    """Ten words a label that point to it most clearly; the label with most of them wins."""
    by_label: dict[Label, Counter[str]] = defaultdict(Counter)
    overall: Counter[str] = Counter()
    for text, label in zip(train.texts, train.labels, strict=True):
        words = set(_words(text))
        by_label[label].update(words)
        overall.update(words)
    lists = {label: _clearest(counts, overall) for label, counts in by_label.items()}
    fallback = prior(train, [""])[0]
    return [_by_keywords(set(_words(text)), lists, fallback) for text in texts]


BASELINES: dict[str, Baseline] = {"prior": prior, "length": length_only, "keywords": keywords}


def _by_keywords(words: set[str], lists: dict[Label, dict[str, float]], fallback: Answer) -> Answer:
    scores = {
        label: sum(weight for word, weight in listed.items() if word in words)
        for label, listed in lists.items()
    }
    best = max(scores, key=lambda label: scores[label])
    total = sum(scores.values())
    return _answer(best, scores[best] / total) if total > 0 else fallback


def _clearest(counts: Counter[str], overall: Counter[str]) -> dict[str, float]:
    scored = {word: count * count / overall[word] for word, count in counts.items()}
    best = sorted(scored, key=lambda word: -scored[word])[:10]
    return {word: counts[word] / overall[word] for word in best}


def _words(text: str) -> list[str]:
    plain = normalise(text)
    return _WORD.findall(plain) + _WORD.findall(plain[1:])


def _bin(text: str) -> int:
    return min(len(text), 300) // 4


def _answer(label: Label, confidence: float) -> Answer:
    if label is None:
        return Answer((), confidence)
    return Answer(label if isinstance(label, tuple) else (label,), confidence)
