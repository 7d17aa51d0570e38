"""Spectral functions of a spin in eigenstates: thermal and typical (C eqs 5, S2 to S5)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ..errors import InvalidInput
from .energy_histogram import bins_within
from .transitions import Transitions

TYPICAL_SHIFT = 1e-20
# Numbers of one block of histograms, 64 MB.
_BLOCK = 2**23


@dataclass(frozen=True, eq=False)
class SpectralFunction:
    """rho(w) in bins [j dw, (j + 1) dw), averaged over states (and samples).

    Attributes
    ----------
    dw : width of a bin
    thermal : (2 n,) mean of rho_n(w) over the states; bins j = -n .. n - 1
    mean_log : (2 n,) mean of log[rho_n(w) + 1e-20]
    prefactor : pi in C's definition
    bound : prefactor times the mean of 1 - <n|O|n>^2: the integral over all w
    """

    dw: float
    thermal: np.ndarray
    mean_log: np.ndarray
    prefactor: float
    bound: float

    @property
    def frequencies(self) -> np.ndarray:
        """(2 n,) middles of the bins."""
        n = len(self.thermal) // 2
        return self.dw * (np.arange(-n, n) + 0.5)

    @property
    def typical(self) -> np.ndarray:
        """(2 n,) exp of the mean logarithm, at most `thermal` + 1e-20."""
        return np.exp(self.mean_log)

    @property
    def integral(self) -> float:
        """int rho_typ dw over the prefactor: 1 where all states are alike, 0 if localized."""
        return float(self.typical.sum() * self.dw / self.prefactor)

    @property
    def captured(self) -> float:
        """Share of `bound` that lies in the bins: less than 1 for a short reach or few partners."""
        return float(self.thermal.sum() * self.dw / self.bound)


def spectral_function(
    transitions: Transitions, dw: float, reach: float, prefactor: float = np.pi
) -> SpectralFunction:
    """rho_n(w) = pi sum_{m != n} |<m|O|n>|^2 delta[w - (E_m - E_n)] of C eq 5, as a histogram.

    docs/physics.md, O20. The exact sum rule is int rho_n dw = pi (1 - <n|O|n>^2); the 2 pi that C
    prints does not fit its own prefactor. The typical function depends on dw, since bins that
    are empty in a share p of the states lower it to 1e-20^p.

    Parameters
    ----------
    transitions : Transitions
    dw : float, > 0
        The mean level spacing in C; one grid for all samples that are averaged.
    reach : float, > 0
        The largest |w| that is kept.
    prefactor : float
        2 pi to compare with C's bound.

    Raises
    ------
    InvalidInput
        If there are no such bins (`bins_within`).

    Examples
    --------
    >>> two = Transitions(
    ...     energies=np.array([0.0]),
    ...     partners=np.array([0.0, 0.9, 2.2]),
    ...     elements=np.array([[0.0], [0.6], [0.8]]),
    ...     own=np.array([0]),
    ...     expectation=np.array([0.0]),
    ...     whole=True,
    ... )
    >>> rho = spectral_function(two, dw=0.5, reach=2.5, prefactor=1.0)
    >>> rho.thermal[5:].round(6).tolist(), round(rho.captured, 9)
    ([0.0, 0.72, 0.0, 0.0, 1.28], 1.0)
    """
    n = bins_within(dw, reach)
    k = len(transitions.energies)
    thermal, logs = np.zeros(2 * n), np.zeros(2 * n)
    for histogram in _histograms(transitions, dw, n):
        rho = histogram * (prefactor / dw)
        thermal += rho.sum(axis=0)
        logs += np.log(rho + TYPICAL_SHIFT).sum(axis=0)
    bound = prefactor * float(transitions.available.mean())
    return SpectralFunction(dw, thermal / k, logs / k, prefactor, bound)


def _histograms(transitions: Transitions, dw: float, n: int) -> Iterator[np.ndarray]:
    """(states, 2 n) weights in bins, some states at a time."""
    states = max(1, _BLOCK // max(2 * n, len(transitions.partners)))
    for first in range(0, len(transitions.energies), states):
        part = slice(first, first + states)
        bins = np.floor(transitions.frequencies(part) / dw).astype(np.int64) + n
        inside = (bins >= 0) & (bins < 2 * n)
        bins += 2 * n * np.arange(bins.shape[1])
        size = 2 * n * bins.shape[1]
        weights = transitions.weights[:, part]
        yield np.bincount(bins[inside], weights[inside], minlength=size).reshape(-1, 2 * n)


def average_spectral(functions: Sequence[SpectralFunction]) -> SpectralFunction:
    """Mean over samples: of rho for `thermal`, of its logarithm for `typical`.

    Raises
    ------
    InvalidInput
        If there is none, or they are not on one grid with one prefactor.
    """
    if not functions:
        raise InvalidInput("there is no spectral function to average")
    first = functions[0]
    for other in functions:
        if (other.dw, len(other.thermal), other.prefactor) != (
            *(first.dw, len(first.thermal)),
            first.prefactor,
        ):
            raise InvalidInput(
                f"bins of {other.dw:.6g} to {len(other.thermal)} and of {first.dw:.6g} to "
                f"{len(first.thermal)} cannot be averaged: use one dw, reach and prefactor"
            )
    return SpectralFunction(
        first.dw,
        np.mean([each.thermal for each in functions], axis=0),
        np.mean([each.mean_log for each in functions], axis=0),
        first.prefactor,
        float(np.mean([each.bound for each in functions])),
    )
