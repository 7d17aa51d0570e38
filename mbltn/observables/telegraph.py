"""Spin echo of a spin whose neighbours flip at random, exactly."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ..errors import InvalidInput


def telegraph_echo(t: ArrayLike, v: ArrayLike, k: ArrayLike) -> np.ndarray:
    """Echo at time t beside one neighbour that shifts the spin by +-v and flips at rate k each way.

    docs/physics.md (O10): ``exp(-k t) [(c + k s)^2 + v^2 s^2]`` with c = cosh(mu t/2), s = sinh(mu
    t/2)/mu and mu^2 = k^2 - v^2. It is 1 for v t << 1 and goes to exp(-k t) for v t >> 1, v >> k.

    Parameters
    ----------
    t : array_like, >= 0;  v : array_like;  k : array_like, >= 0
        They broadcast.

    Raises
    ------
    InvalidInput
        For negative t or k.

    Examples
    --------
    >>> round(float(telegraph_echo(0.5, v=20.0, k=1.0)), 9)
    0.593137548
    """
    return np.exp(_log_telegraph_echo(t, v, k))


def _log_telegraph_echo(t: ArrayLike, v: ArrayLike, k: ArrayLike) -> np.ndarray:
    """Its logarithm, finite where the echo itself underflows."""
    t, v, k = (np.asarray(a, dtype=float) for a in (t, v, k))
    for name, values in (("t", t), ("k", k)):
        if not (values >= 0).all():
            raise InvalidInput(f"{name} must be zero or positive")
    mu = np.sqrt((k**2 - v**2).astype(complex))
    small = abs(mu) * t < 1e-6
    safe = np.where(small, 1.0, mu)
    # What cosh and sinh have in common, exp(mu t/2) for real mu, belongs to the exponent.
    grow, fall = np.exp(1j * mu.imag * t / 2), np.exp((-mu - mu.real) * t / 2)
    cosh, sinh = (grow + fall) / 2, np.where(small, t / 2, (grow - fall) / 2 / safe)
    rest = ((cosh + k * sinh) ** 2 + v**2 * sinh**2).real
    # k - mu, without the difference of nearly equal numbers of a slow spin
    decay = np.where(mu.imag == 0, v**2 / np.maximum(k + mu.real, 1e-300), k)
    return np.asarray(np.log(rest) - decay * t)


def log_echo(t: ArrayLike, strengths: ArrayLike, k: ArrayLike) -> np.ndarray:
    """ln of the echo beside independent neighbours of these strengths, the sum of their logarithms.

    Parameters
    ----------
    t : (...,)
    strengths : (n,)
    k : float

    Examples
    --------
    >>> strengths = 1e4 * np.exp(-np.arange(300) / 20)
    >>> float(log_echo(0.1, strengths, 1.0).round(3))
    -12.953
    """
    t = np.asarray(t, dtype=float)
    return _log_telegraph_echo(t[..., None], np.asarray(strengths, dtype=float), k).sum(axis=-1)
