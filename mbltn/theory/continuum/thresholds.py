"""Energy from which on hot electrons are not localized (B eqs 14, 15, 28, 30)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import wrightomega

from .._inputs import one_of
from .._quadrature import FloatOrArray, Floats, like_input
from .hot_cold import ln_chi
from .rising_root import rising_root
from .systems import Continuum, Film, Wire, cold, require_wire


class Threshold(NamedTuple):
    """Energy from which on hot electrons are not localized.

    Attributes
    ----------
    ln_eps : its logarithm; inf where there is none
    regime : str, or an array of them
        "threshold"; "not localized at eps_F": eta >= 1 there already, and the Fermi energy is
        returned; "leading form below eps_F": eta < 1 there, but the leading form, out of its range,
        lies below it, and the Fermi energy is returned; "marginal": eta < 1 at all energies (looked
        at up to exp(300) eps_F at least for a function of the user)
    """

    ln_eps: FloatOrArray
    regime: Any

    @property
    def eps(self) -> FloatOrArray:
        with np.errstate(over="ignore"):
            return np.exp(self.ln_eps)


def threshold_or_fermi(
    ln_eps: Floats,
    par: Continuum,
    reached: NDArray[np.bool_],
    below: NDArray[np.bool_] | bool = False,
) -> Threshold:
    """A candidate, or the Fermi energy where eta = 1 is `reached` there or the form is `below`."""
    found = np.where(reached | below, np.log(par.eps_F), ln_eps)
    regime = np.select(
        [reached, np.broadcast_to(below, found.shape), np.isinf(found)],
        ["not localized at eps_F", "leading form below eps_F", "marginal"],
        "threshold",
    )
    return Threshold(like_input(found), str(regime) if regime.ndim == 0 else regime)


def threshold(par: Continuum, T: ArrayLike, form: str = "exact") -> Threshold:
    """Where eta(eps) = 1 (B eqs 14, 15, 28, 30 and their exact forms).

    Wire, "exact": F(eps) = F* = pi^2 chi (4 pi^2/3 less in the convention "full"), that is eps0
    ln^2 F* (Lorentzian), eps0 (F* - 1) (exponential), none in white noise. "leading": eps0 ln^2
    chi, eps0 chi, of the right order only. Film, "exact": y + ln y = y_F + ln y_F + R for y = 2 pi
    eps tau, or its square with 2 R in a field; R = ln(1/alpha) + 3 ln(Delta_c/T) - 2 ln
    ln(Delta_c/T) (- ln 4 in "full"). "leading": eps_F + L0/(2 pi tau) with L0 =
    ln[(Delta_c/T)^3/alpha] (B eq 28), in a field sqrt(eps_F^2 + L0/(2 pi^2 tau^2)); "literal", in a
    field, replaces L0 by its square root as B says in words, which is a statement of scaling.

    Raises
    ------
    InvalidInput
        For T that is not in (0, Delta_c), or another form.

    Examples
    --------
    >>> from mbltn.theory.continuum import Correlator, Film, Wire
    >>> wire = Wire(5.0, u=0.3, correlator=Correlator("lorentzian", w=1.0, d=0.3))
    >>> round(threshold(wire, 0.1).eps, 6)
    78.395779
    >>> round(threshold(Film(eps_F=1.0), 1e-6).eps, 6)
    4.579521
    """
    T, depth = cold(par, T)
    if isinstance(par, Film):
        return _threshold_of_film(par, depth, form)
    return _threshold_of_wire(require_wire(par), depth, form)


def _threshold_of_wire(par: Wire, depth: Floats, form: str) -> Threshold:
    one_of("form", form, ("exact", "leading"))
    correlator = par.correlator
    fermi = np.asarray(par.eps_F)
    exact = form == "exact"
    ln_needed = ln_chi(par, depth) + np.log(np.pi**2 / par.eta_factor)
    reached = ln_needed <= correlator.ln_ratio(fermi, par.m)
    goal = ln_needed if exact else ln_chi(par, depth)
    if correlator.is_white:
        ln_eps = np.full_like(goal, np.inf)
    elif correlator.kind == "lorentzian":
        ln_eps = np.log(correlator.eps0(par.m)) + 2 * np.log(np.maximum(goal, 1e-300))
    elif correlator.kind == "exponential":
        less = np.log(-np.expm1(-np.maximum(goal, 1e-300))) if exact else 0.0
        ln_eps = np.log(correlator.eps0(par.m)) + goal + less
    else:
        ln_eps = of_each(lambda g: _custom_root(par, g), goal, reached)
    below = False if exact else ~reached & (ln_eps <= np.log(par.eps_F))
    return threshold_or_fermi(ln_eps, par, reached, below)


def of_each(work: Callable[[float], float], values: Floats, reached: NDArray[np.bool_]) -> Floats:
    done = np.broadcast_to(reached, values.shape)
    found = [
        np.nan if skip else work(float(v)) for v, skip in zip(values.flat, done.flat, strict=True)
    ]
    return np.array(found).reshape(values.shape)


def _custom_root(par: Wire, goal: float) -> float:
    def lacking(ln_eps: float) -> float:
        return float(par.correlator.ln_ratio(np.exp(np.asarray(ln_eps)), par.m)) - goal

    return rising_root(lacking, float(np.log(par.eps_F)), "F(eps) does not reach its threshold")


def _threshold_of_film(par: Film, depth: Floats, form: str) -> Threshold:
    one_of("form", form, ("exact", "leading", "literal") if par.field else ("exact", "leading"))
    strength = 3 * depth - np.log(par.alpha)
    rest = strength - 2 * np.log(depth) - np.log(par.eta_factor)
    reached = rest <= 0
    if form != "exact":
        positive = np.maximum(strength, 0.0)
        if not par.field:
            eps = par.eps_F + positive / (2 * np.pi * par.tau)
        elif form == "leading":
            eps = np.sqrt(par.eps_F**2 + positive / (2 * np.pi**2 * par.tau**2))
        else:
            eps = par.eps_F + np.sqrt(positive) / (2 * np.pi * par.tau)
        return threshold_or_fermi(np.log(eps), par, reached, ~reached & (strength <= 0))
    fermi = 2 * np.pi * par.eps_F * par.tau
    y = fermi**2 if par.field else fermi
    found = wrightomega(y + np.log(y) + (2 * rest if par.field else rest))
    ln_eps = (0.5 if par.field else 1.0) * np.log(found) - np.log(2 * np.pi * par.tau)
    return threshold_or_fermi(ln_eps, par, reached)
