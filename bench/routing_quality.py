"""How well a router tells which questions need the strong model, beside what is trivial.

    uv run python -m bench.routing_quality --train FILE --test FILE [--predictions OUT.jsonl] [--shipped]
                                           [--weak M --strong M | --routes a,b,c] [--bench mmlu]

Files hold which model answered which question rightly (.jsonl or .csv, plain or as .gz; columns in
docs/model-cards/difficulty.md). One file given twice is measured by five-fold cross-validation over
questions, and once more with whole subjects left out where it names subjects. `--shipped` measures
the weights in the repository instead of training. OUT.jsonl holds one object for each test row, in
order: `prediction` (probability that the strong model is needed), `confidence`, and for routes
`expected` by model. What cannot be measured (fewer than 20 questions, a strong model that does no
better) is named with its reason on standard error and under `left_out` in the last line.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track

from bench.report import print_report
from bench.routing_baselines import score_baselines
from bench.routing_data import ROUTES, Floats, Questions, question_key, read_questions
from bench.routing_metrics import deviate, measure_pair, measure_routes
from bench.tables import InputError, check_target, is_same_file, note, refusing
from local_models.classifiers.difficulty import DifficultyReader
from local_models.classifiers.difficulty_method import as_probability, learn_gain, learn_routes
from local_models.classifiers.features import read_glance
from local_models.classifiers.ranker_training import Corpus, read_corpus

FEWEST = 20
"""Questions to learn from or to measure; with fewer, chance says more than a router."""
Folds = list[tuple[NDArray[np.intp], NDArray[np.intp]]]


@dataclass(frozen=True, slots=True)
class Case:
    """Questions to learn from and questions to measure on, as one list with places in it."""

    questions: Questions
    corpus: Corpus
    folds: Folds
    """Training and test rows, once or several times."""

    @property
    def tested(self) -> NDArray[np.intp]:
        """Every test row, in the order of the list."""
        return np.sort(np.concatenate([test for _, test in self.folds]))


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print the table, write the predictions."""
    options = _options(arguments)
    with refusing():
        check_target(options.predictions, options.train, options.test)
        questions, train, test = read_both(options.train, options.test, options.bench)
        weak, strong, routes = choose_models(questions, options)
        cases = _cases(questions, train, test, options)
        check_cases(
            cases, routes or (weak, strong), is_priced=bool(routes), is_shipped=options.shipped
        )
    rows: list[tuple[object, ...]] = []
    result: dict[str, Any] = {"bench": "routing_quality", "shipped": options.shipped}
    for name, case in cases.items():
        if routes:
            scores, guesses, costs = route(case, routes, options.shipped)
            report_routes(name, case, routes, (guesses, costs), rows, result)
        else:
            scores, baselines = rank(case, weak, strong, options.shipped)
            report_pair(name, case, (weak, strong), {"ours": scores, **baselines}, rows, result)
            guesses = None
        if options.predictions and name == "questions":
            write_predictions(options.predictions, scores, guesses, routes, case)
    columns = ("split", "bench", "router", "figure", "value", "± bootstrap")
    print_report(f"{options.test.name}: {len(test)} rows", columns, rows, result)


def _cases(
    questions: Questions, train: NDArray[np.intp], test: NDArray[np.intp], options: Any
) -> dict[str, Case]:
    is_same = is_same_file(options.train, options.test)
    folds = {"questions": split_questions(questions, train) if is_same else [(train, test)]}
    if is_same and len(set(questions.subjects)) >= 5 and not options.skip_subjects:
        folds["subjects left out"] = split_subjects(questions, train)
    corpus = read_corpus(questions.texts)
    return {name: Case(questions, corpus, split) for name, split in folds.items()}


def check_cases(
    cases: Mapping[str, Case], models: Sequence[str], *, is_priced: bool, is_shipped: bool
) -> None:
    """See before the work that every fold can be learned from.

    Raises:
        InputError: one has too few questions that all the models were asked, or prices are missing.
    """
    fewest = 1 if is_shipped else FEWEST
    hint = "" if is_shipped else ", or measure the weights in the repository with --shipped"
    for name, case in cases.items():
        known = _is_known(case.questions, models, is_priced=is_priced)
        least = min(int(known[train].sum()) for train, _ in case.folds)
        if least < fewest:
            raise InputError(
                f"{name}: {least} questions to learn from that {', '.join(models)} were asked; "
                f"give {fewest} at least{hint}."
            )


def _is_known(questions: Questions, models: Sequence[str], *, is_priced: bool) -> NDArray[np.bool_]:
    """Which questions all the models were asked, and at a known price where that matters."""
    columns = [questions.column(name) for name in models]
    is_lacking = np.isnan(questions.right[:, columns])
    if is_priced:
        is_lacking |= np.isnan(_spent(questions, columns))
    return np.asarray(~is_lacking.any(axis=1))


