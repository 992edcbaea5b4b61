"""Muon: momentum whose matrix steps are made orthogonal, which learns in fewer steps than Adam.

The steps come from Keller Jordan's published description (2024): five rounds of a quintic
Newton-Schulz iteration bring all singular values of the momentum near one.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch

_A, _B, _C = 3.4445, -4.7750, 2.0315


class Muon(torch.optim.Optimizer):  # type: ignore[misc]
    """For two-dimensional weights only; the rest belongs to Adam."""

    def __init__(self, weights: Iterable[Any], *, rate: float, momentum: float = 0.95) -> None:
        super().__init__(weights, {"lr": rate, "momentum": momentum})

    @torch.no_grad()  # type: ignore[untyped-decorator]
    def step(self, closure: None = None) -> None:
        for group in self.param_groups:
            for weight in group["params"]:
                if weight.grad is not None:
                    self._move(weight, group["lr"], group["momentum"])

    def _move(self, weight: Any, rate: float, momentum: float) -> None:
        state = self.state[weight]
        if "average" not in state:
            state["average"] = torch.zeros_like(weight)
        average = state["average"].lerp_(weight.grad, 1 - momentum)
        direction = orthogonal(weight.grad.lerp(average, momentum))
        scale = max(1.0, weight.shape[0] / weight.shape[1]) ** 0.5
        weight.mul_(1 - rate * 0.02).add_(direction.to(weight.dtype), alpha=-rate * scale)


def orthogonal(matrix: Any, rounds: int = 5) -> Any:
    """The matrix with its singular values brought near one."""
    x = matrix.bfloat16()
    is_tall = x.shape[0] > x.shape[1]
    x = x.T if is_tall else x
    x = x / (x.norm() + 1e-7)
    for _ in range(rounds):
        square = x @ x.T
        x = _A * x + (_B * square + _C * square @ square) @ x
    return x.T if is_tall else x
