"""What a router's scores are worth: curves over the share of strong calls, or over money.

PGR(x) = (quality at x % strong calls - weak) / (strong - weak). APGR is its mean over x (0.5 for
chance), CPT(p) the share of strong calls, in %, from which on p % of the gap is reached.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
BOOTSTRAPS = 200


def measure_pair(scores: Floats, weak: Floats, strong: Floats) -> dict[str, float]:
    """APGR, CPT50 and CPT80 of scores (high: call the strong model); ties in random order.

    All NaN where the two models do equally well, as there is nothing to recover.
    """
    jitter = np.random.default_rng(7).random(len(scores))
    order = np.lexsort((jitter, -scores))
    gains = (strong - weak)[order]
    if gains.sum() == 0:
        return dict.fromkeys(("apgr", "cpt50", "cpt80"), float("nan"))
    recovered = np.concatenate([[0.0], np.cumsum(gains)]) / gains.sum()
    area = float(np.mean((recovered[1:] + recovered[:-1]) / 2))
    reach = {
        f"cpt{part}": float(np.argmax(recovered >= part / 100)) / len(gains) * 100
        for part in (50, 80)
    }
    return {"apgr": area, **reach}


def measure_routes(
    estimates: Floats, costs: Floats, right: Floats, spent: Floats
) -> dict[str, float]:
    """Share of the area between single models and oracle that a router closes; cost saved.

    `estimates` and `costs` are what the router believes before the call, for each question and
    model; `right` and `spent` what came of it. Every curve is the best mix of its points (upper
    hull, never falling), from the cheapest model's cost to the best one's. NaN where the oracle does
    no better than single models, or where nothing costs anything.
    """
    means, prices = right.mean(axis=0), spent.mean(axis=0)
    single = _hull(prices, means)
    router = _hull(*_sweep(estimates, costs, right, spent), also=(prices, means))
    oracle = _hull(*_sweep(right, spent, right, spent), also=(prices, means))
    best = int(np.argmax(means))
    low, high = float(prices.min()), float(prices[best])
    grid = np.linspace(low, high, 400)
    areas = [float(np.interp(grid, *curve).mean()) for curve in (single, router, oracle)]
    cost, quality = router
    enough = 0.95 * means[best]
    at = int(np.argmax(quality >= enough))
    needed = cost[at]
    if at and quality[at] > quality[at - 1]:
        part = (enough - quality[at - 1]) / (quality[at] - quality[at - 1])
        needed = cost[at - 1] + part * (cost[at] - cost[at - 1])
    gap = areas[2] - areas[0]
    return {
        "gap_closed": (areas[1] - areas[0]) / gap if gap > 1e-12 else float("nan"),
        "cost_saved_at_95": 1 - float(needed) / high if high > 0 else float("nan"),
    }


def _sweep(estimates: Floats, costs: Floats, right: Floats, spent: Floats) -> tuple[Floats, Floats]:
    """Mean cost and mean quality for every exchange rate between quality and money."""
    rows = np.arange(len(right))
    scale = float(np.mean(costs.max(axis=1)))
    points = []
    for rate in np.concatenate([[0.0], np.geomspace(0.001, 1_000, 160)]):
        choice = np.argmax(estimates - rate * costs / scale, axis=1)
        points.append((spent[rows, choice].mean(), right[rows, choice].mean()))
    found = np.array(points)
    return found[:, 0], found[:, 1]


def _hull(
    cost: Floats, quality: Floats, also: tuple[Floats, Floats] | None = None
) -> tuple[Floats, Floats]:
    """The upper hull of points, never falling, by rising cost."""
    if also is not None:
        cost, quality = np.concatenate([cost, also[0]]), np.concatenate([quality, also[1]])
    hull: list[tuple[float, float]] = []
    for point in sorted(zip(cost.tolist(), quality.tolist(), strict=True)):
        if hull and point[1] <= hull[-1][1]:
            continue
        while hull and (
            hull[-1][0] == point[0] or (len(hull) > 1 and _is_below(hull[-2], hull[-1], point))
        ):
            hull.pop()
        hull.append(point)
    found = np.array(hull)
    return found[:, 0], found[:, 1]


def _is_below(
    first: tuple[float, float], middle: tuple[float, float], last: tuple[float, float]
) -> bool:
    rise = (last[1] - first[1]) * (middle[0] - first[0])
    return (middle[1] - first[1]) * (last[0] - first[0]) <= rise


def deviate(
    measure: Callable[[NDArray[np.intp]], dict[str, float]], count: int
) -> dict[str, float]:
    """Bootstrap deviation of each figure over resampled questions."""
    dice = np.random.default_rng(11)
    found = [measure(dice.integers(0, count, count)) for _ in range(BOOTSTRAPS)]
    return {name: float(np.std([each[name] for each in found])) for name in found[0]}