def _spent(questions: Questions, columns: Sequence[int]) -> Floats:
    if questions.cost is None or np.isnan(questions.cost[:, columns]).all(axis=0).any():
        raise InputError(
            f"Routes need what each call cost: give models with known prices ({', '.join(ROUTES)}) and "
            "`out_chars`, or cost:<model> columns."
        )
    return questions.cost[:, columns]


def read_both(train: Path, test: Path, bench: str) -> tuple[Questions, Any, Any]:
    """Both files as one list, with the places of the rows to learn from and of those to measure."""
    first = read_questions(train).of_bench(bench, train)
    if is_same_file(train, test):
        places = np.arange(len(first.texts))
        return first, places[first.is_counted], places
    second = read_questions(test).of_bench(bench, test)
    shared = tuple(model for model in first.models if model in second.models)
    if len(shared) < 2:
        raise InputError(
            f"{train} and {test} share fewer than two models; --train knows "
            f"{', '.join(first.models)}, --test {', '.join(second.models)}."
        )
    both = join(first, second, shared)
    places = np.arange(len(both.texts))
    seen = {question_key(text) for text in second.texts}
    fresh = np.array([question_key(text) not in seen for text in first.texts])
    if not fresh.any():
        raise InputError(
            f"Every question of {train} is in {test} too; give the same file twice to cross-validate."
        )
    if not fresh.all():
        note(f"{np.sum(~fresh)} rows of {train} are in {test} too and are not learned.")
    train_rows = places[: len(fresh)][first.is_counted & fresh]
    return both, train_rows, places[len(fresh) :]


def join(first: Questions, second: Questions, models: tuple[str, ...]) -> Questions:
    """Two lists one after the other, with the models that both know."""
    parts = (first, second)
    columns = [[part.models.index(model) for model in models] for part in parts]
    costs = [part.cost for part in parts]
    has_cost = all(cost is not None for cost in costs)
    return Questions(
        texts=first.texts + second.texts, subjects=first.subjects + second.subjects,
        benches=first.benches + second.benches, models=models,
        right=np.concatenate([part.right[:, at] for part, at in zip(parts, columns, strict=True)]),
        cost=np.concatenate(
            [cost[:, at] for cost, at in zip(costs, columns, strict=True) if cost is not None]
        ) if has_cost else None,
        is_counted=np.concatenate([part.is_counted for part in parts]),
    )  # fmt: skip


