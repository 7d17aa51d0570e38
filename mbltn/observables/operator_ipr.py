"""Over how many eigenstates a local operator spreads a state (E section IV)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.fft import dct

from ..solvers.filtered.kpm import jackson
from .dynamical import DynamicalMoments
from .transitions import Transitions

# Points of the integral over energy; two integrate the square of a series exactly.
_POINTS_A_MOMENT = 4


def log_operator_ipr(transitions: Transitions, include_diagonal: bool = True) -> np.ndarray:
    """ln IPR(O, n) = -ln sum_m |<m|O|n>|^4 of every state n, (k,); D(O) is its mean (E section IV).

    docs/physics.md, O23. Between 0 and ln D for the whole spectrum; real Gaussian elements give a
    third of the number of states that they spread over evenly. Windows of partners suffice
    where they hold the line, since a tail of small weights adds next to nothing to fourth powers.

    Parameters
    ----------
    transitions : Transitions
    include_diagonal : bool
        False leaves m = n out, without normalising anew; inf where nothing else is.

    Examples
    --------
    >>> four = Transitions(
    ...     energies=np.zeros(2),
    ...     partners=np.arange(4.0),
    ...     elements=np.array([[0.5, 0.0], [0.5, 1.0], [0.5, 0.0], [0.5, 0.0]]),
    ...     own=np.array([0, 1]),
    ...     expectation=np.array([0.5, 1.0]),
    ...     whole=True,
    ... )
    >>> log_operator_ipr(four).round(9).tolist()
    [1.386294361, 0.0]
    >>> log_operator_ipr(four, include_diagonal=False).round(9).tolist()
    [1.673976434, inf]
    """
    fourth = (transitions.weights**2).sum(axis=0)
    if include_diagonal:
        fourth = fourth + transitions.expectation**4
    logarithm = np.log(fourth, out=np.full_like(fourth, -np.inf), where=fourth > 0)
    return 0.0 - logarithm


def log_operator_ipr_smooth(
    moments: DynamicalMoments, levels: Callable[[np.ndarray], np.ndarray] | None = None
) -> np.ndarray:
    """ln IPR(O, n) of states whose matrix elements are Gaussian with a smooth envelope, (k,).

    docs/physics.md, O25: ``1/IPR = 3 int rho_n(w)^2/[R + (3 - c) s] dw + <n|O|n>^4``, rho_n(w) of
    `DynamicalMoments.density`, R the density of levels and s the square integral of the kernel,
    both at E_n + w. 3 is <x^4>/<x^2>^2 of real Gaussian elements (Porter and Thomas). With N = R/s
    levels under the kernel, fluctuations of the elements and of the levels of the GOE raise the
    square of the smoothed rho_n by (3 - c)/N, c = N/(1 + N), which is taken off here.

    Holds where rho_n is smooth over the kernel, with many levels under the line; and, whatever the
    elements are, where single levels are resolved, N << 1. A line that is not resolved comes out
    too wide, and so does one of a few levels, whose elements vary more than Gaussian ones.

    Parameters
    ----------
    moments : DynamicalMoments
    levels : density of levels of an array of energies; by default the one of the moments

    Examples
    --------
    >>> import mbltn as mb
    >>> from mbltn.observables import Pauli, dynamical_moments
    >>> model = mb.models.CentralGrain.from_paper("E", n_lbits=2)
    >>> op = model.operator(model.draw(seed=1, realization=0))
    >>> states = mb.eigenpairs(op, mb.Target.middle(12))
    >>> found = dynamical_moments(states, Pauli("x", 0, spin=1), resolution=0.1)
    >>> bool(np.log(256 / 3) > log_operator_ipr_smooth(found).mean() > np.log(64 / 3))
    True
    """
    n = len(moments.moments)
    g = jackson(n)
    points = _POINTS_A_MOMENT * n
    angle = np.pi * (np.arange(points) + 0.5) / points
    measure = np.pi * moments.scale.half * np.sin(angle)
    lines = dct(moments.damped, type=3, n=points, axis=0)
    if levels is None:
        mean = moments.levels.moments.mean(axis=1)
        density = dct(mean * jackson(len(mean)), type=3, n=points)
    else:
        energies = moments.scale.centre + moments.scale.half * np.cos(angle)
        density = measure * levels(energies)
    # All densities are per angle here, times pi.
    kernel = 0.5 * g[0] ** 2 + (g[1:] ** 2).sum()
    density = np.maximum(density, 0.0)
    fluctuations = kernel * (3 * kernel + 2 * density) / (kernel + density)
    squares = lines**2 / (density + fluctuations)[:, None]
    return 0.0 - np.log(3 * squares.mean(axis=0) + moments.expectation**4)
