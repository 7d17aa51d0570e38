"""Spectral form factor of unfolded levels, and the Thouless time read from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.polynomial import Polynomial
from numpy.typing import ArrayLike

from ..errors import InvalidInput
from .levels import level_spacing, middle_by_rank

# Phases held at a time, 256 KiB an array: what a cache holds.
_PHASES = 1 << 15
# In spacings: rounding errors of the polynomial may turn a doublet round.
_ROUNDING = 1e-8
# A polynomial may fall at the edges, where the filter lets less than this part pass.
_EDGE = 0.1


@dataclass(frozen=True)
class FormFactor:
    """Form factor of an ensemble of spectra (docs/physics.md, eq O15).

    Attributes
    ----------
    tau : (taus,), in units of the Heisenberg time
    values : (taus,)
        K, which tends to 1: `goe_form_factor`, or 1 for Poisson levels, and near tau = 0 the
        disconnected part |<sum f e>|^2/Z, of width 1/levels.
    connected : (taus,)
        K without the disconnected part. Estimated from S samples, that part takes 1/S of the
        fluctuations along (all of them if S = 1): S/(S - 1) mends it.
    error : (taus,)
        Of `values`: standard deviation over sqrt(S), K/sqrt(S) past the disconnected part however
        long the spectra are; NaN for one sample.
    normalisation : Z
    spacing : mean raw spacing of the middle quarter of the levels, mean over samples
    levels : (S,) how many levels of each sample entered
    turned : (S,)
        How many pairs of neighbours the polynomial turned round, at the edges where f < 0.1. One or
        two in every fifth sample of 100 Poisson levels; many if the degree is too high.
    """

    tau: np.ndarray
    values: np.ndarray
    connected: np.ndarray
    error: np.ndarray
    normalisation: float
    spacing: float
    levels: np.ndarray
    turned: np.ndarray

    @property
    def heisenberg_time(self) -> float:
        """``t_H = 2 pi / spacing``."""
        return 2 * np.pi / self.spacing


@dataclass(frozen=True)
class ThoulessTime:
    """Where the form factor joins the orthogonal ensemble's (docs/physics.md, eq O16).

    Attributes
    ----------
    tau_Th : float
        NaN if no tau of the grid is within the tolerance; an upper bound if it is the first.
    t_Th : tau_Th 2 pi / spacing, in inverse units of energy
    smoothed : (taus,) running mean of K
    deviation : (taus,) ``|log10(smoothed / K_GOE)|``
    """

    tau_Th: float
    t_Th: float
    smoothed: np.ndarray
    deviation: np.ndarray


def unfold(energies: ArrayLike, degree: int = 6, central: float = 0.8) -> np.ndarray:
    """Levels in units of their local mean spacing (docs/physics.md, eq O15).

    A polynomial is fitted to the staircase (E_n, n) of the central levels, by rank, and evaluated
    there. It takes slow fluctuations for a mean density: K lacks them, for degree 6 below tau =
    3/levels.

    Parameters
    ----------
    energies : (levels,), ascending, of one sample and one symmetry sector
    degree : of the polynomial
    central : share of the levels that is kept

    Returns
    -------
    (round(central levels),) ascending, of mean spacing 1; n = 0 is the lowest level kept.

    Raises
    ------
    InvalidInput
        For levels that are not finite, not ascending or too few for the polynomial, and if the
        polynomial is not monotonic and turns two of them round.

    Examples
    --------
    >>> (unfold(np.sqrt(np.arange(1.0, 21.0)), degree=2)[:4] + 1).round(6)
    array([1., 2., 3., 4.])
    """
    levels = _checked(energies, "the sample")
    eps = _unfold(levels, degree, central, "the sample")
    _turned(eps, np.ones(len(eps)), "the sample")
    return eps


def form_factor(
    samples: Sequence[ArrayLike] | np.ndarray,
    tau: ArrayLike,
    degree: int = 6,
    eta_f: float = 0.5,
    central: float = 0.8,
) -> FormFactor:
    """``K(tau) = <|sum_n f(eps_n) exp(-2 pi i eps_n tau)|^2> / Z`` (docs/physics.md, eq O15).

    eps are unfolded levels, counted from their mean in each sample,
    ``f = exp(-(eps - <eps>)^2 / (2 (eta_f sigma)^2))`` with sigma their standard deviation, and
    Z = <sum f^2>.

    One cosine and one sine for each sample, level and tau: two seconds for 1e8 of them. Memory: 40
    bytes for each sample and tau; no array has levels and taus but in blocks of 1 MiB.

    Parameters
    ----------
    samples : (samples, levels), or a list of (levels,) whose lengths may differ
        Whole spectra, ascending, of one symmetry sector.
    tau : (taus,)
        For `thouless_time` a geometric grid with steps of about 1 %, from 1/levels to 2 or so.
    degree, central : see `unfold`; only the central levels enter
    eta_f : width of the filter; inf is no filter

    Raises
    ------
    InvalidInput
        As `unfold`, with the number of the sample, but a polynomial that falls where f < 0.1 is
        counted only (`FormFactor.turned`); without samples; for tau not finite or eta_f not
        positive.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> matrices = rng.standard_normal((200, 60, 60))
    >>> levels = np.linalg.eigvalsh(matrices + matrices.transpose(0, 2, 1))
    >>> found = form_factor(levels, tau=[0.5, 3.0])
    >>> bool((abs(found.values - goe_form_factor(found.tau)) < 3 * found.error).all())
    True
    """
    taus = _checked_tau(tau)
    if not eta_f > 0:
        raise InvalidInput(f"eta_f={eta_f} must be positive; inf is no filter")
    if len(samples) == 0:
        raise InvalidInput("no samples: give a list of their levels, or an array (samples, levels)")
    amplitudes = np.empty((len(samples), len(taus)), dtype=complex)
    norms, spacings = np.empty(len(samples)), np.empty(len(samples))
    kept, turned = np.empty(len(samples), dtype=int), np.empty(len(samples), dtype=int)
    for number, energies in enumerate(samples):
        of = f"sample {number}"
        levels = _checked(energies, of)
        eps = _unfold(levels, degree, central, of)
        # From the mean: where the lowest level kept happens to be is no phase of the ensemble.
        eps -= eps.mean()
        weights = np.exp(-0.5 * (eps / (eta_f * eps.std())) ** 2)
        turned[number] = _turned(eps, weights, of)
        amplitudes[number] = _sum_of_phases(eps, weights, taus)
        norms[number], kept[number] = (weights**2).sum(), len(eps)
        middle = middle_by_rank(len(levels), max(2, len(levels) // 4))
        spacings[number] = level_spacing(levels[middle])
    Z = norms.mean()
    each = abs(amplitudes) ** 2 / Z
    if len(samples) > 1:
        error = each.std(axis=0, ddof=1) / np.sqrt(len(samples))
    else:
        error = np.full(len(taus), np.nan)
    return FormFactor(
        tau=taus,
        values=each.mean(axis=0),
        connected=(abs(amplitudes - amplitudes.mean(axis=0)) ** 2).mean(axis=0) / Z,
        error=error,
        normalisation=float(Z),
        spacing=float(spacings.mean()),
        levels=kept,
        turned=turned,
    )


def raw_form_factor(energies: ArrayLike, tau: ArrayLike) -> np.ndarray:
    """``|sum_n exp(-2 pi i E_n tau)|^2`` of one sample: all levels, not unfolded, no filter.

    Parameters
    ----------
    energies : (levels,), ascending
    tau : (taus,), in inverse units of energy: t/(2 pi)

    Returns
    -------
    (taus,), (number of levels)^2 at tau = 0

    Examples
    --------
    >>> raw_form_factor([0.0, 1.0, 2.5, 3.1], [0.1, 0.4]).round(6)
    array([8.414288, 4.086748])
    """
    levels = _checked(energies, "the sample")
    return np.asarray(abs(_sum_of_phases(levels, np.ones(len(levels)), _checked_tau(tau))) ** 2)


def goe_form_factor(tau: ArrayLike) -> np.ndarray:
    """K of the Gaussian orthogonal ensemble for many levels (docs/physics.md, eq O15).

    ``2 tau - tau log(1 + 2 tau)`` up to tau = 1, then ``2 - tau log((2 tau + 1)/(2 tau - 1))``.

    Parameters
    ----------
    tau : (...), zero or positive

    Examples
    --------
    >>> goe_form_factor([0.1, 1.0, 2.0]).round(6)
    array([0.181768, 0.901388, 0.978349])
    """
    tau = np.asarray(tau, dtype=float)
    if not (np.isfinite(tau) & (tau >= 0)).all():
        raise InvalidInput("tau must be finite, zero or positive")
    late = np.maximum(tau, 1.0)
    return np.where(
        tau <= 1, tau * (2 - np.log1p(2 * tau)), 2 - late * np.log1p(2 / (2 * late - 1))
    )


def thouless_time(
    tau: ArrayLike,
    K: ArrayLike,
    spacing: float,
    tolerance: float = 0.08,
    window: tuple[float, float] = (0.95, 1.05),
) -> ThoulessTime:
    """Smallest tau with ``|log10(K / K_GOE)| < tolerance``, K a running mean.

    docs/physics.md (O16). The mean is over the points of the grid in tau [0.95, 1.05], fewer at its
    ends. Of what is found, about 3/levels is the filter's own width and 0.79 is where K = 1 of
    Poisson levels meets the curve. K may also cross it by chance, from few samples, or on its way
    up (`connected`): look at `deviation`.

    Parameters
    ----------
    tau : (taus,), ascending and positive
    K : (taus,), `values` or `connected` of a `FormFactor`
    spacing : mean raw level spacing at the centre, as in `FormFactor`

    Raises
    ------
    InvalidInput
        For tau that are not ascending and positive, K negative, not finite or of another length,
        a window that does not hold tau, or spacing or tolerance not positive.

    Examples
    --------
    >>> tau = np.geomspace(0.01, 2, 500)
    >>> diffusive = goe_form_factor(tau) * (1 + (0.1 / tau) ** 2)
    >>> round(thouless_time(tau, diffusive, spacing=0.01).tau_Th, 2)
    0.22
    """
    taus, values = _checked_tau(tau), np.asarray(K, dtype=float)
    if not (taus > 0).all() or (np.diff(taus) <= 0).any():
        raise InvalidInput("tau must be positive and ascending: a geometric grid, without 0")
    if values.shape != taus.shape:
        raise InvalidInput(f"K {values.shape} and tau {taus.shape} must have one shape (taus,)")
    if not (np.isfinite(values) & (values >= 0)).all():
        raise InvalidInput("K must be finite, zero or positive at every tau")
    low, high = window
    if not 0 < low <= 1 <= high < np.inf:
        raise InvalidInput(f"window={window} must be factors around 1, such as (0.95, 1.05)")
    if not (0 < spacing < np.inf and 0 < tolerance < np.inf):
        raise InvalidInput(f"spacing={spacing} and tolerance={tolerance} must be positive")
    first = np.searchsorted(taus, low * taus, side="left")
    last = np.searchsorted(taus, high * taus, side="right")
    smoothed = np.array([values[a:b].mean() for a, b in zip(first, last, strict=True)])
    with np.errstate(divide="ignore"):
        deviation = abs(np.log10(smoothed / goe_form_factor(taus)))
    near = np.flatnonzero(deviation < tolerance)
    tau_Th = float(taus[near[0]]) if len(near) else np.nan
    return ThoulessTime(tau_Th, tau_Th * 2 * np.pi / spacing, smoothed, deviation)


def _unfold(levels: np.ndarray, degree: int, central: float, of: str) -> np.ndarray:
    if degree < 1 or degree != int(degree):
        raise InvalidInput(f"degree={degree} of the polynomial must be a whole number from 1 on")
    if not 0 < central <= 1:
        raise InvalidInput(f"central={central} must be a share of the levels, 0 < central <= 1")
    inner = levels[middle_by_rank(len(levels), max(1, round(central * len(levels))))]
    distinct = len(np.unique(inner))
    if distinct < degree + 2:
        raise InvalidInput(
            f"{of}: {distinct} different levels in the central {central:.0%} of {len(levels)} are "
            f"too few for a polynomial of degree {degree}, which needs {degree + 2} to leave any "
            "fluctuation: take more levels or a lower degree"
        )
    staircase = np.arange(len(inner), dtype=float)
    return np.asarray(Polynomial.fit(inner, staircase, int(degree))(inner))


def _turned(eps: np.ndarray, weights: np.ndarray, of: str) -> int:
    """Number of levels out of order; refused where they have weight."""
    falls = np.flatnonzero(np.diff(eps) < -_ROUNDING)
    heavy = falls[weights[falls] > _EDGE]
    if len(heavy):
        raise InvalidInput(
            f"{of}: the polynomial through the staircase is not monotonic, it turns {len(heavy)} "
            f"pairs of levels round (the first: {heavy[0]} and {heavy[0] + 1} of {len(eps)}): "
            "take a lower degree, leave more out at the edges (`central`), or unfold bands apart"
        )
    return len(falls)


def _sum_of_phases(levels: np.ndarray, weights: np.ndarray, tau: np.ndarray) -> np.ndarray:
    """sum_n weights_n exp(-2 pi i levels_n tau), (taus,)."""
    found = np.empty(len(tau), dtype=complex)
    step = max(1, _PHASES // len(levels))
    for start in range(0, len(tau), step):
        phases = np.outer(-2 * np.pi * tau[start : start + step], levels)
        found.real[start : start + step] = np.cos(phases) @ weights
        found.imag[start : start + step] = np.sin(phases) @ weights
    return found


def _checked(energies: ArrayLike, of: str) -> np.ndarray:
    levels = np.asarray(energies, dtype=float)
    if levels.ndim != 1 or len(levels) == 0:
        raise InvalidInput(
            f"{of} has levels of shape {levels.shape}, not (levels,): an ensemble is a list of "
            "arrays of levels or an array (samples, levels)"
        )
    if not np.isfinite(levels).all():
        raise InvalidInput(f"{of}: {(~np.isfinite(levels)).sum()} of its levels are not finite")
    if (np.diff(levels) < 0).any():
        raise InvalidInput(f"{of}: levels must be in ascending order: sort them first")
    return levels


def _checked_tau(tau: ArrayLike) -> np.ndarray:
    taus = np.asarray(tau, dtype=float)
    if taus.ndim != 1 or not np.isfinite(taus).all():
        raise InvalidInput(f"tau of shape {taus.shape} must be finite numbers of shape (taus,)")
    return taus
