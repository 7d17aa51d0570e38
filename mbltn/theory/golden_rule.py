"""Width of an l-bit's line over the level spacing, by the golden rule (C section III A).

Grain: random matrix of N spins with a semicircle of bandwidth w N. Each l-bit joins with splitting
2 eps and the coupling V to one Pauli operator of the grain. Source: Potirniche, Banerjee and
Altman, "On the stability of many-body localization in d > 1", called C.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import j1

from mbltn.errors import InvalidInput

from ._inputs import (
    one_number,
    one_of,
    positive_integer,
    require_finite,
    require_nonnegative,
    require_positive,
    require_shapes,
)
from ._quadrature import LOG2, FloatOrArray, Floats, like_input

__all__ = [
    "GEOMETRIES",
    "critical_xi",
    "density_of_states",
    "golden_rule_ratio",
    "ln_coupling",
    "paper_ratio",
    "weakest_lbit",
]

_MOST_SUMMED = 12
_MOST_SUMMABLE = 20
_BLOCK = 1 << _MOST_SUMMABLE  # terms at a time
_HARMONICS = 1 << 15


def _layer(M: Floats) -> Floats:
    return np.ceil((np.sqrt(8 * M + 1) - 1) / 2 - 1e-12)


# ln(V_1/V_M)
_DECAYS: dict[str, Callable[[Floats, Floats], Floats]] = {
    "exp1d": lambda M, xi: (M - 1) / xi,
    "stretch1d": lambda M, xi: np.sqrt(M - 1) / xi,
    "stretch1d_alt": lambda M, xi: np.sqrt((M - 1) / xi),
    "layers2d": lambda M, xi: (_layer(M) - 1) / xi,
}
GEOMETRIES = tuple(_DECAYS)


def ln_coupling(geometry: str, M: ArrayLike, xi: ArrayLike) -> FloatOrArray:
    """ln(V_M/V_1) of l-bit M, docs/physics.md (M2).

    Parameters
    ----------
    geometry : {"exp1d", "stretch1d", "stretch1d_alt", "layers2d"}
        -(M - 1)/xi; -sqrt(M - 1)/xi; -sqrt((M - 1)/xi), printed in C eq 7; -(layer - 1)/xi, where
        layer n holds n l-bits.
    M : array_like of integers >= 1
    xi : array_like, > 0

    Raises
    ------
    InvalidInput
        For an unknown geometry or a number outside its range.

    Examples
    --------
    >>> ln_coupling("layers2d", [1, 2, 3, 4], xi=2.0).tolist()
    [-0.0, -0.5, -0.5, -1.0]
    """
    one_of("geometry", geometry, GEOMETRIES)
    length = require_positive("xi", xi, "it is a decay length")
    return like_input(-_DECAYS[geometry](_numbers(M), length))


def critical_xi(geometry: str) -> float:
    """Decay length at which the exponent of C eqs 6 and 7 stops falling with M.

    2/log 2 for "exp1d". 0 for the others, where it grows in the end at any xi.

    Raises
    ------
    InvalidInput
        For an unknown geometry.

    Examples
    --------
    >>> round(critical_xi("exp1d"), 6)
    2.88539
    """
    return 2 / LOG2 if one_of("geometry", geometry, GEOMETRIES) == "exp1d" else 0.0


def weakest_lbit(xi: ArrayLike, geometry: str = "stretch1d") -> FloatOrArray:
    """M* at which the exponent (M - 1) log 2 + 2 ln(V_M/V_1) is smallest, docs/physics.md (C8).

    1 + (1/(xi log 2))^2 for "stretch1d", 1 + 1/(xi log^2 2) for "stretch1d_alt"; M is continuous.

    Raises
    ------
    InvalidInput
        For another geometry or a number outside its range.

    Examples
    --------
    >>> round(weakest_lbit(0.6), 4)
    6.7816
    """
    one_of("geometry", geometry, ("stretch1d", "stretch1d_alt"))
    length = require_positive("xi", xi, "it is a decay length")
    return like_input(1 + 1 / (LOG2 * (length if geometry == "stretch1d" else length**0.5)) ** 2)


def density_of_states(
    energy: ArrayLike, fields: ArrayLike, radius: float, method: str = "auto"
) -> FloatOrArray:
    """Normalised density p_k of many-body levels of a grain and k l-bits, docs/physics.md (C5).

    2^-k times the sum over signs of p_0(energy - sum_j +-eps_j), p_0(e) = 2 sqrt(R^2 - e^2)/(pi
    R^2): the semicircle, convolved with each l-bit's two levels.

    Parameters
    ----------
    energy : array_like, shape (...)
    fields : array_like, shape (..., k)
        eps_j of the l-bits, k >= 0; the leading axes broadcast with `energy`.
    radius : float
        R > 0, half the bandwidth of the grain.
    method : {"auto", "sum", "fourier"}
        "sum" is exact and takes 2^k terms, k <= 20, a million at a time. "fourier" is the Fourier
        series of 2 J_1(R t)/(R t) prod_j cos(eps_j t), cut off after 2^15 harmonics: for random
        fields its absolute error is below 4e-7/R from k = 13 on, and up to 7e-4/R next to the
        edges of the semicircles of one or two l-bits.
        Where the density is smaller than that, nothing is left of it. "auto" sums up to k = 12.

    Returns
    -------
    float or ndarray
        Per unit energy, with integral 1.

    Raises
    ------
    InvalidInput
        For a number outside its range, shapes that do not fit, or an unknown method.

    Examples
    --------
    >>> round(density_of_states(0.0, [0.8, 1.1], radius=7.8), 9)
    0.080358492
    """
    one_of("method", method, ("auto", "sum", "fourier"))
    e = require_finite("energy", energy, "it is an energy")
    eps = require_finite("fields", fields, "they are fields of l-bits")
    R = one_number("radius", radius, "it is half the bandwidth of the grain")
    if eps.ndim == 0:
        raise InvalidInput(f"fields={fields!r} must have an axis of l-bits: give a list of fields")
    k = eps.shape[-1]
    shape = require_shapes(energy=e, **{"fields[..., 0]": np.empty(eps.shape[:-1])})
    energies = np.broadcast_to(e, shape).ravel()
    rows = np.broadcast_to(eps, (*shape, k)).reshape(energies.size, k)
    if method == "fourier" or (method == "auto" and k > _MOST_SUMMED):
        return like_input(_fourier(energies, rows, R).reshape(shape))
    if k > _MOST_SUMMABLE:
        raise InvalidInput(
            f"method='sum' takes 2^{k} terms for {k} l-bits and is meant for {_MOST_SUMMABLE} at "
            "most: use 'fourier'"
        )
    density = np.empty(energies.size)
    at_a_time = max(1, _BLOCK >> k)
    for first in range(0, energies.size, at_a_time):
        block = slice(first, first + at_a_time)
        density[block] = _sum(energies[block], rows[block], R)
    return like_input(density.reshape(shape))


def _sum(energies: Floats, rows: Floats, R: float) -> Floats:
    shifted = energies[:, None]
    for field in rows.T[..., None]:
        shifted = np.concatenate([shifted - field, shifted + field], axis=1)
    semicircles = np.sqrt(np.maximum(R**2 - shifted**2, 0.0))
    return np.asarray(2 / (np.pi * R**2) * semicircles.mean(axis=1))


def _fourier(energies: Floats, rows: Floats, R: float) -> Floats:
    density = np.empty(energies.size)
    for i, (here, row) in enumerate(zip(energies, rows, strict=True)):
        half = R + np.abs(row).sum()
        # a period longer than all levels, so that the series is the density, not its images
        t = np.pi / half * np.arange(1, _HARMONICS + 1)
        terms = 2 * j1(R * t) / (R * t) * np.cos(here * t)
        for field in row:
            terms *= np.cos(field * t)
        density[i] = (0.5 + terms.sum()) / half if abs(here) < half else 0.0
    return density


def golden_rule_ratio(
    fields: ArrayLike,
    coupling: ArrayLike,
    N: int,
    w: float = 2.6,
    at: str = "centre",
    floor: float = 2.0,
) -> FloatOrArray:
    """gamma_M/delta_E of the last l-bit without a free parameter, docs/physics.md (C6).

    gamma_M = 4 pi V_M^2 p_{M-1}(2 eps_M), the full width of the line of sigma^x of l-bit M at half
    maximum, and delta_E = 1/(2^(N + M) p_M(0)), the level spacing in the middle of the spectrum.

    Parameters
    ----------
    fields : array_like, shape (..., M)
        eps_1 .. eps_M; the splitting of an l-bit is 2 eps.
    coupling : array_like, shape (...)
        V_M of the last l-bit.
    N : int
        Spins of the grain, a GOE matrix of bandwidth w N.
    w : float, > 0
    at : {"centre", "final"}
        Energy at which the bath is taken: 2 eps_M from the centre of the band, or eps_M, where a
        state of total energy 0 ends after the flip (3 % wider lines at N = 6).
    floor : float
        Ratio of a line that is not resolved; 2 in C, 0 for the bare number.

    Returns
    -------
    float or ndarray
        inf where the ratio exceeds a float.

    Raises
    ------
    InvalidInput
        For a number outside its range, or shapes that do not fit.

    Examples
    --------
    >>> round(golden_rule_ratio([0.8, 1.1], coupling=0.7, N=6), 9)
    9.857047139
    """
    one_of("at", at, ("centre", "final"))
    N = positive_integer("N", N, "it counts spins of the grain")
    eps = require_finite("fields", fields, "they are fields of l-bits")
    V = require_nonnegative("coupling", coupling, "it is the coupling of the last l-bit")
    require_finite("coupling", V, "it is the coupling of the last l-bit")
    radius = one_number("w", w, "it is the bandwidth per spin of the grain") * N / 2
    lowest = require_nonnegative("floor", floor, "it is a ratio of a width and a spacing")
    if eps.ndim == 0 or eps.shape[-1] == 0:
        raise InvalidInput(f"fields={fields!r} must have one field for each l-bit, and M >= 1")
    last = eps[..., -1]
    require_shapes(coupling=V, **{"fields[..., 0]": last})
    bath = density_of_states(2 * last if at == "centre" else last, eps[..., :-1], radius)
    joint = density_of_states(0.0, eps, radius)
    # V^2 underflows and 2^(N + M) overflows long before their product does either
    mantissa, exponent = np.frexp(V)
    levels = 2 * exponent + N + eps.shape[-1]
    with np.errstate(over="ignore"):
        ratio = np.ldexp(4 * np.pi * mantissa**2 * bath * joint, levels)
    return like_input(np.maximum(lowest, ratio))


def paper_ratio(
    M: ArrayLike,
    xi: ArrayLike,
    first: ArrayLike,
    N: int,
    geometry: str = "exp1d",
    floor: float = 2.0,
) -> FloatOrArray:
    """gamma_M/delta_E from that of the first l-bit, docs/physics.md (C7), C eqs 6 and 7.

    max{floor, first N/(N + M - 1) exp[(M - 1) log 2 + 2 ln(V_M/V_1)]}.

    Parameters
    ----------
    M : array_like of integers >= 1
    xi : array_like, > 0
    first : array_like, > 0
        gamma_1/delta_b, measured or by `golden_rule_ratio`.
    N : int
        Spins of the grain.
    geometry : str
        As for `ln_coupling`; C eq 7 as printed is "stretch1d_alt".
    floor : float
        As for `golden_rule_ratio`.

    Raises
    ------
    InvalidInput
        For an unknown geometry or a number outside its range.

    Examples
    --------
    >>> round(paper_ratio(4, xi=3.0, first=4.7, N=8), 9)
    3.700804836
    """
    N = positive_integer("N", N, "it counts spins of the grain")
    start = require_positive("first", first, "it is gamma/delta_E of the first l-bit")
    lowest = require_nonnegative("floor", floor, "it is a ratio of a width and a spacing")
    number = _numbers(M)
    exponent = (number - 1) * LOG2 + 2 * ln_coupling(geometry, M, xi)
    with np.errstate(over="ignore"):
        ratio = start * N / (N + number - 1) * np.exp(exponent)
    return like_input(np.asarray(np.maximum(lowest, ratio)))


def _numbers(M: ArrayLike) -> Floats:
    number = require_positive("M", M, "it is the number of an l-bit")
    if ((number < 1) | (number != np.round(number))).any():
        raise InvalidInput(f"M={M!r} must be integers >= 1: l-bits are counted from 1")
    return number
