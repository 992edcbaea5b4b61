"""How long a decision takes: `uv run python -m bench.decide [--rules 50] [--models 20]`.

Measures `policies.engine.decide` alone, in CPU time of this thread, over random signals, a policy of
that many rules and pools over that many models. No classifier, no network.
"""

from __future__ import annotations

import argparse
import datetime
import random
import time
from collections.abc import Sequence
from decimal import Decimal

from bench.report import print_report
from policies.engine import decide
from policies.loader import parse_policy
from policies.roster import Roster
from policies.rules import Policy
from policies.signals import INTENTS, Caller, Candidate, Signals, Surroundings

NOW = datetime.datetime(2026, 11, 21, 12, 0, tzinfo=datetime.UTC)


def main(argv: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rules", type=int, default=50)
    parser.add_argument("--models", type=int, default=20)
    parser.add_argument("--decisions", type=int, default=20_000)
    arguments = parser.parse_args(argv)
    policy = write_policy(arguments.rules, arguments.models)
    candidates = write_candidates(arguments.models)
    rows, result = [], {"bench": "decide", "rules": arguments.rules, "models": arguments.models}
    kept = Roster(candidates)
    for name, prefix, models in (
        ("decide", "", candidates),
        ("decide, the list of models kept, as the gateway does", "kept_", kept),
        ("decide, every rule explained", "thorough_", candidates),
    ):
        thorough = prefix == "thorough_"
        p50, p99, mean = measure(policy, models, arguments.decisions, thorough=thorough)
        rows.append((name, p50, p99, mean))
        result |= {f"{prefix}p50_us": round(p50, 1), f"{prefix}p99_us": round(p99, 1)}
    title = f"{arguments.rules} rules, {arguments.models} models, microseconds of CPU"
    print_report(title, ("what", "p50", "p99", "mean"), rows, result)


def measure(
    policy: Policy, candidates: Sequence[Candidate] | Roster, decisions: int, *, thorough: bool
) -> tuple[float, float, float]:
    """Give p50, p99 and mean in microseconds over random requests."""
    dice = random.Random(7)
    requests = [(draw_signals(dice), Caller(user=f"u{at}")) for at in range(min(decisions, 2_000))]
    around = Surroundings(now=NOW)
    taken: list[int] = []
    for at in range(decisions):
        signals, caller = requests[at % len(requests)]
        begin = time.thread_time_ns()
        decide(policy, signals, caller, candidates, around, thorough=thorough)
        taken.append(time.thread_time_ns() - begin)
    taken.sort()
    count = len(taken)
    return taken[count // 2] / 1e3, taken[count * 99 // 100] / 1e3, sum(taken) / count / 1e3


def draw_signals(dice: random.Random) -> Signals:
    """Give one random request."""
    intent = dice.choice(INTENTS)
    return Signals(
        intent=intent,
        intents=(intent,),
        emotion=dice.choice(("negative", "neutral", "positive")),
        emotion_intensity=dice.random(),
        language=dice.choice(("zh", "en")),
        difficulty=dice.random(),
        prompt_tokens=dice.randrange(20, 6_000),
        needs=frozenset({"tools"}) if dice.random() < 0.1 else frozenset(),
        turns=dice.randrange(1, 12),
    )


def write_candidates(count: int) -> list[Candidate]:
    """Give that many priced models."""
    return [
        Candidate(
            name=f"model-{at}",
            provider=f"vendor-{at % 4}",
            window_tokens=128_000,
            max_output_tokens=8_192,
            abilities=frozenset({"streaming", "tools", "json_schema"}),
            quality=0.4 + 0.5 * (at * 7 % count) / count,
            input_usd_per_million=Decimal(1 + at) / 4,
            output_usd_per_million=Decimal(1 + at),
        )
        for at in range(count)
    ]


def write_policy(rules: int, models: int) -> Policy:
    """Give a policy of that many rules over five pools that share the models."""
    objectives = ("best", "cheapest", "fastest", "ordered", "weighted")
    lines = ["name: bench", "pools:"]
    for at, objective in enumerate(objectives):
        mine = ", ".join(f"model-{each}" for each in range(models) if each % 5 == at)
        behind = ", ".join(f"pool-{each}" for each in range(5) if each != at)
        lines += [f"  pool-{at}:", f"    objective: {objective}", f"    models: [{mine}]"]
        lines.append(f"    fallbacks: [{behind}]")
    lines.append("rules:")
    for at in range(rules):
        lines += [
            f"  - name: rule-{at}",
            f"    use: pool-{at % 5}",
            "    when:",
            f"      intent: [{INTENTS[at % len(INTENTS)]}, {INTENTS[at * 5 % len(INTENTS)]}]",
            f"      turns: {1 + at % 11}",
            f"      difficulty: above {at % 10 / 10}",
        ]
    lines += [
        "default: {use: pool-1}",
        "splits:",
        "  ab:",
        "    pool: pool-1",
        "    arms: {a: {share: 50%, use: model-2}, b: {share: rest}}",
    ]
    return parse_policy("\n".join(lines))


if __name__ == "__main__":
    main()
