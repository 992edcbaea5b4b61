"""What `main.py train --task quality` does: teach how good the configured models are, and tell what it was worth."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from local_models.classifiers.own_quality import Figures, Taught, teach
from policies.findings import did_you_mean
from policies.scoring import STEEPNESS, expect_quality
from router.commands.check import list_configured
from router.commands.opening import fail_config, find_config, open_settings
from router.errors import ConfigError

_LEAST_TOLD = 0.05
"""A slope below this is told as none."""


def teach_quality(config: Path | None, data: Path, out: Path, **how: Any) -> list[str]:
    """Teach from the file, and give what is to be said of it.

    Raises:
        LabelledFileError: the file cannot be learned from.
    """
    cards = _read_cards(config)
    taught = teach(data, out, expect=expect_quality, cards=cards, **how)
    return [*tell_taught(taught), *_tell_strangers(taught, cards)]


def _read_cards(config: Path | None) -> dict[str, float]:
    """How good each configured model is in general, or an exit with every problem told."""
    settings = open_settings(config)
    try:
        return {each.name: each.quality for each in list_configured(settings)}
    except ConfigError as error:
        fail_config(error, find_config(config))


def tell_taught(taught: Taught) -> list[str]:
    """What the teaching was worth, line by line."""
    lines = [
        f"{taught.train_rows} rows learned, {taught.held_out_rows} left out and measured; "
        f"{len(taught.models)} models"
    ]
    if taught.without_score:
        lines.append(f"{taught.without_score} rows without a text or a score were left aside")
    if taught.not_learned:
        lines.append(
            "not learned, as no row is left to learn from that scores them: "
            f"{', '.join(taught.not_learned)}; their cards say how good they are"
        )
    if untried := [model.name for model in taught.models if not model.measured]:
        lines.append(
            f"learned and not measured, as no row left out scores them: {', '.join(untried)}"
        )
    known = sum(model.card is not None for model in taught.models)
    whence = f"cards and a slope of {STEEPNESS:g}" if known else "no model has a card: their means"
    if 0 < known < len(taught.models):
        whence += f"; the means of the {len(taught.models) - known} models without a card"
    lines += [
        f"before ({whence}): {_tell_figures(taught.before)}",
        f"after: {_tell_figures(taught.after)}",
        *_tell_choosing(taught),
        _tell_parts(taught),
        *(
            f"{model.name}: {model.right:.1%} of {model.answers} answers were good; expected of it on the rows "
            f"left out: {model.expected:.2f}"
            + (f" (its card says {model.card:g})" if model.card is not None else "")
            for model in taught.models
        ),
    ]
    return [*lines, f"weights: {taught.weights}", f"reliability: {taught.picture}"]


def _tell_figures(figures: Figures) -> str:
    return f"log loss {figures.log_loss:.4f}, Brier {figures.brier:.4f}"


def _tell_choosing(taught: Taught) -> Iterator[str]:
    before, after = taught.before.gap_closed, taught.after.gap_closed
    if before is None or after is None:
        yield "choosing was not measured: no rows left out that models answered differently"
        return
    yield (
        f"always asking the model of which most is expected closes {before:.1%} before and {after:.1%} after of "
        f"the gap between the best single model ({taught.single:.1%}) and the best of each row ({taught.oracle:.1%})"
    )


def _tell_parts(taught: Taught) -> str:
    by_text = (
        f"what texts say of all models alike counts for {taught.common:.0%}, of each apart for {taught.own:.0%}"
        if taught.common or taught.own
        else "texts say nothing more"
    )
    if taught.slope < _LEAST_TOLD:
        return f"harder requests were not answered worse, so difficulty says nothing; {by_text}"
    return f"slope {taught.slope:.1f} over difficulty; {by_text}"


def _tell_strangers(taught: Taught, cards: dict[str, float]) -> Iterator[str]:
    for model in taught.models:
        if model.card is None:
            yield f"no configured model is called '{model.name}'. {did_you_mean(model.name, cards)}"
