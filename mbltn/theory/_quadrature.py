"""Integrals over the resonance density, and the table of the enhancement made from them.

Every integral runs over u = log x on an even grid. The integrands are analytic in a strip around
the real axis, where the trapezoidal rule converges geometrically: step 1/8 reaches rounding with
a quarter of the points that Gauss-Legendre panels need, which counts in the double integral.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special
from scipy.interpolate import PPoly, make_interp_spline

Floats: TypeAlias = NDArray[np.float64]
# float for a scalar argument, array otherwise: not expressible without two overlapping overloads
FloatOrArray: TypeAlias = Any

LOG2 = float(np.log(2.0))
DENSITY_SCALE = np.pi**3 / 8
STEP = 0.125
LOWEST_X = 0.25  # the density integrates to 1e-54 below
SATURATION = 1e8  # g x beyond which a spin counts as fully hybridised; its 1/(g x) enters squared
SMALLEST_G = 1e-20  # averages are linear in g below, to rounding
TABLE_SMALLEST_G, TABLE_LARGEST_G, TABLE_POINTS = 1e-14, 1e4, 361
BLOCK = 1 << 19


def like_input(values: Floats) -> FloatOrArray:
    """A plain float where the values have no axes."""
    return float(values) if np.ndim(values) == 0 else values


def exact_density(x: ArrayLike) -> Floats:
    """p(x) of docs/physics.md (T2) for x >= 0, without any check."""
    x = np.asarray(x, dtype=np.float64)
    density = np.zeros_like(x)
    far = x > 1e9
    density[far] = 2 / x[far] / x[far]
    body = (x >= 0.1) & ~far
    y = DENSITY_SCALE / x[body] ** 2
    bessels = special.kve(0, y) + special.kve(1, y)
    density[body] = 2 * y / x[body] ** 2 * np.exp(-2 * y) * bessels
    return density


def mixing_angle(g: ArrayLike) -> Floats:
    """phi with tan(2 phi) = 2 g: the two-level eigenstates are turned by it, up to pi/4."""
    with np.errstate(over="ignore"):
        return np.arctan(2 * np.asarray(g, dtype=np.float64)) / 2


def imbalance(g: ArrayLike) -> Floats:
    """Q - P = cos(2 phi) = 1/sqrt(1 + 4 g^2)."""
    with np.errstate(over="ignore"):
        return 1 / np.hypot(1.0, 2 * np.asarray(g, dtype=np.float64))


class Nodes(NamedTuple):
    """Points and weights of the average over p; the last point is x = infinity."""

    x: Floats
    weights: Floats


@lru_cache(maxsize=64)
def _nodes(count: int) -> Nodes:
    x = LOWEST_X * np.exp(STEP * np.arange(count))
    weights = STEP * x * exact_density(x)
    # the rest of the infinite sum, where p = 2/x^2; one minus the other weights would leave
    # nothing of it but rounding when g, and with it this weight, is small
    rest = 2 / x[-1] * STEP / np.expm1(STEP)
    nodes = Nodes(np.append(x, np.inf), np.append(weights, rest))
    for array in nodes:
        array.setflags(write=False)
    return nodes


def nodes_for(smallest_g: float) -> Nodes:
    """Nodes that reach g x = SATURATION for every g from `smallest_g` > 0 on."""
    reach = SATURATION * max(1.0, 1 / smallest_g)
    return _nodes(int(np.ceil(np.log(reach / LOWEST_X) / STEP)) + 1)


def average(function: Callable[[Floats], Floats], g: Floats) -> Floats:
    """int p(x) function(g x) dx for each g >= 0; g below SMALLEST_G counts as SMALLEST_G."""
    flat = np.maximum(g, SMALLEST_G).ravel()
    if flat.size == 0:
        return np.zeros_like(g)
    nodes = nodes_for(float(flat.min()))
    result = np.empty_like(flat)
    rows = max(1, BLOCK // nodes.x.size)
    with np.errstate(over="ignore"):
        for first in range(0, flat.size, rows):
            block = slice(first, first + rows)
            result[block] = function(flat[block, None] * nodes.x) @ nodes.weights
    return result.reshape(g.shape)


def average_of_vanishing(function: Callable[[Floats], Floats], g: Floats) -> Floats:
    """The same for a function whose average goes to zero in proportion to g."""
    return average(function, g) * (np.minimum(g, SMALLEST_G) / SMALLEST_G)


def resonance_cdf(x: Floats) -> Floats:
    """int_0^x p for each x >= 0, docs/physics.md (T4), absolute error 1e-14.

    With cos(phi) = 1/cosh(w) the angular average becomes an integral over the real line.
    """
    inside = (x > 0) & (x < 1e18)
    cdf = np.where(x < 1e18, 0.0, 1.0)
    if not inside.any():
        return cdf
    scale = np.pi**1.5 / 2 / np.maximum(x[inside], 0.1)
    # erfc is below 1e-300 from 27 on
    last = np.arccosh(max(27.0 / scale.min(), 1.0))
    w = STEP * np.arange(int(last / STEP) + 2)
    weights = 2 / np.pi * STEP / np.cosh(w)
    weights[0] /= 2
    total = np.zeros_like(scale)
    for weight, stretch in zip(weights, np.cosh(w), strict=True):
        radius = scale * stretch
        gauss = np.exp(-np.square(np.minimum(radius, 27.0)))
        total += weight * (special.erfc(radius) + 2 / np.sqrt(np.pi) * radius * gauss)
    cdf[inside] = np.minimum(total, 1.0)
    return cdf


def enhancement_integral(g: float) -> float:
    """2 log int int p p' K of docs/physics.md (T8) for one finite g >= TABLE_SMALLEST_G."""
    nodes = nodes_for(g)
    with np.errstate(over="ignore"):
        s = g * nodes.x
    d = imbalance(s)
    one_minus_d = 2 * np.sin(mixing_angle(s)) ** 2
    # 1 - d d' and K - 1 by sums of positive terms: both vanish for nearly all pairs at small g
    gap = one_minus_d[:, None] + d[:, None] * one_minus_d
    excess = (np.sqrt(gap) - gap / (np.sqrt(2 - gap) + np.sqrt(2))) / np.sqrt(2)
    return 2 * float(np.log1p(nodes.weights @ excess @ nodes.weights))


