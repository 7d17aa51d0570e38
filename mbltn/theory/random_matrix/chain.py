"""How far a grain thermalises a chain of l-bits (E section III A)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from .._inputs import require_finite, require_nonnegative, require_positive
from .._quadrature import LOG2, FloatOrArray, Floats, like_input


def decay_rate(zeta: ArrayLike, s: ArrayLike = LOG2) -> FloatOrArray:
    """a = 1/zeta - s/2 of G' = G e^-a, docs/physics.md (E6), E section III A.

    Each l-bit couples e^(-1/zeta) times as strongly as the one before it, to a bath whose levels
    are e^s times as dense. a < 0: the grain thermalises everything.

    Raises
    ------
    InvalidInput
        For a number that is not positive.

    Examples
    --------
    >>> round(decay_rate(1.0), 6)
    0.653426
    """
    length, entropy = _zeta(zeta), _entropy(s)
    return like_input(np.asarray(1 / length - entropy / 2))


def hybridisation_along_chain(
    G1: ArrayLike, n: ArrayLike, zeta: ArrayLike, s: ArrayLike = LOG2
) -> FloatOrArray:
    """G of the next l-bit once n have been absorbed: G_1 e^(-a n), docs/physics.md (E6).

    inf beyond the largest float.

    Raises
    ------
    InvalidInput
        For a number outside its range, or G_1 or n that are not finite.

    Examples
    --------
    >>> hybridisation_along_chain(8.0, [0, 1, 2, 3], zeta=1.0).round(4).tolist()
    [8.0, 4.1621, 2.1654, 1.1266]
    """
    start = require_nonnegative("G1", G1, "it is G of the first l-bit")
    absorbed = require_nonnegative("n", n, "it counts absorbed l-bits")
    for name, values in (("G1", start), ("n", absorbed)):
        require_finite(name, values, "G is that of a chain so far")
    with np.errstate(divide="ignore", over="ignore"):
        return like_input(np.asarray(np.exp(np.log(start) - absorbed * decay_rate(zeta, s))))


def absorbed_lbits(G1: ArrayLike, zeta: ArrayLike, s: ArrayLike = LOG2) -> FloatOrArray:
    """Number of l-bits at which G falls to 1: ln(G_1)/a, docs/physics.md (E6).

    0 where G_1 <= 1, inf where G does not fall.

    Raises
    ------
    InvalidInput
        For a number outside its range.

    Examples
    --------
    >>> round(absorbed_lbits(8.0, zeta=1.0), 6), absorbed_lbits(8.0, zeta=3.0)
    (3.182365, inf)
    """
    start = require_positive("G1", G1, "it is G of the first l-bit")
    rate = np.asarray(decay_rate(zeta, s))
    gain = np.maximum(np.log(start), 0.0)
    falls = rate > 0
    count = np.where(falls, gain / np.where(falls, rate, 1.0), np.inf)
    return like_input(np.where(gain == 0, 0.0, count))


def crossover_length(zeta: ArrayLike, l_b: ArrayLike, s: ArrayLike = LOG2) -> FloatOrArray:
    """l_c = s l_b/(2/zeta - s) of a grain of l_b spins at one end, docs/physics.md (E7), E eq 16.

    inf for 2/zeta <= s, 0 without a grain. It is `absorbed_lbits` for G_1 = e^(s l_b/2).

    Parameters
    ----------
    zeta : array_like, > 0
        Decay length of the couplings, per site; xi of docs/physics.md (M2).
    l_b : array_like, >= 0
    s : array_like, > 0
        Entropy per spin.

    Raises
    ------
    InvalidInput
        For a number outside its range.

    Examples
    --------
    >>> crossover_length([1.0, 3.0], 6).round(6).tolist()
    [3.182365, inf]
    """
    length, size, entropy = _zeta(zeta), _size(l_b), _entropy(s)
    rest = 2 / length - entropy
    falls = rest > 0
    with np.errstate(over="ignore", invalid="ignore"):
        found = np.where(falls, entropy * size / np.where(falls, rest, 1.0), np.inf)
    return like_input(np.where(size == 0, 0.0, found))


def crossover_without_cooperation(
    zeta: ArrayLike, l_b: ArrayLike, s: ArrayLike = LOG2
) -> FloatOrArray:
    """zeta s l_b/2: what the grain alone would thermalise, docs/physics.md (E7), E section III A.

    0 without a grain, whatever zeta.

    Raises
    ------
    InvalidInput
        For a number outside its range.

    Examples
    --------
    >>> round(crossover_without_cooperation(1.0, 6), 6)
    2.079442
    """
    length, size, entropy = _zeta(zeta), _size(l_b), _entropy(s)
    with np.errstate(over="ignore", invalid="ignore"):
        return like_input(np.where(size == 0, 0.0, length * (entropy * size / 2)))


def _zeta(zeta: ArrayLike) -> Floats:
    return require_positive("zeta", zeta, "it is the decay length of the couplings")


def _size(l_b: ArrayLike) -> Floats:
    return require_nonnegative("l_b", l_b, "it counts spins of the grain")


def _entropy(s: ArrayLike) -> Floats:
    return require_positive("s", s, "it is the entropy per spin in nats, log 2 for spins 1/2")
