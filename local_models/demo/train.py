"""Train the demo model from scratch: `python -m local_models.demo.train --minutes 20 --out DIR`.

Minutes are processor time, so the same recipe learns as much on a busy machine. `--start DIR` goes
on from an earlier training, also when the vocabulary has changed since.

Needs torch and tokenizers, which the product itself does not: see docs/model-cards/demo-model.md.
Writes vocabulary.json, weights.pt and log.json into DIR; `local_models.demo.convert` makes the
GGUF file of them.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch.nn import functional as F  # noqa: N812

from local_models.demo import vocabulary
from local_models.demo.batches import Batch, batches
from local_models.demo.model import Qwen3, Shape
from local_models.demo.muon import Muon

WARM_UP_SHARE = 0.03
MATRIX_RATE, OTHER_RATE = 0.02, 0.004


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How to train; the budget is processor time, and the schedule follows it."""

    minutes: float
    vocabulary_size: int = 4096
    tokens_each: int = 4096
    matrix_rate: float = MATRIX_RATE
    other_rate: float = OTHER_RATE
    drills: float = 0.0
    """Share of examples that are short exchanges with the answer cut off."""
    seed: int = 20
    threads: int = 1
    wall_minutes: float = 24 * 60
    """The schedule also ends by then, on a machine too busy to give the processor time."""
    start: str | None = None
    """Where an earlier training left its files."""


def train(recipe: Recipe, out: Path) -> list[dict[str, float]]:
    """Train by the recipe and write everything into `out`; gives the log."""
    torch.manual_seed(recipe.seed)
    torch.set_num_threads(recipe.threads)
    out.mkdir(parents=True, exist_ok=True)
    tokenizer = _vocabulary(recipe, out)
    model = Qwen3(Shape(vocabulary=tokenizer.get_vocab_size()))
    if recipe.start is not None:
        carry_over(model, Path(recipe.start), out)
    print(f"{sum(weight.numel() for weight in model.parameters()) / 1e6:.2f} M parameters")
    log = _loop(model, tokenizer, recipe, out)
    _save(model, recipe, log, out)
    return log


def carry_over(model: Qwen3, earlier: Path, out: Path) -> None:
    """Start from earlier weights: the blocks as they are, the embeddings token by token."""
    weights = torch.load(earlier / "weights.pt", weights_only=True)["weights"]
    old, _ = vocabulary.tokens_and_merges(earlier / "vocabulary.json")
    new, _ = vocabulary.tokens_and_merges(out / "vocabulary.json")
    old_number = {token: number for number, token in enumerate(old)}
    embedding = model.embedding.weight.detach().clone()
    for number, token in enumerate(new):
        if token in old_number:
            embedding[number] = weights["embedding.weight"][old_number[token]]
    model.load_state_dict({**weights, "embedding.weight": embedding})


def _vocabulary(recipe: Recipe, out: Path) -> Any:
    return vocabulary.learn(
        out / "vocabulary.json",
        size=recipe.vocabulary_size,
        conversations=12_000,
        seed=recipe.seed + 1,
    )


def _loop(model: Qwen3, tokenizer: Any, recipe: Recipe, out: Path) -> list[dict[str, float]]:
    optimizers = _optimizers(model, recipe)
    stream = batches(
        tokenizer, seed=recipe.seed + 2, tokens_each=recipe.tokens_each, drills=recipe.drills
    )
    checks = batches(tokenizer, seed=recipe.seed + 3, tokens_each=recipe.tokens_each)
    check = [next(checks) for _ in range(8)]
    log: list[dict[str, float]] = []
    began, began_on_wall = time.process_time(), time.monotonic()
    tokens = step = 0
    while True:
        share = (time.process_time() - began) / (60 * recipe.minutes)
        share = max(share, (time.monotonic() - began_on_wall) / (60 * recipe.wall_minutes))
        if share >= 1.0:
            break
        batch = next(stream)
        loss = _step(model, batch, optimizers, share)
        tokens += batch.inputs.numel()
        step += 1
        if step % 50 == 0:
            log.append(_note(model, check, step, tokens, loss, time.process_time() - began))
            print(json.dumps(log[-1]), flush=True)
        if step % 500 == 0:
            _save(model, recipe, log, out)
    log.append(_note(model, check, step, tokens, loss, time.process_time() - began))
    print(json.dumps(log[-1]), flush=True)
    return log


def _optimizers(model: Qwen3, recipe: Recipe) -> list[Any]:
    matrices = [weight for weight in model.blocks.parameters() if weight.ndim == 2]
    chosen = {id(weight) for weight in matrices}
    others = [weight for weight in model.parameters() if id(weight) not in chosen]
    adam = torch.optim.AdamW(others, lr=recipe.other_rate, betas=(0.9, 0.98), weight_decay=0.0)
    built: list[Any] = [Muon(matrices, rate=recipe.matrix_rate), adam]
    for optimizer in built:
        for group in optimizer.param_groups:
            group["full_rate"] = group["lr"]
    return built


def _step(model: Qwen3, batch: Batch, optimizers: list[Any], share: float) -> float:
    factor = min(1.0, (share + 1e-4) / WARM_UP_SHARE) * max(0.02, min(1.0, (1 - share) / 0.6))
    for optimizer in optimizers:
        for group in optimizer.param_groups:
            group["lr"] = group["full_rate"] * factor
    loss = _loss(model, batch)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    for optimizer in optimizers:
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
    return float(loss.detach())


def _loss(model: Qwen3, batch: Batch) -> Any:
    with torch.autocast("cpu", dtype=torch.bfloat16):
        hidden = model.hidden(batch.inputs, batch.positions)
        scores = model.logits(hidden.flatten(0, 1)[batch.at])
    return F.cross_entropy(scores.float(), batch.targets)


def _note(
    model: Qwen3, check: list[Batch], step: int, tokens: int, loss: float, seconds: float
) -> dict[str, float]:
    with torch.no_grad():
        losses = [float(_loss(model, batch)) for batch in check]
    return {
        "step": step,
        "tokens": tokens,
        "seconds": round(seconds, 1),
        "loss": round(loss, 4),
        "check_loss": round(sum(losses) / len(losses), 4),
    }


def _save(model: Qwen3, recipe: Recipe, log: list[dict[str, float]], out: Path) -> None:
    torch.save({"shape": asdict(model.shape), "weights": model.state_dict()}, out / "weights.pt")
    notes = {"recipe": asdict(recipe), "log": log}
    (out / "log.json").write_text(json.dumps(notes, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    """Read the command line and train."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--minutes", type=float, default=20.0, help="processor time")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=20)
    parser.add_argument("--wall-minutes", type=float, default=24 * 60, help="end by then anyway")
    parser.add_argument("--drills", type=float, default=0.0, help="share of short exchanges")
    parser.add_argument("--rate-share", type=float, default=1.0, help="of the usual learning rates")
    parser.add_argument("--start", help="the --out of an earlier training")
    parser.add_argument("--out", type=Path, default=Path("build/demo-model"))
    given = parser.parse_args()
    recipe = Recipe(
        minutes=given.minutes,
        wall_minutes=given.wall_minutes,
        threads=given.threads,
        seed=given.seed,
        start=given.start,
        drills=given.drills,
        matrix_rate=MATRIX_RATE * given.rate_share,
        other_rate=OTHER_RATE * given.rate_share,
    )
    train(recipe, given.out)


if __name__ == "__main__":
    main()
