"""One spin on a thermal grain: how its eigenstates hybridise, and what the grain gains by it.

The one parameter is the reduced coupling g = rho [|V_ab|], the mean matrix element in units of
the level spacing. State a is mixed with its partners by g_a = g x, with x distributed as p(x).
A grain with real symmetric random-matrix levels (GOE), of large dimension, is assumed.

Source: Crowley and Chandran, "Mean field theory of failed thermalizing avalanches", called D.
Entropies are in nats. Arguments broadcast; a scalar argument gives a float.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from mbltn.errors import InvalidInput

from ._inputs import require_nonnegative
from ._quadrature import (
    LOG2,
    TABLE_LARGEST_G,
    TABLE_SMALLEST_G,
    FloatOrArray,
    Floats,
    average,
    average_of_vanishing,
    enhancement_integral,
    enhancement_of_log,
    exact_density,
    imbalance,
    like_input,
    mixing_angle,
    resonance_cdf,
)

__all__ = [
    "admixture",
    "cdf_x",
    "correlator",
    "entropy",
    "entropy_cdf",
    "entropy_density",
    "eta",
    "eta_exact",
    "mean_correlator",
    "mean_entropy",
    "mean_memory_loss",
    "p_x",
    "sample_x",
]


def _couplings(g: ArrayLike) -> Floats:
    return require_nonnegative("g", g, "a reduced coupling is a mean absolute matrix element")


def _norms(x: ArrayLike) -> Floats:
    return require_nonnegative("x", x, "x is the norm of a perturbative correction")


def p_x(x: ArrayLike, form: str = "exact") -> FloatOrArray:
    """Density of x = g_a / g over the eigenstates, docs/physics.md (T2).

    p(x) = (2 y / x^2) exp(-y) [K_0(y) + K_1(y)],  y = pi^3 / (8 x^2),  with the tail 2/x^2 of
    D eq 6. It replaces D eq A3, whose bracket cannot be a power series in 1/x: the density has
    x^-4 log(x) terms.

    Parameters
    ----------
    x : array_like, >= 0
        Any shape; below 0.1, where p < 1e-300, the result is 0.
    form : {"exact", "sqrt_expansion"}
        "sqrt_expansion" is D eq A3 with a square root over its bracket and the printed digits
        5.3 and 11.2. It integrates to 1.02 and serves illustration only.

    Raises
    ------
    InvalidInput
        For negative or NaN x, or another form.

    Examples
    --------
    >>> round(p_x(2.0), 6)
    0.197638
    """
    x = _norms(x)
    if form == "exact":
        return like_input(exact_density(x))
    if form != "sqrt_expansion":
        raise InvalidInput(
            f"form={form!r} is not a known density: use 'exact', or 'sqrt_expansion' for D eq A3"
        )
    inverse = 1 / np.clip(x, 0.1, 1e300)
    bracket = np.sqrt(1 + 5.3 * inverse + 11.2 * inverse**2)
    density = 2 * inverse**2 * np.exp(-(np.pi**3) / 4 * inverse**2) * bracket
    return like_input(np.where((x < 0.1) | np.isinf(x), 0.0, density))


def cdf_x(x: ArrayLike) -> FloatOrArray:
    """Fraction of eigenstates with g_a / g below x, docs/physics.md (T4).

    (2/pi) int_0^{pi/2} [erfc(t) + 2 t exp(-t^2)/sqrt(pi)] dphi with t = pi^{3/2}/(2 x cos(phi)).
    Absolute error 1e-14; 1 - 2/x for large x.

    Raises
    ------
    InvalidInput
        For negative or NaN x.

    Examples
    --------
    >>> np.round(cdf_x([2.0, 5.0, 10.0]), 6)
    array([0.099275, 0.571719, 0.79248 ])
    """
    return like_input(resonance_cdf(_norms(x)))


def sample_x(rng: np.random.Generator, size: int | tuple[int, ...] | None = None) -> FloatOrArray:
    """Independent draws of x = g_a / g, exact: docs/physics.md (T3).

    x = pi^{3/2} / (sqrt(2) r |cos phi|), where r is the length of a vector of three standard
    normal numbers and phi a uniform angle. No table and no inversion are needed.

    Parameters
    ----------
    rng : numpy.random.Generator
    size : int or tuple of int, optional
        Shape of the result; a float if left out.

    Examples
    --------
    >>> sample_x(np.random.default_rng(1), size=(2, 3)).shape
    (2, 3)
    """
    radius_squared = np.asarray(rng.chisquare(3, size), dtype=np.float64)
    angle = rng.uniform(0.0, np.pi / 2, size)
    x: Floats = np.pi**1.5 / np.sqrt(2 * radius_squared) / np.cos(angle)
    return like_input(x)


def admixture(g: ArrayLike) -> FloatOrArray:
    """Weight P of the partner state, docs/physics.md (T5), D eq A10.

    P = (1 - 1/sqrt(1 + 4 g^2)) / 2, from 0 to 1/2, evaluated as sin^2(arctan(2 g)/2), which
    keeps every digit at small g.

    Raises
    ------
    InvalidInput
        For negative or NaN g.

    Examples
    --------
    >>> round(admixture(2.0), 6)
    0.378732
    """
    return like_input(np.square(np.sin(mixing_angle(_couplings(g)))))


def _entropy(g: Floats) -> Floats:
    weight = np.sin(mixing_angle(g)) ** 2
    return np.minimum(special.entr(weight) - (1 - weight) * np.log1p(-weight), LOG2)


def entropy(g: ArrayLike) -> FloatOrArray:
    """Entanglement entropy S = -P log P - Q log Q of the spin, docs/physics.md (T5), D eq A11.

    In nats, from 0 to log 2.

    Raises
    ------
    InvalidInput
        For negative or NaN g.

    Examples
    --------
    >>> round(entropy(2.0), 6)
    0.66344
    """
    return like_input(_entropy(_couplings(g)))


def correlator(g: ArrayLike) -> FloatOrArray:
    """Infinite-time memory C^zz = (Q - P)^2 = 1/(1 + 4 g^2) of one state, docs/physics.md (T5).

    The integrand of D eq A14.

    Raises
    ------
    InvalidInput
        For negative or NaN g.

    Examples
    --------
    >>> correlator([0.0, 0.5, np.inf])
    array([1. , 0.5, 0. ])
    """
    return like_input(imbalance(_couplings(g)) ** 2)


def mean_entropy(g: ArrayLike) -> FloatOrArray:
    """[S] = int p(x) S(g x) dx, the mean entropy over eigenstates, docs/physics.md (T6).

    D eq A13, in nats. 2 pi g at small g: the log 2 in D eq 7b is an error, since
    int S(g)/g^2 dg = pi. log 2 - 3/(8 pi^3 g^2) at large g. Relative error 1e-12.

    Raises
    ------
    InvalidInput
        For negative or NaN g.

    Examples
    --------
    >>> np.round(mean_entropy([0.01, 0.1, 2.0]), 6)
    array([0.059723, 0.389432, 0.690161])
    """
    return like_input(np.minimum(average_of_vanishing(_entropy, _couplings(g)), LOG2))


def mean_correlator(g: ArrayLike) -> FloatOrArray:
    """[C] = int p(x)/(1 + 4 g^2 x^2) dx, the infinite-time memory, docs/physics.md (T6).

    D eq A14. 1 - 2 pi g at small g (kappa = 2 pi in D eq 7b), 3/(4 pi^3 g^2) at large g.

    Raises
    ------
    InvalidInput
        For negative or NaN g.

    Examples
    --------
    >>> np.round(mean_correlator([0.01, 0.1, 2.0]), 6)
    array([0.937714, 0.515528, 0.005958])
    """
    g = _couplings(g)
    memory = average(lambda s: imbalance(s) ** 2, g)
    return like_input(np.where(g > 0, np.minimum(memory, 1.0), 1.0))


def mean_memory_loss(g: ArrayLike) -> FloatOrArray:
    """1 - [C] = int p(x) 4 g^2 x^2/(1 + 4 g^2 x^2) dx without cancellation, docs/physics.md (T6).

    Raises
    ------
    InvalidInput
        For negative or NaN g.

    Examples
    --------
    >>> round(mean_memory_loss(1e-12) / 1e-12, 6)
    6.283185
    """
    loss = average_of_vanishing(lambda s: np.sin(2 * mixing_angle(s)) ** 2, _couplings(g))
    return like_input(np.minimum(loss, 1.0))


def _coupling_of_entropy(s: Floats) -> Floats:
    """The g with S(g) = s for 0 < s < log 2: bisection in log g, to the last digit."""
    low = np.full(s.shape, -400.0)
    high = np.full(s.shape, 50.0)
    for _ in range(64):
        middle = (low + high) / 2
        above = _entropy(np.exp(middle)) >= s
        high = np.where(above, middle, high)
        low = np.where(above, low, middle)
    return np.exp((low + high) / 2)


def entropy_cdf(s: ArrayLike, g: ArrayLike) -> FloatOrArray:
    """Fraction of eigenstates whose spin has an entropy below s, docs/physics.md (T7), D eq A12.

    P(S < s) = cdf_x(g(s)/g), with g(s) the inverse of S(g). 0 for s <= 0 and 1 for s >= log 2,
    so that g = 0 (all states at S = 0) and g = inf (all at log 2) have their limits.

    Parameters
    ----------
    s : array_like
        Entropies in nats.
    g : array_like, >= 0
        Broadcast against `s`.

    Raises
    ------
    InvalidInput
        For NaN s, for negative or NaN g.

    Examples
    --------
    >>> np.round(entropy_cdf([0.0, 0.1, 0.6, np.log(2)], g=0.1), 4)
    array([0.    , 0.0193, 0.8058, 1.    ])
    """
    entropies = np.asarray(s, dtype=np.float64)
    if np.isnan(entropies).any():
        raise InvalidInput("s has NaN entries: an entropy is a number; drop missing entries")
    inside = (entropies > 0) & (entropies < LOG2)
    coupling = _coupling_of_entropy(np.where(inside, entropies, LOG2 / 2))
    with np.errstate(divide="ignore", over="ignore"):
        below = resonance_cdf(coupling / _couplings(g))
    return like_input(np.where(inside, below, np.where(entropies >= LOG2, 1.0, 0.0)))


def entropy_density(edges: ArrayLike, g: ArrayLike) -> NDArray[np.float64]:
    """Histogram of S/log 2 over eigenstates, docs/physics.md (T7).

    The exact content of each bin over its width, to be drawn beside a measured histogram with
    the same edges. The integrable peaks at both ends need no special care.

    Parameters
    ----------
    edges : array_like, shape (bins + 1,)
        Increasing, in units of log 2; edges from 0 to 1 catch all states.
    g : array_like, >= 0

    Returns
    -------
    density : numpy.ndarray, shape g.shape + (bins,)

    Raises
    ------
    InvalidInput
        For edges that do not increase, for negative or NaN g.

    Examples
    --------
    >>> np.round(entropy_density([0.0, 0.5, 1.0], g=0.1), 3)
    array([0.933, 1.067])
    """
    edges = np.asarray(edges, dtype=np.float64)
    if edges.ndim != 1 or edges.size < 2 or not (np.diff(edges) > 0).all():
        raise InvalidInput(
            f"edges with shape {edges.shape} must be two or more increasing numbers: they bound "
            "the bins in S/log 2; np.linspace(0, 1, 51) is a good choice"
        )
    content = np.diff(entropy_cdf(edges * LOG2, _couplings(g)[..., None]), axis=-1)
    return np.asarray(content / np.diff(edges))


def eta_exact(g: ArrayLike) -> FloatOrArray:
    """Entropic enhancement of the grain by one spin, by quadrature, docs/physics.md (T8).

    eta = 2 log int int p(x) p(x') K(g x, g x') dx dx',
    K = sqrt(P P' + Q Q') + sqrt(P Q' + Q P'); D eqs A26, A27. In nats, from 0 to log 2.
    Relative error 1e-13. Below g = 1e-14 and above 1e4, where the asymptotic laws (T9) hold
    to 1e-12 and better, they are used. About 1 ms per value; `eta` interpolates.

    Raises
    ------
    InvalidInput
        For negative or NaN g.

    Examples
    --------
    >>> round(eta_exact(0.1), 8)
    0.61064556
    """
    g = _couplings(g)
    tabulated = (g >= TABLE_SMALLEST_G) & (g <= TABLE_LARGEST_G)
    values = np.asarray(eta(g))
    values = values.copy()
    values[tabulated] = [enhancement_integral(float(one)) for one in g[tabulated]]
    return like_input(np.minimum(values, LOG2))


def eta(g: ArrayLike) -> FloatOrArray:
    """Entropic enhancement from a table made at first use, docs/physics.md (T8, T9).

    A spline through 361 values of `eta_exact`, good to 1e-12 of eta; -8 g (log g + 1.71166) below
    g = 1e-14 and log 2 above 1e4. Increases from 0 to log 2.

    Raises
    ------
    InvalidInput
        For negative or NaN g.

    Examples
    --------
    >>> np.round(eta([0.0, 0.01, 0.1, np.inf]), 6)
    array([0.      , 0.220863, 0.610646, 0.693147])
    """
    with np.errstate(divide="ignore"):
        log_g = np.log(_couplings(g))
    return like_input(enhancement_of_log(log_g))