class EnhancementTable(NamedTuple):
    """log eta as a spline of log g, and the constant of eta = -8 g (log g + constant) below it."""

    spline: PPoly
    slope: PPoly
    curvature: PPoly
    constant: float


LOG_SMALLEST, LOG_LARGEST = float(np.log(TABLE_SMALLEST_G)), float(np.log(TABLE_LARGEST_G))


@lru_cache(maxsize=1)
def enhancement_table() -> EnhancementTable:
    """361 exact values from 1e-14 to 1e4.

    Seventh order: a cubic spline through the same points is off by 9e-8 around g = 0.1, this one
    by 1e-12 everywhere. The constant is read off at the lower end, so that the two laws join.
    """
    log_g = np.linspace(LOG_SMALLEST, LOG_LARGEST, TABLE_POINTS)
    values = np.array([enhancement_integral(g) for g in np.exp(log_g)])
    spline = PPoly.from_spline(make_interp_spline(log_g, np.log(values), k=7))
    constant = float(-values[0] / (8 * TABLE_SMALLEST_G) - LOG_SMALLEST)
    return EnhancementTable(spline, spline.derivative(1), spline.derivative(2), constant)


def enhancement_of_log(log_g: ArrayLike) -> Floats:
    """eta(exp(log_g)) for any log_g, +-inf included; the form the fixed point iterates on."""
    table = enhancement_table()
    log_g = np.asarray(log_g, dtype=np.float64)
    inside = np.minimum(np.maximum(log_g, LOG_SMALLEST), LOG_LARGEST)
    # zero within the table; the floor stands for g = 0 and is far below any float
    below = np.minimum(np.maximum(log_g, -1e4), LOG_SMALLEST) - LOG_SMALLEST
    joined = 1 + below / (LOG_SMALLEST + table.constant)
    values = np.exp(table.spline(inside) + below) * joined
    return np.where(log_g >= LOG_LARGEST, LOG2, np.minimum(values, LOG2))


def enhancement_slope(log_g: float) -> float:
    """d eta / d log g at one log g."""
    table = enhancement_table()
    if log_g >= LOG_LARGEST:
        return 0.0
    eta = float(enhancement_of_log(log_g))
    if log_g < LOG_SMALLEST:
        return eta * (1 + 1 / (log_g + table.constant))
    return eta * float(table.slope(log_g))
