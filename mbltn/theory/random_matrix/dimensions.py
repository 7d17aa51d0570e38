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
        inf where there is none: the avalanche never stops; or beyond the largest float.

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
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        if d == 1:
            rest = 2 / length - strength
            found = np.where(rest > 0, strength * radius / rest, np.inf)
        else:
            log_slope, log_radius = LOG2 - np.log(length), np.log(radius)
            # l = first u: what the grain alone reaches, times how much those that joined add
            first = np.exp(np.log(strength) + d * log_radius - log_slope)
            q = np.exp(np.log(strength) + (d - 1) * log_radius - log_slope)
            stops = q <= (d - 1) ** (d - 1) / d**d
            found = np.where(stops, first * _smallest_root(np.where(stops, q, 0.0), d), np.inf)
    return like_input(np.where(radius == 0, 0.0, found))


def _smallest_root(q: Floats, d: int) -> Floats:
    """The smallest u >= 1 with u = (1 + q u)^d; it is (d/(d - 1))^d at most."""
    u = np.ones(q.shape)
    largest = (d / (d - 1)) ** d
    # convex and falling up to its minimum, so that Newton from below climbs to the smallest root
    for _ in range(_NEWTON_STEPS):
        value = (1 + q * u) ** d - u
        falling = 1 - d * q * (1 + q * u) ** (d - 1)
        climbs = (value > 0) & (falling > 0)
        u = np.minimum(u + np.where(climbs, value / np.where(climbs, falling, 1.0), 0.0), largest)
    return u


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
    if d == 1:
        return like_input(np.where(2 / length > strength, np.inf, 0.0))
    log_length = (LOG2 - np.log(length) - np.log(strength) - np.log(d)) / (d - 1)
    with np.errstate(over="ignore"):
        return like_input((1 - 1 / d) * np.exp(log_length))


def shell_spins(
    distance: ArrayLike,
    l_b: ArrayLike,
    d: int,
    ball: float | None = None,
    printed: bool = False,
) -> FloatOrArray:
    """Spins within l of the grain: N_l = C_d [(l_b + l)^d - l_b^d], docs/physics.md (E8).

    Parameters
    ----------
    distance, l_b : array_like, >= 0
        l and the radius of the grain.
    d, ball
        As for `crossover_radius`.
    printed : bool
        True gives what E section III C prints, C_d (l_b + l)^d - l_b^d.

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
    outside, inside = strength * (radius + away) ** d, radius**d
    return like_input(np.asarray(outside - (1.0 if printed else strength) * inside))


def _surroundings(
    zeta: ArrayLike, l_b: ArrayLike, d: int, s: ArrayLike, ball: float | None
) -> tuple[Floats, Floats, Floats, int]:
    """zeta, l_b, C_d s and d, checked."""
    length = require_positive("zeta", zeta, "it is the decay length of the couplings")
    radius = require_nonnegative("l_b", l_b, "it is the radius of the grain")
    entropy = require_positive("s", s, "it is the entropy per spin in nats, log 2 for spins 1/2")
    volume = unit_ball(d) if ball is None else one_number("ball", ball, "it is C_d")
    return length, radius, np.asarray(volume * entropy), space_dimension(d)
