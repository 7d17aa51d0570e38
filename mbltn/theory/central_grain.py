"""Many spins on one thermal grain: the self-consistent mean field of failed avalanches.

Each spin n has a bare reduced coupling g_{n,0} to the grain. Hybridised spins enlarge the grain
for all the others, g_n = g_{n,0} exp(sum_{m != n} eta(g_m) / 2), and an avalanche is what this
feedback does once it sustains itself. Everything is done in log g: inside an avalanche of
thousands of spins g itself exceeds the range of a float.

Source: Crowley and Chandran, "Mean field theory of failed thermalizing avalanches", called D.
Entropies and enhancements are in nats.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq

from mbltn.errors import InvalidInput, SolverFailure

from . import resonance
from ._inputs import count_of_lbits, finite_couplings, one_number
from ._quadrature import LOG2, Floats, enhancement_of_log

__all__ = [
    "CRITICAL_ALPHA",
    "Bistability",
    "MeanField",
    "bare_couplings",
    "bistable",
    "fit_first_coupling",
    "solve",
]

CRITICAL_ALPHA = float(np.sqrt(0.5))
"""Decay per l-bit at which one thermal l-bit exactly makes up for the next weaker coupling."""

Start = Literal["bare", "saturated"]
FIT_ITERATIONS = 3_000  # many times what a smooth onset needs; keeps a discontinuous one short


@dataclass(frozen=True, eq=False)
class MeanField:
    """A solution of the mean-field equations; all arrays of shape (N,), read-only.

    Attributes
    ----------
    bare_couplings : numpy.ndarray
        g_{n,0} as given.
    log_couplings : numpy.ndarray
        log g_n; -inf where the bare coupling is zero.
    enhancements : numpy.ndarray
        eta(g_n), in nats.
    start : str
        Where the iteration began: "bare" (smallest solution) or "saturated" (largest).
    iterations : int
    converged : bool
        False if `max_iterations` ended the iteration: the couplings are then still growing
        (start "bare") or shrinking ("saturated"), and bound the solution from that side.
    """

    bare_couplings: Floats
    log_couplings: Floats
    enhancements: Floats
    start: str
    iterations: int
    converged: bool

    def __post_init__(self) -> None:
        for array in (self.bare_couplings, self.log_couplings, self.enhancements):
            array.setflags(write=False)

    @property
    def couplings(self) -> Floats:
        """Reduced couplings g_n; inf where log g_n > 709."""
        with np.errstate(over="ignore"):
            return np.exp(self.log_couplings)

    @property
    def total(self) -> float:
        """eta_tot = sum_n eta(g_n), in nats: the entropy the grain has gained (T12)."""
        return float(self.enhancements.sum())

    @property
    def mean_entropies(self) -> Floats:
        """[S_n] over eigenstates, in nats."""
        return np.asarray(resonance.mean_entropy(self.couplings))

    @property
    def correlators(self) -> Floats:
        """C_n^zz, the infinite-time memory of each spin."""
        return np.asarray(resonance.mean_correlator(self.couplings))

    def entropy_density(self, edges: ArrayLike) -> Floats:
        """Histogram of S_n/log 2 over eigenstates on the given edges, shape (N, bins)."""
        return resonance.entropy_density(edges, self.couplings)


def _fixed_point(
    log_bare: Floats, start: str, tol: float, max_iterations: int
) -> tuple[Floats, int, bool]:
    """Iterate D eq 13 in log g; -inf entries stay where they are."""
    active = np.isfinite(log_bare)
    bare = log_bare[active]
    log_g = bare if start == "bare" else bare + (bare.size - 1) * LOG2 / 2
    # the last digit of log g is coarser than tol once log g is in the thousands
    tol = max(tol, 1e-15 * float(np.abs(log_g).max(initial=0.0)))
    converged, iterations = bare.size < 2, 0
    while not converged and iterations < max_iterations:
        enhancement = enhancement_of_log(log_g)
        updated = bare + (enhancement.sum() - enhancement) / 2
        converged = bool(np.abs(updated - log_g).max() < tol)
        log_g = updated
        iterations += 1
    result = np.full(log_bare.shape, -np.inf)
    result[active] = log_g
    return result, iterations, converged


def solve(
    g0: ArrayLike, start: Start = "bare", tol: float = 1e-12, max_iterations: int = 100_000
) -> MeanField:
    """Solve g_n = g_{n,0} exp((1/2) sum_{m != n} eta(g_m)), docs/physics.md (T10).

    D eqs 9, 11 and 13. All spins are updated at once. Since eta increases with g, the iterates
    rise from "bare" to the smallest solution, which is the physical one, and fall from
    "saturated" (every eta = log 2) to the largest.

    Parameters
    ----------
    g0 : array_like, shape (N,)
        Bare reduced couplings >= 0. Zeros take no part and come back with g = eta = 0.
    start : {"bare", "saturated"}
    tol : float
        Stop when no log g changes by more.
    max_iterations : int
        Needed are 6 to 1000, growing as 1/|alpha - alpha_c|; see `MeanField.converged`.

    Raises
    ------
    InvalidInput
        For negative, NaN or infinite couplings, a wrong shape, or wrong options.

    Examples
    --------
    >>> field = solve([0.1, 0.05])
    >>> np.round(field.couplings, 6), round(field.total, 6)
    (array([0.132105, 0.068902]), 1.198163)
    """
    g0 = finite_couplings("g0", g0, "a reduced coupling is a mean absolute matrix element")
    if start not in ("bare", "saturated"):
        raise InvalidInput(
            f"start={start!r} is no starting point: use 'bare' for the smallest solution, "
            "'saturated' for the largest"
        )
    if not tol > 0:
        raise InvalidInput(f"tol={tol!r} must be positive: it bounds the last change of log g")
    if not max_iterations >= 1:
        raise InvalidInput(f"max_iterations={max_iterations!r} must be at least 1")
    with np.errstate(divide="ignore"):
        log_bare = np.log(g0)
    log_g, iterations, converged = _fixed_point(log_bare, start, tol, max_iterations)
    return MeanField(g0, log_g, enhancement_of_log(log_g), start, iterations, converged)


@dataclass(frozen=True, eq=False)
class Bistability:
    """The smallest and the largest solution side by side.

    Attributes
    ----------
    smallest, largest : MeanField
    separation : float
        Largest difference of log g_n between the two.
    bistable : bool
        True if `separation` exceeds the tolerance asked for. Means little unless both
        solutions have converged.
    """

    smallest: MeanField
    largest: MeanField
    separation: float
    bistable: bool


def bistable(g0: ArrayLike, rtol: float = 1e-6) -> Bistability:
    """Whether the mean-field equations have more than one solution, docs/physics.md (T10).

    Compares the couplings of the smallest and the largest solution, relative to `rtol`. If they
    agree there is no other. If not, the grain could stay localised or avalanche at the same bare
    couplings, and only the smallest solution is reached by switching the couplings on.

    Parameters
    ----------
    g0 : array_like, shape (N,)
    rtol : float
        Well above the error tol/(1 - convergence rate) of either solution.

    Raises
    ------
    InvalidInput
        As for `solve`, and for `rtol` <= 0.

    Examples
    --------
    >>> bistable([0.1, 0.05]).bistable
    False
    >>> bistable(np.full(100, 1e-4)).bistable
    True
    """
    if not rtol > 0:
        raise InvalidInput(f"rtol={rtol!r} must be positive: the two solutions never agree exactly")
    smallest, largest = solve(g0), solve(g0, start="saturated")
    active = smallest.bare_couplings > 0
    difference = largest.log_couplings[active] - smallest.log_couplings[active]
    separation = float(np.abs(difference).max(initial=0.0))
    return Bistability(smallest, largest, separation, separation > rtol)


def bare_couplings(first: float, alpha: float, n_lbits: int) -> NDArray[np.float64]:
    """g_{n,0} = g_{1,0} alpha^(n-1), the De Roeck-Huveneers chain, docs/physics.md (T11), D eq 12.

    Parameters
    ----------
    first : float
        g_{1,0} >= 0.
    alpha : float
        In (0, 1]; exp(-1/xi) for a localisation length xi. Critical at `CRITICAL_ALPHA`.
    n_lbits : int

    Raises
    ------
    InvalidInput
        For a number outside its range.

    Examples
    --------
    >>> bare_couplings(0.5, 0.6, 3)
    array([0.5 , 0.3 , 0.18])
    """
    first = one_number("first", first, "it is a bare reduced coupling", zero=True)
    if not 0 < alpha <= 1:
        raise InvalidInput(f"alpha={alpha!r} must lie in (0, 1]: couplings decay from the grain")
    return first * alpha ** np.arange(count_of_lbits(n_lbits), dtype=np.float64)


def _coupling_of_mean_entropy(measured: float) -> float:
    """The log g at which [S](g) has the given value in (0, log 2)."""
    # here [S] is within 1e-12 of log 2, and rounding begins to hide its slope
    largest = float(np.log(1e5))
    if not 0 < measured < resonance.mean_entropy(np.exp(largest)):
        raise InvalidInput(
            f"measured_entropy_end={measured!r} must lie between 0 and log 2 = {LOG2:.6f} (nats), "
            "both excluded: no finite coupling gives it; divide out other units first"
        )

    def excess(log_g: float) -> float:
        return float(resonance.mean_entropy(np.exp(log_g))) - measured

    # [S] <= 2 pi g, with equality at small g
    return float(brentq(excess, float(np.log(measured / (2 * np.pi))) - 1, largest, xtol=1e-13))


def fit_first_coupling(measured_entropy_end: float, relative_couplings: ArrayLike) -> float:
    """The g_{1,0} for which the last l-bit has the measured mean entropy, docs/physics.md (T11).

    This is how D compares the mean field with exact diagonalisation: one number is fitted at one
    alpha and used for all others. The end l-bit's own coupling must lie between its bare value
    and 2^{(N-1)/2} times that, which brackets the root.

    Parameters
    ----------
    measured_entropy_end : float
        [S_N] in nats, between 0 and log 2.
    relative_couplings : array_like, shape (N,)
        J_n / J_1 >= 0, in the order of the chain; the first is 1.

    Raises
    ------
    InvalidInput
        If the entropy is out of range, the couplings are not relative to the first, the last
        one is zero, or [S_N] jumps over the measured value (many nearly equal couplings).
    SolverFailure
        If the iteration for the fitted coupling does not converge.

    Examples
    --------
    >>> round(fit_first_coupling(0.535 * np.log(2), CRITICAL_ALPHA ** np.arange(4)), 3)
    0.097
    """
    relative = finite_couplings("relative_couplings", relative_couplings, "J_n / J_1 is a ratio")
    if not np.isclose(relative[0], 1.0, rtol=1e-12):
        raise InvalidInput(
            f"relative_couplings[0]={relative[0]} must be 1: divide the couplings by the first"
        )
    if relative[-1] == 0:
        raise InvalidInput(
            "relative_couplings[-1]=0 leaves the last l-bit decoupled, with zero entropy at any "
            "g_{1,0}: drop the decoupled l-bits"
        )
    measured = float(measured_entropy_end)
    with np.errstate(divide="ignore"):
        log_relative = np.log(relative)

    def end_entropy(log_first: float) -> tuple[float, bool]:
        log_g, _, converged = _fixed_point(log_first + log_relative, "bare", 1e-12, FIT_ITERATIONS)
        with np.errstate(over="ignore"):
            return float(resonance.mean_entropy(np.exp(log_g[-1]))), converged

    without_help = _coupling_of_mean_entropy(measured) - log_relative[-1]
    full_help = without_help - (relative.size - 1) * LOG2 / 2
    log_first = brentq(
        lambda trial: end_entropy(trial)[0] - measured,
        full_help - 0.1,
        without_help + 0.1,
        xtol=1e-10,
    )
    reached, converged = end_entropy(log_first)
    if abs(reached - measured) > 1e-6 * measured:
        raise InvalidInput(
            f"measured_entropy_end={measured} is not reachable: with these couplings [S_N] jumps "
            f"over it at g_(1,0)={np.exp(log_first):.6g}, where an avalanche sets in at once; "
            "measure at another alpha or give g_(1,0) directly"
        )
    if not converged:
        raise SolverFailure(
            f"the mean field at g_(1,0)={np.exp(log_first):.6g} did not converge in "
            f"{FIT_ITERATIONS} iterations: an avalanche is about to set in; fit at another alpha"
        )
    return float(np.exp(log_first))
