"""How a population relaxes, from all eigenstates or by a Chebyshev series."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..dynamics.series import evolution_coefficients
from ..errors import InvalidInput

# Of the sums of Bessel functions: rounding is larger.
_NEGLECTED = 1e-16
# No amplitude of T_n on a normalised state is larger than 1, but for rounding.
_NORMALISED = 1.01


def mean_population(
    energies: np.ndarray,
    vectors: np.ndarray,
    starts: np.ndarray,
    counted: np.ndarray,
    times: np.ndarray,
) -> np.ndarray:
    """Probability P(t) to be in the `counted` basis states, mean over the starts.

    docs/physics.md (O11): ``P(t) = mean_i sum_{f counted} |<f| exp(-i H t) |i>|^2``.

    Parameters
    ----------
    energies : (D,);  vectors : (D, D)
        The whole spectrum.
    starts : (s,) of int
        Basis states to start from.
    counted : (D,) of bool
    times : (n,)

    Returns
    -------
    (n,)

    Raises
    ------
    InvalidInput
        If eigenstates are missing.

    Examples
    --------
    >>> energies, vectors = np.linalg.eigh(np.array([[0.0, 1.0], [1.0, 0.0]]))
    >>> times = np.array([0.0, np.pi / 4, np.pi / 2])
    >>> mean_population(energies, vectors, np.array([0]), np.array([True, False]), times).round(12)
    array([1. , 0.5, 0. ])
    """
    vectors = np.asarray(vectors, dtype=float)
    if vectors.shape != (len(energies), len(energies)):
        raise InvalidInput(
            f"vectors {vectors.shape} of {len(energies)} levels: the whole spectrum is needed, "
            "Target.all()"
        )
    start, final = vectors[starts].T, vectors[counted]
    found = []
    for t in np.asarray(times, dtype=float):
        phase = np.asarray(energies) * t
        parts = [final @ (wave(phase)[:, None] * start) for wave in (np.cos, np.sin)]
        found.append(sum(float((part**2).sum()) for part in parts) / start.shape[1])
    return np.array(found)


def evolved_population(
    apply: Callable[[np.ndarray], np.ndarray],
    energies: tuple[float, float],
    start: np.ndarray,
    counted: Callable[[np.ndarray], np.ndarray],
    times: np.ndarray,
) -> np.ndarray:
    """The probability of `mean_population` without eigenstates, by a Chebyshev series.

    The series of docs/physics.md (O28), ``exp(-i H t) = exp(-i b t) sum_n (2 - delta_n0) (-i)^n
    J_n(a t) T_n((H - b)/a)``, a and b half the width and the middle of `energies`, summed up for
    all times at once since amplitudes alone are wanted; `mbltn.dynamics.evolve` keeps the states.
    H is applied about a t times for the last t, and rounding is all that is neglected.

    Parameters
    ----------
    apply : function of (D, s), H on every column
    energies : (low, high)
        An interval that holds all levels.
    start : (D, s)
        Normalised real states.
    counted : function of (D, s)
        Amplitudes of the states that are counted, (n, s); linear.
    times : (n_t,), >= 0

    Returns
    -------
    (n_t, s), not averaged over the starts

    Raises
    ------
    InvalidInput
        If a level lies outside of the interval, which makes the series diverge, or a time is
        negative.

    Examples
    --------
    >>> h = np.array([[0.0, 1.0], [1.0, 0.0]])
    >>> times = np.array([0.0, np.pi / 4, np.pi / 2])
    >>> first = evolved_population(h.dot, (-1, 1), np.array([[1.0], [0.0]]), lambda x: x[:1], times)
    >>> first.ravel().round(12)
    array([1. , 0.5, 0. ])
    """
    times = np.asarray(times, dtype=float)
    if not (times >= 0).all():
        raise InvalidInput("times must be zero or positive: reverse H for the past")
    low, high = energies
    half, middle = 0.5 * (high - low), 0.5 * (high + low)
    coefficients, _ = evolution_coefficients(half * times, _NEGLECTED)
    before, now = np.zeros_like(start), np.asarray(start, dtype=float)
    first = counted(now)
    sums = np.zeros((2, len(times), *first.shape))
    for n, of_times in enumerate(coefficients):
        sums[n % 2] += of_times[:, None, None] * counted(now)
        before, now = now, (2.0 if n else 1.0) * (apply(now) - middle * now) / half - before
        if not abs(now).max() <= _NORMALISED:
            raise InvalidInput(
                f"the series diverges: a level lies outside of energies={energies}, which must "
                "hold all of them"
            )
    return np.asarray((sums**2).sum(axis=(0, 2)))
