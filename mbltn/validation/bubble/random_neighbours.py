"""The Thouless parameter G (C eq 8) of a random matrix."""

from __future__ import annotations

import numpy as np

from ...observables.thouless import thouless_parameter

_LEVELS = 90


def random_parameter(
    strengths: np.ndarray, states: int, samples: int, seed: int
) -> tuple[float, float]:
    """Mean of G and its error for `states` neighbouring levels of Gaussian matrices.

    Parameters
    ----------
    strengths : variance of the elements of O, level spacings squared; one a sample, again and again
    states : levels that are taken from the middle, ordered by their shifted energies then

    Levels are unfolded, elements Gaussian, those of the diagonal with twice the variance.

    Examples
    --------
    >>> weak, _ = random_parameter(np.array([1e-8]), 20, 40, 1)
    >>> weaker, _ = random_parameter(np.array([1e-10]), 20, 40, 1)
    >>> round(2 * (weak - weaker), 3), round(float(np.log(100.0)), 3)
    (4.605, 4.605)
    """
    rng = np.random.default_rng(seed)
    n = max(_LEVELS, 3 * states)
    first = (n - states) // 2
    means = np.empty(samples)
    for sample in range(samples):
        A = rng.normal(size=(n, n))
        x = np.clip(np.linalg.eigvalsh(A + A.T)[first : first + states] / np.sqrt(8 * n), -1, 1)
        levels = n * (np.arcsin(x) + x * np.sqrt(1 - x**2)) / np.pi
        B = rng.normal(size=(states, states))
        elements = np.sqrt(strengths[sample % len(strengths)] / 2) * (B + B.T)
        means[sample] = thouless_parameter(levels, elements).values.mean()
    return float(means.mean()), float(means.std(ddof=1) / np.sqrt(samples))