def choose_models(questions: Questions, options: Any) -> tuple[str, str, tuple[str, ...]]:
    """The weak and the strong model, and the routes where there are more than two.

    Raises:
        InputError: a name is not in the file, or the options do not fit together.
    """
    routes = tuple(name.strip() for name in options.routes.split(",") if name.strip())
    pair = (options.weak, options.strong)
    if bool(options.weak) != bool(options.strong):
        raise InputError("--weak and --strong go together: name both models, or neither.")
    if options.weak and (options.routes or options.weak == options.strong):
        raise InputError("Give --weak A --strong B with two models, or --routes A,B,C, not both.")
    if options.routes and len(set(routes)) < max(2, len(routes)):
        raise InputError(
            f"--routes {options.routes}: name two different models at least, each once."
        )
    for name in (*routes, *filter(None, pair)):
        questions.column(name)
    if options.weak:
        return options.weak, options.strong, ()
    if not routes and set(ROUTES) <= set(questions.models):
        routes = ROUTES
    means = dict(zip(questions.models, _means(questions), strict=True))
    if routes:
        return min(routes, key=means.__getitem__), max(routes, key=means.__getitem__), routes
    if questions.models == ("weak", "strong"):
        return "weak", "strong", ()
    ranked = sorted(questions.models, key=means.__getitem__)
    return ranked[len(ranked) // 3], ranked[-1], ()


def _means(questions: Questions) -> list[float]:
    """Each model's mean; below every other where it was never asked."""
    asked = ~np.isnan(questions.right)
    sums = np.where(asked, questions.right, 0.0).sum(axis=0)
    return [
        float(total / count) if count else -1.0
        for total, count in zip(sums, asked.sum(axis=0), strict=True)
    ]


def split_questions(questions: Questions, counted: NDArray[np.intp], parts: int = 5) -> Folds:
    """Five folds over questions; rows of one question stay together."""
    keys = [question_key(text) for text in questions.texts]
    names = sorted(set(keys))
    order = dict(zip(names, np.random.default_rng(0).permutation(len(names)), strict=True))
    fold = np.array([order[key] % parts for key in keys])
    return _folds(fold, counted, parts)


def split_subjects(questions: Questions, counted: NDArray[np.intp], parts: int = 5) -> Folds:
    """Five folds over whole subjects."""
    names = sorted(set(questions.subjects))
    order = dict(zip(names, np.random.default_rng(0).permutation(len(names)), strict=True))
    fold = np.array([order[name] % parts for name in questions.subjects])
    return _folds(fold, counted, parts)


def _folds(fold: NDArray[np.intp], counted: NDArray[np.intp], parts: int) -> Folds:
    return [(counted[fold[counted] != at], np.flatnonzero(fold == at)) for at in range(parts)]


def rank(case: Case, weak: str, strong: str, shipped: bool) -> tuple[Floats, dict[str, Floats]]:
    """Our probability that the strong model is needed for each row, and the baselines' scores."""
    questions = case.questions
    low = questions.right[:, questions.column(weak)]
    high = questions.right[:, questions.column(strong)]
    ours, others = np.zeros(len(low)), dict[str, Floats]()
    for train, test in _watched(case.folds):
        known = train[~np.isnan(low[train] + high[train])]
        if shipped:
            ours[test] = read_shipped(questions, test)
        else:
            experts = learn_gain(case.corpus.take(known), low[known], high[known])
            gains = experts.predict_many(case.corpus.take(test))
            base = float(np.mean(high[known] > low[known]))
            mean = float(np.mean(high[known] - low[known]))
            ours[test] = as_probability(gains[:, 0], mean, base)
        found = score_baselines(questions.take(known), questions.take(test), (high - low)[known])
        for name, scores in found.items():
            others.setdefault(name, np.zeros(len(low)))[test] = scores
    return ours, others


def read_shipped(questions: Questions, rows: NDArray[np.intp]) -> Floats:
    """The difficulty that the weights in the repository read."""
    reader = DifficultyReader()
    return np.array([reader.read(text, read_glance(text)) for text in _texts(questions, rows)])


def _texts(questions: Questions, rows: NDArray[np.intp]) -> Iterator[str]:
    return (questions.texts[row] for row in rows)


def route(case: Case, routes: Sequence[str], shipped: bool) -> tuple[Floats, Floats, Floats]:
    """The probability that the strongest is needed; each model's to be right, and its cost."""
    questions = case.questions
    columns = [questions.column(name) for name in routes]
    right = questions.right[:, columns]
    spent = _spent(questions, columns)
    guesses, costs = np.zeros(right.shape), np.zeros(right.shape)
    scores = np.zeros(len(right))
    for train, test in _watched(case.folds):
        known = train[~np.isnan(right[train] + spent[train]).any(axis=1)]
        if shipped:
            reading = read_shipped(questions, test)
            mean = np.clip(right[known].mean(axis=0), 0.001, 0.999)
            level = np.log(mean / (1 - mean))
            guesses[test] = 1 / (1 + np.exp(-(level - 4 * (reading - reading.mean())[:, None])))
            costs[test] = spent[known].mean(axis=0)
        else:
            every = questions.right[known]
            router = learn_routes(
                case.corpus.take(known), right[known], spent[known], every, routes
            )
            guesses[test], costs[test] = router.estimate(case.corpus.take(test))
        best = int(np.argmax(right[known].mean(axis=0)))
        worst = int(np.argmin(right[known].mean(axis=0)))
        scores[test] = guesses[test, best] * (1 - guesses[test, worst])
    return scores, guesses, costs


def _watched(folds: Folds) -> Any:
    return track(folds, description="learning", console=Console(stderr=True), transient=True)


def report_pair(
    split: str, case: Case, pair: tuple[str, str], scores: dict[str, Floats],
    rows: list[tuple[object, ...]], result: dict[str, Any],
) -> None:  # fmt: skip
    """APGR, CPT50 and CPT80 by bench and router."""
    questions = case.questions
    weak, strong = (questions.right[:, questions.column(name)] for name in pair)
    benches = np.array(questions.benches)
    for bench in sorted(set(benches[case.tested])):
        at = case.tested[(benches == bench)[case.tested] & questions.is_counted[case.tested]]
        at = at[~np.isnan(weak[at] + strong[at])]
        if reason := _unmeasured(len(at), float(np.sum(strong[at] - weak[at]))):
            _leave_out(f"{split}/{bench}", reason, result)
            continue
        every = {"oracle": strong - weak, **scores} if split == "questions" else scores
        for name, values in every.items():
            chosen = (values[at], weak[at], strong[at])
            figures = measure_pair(*chosen)
            spread = deviate(partial(_measure_some, chosen), len(at))
            for figure, value in figures.items():
                rows.append((split, f"{bench} ({len(at)})", name, figure, value, spread[figure]))
            key = f"{split}/{bench}/{name}".replace(" ", "_")
            result[key] = {k: round(v, 4) for k, v in figures.items()}
            result[key]["apgr_deviation"] = round(spread["apgr"], 4)


def _unmeasured(count: int, gain: float) -> str:
    """Why figures would mean nothing; empty where they mean something."""
    if count < FEWEST:
        return (
            f"{count} questions to measure that all its models were asked and that are not marked "
            f"contaminated, {FEWEST} are needed"
        )
    if gain <= 0:
        return "the strong model does no better than the weak one, so there is no gap to close"
    return ""


def _leave_out(name: str, reason: str, result: dict[str, Any]) -> None:
    note(f"{name} is left out: {reason}.")
    result.setdefault("left_out", {})[name.replace(" ", "_")] = reason


def _measure_some(
    chosen: tuple[Floats, Floats, Floats], pick: NDArray[np.intp]
) -> dict[str, float]:
    return measure_pair(*(values[pick] for values in chosen))


def report_routes(
    split: str, case: Case, routes: Sequence[str], ours: tuple[Floats, Floats],
    rows: list[tuple[object, ...]], result: dict[str, Any],
) -> None:  # fmt: skip
    """Gap to the oracle closed and cost saved, ours and the baselines."""
    questions = case.questions
    columns = [questions.column(name) for name in routes]
    at = case.tested[_is_known(questions, routes, is_priced=True)[case.tested]]
    right = questions.right[at][:, columns]
    spent = _spent(questions, columns)[at]
    if len(at) < FEWEST:
        _leave_out(f"{split}/routes", _unmeasured(len(at), 1.0), result)
        return
    believed = np.tile(spent.mean(axis=0), (len(at), 1))
    length = np.array([len(text) for text in _texts(questions, at)], dtype=float)
    every = {
        "ours": ours[0][at], "prior": np.tile(right.mean(axis=0), (len(at), 1)),
        "length": _from_score(right, length / (length.std() or 1.0)), "oracle": right,
    }  # fmt: skip
    if np.isnan(measure_routes(right, spent, right, spent)["gap_closed"]):
        reason = "who knew every answer would do no better than single models do"
        _leave_out(f"{split}/routes/gap_closed", reason, result)
    for name, values in every.items():
        costs = {"oracle": spent, "ours": ours[1][at]}.get(name, believed)

        def measure(
            pick: NDArray[np.intp], v: Floats = values, c: Floats = costs
        ) -> dict[str, float]:
            return measure_routes(v[pick], c[pick], right[pick], spent[pick])

        figures = measure(np.arange(len(at)))
        spread = deviate(measure, len(at)) if name == "ours" else dict.fromkeys(figures, 0.0)
        for figure, value in figures.items():
            rows.append(
                (split, f"{len(routes)} routes ({len(at)})", name, figure, value, spread[figure])
            )
        key = f"{split}/routes/{name}".replace(" ", "_")
        result[key] = {k: round(v, 4) for k, v in figures.items()}


def _from_score(right: Floats, hardness: Floats) -> Floats:
    """Estimates from one number a question: each model's mean, less where the number is high."""
    mean = np.clip(right.mean(axis=0), 0.02, 0.98)
    level = np.log(mean / (1 - mean))
    return np.asarray(1 / (1 + np.exp(-(level - (hardness - hardness.mean())[:, None]))))


def write_predictions(
    path: Path, scores: Floats, guesses: Floats | None, routes: Sequence[str], case: Case
) -> None:
    """One line for each test row, in order."""
    with path.open("w", encoding="utf-8") as out:
        for at in case.tested:
            chance = float(scores[at])
            line: dict[str, Any] = {
                "prediction": round(chance, 6), "confidence": round(max(chance, 1 - chance), 6)
            }  # fmt: skip
            if guesses is not None:
                line["expected"] = {
                    name: round(float(guess), 6)
                    for name, guess in zip(routes, guesses[at], strict=True)
                }
            out.write(json.dumps(line, ensure_ascii=False) + "\n")


def _options(arguments: Sequence[str] | None) -> Any:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--train", type=Path, required=True)
    parser.add_argument("--test", type=Path, required=True)
    parser.add_argument("--predictions", type=Path, default=None)
    parser.add_argument(
        "--shipped", action="store_true", help="measure the weights in the repository"
    )
    parser.add_argument("--bench", default="", help="only rows of this bench")
    parser.add_argument("--weak", default="", help="the weak model of a file with many")
    parser.add_argument("--strong", default="", help="the strong model of a file with many")
    parser.add_argument("--routes", default="", help="three or more models with commas")
    parser.add_argument("--skip-subjects", action="store_true", help="do not leave subjects out")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
