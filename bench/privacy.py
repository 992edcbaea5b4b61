"""How well private data is found, how much it costs, and that it comes back whole.

    uv run python -m bench.privacy --test FILE [--predictions OUT.jsonl] [--misses 20]

FILE is JSONL with `text` and `spans` ([[start, end, type, …], …]). A labelled value counts as found
when no character of it is left readable; a finding is right when it touches a labelled value. The
table has a row for each label and one for each kind; the last line is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.report import print_result
from providers.messages import ChatRequest, Message
from router.steps.privacy import MemoryVaults, Privacy, PrivacySettings
from router.steps.privacy.restore import restore_text
from router.steps.privacy.scan import scan
from router.steps.privacy.spans import Span

TYPES_WE_CLAIM = {
    "CN_ID": "id_card",
    "MOBILE": "phone",
    "LANDLINE": "landline",
    "BANK_CARD": "bank_card",
    "EMAIL": "email",
    "ADDRESS": "address",
    "NAME": "name",
    "PLATE": "plate",
    "PASSPORT": "passport",
    "CREDIT_CARD": "bank_card",
    "PHONE_NUMBER": "phone",
    "US_SSN": "ssn",
    "EMAIL_ADDRESS": "email",
    "IP_ADDRESS": "ip",
    "IBAN_CODE": "iban",
    "STREET_ADDRESS": "address",
    "PERSON": "name",
    "PHONE": "phone",
    "ID": "id_card",
}
"""Labels of the known data sets -> our kinds. Other labels (places, titles, dates) are not private
by default: finding them counts neither for nor against us."""
BY_CONTEXT_ONLY = frozenset({"name", "address"})
PASSES = frozenset({"hotline"})


@dataclass
class Tally:
    """What was found and what was not."""

    labelled: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    claimed: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    misses: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    wrongs: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def recall(self, labels: Sequence[str]) -> float:
        """Share of these labels' values of which nothing was left readable."""
        return _share(sum(self.found[x] for x in labels), sum(self.labelled[x] for x in labels))

    def precision(self, kinds: Sequence[str]) -> float:
        """Share of these kinds' findings that touch a labelled value."""
        return _share(sum(self.right[x] for x in kinds), sum(self.claimed[x] for x in kinds))


def _share(part: int, whole: int) -> float:
    return part / whole if whole else float("nan")


def measure(rows: Sequence[dict[str, Any]]) -> tuple[Tally, list[list[Span]]]:
    """Scan every row and count."""
    tally = Tally()
    findings: list[list[Span]] = []
    for row in rows:
        text = str(row["text"])
        found = [span for span in scan(text) if span.kind not in PASSES]
        findings.append(found)
        _count(tally, text, row["spans"], found)
    return tally, findings


def _count(tally: Tally, text: str, labels: Sequence[Sequence[Any]], found: list[Span]) -> None:
    hidden = {place for span in found for place in range(span.start, span.end)}
    for start, end, label, *_ in labels:
        tally.labelled[label] += 1
        if all(place in hidden or not text[place].isalnum() for place in range(start, end)):
            tally.found[label] += 1
        else:
            tally.misses[label].append(f"{text[start:end]!r} in {text[:160]!r}")
    for span in found:
        tally.claimed[span.kind] += 1
        if any(span.start < label[1] and label[0] < span.end for label in labels):
            tally.right[span.kind] += 1
        else:
            tally.wrongs[span.kind].append(f"{text[span.start : span.end]!r} in {text[:160]!r}")


def round_trips(rows: Sequence[dict[str, Any]]) -> tuple[int, int]:
    """(texts that came back changed, values still readable in what was sent)."""
    changed = readable = 0
    privacy = Privacy(PrivacySettings(), MemoryVaults())
    for row in rows:
        request = ChatRequest(model="m", messages=(Message(role="user", content=row["text"]),))
        masked = privacy.mask(request, "")
        sent = str(masked.request.messages[0].content)
        changed += restore_text(sent, masked.vault) != row["text"]
        readable += sum(
            value in sent for value in masked.vault.originals.values() if len(value) >= 8
        )
    return changed, readable


