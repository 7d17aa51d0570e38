"""Averages over long times: at which times, with what error, and what the window leaves out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..errors import InvalidInput
from ..operators import HilbertSpace
from ..streams import Streams
from .levels import DEGENERATE


@dataclass(frozen=True, eq=False)
class TimeMean:
    """A mean over the times of a window, and over vectors.

    Attributes
    ----------
    mean : array
    error : array of its shape, one standard deviation; what the window leaves out is not in it
    of_times, of_vectors : the parts of it, added in quadrature; of_vectors is 0 for one vector
    """

    mean: np.ndarray
    error: np.ndarray
    of_times: np.ndarray
    of_vectors: np.ndarray


def window_times(start: float, length: float, count: int, streams: Streams) -> np.ndarray:
    """`count` times drawn independently and evenly from ``[start, start + length]``, ascending.

    Values at random times are independent samples of the window, whatever their correlations:
    their mean has no bias and a known error (docs/physics.md, O29).

    Raises
    ------
    InvalidInput
        If length or count are not positive.

    Examples
    --------
    >>> times = window_times(100.0, 50.0, 400, Streams(1, 0))
    >>> bool(100 <= times[0] <= times[-1] <= 150), bool(abs(times.mean() - 125) < 3)
    (True, True)
    """
    if not (np.isfinite(start) and 0 < length < np.inf) or count < 1:
        raise InvalidInput(
            f"start={start}, length={length}, count={count}: a window has a finite start, a "
            "positive length and one time or more"
        )
    return np.sort(start + length * streams("window times").random(count))


def time_mean(samples: np.ndarray) -> TimeMean:
    """Mean over random times and over random vectors, with its error (docs/physics.md, O29).

    ``error^2 = var_t(mean_r x)/n_t + var_r(mean_t x)/k``: the fluctuations in time of what is
    averaged over the vectors, and those of the vectors' time averages, which share the times.

    Parameters
    ----------
    samples : (n_t, k, ...) values at `window_times`, n_t >= 2, of k vectors

    Returns
    -------
    TimeMean
        Of the shape that is left without the first two axes.

    Examples
    --------
    >>> found = time_mean(np.array([[[1.0], [3.0]], [[2.0], [4.0]]]))
    >>> found.mean, found.of_times, found.of_vectors
    (array([2.5]), array([0.5]), array([1.]))
    """
    samples = np.asarray(samples, dtype=float)
    if samples.ndim < 2 or len(samples) < 2:
        raise InvalidInput(
            f"samples have shape {samples.shape}; an error needs (n_t, k, ...), two times or more"
        )
    of_times = _standard_error(samples.mean(axis=1))
    of_vectors = _standard_error(samples.mean(axis=0))
    return TimeMean(samples.mean(axis=(0, 1)), np.hypot(of_times, of_vectors), of_times, of_vectors)


def _standard_error(values: np.ndarray) -> np.ndarray:
    """Over the first axis; 0 where there is one value."""
    n = len(values)
    if n < 2:
        return np.zeros(values.shape[1:])
    return np.asarray(values.std(axis=0, ddof=1) / np.sqrt(n))


def window_deviation(
    energies: np.ndarray,
    vectors: np.ndarray,
    space: HilbertSpace,
    sites: tuple[int, ...],
    length: float,
) -> np.ndarray:
    """Bound of |mean over a window - infinite-time mean| of tr[sigma^z(t) sigma^z]/D.

    ``sum_{a,b not degenerate} |<a|sigma^z|b>|^2 min(1, 2/(|E_a - E_b| length))/D``, since the mean
    of exp(i w t) over a window is at most 2/(|w| length) (docs/physics.md, O29): the window must be
    longer than the inverse of the smallest gap between states that sigma^z joins.

    Parameters
    ----------
    energies, vectors : (D,) and (D, D), the whole spectrum
    sites : two-level sites
    length : float, > 0

    Returns
    -------
    (n_sites,)

    Raises
    ------
    InvalidInput
        If eigenstates are missing.

    Examples
    --------
    >>> energies, vectors = np.linalg.eigh(np.array([[0.0, 1.0], [1.0, 0.0]]))
    >>> window_deviation(energies, vectors, HilbertSpace((2,)), (0,), 100.0)
    array([0.01])
    """
    if vectors.shape != (len(energies), space.dimension) or len(energies) != space.dimension:
        raise InvalidInput(
            f"vectors {vectors.shape} of {len(energies)} levels: the whole spectrum of "
            f"D={space.dimension} is needed, Target.all()"
        )
    gaps = abs(np.subtract.outer(energies, energies))
    degenerate = gaps <= DEGENERATE * np.ptp(energies)
    kernel = np.minimum(1.0, 2.0 / (np.where(degenerate, np.inf, gaps) * length))
    index = np.arange(space.dimension)
    found = np.empty(len(sites))
    for column, site in enumerate(sites):
        sign = 1.0 - 2.0 * ((index // space.strides[site]) % 2)
        elements = vectors.conj().T @ (sign[:, None] * vectors)
        found[column] = (abs(elements) ** 2 * kernel).sum() / space.dimension
    return found
