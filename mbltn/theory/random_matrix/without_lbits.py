"""A chain of physical spins beside a bath, without recourse to l-bits (E section III D)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mbltn.errors import InvalidInput

from .._inputs import one_number, one_of, require_finite, require_positive
from .._quadrature import FloatOrArray, Floats, like_input
from .hybridisation import half_width as golden_rule_width, spin_line


class ChainWidths(NamedTuple):
    """Half widths w_i of the hybridisation functions along a chain, up to where it stops.

    Attributes
    ----------
    half_widths : ndarray, shape (n,)
    level_density : ndarray, shape (n,)
        rho_i = 2^i rho_0.
    resonant : ndarray of bool, shape (n,)
        2h_i lies within the line of spin i - 1, so that the golden rule does not hold.
    smoothness : ndarray, shape (n,)
        w_i |dv/dw|/v at 2h_i, which must be << 1 for the golden rule; nan for the first spin.
    stopped : bool
        The last w_i is below 1/rho_i; otherwise the chain ended before.
    """

    half_widths: Floats
    level_density: Floats
    resonant: NDArray[np.bool_]
    smoothness: Floats
    stopped: bool


def chain_widths(
    g: float,
    fields: ArrayLike,
    v0: float,
    rho0: float,
    pi_factor: bool = True,
    norm: str = "unit",
) -> ChainWidths:
    """w_i = pi g^2 v_{i-1}(2h_i), v_i the line of spin i, docs/physics.md (E9), E eqs 18-21.

    Ends with the first spin whose w_i is below the level spacing 1/rho_i: it is not thermalised.

    Parameters
    ----------
    g : float, > 0
        Coupling of neighbours.
    fields : array_like, shape (n,)
        h_1 .. h_n.
    v0 : float, > 0
        Structure factor of the bath operator at 2h_1; E takes 1/xi_v.
    rho0 : float, > 0
        Levels of the bath per energy.
    pi_factor : bool
        False leaves the pi out, as E does.
    norm : {"unit", "printed"}
        "printed" takes E eq 20, whose v_i integrates to 2.

    Raises
    ------
    InvalidInput
        For a number outside its range or an unknown name.

    Examples
    --------
    >>> chain = chain_widths(0.1, [1.0, 0.4, 0.9, -0.5], v0=0.5, rho0=2.0**14)
    >>> chain.half_widths.round(7).tolist(), chain.stopped
    ([0.015708, 0.000129, 1.5e-06], True)
    """
    g, v0, rho0 = (
        one_number(name, value, meaning)
        for name, value, meaning in (
            ("g", g, "it is a coupling"),
            ("v0", v0, "it is the structure factor of the bath"),
            ("rho0", rho0, "it is the level density of the bath"),
        )
    )
    h = require_finite("fields", fields, "they are fields of spins")
    if h.ndim != 1 or h.size == 0:
        raise InvalidInput(f"fields has shape {h.shape} and must be (n,) with n >= 1: one a spin")
    one_of("norm", norm, ("unit", "printed"))
    scale = 1.0 if norm == "unit" else 2.0
    widths = [float(golden_rule_width(g, v0, pi_factor))]
    resonant, smoothness = [False], [np.nan]
    density = rho0 * 2.0 ** np.arange(1, h.size + 1)
    for i in range(1, h.size):
        if widths[-1] < 1 / density[i - 1]:
            break
        before, line = widths[-1], scale * float(spin_line(2 * h[i], h[i - 1], widths[-1]))
        widths.append(float(golden_rule_width(g, line, pi_factor)))
        resonant.append(bool(min(abs(h[i] - h[i - 1]), abs(h[i] + h[i - 1])) < before))
        slope = scale * _spin_line_slope(2 * h[i], h[i - 1], before)
        smoothness.append(widths[-1] * abs(slope) / line)
    n = len(widths)
    return ChainWidths(
        np.array(widths),
        density[:n],
        np.array(resonant),
        np.array(smoothness),
        bool(widths[-1] < 1 / density[n - 1]),
    )


def effective_zeta(g: ArrayLike, h: ArrayLike, printed: bool = False) -> FloatOrArray:
    """Decay length 1/ln(h/g) of (E9): w_i falls as (g/h)^(2i) = e^(-2i/zeta). inf for g >= h.

    Parameters
    ----------
    g, h : array_like, > 0
        Coupling of neighbours, and field.
    printed : bool
        **Corrected**: E has e^-zeta = g/h. True gives that, ln(h/g), which is no length: it grows
        as the coupling falls, and is negative for g > h.

    Raises
    ------
    InvalidInput
        For a number that is not positive.

    Examples
    --------
    >>> round(effective_zeta(0.1, 1.0), 6)
    0.434294
    """
    ratio = require_positive("h", h, "it is a field") / require_positive("g", g, "a coupling")
    if printed:
        return like_input(np.log(ratio))
    localised = ratio > 1
    return like_input(np.where(localised, 1 / np.log(np.where(localised, ratio, 2.0)), np.inf))


def _spin_line_slope(w: float, h: float, half_width: float) -> float:
    a = 2 * half_width
    return float(sum(-(a / np.pi) * x / (x**2 + a**2) ** 2 for x in (w - 2 * h, w + 2 * h)))
