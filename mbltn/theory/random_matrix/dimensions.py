"""How far a round grain thermalises its surroundings in d dimensions (E section III C)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gamma

from .._inputs import one_number, require_nonnegative, require_positive, space_dimension
from .._quadrature import LOG2, FloatOrArray, Floats, like_input

# Newton from below: quadratic, but halving the distance where root and minimum nearly coincide.
_NEWTON_STEPS = 100


def unit_ball(d: int) -> float:
    """C_d, volume of the ball of radius 1: 2, pi, 4 pi/3.

    Raises
    ------
    InvalidInput
        If d is no positive integer.

    Examples
    --------
    >>> [round(unit_ball(d), 6) for d in (1, 2, 3)]
    [2.0, 3.141593, 4.18879]
    """
    d = space_dimension(d)
    return float(np.pi ** (d / 2) / gamma(d / 2 + 1))


def crossover_radius(
    zeta: ArrayLike, l_b: ArrayLike, d: int, s: ArrayLike = LOG2, ball: float | None = None
) -> FloatOrArray:
    """Smallest l >= 0 with C_d (l_b + l)^d s <= 2 l/zeta, docs/physics.md (E8), E eq 17.

    Parameters
    ----------
    zeta : array_like, > 0
    l_b : array_like, >= 0
        Radius of the grain.
    d : int
    s : array_like, > 0
        Entropy per spin, of which there is one per unit volume.
    ball : float, optional
        C_d; by default the volume of the unit ball. 1 in d = 1 is a grain at the end of a chain,
        E eq 16.

    Returns
    -------
    float or ndarray
        inf where there is none: the avalanche never stops.

    Raises
    ------
    InvalidInput
        For a number outside its range.

    Examples
    --------
    >>> crossover_radius([1.0, 0.1], 1.0, d=2).round(9).tolist()
    [inf, 0.141995301]
    >>> round(crossover_radius(1.0, 4.0, d=1, ball=1.0), 9)
    2.121576876
    """
    length, radius, strength, d = _surroundings(zeta, l_b, d, s, ball)
    length, radius, strength = np.broadcast_arrays(length, radius, strength)
    slope = 2 / length
    if d == 1:
        falls = slope > strength
        found = np.where(falls, strength * radius / np.where(falls, slope - strength, 1.0), np.inf)
        return like_input(np.where(radius == 0, 0.0, found))
    lowest = (slope / (strength * d)) ** (1 / (d - 1)) - radius
    excess = strength * (radius + np.maximum(lowest, 0.0)) ** d - slope * np.maximum(lowest, 0.0)
    l_c = np.zeros(length.shape)
    # convex and falling up to `lowest`, so that Newton from 0 climbs to the smallest root
    for _ in range(_NEWTON_STEPS):
        value = strength * (radius + l_c) ** d - slope * l_c
        falling = slope - strength * d * (radius + l_c) ** (d - 1)
        step = np.where((value > 0) & (falling > 0), value / np.where(falling > 0, falling, 1), 0)
        l_c = np.minimum(l_c + step, np.maximum(lowest, 0.0))
    stops = (lowest > 0) & (excess <= 0)
    return like_input(np.where(stops, l_c, np.inf))


def largest_contained_grain(
    zeta: ArrayLike, d: int, s: ArrayLike = LOG2, ball: float | None = None
) -> FloatOrArray:
    """Radius of the largest grain whose avalanche stops, docs/physics.md (E8).

    (1 - 1/d) L with L = [2/(zeta C_d s d)]^(1/(d - 1)); in d = 1 inf where 2/zeta > C_1 s, else 0.

    Raises
    ------
    InvalidInput
        For a number outside its range.

    Examples
    --------
    >>> round(largest_contained_grain(0.1, d=2), 6)
    2.29612
    """
    length, _, strength, d = _surroundings(zeta, 0.0, d, s, ball)
    slope = 2 / length
    if d == 1:
        return like_input(np.where(slope > strength, np.inf, 0.0))
    return like_input((1 - 1 / d) * (slope / (strength * d)) ** (1 / (d - 1)))


def shell_spins(
    distance: ArrayLike,
    l_b: ArrayLike,
    d: int,
    ball: float | None = None,
) -> FloatOrArray:
    """Spins within l of the grain: N_l = C_d [(l_b + l)^d - l_b^d], docs/physics.md (E8).

    E section III C prints C_d (l_b + l)^d - l_b^d.

    Raises
    ------
    InvalidInput
        For a number outside its range.

    Examples
    --------
    >>> round(shell_spins(1.0, 1.0, d=2), 6)
    9.424778
    """
    away = require_nonnegative("distance", distance, "it is measured from the grain's surface")
    _, radius, strength, d = _surroundings(1.0, l_b, d, 1.0, ball)
    return like_input(np.asarray(strength * ((radius + away) ** d - radius**d)))


def _surroundings(
    zeta: ArrayLike, l_b: ArrayLike, d: int, s: ArrayLike, ball: float | None
) -> tuple[Floats, Floats, Floats, int]:
    """zeta, l_b, C_d s and d, checked."""
    length = require_positive("zeta", zeta, "it is the decay length of the couplings")
    radius = require_nonnegative("l_b", l_b, "it is the radius of the grain")
    entropy = require_positive("s", s, "it is the entropy per spin in nats, log 2 for spins 1/2")
    volume = unit_ball(d) if ball is None else one_number("ball", ball, "it is C_d")
    return length, radius, np.asarray(volume * entropy), space_dimension(d)