def cost() -> dict[str, float]:
    """Microseconds of masking: 1.5 kB prompts without and with private data, and 100 kB."""
    calm = "您好，我想咨询一下这款洗衣机的安装服务，周末能不能上门，需要另外付费吗？" * 14
    english = (
        "Hello, I would like to know whether the blue kettle is still on offer this week. " * 18
    )
    private = (
        calm[:400]
        + "我叫李娜，手机13812345678，地址浙江省杭州市西湖区文三路12号3栋501室，邮箱lina@example.com。"
    )
    texts = {
        "calm_zh_1k5": calm,
        "calm_en_1k5": english[:1500],
        "private_zh_1k5": private,
        "calm_zh_100k": (calm * 70)[:33_000],
    }
    return {name: _microseconds(text) for name, text in texts.items()}


_AS_LETTERS = str.maketrans("0123456789", "abcdefghij")


def _microseconds(text: str) -> float:
    """Of a text that never came before: what is remembered of one would hide what it costs."""
    privacy = Privacy(PrivacySettings(), MemoryVaults())
    times: list[float] = []
    for number in range(300 if len(text) < 10_000 else 10):
        new = f"{text} {str(number).translate(_AS_LETTERS)}"
        request = ChatRequest(model="m", messages=(Message(role="user", content=new),))
        begun = time.perf_counter()
        privacy.mask(request, "")
        times.append(time.perf_counter() - begun)
    return round(statistics.median(times) * 1e6, 1)


def show(console: Console, tally: Tally) -> None:
    """Print recall by label and precision by kind."""
    table = Table(title="Private data found")
    for title in ("label", "our kind", "labelled", "recall"):
        table.add_column(title, justify="left" if title in ("label", "our kind") else "right")
    for label, count in tally.labelled.most_common():
        kind = TYPES_WE_CLAIM.get(label, "(not private by default)")
        table.add_row(label, kind, str(count), f"{tally.recall([label]):.3f}")
    console.print(table)
    table = Table(title="Findings that touch a labelled value")
    for title in ("kind", "findings", "precision"):
        table.add_column(title, justify="left" if title == "kind" else "right")
    for kind, count in tally.claimed.most_common():
        table.add_row(kind, str(count), f"{tally.precision([kind]):.3f}")
    console.print(table)


def summarise(tally: Tally) -> dict[str, Any]:
    """The figures of the last line."""
    claimed = [label for label in tally.labelled if label in TYPES_WE_CLAIM]
    structured = [label for label in claimed if TYPES_WE_CLAIM[label] not in BY_CONTEXT_ONLY]
    kinds = list(tally.claimed)
    return {
        "recall": round(tally.recall(claimed), 4),
        "precision": round(tally.precision(kinds), 4),
        "recall_structured": round(tally.recall(structured), 4),
        "precision_structured": round(
            tally.precision([kind for kind in kinds if kind not in BY_CONTEXT_ONLY]), 4
        ),
        "recall_by_label": {label: round(tally.recall([label]), 4) for label in claimed},
        "precision_by_kind": {kind: round(tally.precision([kind]), 4) for kind in kinds},
    }


def main() -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--test", type=Path, required=True, help="JSONL with text and spans")
    parser.add_argument("--predictions", type=Path, help="write one object per row, in order")
    parser.add_argument("--misses", type=int, default=0, help="show this many errors of each kind")
    arguments = parser.parse_args()
    rows = [
        json.loads(line) for line in arguments.test.read_text(encoding="utf-8").splitlines() if line
    ]
    tally, findings = measure(rows)
    console = Console()
    show(console, tally)
    for name, examples in [*tally.misses.items(), *tally.wrongs.items()]:
        for example in examples[: arguments.misses]:
            print(f"{name}: {example}")
    if arguments.predictions:
        lines = [
            json.dumps(
                {
                    "prediction": [[s.start, s.end, s.kind] for s in f],
                    "confidence": [s.confidence for s in f],
                }
            )
            for f in findings
        ]
        arguments.predictions.write_text("\n".join(lines) + "\n", encoding="utf-8")
    changed, readable = round_trips(rows)
    result = {"bench": "privacy", "rows": len(rows), **summarise(tally)}
    print_result(
        {
            **result,
            "changed_by_round_trip": changed,
            "still_readable": readable,
            "microseconds": cost(),
        }
    )


if __name__ == "__main__":
    main()
