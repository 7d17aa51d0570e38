"""What one operation of each kind costs, fitted to the measured points of `measured_costs.toml`."""

from __future__ import annotations

import math
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

# Memory that is more than the fluctuations of a process.
_NOTICED = 5e7


@cache
def measured() -> tuple[dict[str, Any], ...]:
    """The points that ship with the package, `measured_costs.toml`."""
    text = files(__package__).joinpath("measured_costs.toml").read_text(encoding="ascii")
    return tuple(tomllib.loads(text)["point"])


@cache
def fitted(method: str) -> tuple[tuple[float, ...], float]:
    """Prices of a method's kinds of operations, and real over counted memory.

    A price is what one operation costs in operations of a matrix product: ``seconds gflops 1e9 =
    sum_i price_i operations_i``. They are not negative, and minimise the sum of the squares of the
    relative errors over the measured points. The memory factor is the geometric mean over the
    points where it is more than the fluctuations of a process.

    Examples
    --------
    >>> prices, memory = fitted("dense")
    >>> 5 < prices[2] < 50, 0.5 < memory < 2  # D^3, and 4 D^2 doubles
    (True, True)
    """
    from scipy.optimize import nnls

    points = [point for point in measured() if point["method"] == method]
    paid = np.array([1e9 * point["seconds"] * point["gflops"] for point in points])
    counts = np.array([point["operations"] for point in points])
    unit = counts.max(axis=0)
    prices, _ = nnls(counts / unit / paid[:, None], np.ones(len(points)))
    ratios = [
        math.log(point["memory"] / point["counted_memory"])
        for point in points
        if point["memory"] > _NOTICED
    ]
    factor = math.exp(sum(ratios) / len(ratios)) if ratios else 1.0
    return tuple(float(price) for price in prices / unit), factor
