"""How near the token estimates come, and whether the most is ever passed; and where their numbers come from.

    uv run python -m bench.tokens measure VOCABULARIES TEXTS
    uv run python -m bench.tokens table VOCABULARIES
    uv run python -m bench.tokens fit VOCABULARIES TEXTS [--others COUNTS]

VOCABULARIES is a folder with the three vocabularies, see `bench/token_table.py`. TEXTS holds one JSON object a line: `text`,
its `kind`, and its `group`. `measure` counts them and compares; `table` writes what the vocabularies hold to
`local_models/token_table.npz`; `fit` prints the rows of `local_models/token_weights.py`. `--others` is a file with one
number a line: the most tokens that newer vocabularies of Qwen's family say of each text.
"""

from __future__ import annotations

import argparse
import json
import textwrap
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.report import print_report
from bench.token_fit import Counted, fit
from bench.token_table import FILES, Vocabulary, make_table
from local_models.token_traits import TABLE_FILE, VOCABULARIES, count_traits
from local_models.tokenizer import estimate_by_family


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print, or make the table or the weights anew."""
    parser = argparse.ArgumentParser(prog="bench.tokens", description=__doc__)
    parser.add_argument("what", choices=("measure", "table", "fit"))
    parser.add_argument("vocabularies", type=Path, help="folder with the vocabularies")
    parser.add_argument("texts", type=Path, nargs="?", help="JSON lines: text, kind, group")
    parser.add_argument("--others", type=Path, help="a number a line, for the family of Qwen")
    options = parser.parse_args(arguments)
    vocabularies = [Vocabulary(name, options.vocabularies) for name in FILES]
    if options.what == "table":
        table = make_table(vocabularies)
        np.savez_compressed(TABLE_FILE, **table)  # type: ignore[arg-type]
        return
    if options.texts is None:
        parser.error("texts are wanted")
    with options.texts.open(encoding="utf-8") as lines:
        texts = [json.loads(line) for line in lines]
    if options.what == "measure":
        _measure(vocabularies, texts)
    else:
        _fit(vocabularies, texts, options.others)


def _measure(vocabularies: list[Vocabulary], texts: list[dict[str, str]]) -> None:
    told = [estimate_by_family(each["text"]) for each in texts]
    groups = np.array([each["group"] for each in texts])
    rows, result = [], {}
    for name in sorted(set(groups)):
        row = [name, str(int((groups == name).sum()))]
        for vocabulary in vocabularies:
            ratios = np.array(
                [
                    np.array(tokens[vocabulary.name]) / vocabulary.count(each["text"])
                    for each, tokens in zip(texts, told, strict=True)
                    if each["group"] == name
                ]
            )
            row += [_range(ratios[:, 0]), f"{np.median(ratios[:, 1]):.2f}", _passed(ratios[:, 1])]
        rows.append(row)
        result[name] = row[1:]
    columns = ["group", "texts"]
    for vocabulary in vocabularies:
        columns += [f"{vocabulary.name}, %", "most / true", "passed"]
    print_report("Estimated and true tokens", columns, rows, {"bench": "tokens", "groups": result})


def _range(ratios: NDArray[np.float64]) -> str:
    """From the worst below to the worst above, in percent; nine texts of ten lie in the inner one."""
    worst = np.percentile(100 * ratios - 100, [0, 5, 95, 100])
    return f"{worst[0]:+.0f} to {worst[3]:+.0f} ({worst[1]:+.0f} to {worst[2]:+.0f})"


def _passed(ratios: NDArray[np.float64]) -> str:
    """How many texts have more tokens than the most, and by how much the worst."""
    over = ratios[ratios < 1]
    return f"{len(over)} ({100 / over.min() - 100:.0f} %)" if len(over) else "0"


def _fit(vocabularies: list[Vocabulary], texts: list[dict[str, str]], others: Path | None) -> None:
    traits = np.array([count_traits(each["text"]) for each in texts], dtype=np.float64)
    for name, vocabulary in zip(VOCABULARIES, vocabularies, strict=True):
        asked = np.zeros(len(texts))
        if others is not None and name == "qwen":
            asked = np.loadtxt(others)
        tokens = np.array([vocabulary.count(each["text"]) for each in texts], dtype=np.float64)
        counted = Counted(
            [each["kind"] for each in texts],
            [each["group"] for each in texts],
            traits,
            tokens,
            asked,
        )
        for title, weights in zip((name, f"{name}_AT_MOST"), fit(name, counted), strict=True):
            row = ", ".join(f"{weight:g}" for weight in weights.round(3))
            lines = textwrap.indent(textwrap.fill(f"{row},", 116), "    ")
            print(f"{title.upper()} = (\n{lines}\n)  # fmt: skip")


if __name__ == "__main__":
    main()
