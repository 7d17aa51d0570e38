"""Does a thermal bubble grow? Hybridisation ratio, its minimum, and the bubble that passes it.

Source: Potirniche, Banerjee and Altman, "On the stability of many-body localization in d > 1",
called C, section II and eq 20. Everything is a natural logarithm: the ratio itself overflows soon.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from mbltn.errors import InvalidInput

from ._inputs import (
    one_finite,
    one_number,
    one_of,
    require_finite,
    require_nonnegative,
    require_positive,
    require_shapes,
    space_dimension,
)
from ._quadrature import LOG2, FloatOrArray, Floats, like_input

__all__ = [
    "critical_size",
    "critical_xi",
    "log10_log10_thermalisation_time",
    "log_ratio",
    "log_start",
    "log_thermalisation_time",
    "log_weakest_ratio",
    "weakest_radius",
]


def log_start(
    N: ArrayLike, V: ArrayLike = 1.0, rho: ArrayLike = 1.0, w: ArrayLike = 1.0
) -> FloatOrArray:
    """ln [V sqrt(rho/delta_b)] of a bubble of N spins, delta_b = w N 2^-N, docs/physics.md (C1).

    Parameters
    ----------
    N : array_like, > 0
    V : array_like, > 0
        Coupling at distance 0.
    rho : array_like, > 0
        Spectral function of the coupled bubble operator at the energy of an l-bit, normalised
        to 1; unit 1/energy.
    w : array_like, > 0
        Bandwidth of the bubble per spin.

    Raises
    ------
    InvalidInput
        For a number that is not positive and finite, or shapes that do not fit.

    Examples
    --------
    >>> round(log_start(8, V=1.0, rho=0.05, w=2.6), 6)
    -0.242754
    """
    size = _finite("N", N, "it counts spins of the bubble")
    coupling = _finite("V", V, "it is a coupling")
    density = _finite("rho", rho, "it is a spectral function")
    width = _finite("w", w, "it is the bandwidth per spin")
    require_shapes(N=size, V=coupling, rho=density, w=width)
    log_spacing = np.log(width) + np.log(size) - size * LOG2
    return like_input(np.asarray(np.log(coupling) + 0.5 * (np.log(density) - log_spacing)))


def log_ratio(
    R: ArrayLike,
    xi: ArrayLike,
    d: int,
    A: ArrayLike,
    start: ArrayLike = 0.0,
    stretch: float = 1.0,
) -> FloatOrArray:
    """ln of the hybridisation ratio of l-bits at distance R, docs/physics.md (C1), C eq 4.

    start + A R^d/2 - (R/xi)^stretch: all l-bits within R have joined the bubble, whose level
    spacing fell by exp(-A R^d), and the coupling has decayed as exp[-(R/xi)^stretch].

    Parameters
    ----------
    R : array_like, >= 0
    xi : array_like, > 0
    d : int
        Dimension of space.
    A : array_like, > 0
        Entropy of the l-bits within a unit distance: s times the volume of the unit ball times
        their density.
    start : array_like
        The value at R = 0, as by `log_start`.
    stretch : float in (0, d]
        1 in C. The `stretch1d` couplings exp(-sqrt(r)/x) have stretch 1/2 and xi = x^2.

    Returns
    -------
    float or ndarray
        inf or -inf beyond the largest float.

    Raises
    ------
    InvalidInput
        For a number outside its range or not finite, or shapes that do not fit.

    Examples
    --------
    >>> log_ratio([0.0, 4.0, 20.0], xi=0.5, d=2, A=0.5).round(6).tolist()
    [0.0, -4.0, 60.0]
    """
    radius = require_finite("R", require_nonnegative("R", R, "it is a distance"), "a distance")
    xi, d, A, stretch = _growth(xi, d, A, stretch)
    begin = require_finite("start", start, "it is the logarithm of the ratio at R = 0")
    require_shapes(R=radius, xi=xi, A=A, start=begin)
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        log_levels = np.log(A / 2) + d * np.log(radius)
        log_decay = stretch * (np.log(radius) - np.log(xi))
        growth, decay = np.exp(log_levels), np.exp(log_decay)
        # where both exceed a float the larger one decides
        beyond = np.copysign(np.inf, log_levels - log_decay)
        value = begin + np.where(np.isinf(growth) & np.isinf(decay), beyond, growth - decay)
    return like_input(value)


def weakest_radius(xi: ArrayLike, d: int, A: ArrayLike, stretch: float = 1.0) -> FloatOrArray:
    """Distance R* at which the ratio is smallest, docs/physics.md (C2), C section II.

    [2 b/(d A xi^b)]^(1/(d - b)) with b = `stretch`. For b = d the ratio is monotonic: R* = 0 where
    it grows or is constant, inf where it falls.

    Raises
    ------
    InvalidInput
        For a number outside its range or not finite, or shapes that do not fit.

    Examples
    --------
    >>> weakest_radius(0.5, d=2, A=0.5), round(weakest_radius(0.2, d=3, A=1.0), 9)
    (4.0, 1.825741858)
    """
    xi, d, A, stretch = _growth(xi, d, A, stretch)
    with np.errstate(over="ignore"):
        return like_input(np.exp(_log_weakest_radius(xi, d, A, stretch)))


def _log_weakest_radius(xi: Floats, d: int, A: Floats, stretch: float) -> Floats:
    require_shapes(xi=xi, A=A)
    if stretch == d:
        return np.where(xi >= (2 / A) ** (1 / d), -np.inf, np.inf)
    power = np.log(2 * stretch / d) - np.log(A) - stretch * np.log(xi)
    return np.asarray(power / (d - stretch))


def log_weakest_ratio(
    xi: ArrayLike, d: int, A: ArrayLike, start: ArrayLike = 0.0, stretch: float = 1.0
) -> FloatOrArray:
    """Smallest value of `log_ratio` over all R: start - (1 - b/d) (R*/xi)^b, docs/physics.md (C2).

    -inf where the ratio falls for ever, or to below the smallest float.

    Raises
    ------
    InvalidInput
        For a number outside its range or not finite, or shapes that do not fit.

    Examples
    --------
    >>> round(log_weakest_ratio(0.5, d=2, A=0.5), 9), log_weakest_ratio(0.5, d=1, A=0.5)
    (-4.0, -inf)
    """
    begin = require_finite("start", start, "it is the logarithm of the ratio at R = 0")
    xi, d, A, stretch = _growth(xi, d, A, stretch)
    log_radius = _log_weakest_radius(xi, d, A, stretch)
    require_shapes(**{"xi and A": log_radius, "start": begin})
    with np.errstate(over="ignore"):
        scaled = np.exp(stretch * (log_radius - np.log(xi)))
    factor = 1.0 if stretch == d else 1 - stretch / d
    return like_input(begin - factor * scaled)


def critical_xi(d: int, A: ArrayLike, stretch: float = 1.0) -> FloatOrArray:
    """Decay length above which the ratio grows whatever the bubble: (2/A)^(1/d) for stretch = d.

    C's xi_c = 2/A_1 in one dimension, docs/physics.md (C2); 0 for stretch < d, where the ratio
    grows in the end at any xi and the size of the bubble decides alone.

    Raises
    ------
    InvalidInput
        For a number outside its range or not finite, or shapes that do not fit.

    Examples
    --------
    >>> round(critical_xi(1, np.log(2)), 6), critical_xi(2, 0.5)
    (2.88539, 0.0)
    """
    _, d, A, stretch = _growth(1.0, d, A, stretch)
    return like_input((2 / A) ** (1 / d) if stretch == d else np.zeros_like(A))


def critical_size(
    xi: float,
    d: int,
    A: float,
    V: float = 1.0,
    rho: float = 1.0,
    w: float = 1.0,
    stretch: float = 1.0,
    method: str = "ratio",
) -> float:
    """Smallest bubble from which everything hybridises, docs/physics.md (C3).

    Parameters
    ----------
    xi, d, A, V, rho, w, stretch
        As for `log_ratio` and `log_start`, single numbers.
    method : {"ratio", "order"}
        "ratio": the smallest integer N whose ratio at R* is 1 at least. "order": the order of
        magnitude (1/xi)^(b d/(d - b)) of C section II, b = `stretch`, inf or 1 for b = d.

    Returns
    -------
    float
        inf where no bubble is large enough, or its size exceeds a float.

    Raises
    ------
    InvalidInput
        For a number outside its range or not finite.

    Examples
    --------
    >>> critical_size(0.5, d=2, A=0.5), critical_size(0.5, d=2, A=0.5, method="order")
    (16, 4.0)
    """
    one_of("method", method, ("ratio", "order"))
    for name, value in {"xi": xi, "A": A, "V": V, "rho": rho, "w": w}.items():
        one_number(name, value, "the size is that of one bubble")
    weakest = float(log_weakest_ratio(xi, d, A, 0.0, stretch))
    if method == "order":
        if stretch == d:
            return 1.0 if weakest == 0 else float(np.inf)
        with np.errstate(over="ignore"):
            return float(np.exp(-stretch * d / (d - stretch) * np.log(xi)))
    if not np.isfinite(weakest):
        return float(np.inf)

    def passes(N: int) -> bool:
        return bool(log_start(N, V, rho, w) + weakest >= 0)

    # sqrt(2^N/N) is the same for 1 and 2 and grows from there on
    high = 1
    while not passes(high):
        high *= 2
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if passes(middle) else (middle, high)
    return high


def log_thermalisation_time(xi: ArrayLike, A: ArrayLike) -> FloatOrArray:
    """ln tau = (1/xi) exp(A/xi^2) deep in an insulator of two dimensions, docs/physics.md (C4).

    C eq 20, in units of a microscopic time: bubbles of critical size are exp(A/xi^2) apart.

    Parameters
    ----------
    xi : array_like, > 0
        In units of the lattice constant, much smaller than 1.
    A : array_like, >= 0
        A number of order 1.

    Returns
    -------
    float or ndarray
        inf where even the logarithm overflows; see `log10_log10_thermalisation_time`.

    Raises
    ------
    InvalidInput
        For a number outside its range or not finite, or shapes that do not fit.

    Examples
    --------
    >>> round(log_thermalisation_time(0.5, 0.3), 9)
    6.640233845
    """
    xi, A = _time(xi, A)
    with np.errstate(over="ignore"):
        return like_input(np.asarray(np.exp(A / xi / xi) / xi))


def log10_log10_thermalisation_time(xi: ArrayLike, A: ArrayLike) -> FloatOrArray:
    """log10 log10 tau of `log_thermalisation_time`, which overflows for xi < 1e-154 only.

    Raises
    ------
    InvalidInput
        For a number outside its range or not finite, or shapes that do not fit.

    Examples
    --------
    >>> round(log10_log10_thermalisation_time(0.02, 1.0), 3)
    1087.073
    """
    xi, A = _time(xi, A)
    with np.errstate(over="ignore"):
        log_tau = A / xi / xi
    return like_input(np.asarray((log_tau - np.log(xi) - np.log(np.log(10))) / np.log(10)))


def _finite(name: str, values: ArrayLike, meaning: str) -> Floats:
    return require_finite(name, require_positive(name, values, meaning), meaning)


def _time(xi: ArrayLike, A: ArrayLike) -> tuple[Floats, Floats]:
    length = _finite("xi", xi, "it is a decay length")
    number = require_finite(
        "A", require_nonnegative("A", A, "it is of order 1"), "it is of order 1"
    )
    require_shapes(xi=length, A=number)
    return length, number


def _growth(
    xi: ArrayLike, d: int, A: ArrayLike, stretch: float
) -> tuple[Floats, int, Floats, float]:
    length = _finite("xi", xi, "it is a decay length")
    d = space_dimension(d)
    entropy = _finite("A", A, "it is the entropy within a unit distance")
    power = one_finite("stretch", stretch, "it is the power of R that couplings decay with")
    if not 0 < power <= d:
        raise InvalidInput(
            f"stretch={power!r} must lie in (0, d] = (0, {d}]: couplings that decay faster than "
            "exp(-R^d) stop every bubble, of whatever size"
        )
    return length, d, entropy, power
