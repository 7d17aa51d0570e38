"""Spectral form factor of unfolded levels, and the Thouless time read from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ..errors import InvalidInput
from .levels import level_spacing, middle_by_rank
from .unfolding import ascending_levels, by_polynomial, turned_pairs

# Phases held at a time, 256 KiB an array: what a cache holds.
_PHASES = 1 << 15


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
    taus = checked_tau(tau)
    if not eta_f > 0:
        raise InvalidInput(f"eta_f={eta_f} must be positive; inf is no filter")
    if len(samples) == 0:
        raise InvalidInput("no samples: give a list of their levels, or an array (samples, levels)")
    amplitudes = np.empty((len(samples), len(taus)), dtype=complex)
    norms, spacings = np.empty(len(samples)), np.empty(len(samples))
    kept, turned = np.empty(len(samples), dtype=int), np.empty(len(samples), dtype=int)
    for number, energies in enumerate(samples):
        of = f"sample {number}"
        levels = ascending_levels(energies, of)
        eps = by_polynomial(levels, degree, central, of)
        # From the mean: where the lowest level kept happens to be is no phase of the ensemble.
        eps -= eps.mean()
        weights = np.exp(-0.5 * (eps / (eta_f * eps.std())) ** 2)
        turned[number] = turned_pairs(eps, weights, of)
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
    levels = ascending_levels(energies, "the sample")
    return np.asarray(abs(_sum_of_phases(levels, np.ones(len(levels)), checked_tau(tau))) ** 2)


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


def _sum_of_phases(levels: np.ndarray, weights: np.ndarray, tau: np.ndarray) -> np.ndarray:
    """sum_n weights_n exp(-2 pi i levels_n tau), (taus,)."""
    found = np.empty(len(tau), dtype=complex)
    step = max(1, _PHASES // len(levels))
    for start in range(0, len(tau), step):
        phases = np.outer(-2 * np.pi * tau[start : start + step], levels)
        found.real[start : start + step] = np.cos(phases) @ weights
        found.imag[start : start + step] = np.sin(phases) @ weights
    return found


def checked_tau(tau: ArrayLike) -> np.ndarray:
    taus = np.asarray(tau, dtype=float)
    if taus.ndim != 1 or not np.isfinite(taus).all():
        raise InvalidInput(f"tau of shape {taus.shape} must be finite numbers of shape (taus,)")
    return taus
