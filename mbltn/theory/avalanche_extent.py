"""How far an avalanche reaches: its bottleneck and its stability radius (D eqs 17, 20)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from mbltn.errors import InvalidInput

from ._inputs import finite_couplings, one_number, one_of
from ._quadrature import LOG2

__all__ = [
    "Bottleneck",
    "GrainSpacing",
    "StabilityRadius",
    "bottleneck",
    "grain_spacing",
    "stability_radius",
]


@dataclass(frozen=True)
class Bottleneck:
    """Where an avalanche in two dimensions is weakest: its size and the coupling there."""

    n_lbits: float
    coupling: float


def bottleneck(first: float, xi: float) -> Bottleneck:
    """Minimum over n >= 1 of g_n = J_0 exp(-sqrt(n)/xi + (n-1) log(2)/2), docs/physics.md (T13).

    D eq 17, for l-bits in two dimensions ordered by distance sqrt(n). The minimum lies at
    sqrt(n) = 1/(xi log 2); a coupling well below 1 there stops the naive avalanche.

    Parameters
    ----------
    first : float
        J_0 >= 0, dimensionless: the reduced coupling scale.
    xi : float
        Decay length > 0, in units of the mean distance of the l-bits.

    Raises
    ------
    InvalidInput
        For a number outside its range.

    Examples
    --------
    >>> pinch = bottleneck(1.0, 0.5)
    >>> round(pinch.n_lbits, 3), round(pinch.coupling, 4)
    (8.325, 0.0395)
    """
    first = one_number("first", first, "it is a bare reduced coupling", zero=True)
    if not 0 < xi < np.inf:
        raise InvalidInput(f"xi={xi!r} must be positive and finite: it is a decay length")
    root = max(1 / (xi * LOG2), 1.0)
    with np.errstate(over="ignore"):
        return Bottleneck(
            float(np.square(root)),
            float(first * np.exp(-root / xi + (np.square(root) - 1) * LOG2 / 2)),
        )


@dataclass(frozen=True)
class StabilityRadius:
    """Radius beyond which a failed avalanche only perturbs; meaningless unless `resolved`."""

    radius: float
    resolved: bool


def stability_radius(
    bare_couplings: ArrayLike, radii: ArrayLike, grain_dimension: float, total: float
) -> StabilityRadius:
    """Radius beyond which no eigenstate is resonant with any l-bit, docs/physics.md (T14).

    D eq 20. The thermal bubble has dimension d = d_g exp(eta_tot) and couples to l-bit n with
    gbar_n = g_{n,0} exp(eta_tot/2). R is the smallest radius present with
    sum_{r_n > R} gbar_n < 1/d.

    Parameters
    ----------
    bare_couplings : array_like, shape (N,)
    radii : array_like, shape (N,)
        Distance of each l-bit from the grain, in any unit; R is one of them.
    grain_dimension : float
        d_g >= 1.
    total : float
        eta_tot of the failed avalanche, in nats.

    Returns
    -------
    StabilityRadius
        The empty sum satisfies the condition, so R never exceeds the sample: `resolved` is
        False when R is the sample radius, which means that a larger sample is needed.

    Raises
    ------
    InvalidInput
        For a number outside its range, or arrays of different length.

    Examples
    --------
    >>> stability_radius(10.0 ** -np.arange(6), np.arange(6), 8, 3 * np.log(2))
    StabilityRadius(radius=2.0, resolved=True)
    """
    couplings = finite_couplings("bare_couplings", bare_couplings, "couplings are magnitudes")
    distances = finite_couplings("radii", radii, "a radius is a distance")
    if couplings.shape != distances.shape:
        raise InvalidInput(
            f"bare_couplings {couplings.shape} and radii {distances.shape} must have one entry "
            "per l-bit each"
        )
    if not 1 <= grain_dimension < np.inf:
        raise InvalidInput(f"grain_dimension={grain_dimension!r} must be a dimension >= 1")
    if not 0 <= total < np.inf:
        raise InvalidInput(f"total={total!r} must be a finite eta_tot >= 0, in nats")
    present, shell = np.unique(distances, return_inverse=True)
    in_shell = np.bincount(shell, weights=couplings)
    # summed from the weak end, which is where the sum is compared with something tiny
    outside = np.append(np.cumsum(in_shell[:0:-1])[::-1], 0.0)
    with np.errstate(divide="ignore"):
        perturbative = np.log(outside) + 1.5 * total + np.log(grain_dimension) < 0
    first = int(np.argmax(perturbative))
    return StabilityRadius(float(present[first]), first < present.size - 1)


@dataclass(frozen=True)
class GrainSpacing:
    """How many grains a lattice bears: at most one to an area 1/`density`, `distance` apart.

    inf and 0 where a sample avalanches, which no distance mends, or is too small to tell.
    """

    distance: float
    density: float


def grain_spacing(radii: ArrayLike, harmless: ArrayLike, distance: str = "lattice") -> GrainSpacing:
    """Distance from which on grains do not help each other, docs/physics.md (T16).

    Grains whose failed avalanches reach R_1, R_2, ... do not overlap where each is 2 R from the
    next, R the largest (D, text above eq 20). The densest such lattice has one grain to an area of
    2 R^2 for |n_1| + |n_2| (diamonds fill the plane), 2 sqrt(3) R^2 for Euclidean distance, and
    never more than one to a site.

    Parameters
    ----------
    radii : array_like, shape (n_samples,)
        Stability radii (`stability_radius`) over the phases of the potential.
    harmless : array_like of bool, shape (n_samples,)
        Whether the avalanche failed, within a lattice that is large enough to tell.
    distance : {"lattice", "euclidean"}

    Raises
    ------
    InvalidInput
        For no sample, arrays of different length, or another distance.

    Examples
    --------
    >>> grain_spacing([3.0, 5.0, 4.0], [True, True, True])
    GrainSpacing(distance=10.0, density=0.02)
    """
    reach = finite_couplings("radii", radii, "a radius is a distance")
    safe = np.asarray(harmless, dtype=bool)
    if safe.shape != reach.shape:
        raise InvalidInput(
            f"radii {reach.shape} and harmless {safe.shape} must have one entry for each sample"
        )
    area = {"lattice": 2.0, "euclidean": 2 * np.sqrt(3)}[
        one_of("distance", distance, ("lattice", "euclidean"))
    ]
    if not safe.all():
        return GrainSpacing(np.inf, 0.0)
    largest = float(reach.max())
    return GrainSpacing(2 * largest, float(1 / max(area * largest**2, 1.0)))
