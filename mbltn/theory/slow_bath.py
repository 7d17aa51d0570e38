"""Localized spins on a bath that is narrow, and so slow: how fast they relax, and the echo.

A bath of bandwidth W gives or takes energy W at most, and a flip of one l-bit costs Delta >> W. The
l-bits find a resonance by a long hop, by a rearrangement of many of them, or at a high order in the
coupling. A neighbour's flips then dephase a spin: its echo and its line.

Source: Gopalakrishnan and Nandkishore, "Mean-field theory of nearly many-body localized metals",
called A; sections I-III and appendices A, D, E. hbar = k_B = 1 and no factors 2 pi: each "~" of A
is an equality with prefactor 1. Relaxation rates are returned as natural logarithms, since they
reach 1e-300 and below. Arguments broadcast, d excepted; a scalar argument gives a float.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.integrate import quad
from scipy.special import lambertw, wrightomega

from mbltn.errors import InvalidInput

from ._inputs import (
    one_of,
    require_branching,
    require_entropy,
    require_finite,
    require_nonnegative,
    require_positive,
    space_dimension,
)
from ._quadrature import FloatOrArray, Floats, like_input

__all__ = [
    "BathOptimum",
    "ChannelRates",
    "DetunedTunnelling",
    "channel_rates",
    "detuned_tunnelling",
    "echo",
    "frozen_core_radius",
    "gaussian_bath_optimum",
    "gaussian_bath_rate",
    "lineshape",
    "lineshape_exact",
    "linewidth",
    "linewidth_asymptote",
    "lorentzian_bath_optimum",
    "lorentzian_bath_rate",
    "n_fast",
]

# Exponents beyond which a term of the echo is nothing.
_NOTHING = 50.0
_PANEL = 2.0


def _energy(name: str, value: ArrayLike) -> Floats:
    return require_positive(name, value, "it is an energy")


def _length(name: str, value: ArrayLike) -> Floats:
    return require_positive(name, value, "it is a localization length")


def _require_narrow(W: Floats, Delta: Floats) -> None:
    if (Delta < W).any():
        raise InvalidInput(
            "W exceeds Delta: such a bath takes the energy of one flip at once, which is ordinary "
            "hopping; these rates are for W <= Delta"
        )


# -- three channels --------------------------------------------------------------------------------


class ChannelRates(NamedTuple):
    """Natural logarithms of three relaxation rates, and which of them is the largest.

    Attributes
    ----------
    ln_a : of one l-bit by a long hop, A eq 6
    ln_b : of a block of l-bits that rearrange, A eq 7
    ln_c : at a high order in the coupling, A eq 8
    dominant : "a", "b" or "c"; an array of such where the arguments are arrays
    order_c : order m of channel c
    at_least_one : whether m < 1 was replaced by 1, since at least one coupling is needed
    weak : whether gamma < W, as the theory assumes
    """

    ln_a: FloatOrArray
    ln_b: FloatOrArray
    ln_c: FloatOrArray
    dominant: Any
    order_c: FloatOrArray
    at_least_one: Any
    weak: Any


def channel_rates(
    gamma: ArrayLike,
    W: ArrayLike,
    Delta: ArrayLike,
    xi: ArrayLike,
    Xi: ArrayLike,
    s: ArrayLike,
    d: int,
    form: str = "full",
) -> ChannelRates:
    """Relaxation of an l-bit by a bath narrower than its energy, three ways (A eqs 6, 7, 8).

    a: ln(gamma^2/W) - (2/xi) (Delta/W)^(1/d).
    b: ln(gamma^2/W) - 2 m^(1/d)/xi - 2 s m/Xi, m = ln(Delta/W)/s. "leading" drops the surface term
    for d > 1, and is the same for d = 1, where its power of W/Delta is 2/Xi + 2/(s xi): A prints
    that at s = 1. c: ln(Delta^2/W) + 2 m ln(gamma/Delta), where m quanta W make up Delta exp(-s m):
    m = W_L(s Delta/W)/s with Lambert's function; "leading" has m = ln(Delta/W)/s, far too slow a
    rate.

    As W -> 0 channel b always beats a, and c where gamma/Delta < exp(-s/Xi); in one dimension with
    s xi Xi/(s xi + Xi) in place of Xi.

    Parameters
    ----------
    gamma, W, Delta : array_like, > 0, energies
        Coupling, bandwidth and energy of a flip; W <= Delta.
    xi, Xi : array_like, > 0
        Localization length in space (lattice spacings) and in Fock space (steps).
    s : array_like in (0, 1]
    d : int
    form : {"full", "leading"}

    Raises
    ------
    InvalidInput
        For what is not positive, s outside (0, 1], or W > Delta.

    Examples
    --------
    >>> rates = channel_rates(1e-4, 1e-3, 1.0, xi=1.0, Xi=0.5, s=1.0, d=2)
    >>> rates.dominant, round(rates.ln_b, 6)
    ('b', -44.400468)
    """
    gamma = _energy("gamma", gamma)
    W = _energy("W", W)
    Delta = _energy("Delta", Delta)
    xi = _length("xi", xi)
    Xi = _length("Xi", Xi)
    s = require_entropy(s)
    d = space_dimension(d)
    one_of("form", form, ("full", "leading"))
    _require_narrow(W, Delta)
    golden, depth = 2 * np.log(gamma) - np.log(W), np.log(Delta / W)
    ln_a = golden - 2 / xi * (Delta / W) ** (1 / d)
    ln_b = golden - 2 * depth / Xi
    if form == "full" or d == 1:
        ln_b = ln_b - 2 / xi * (depth / s) ** (1 / d)
    order = (lambertw(s * Delta / W).real if form == "full" else depth) / s
    ln_c = 2 * np.log(Delta) - np.log(W) + 2 * np.maximum(order, 1.0) * np.log(gamma / Delta)
    names = np.array(["a", "b", "c"])
    dominant = names[np.argmax(np.stack(np.broadcast_arrays(ln_a, ln_b, ln_c)), axis=0)]
    return ChannelRates(
        like_input(ln_a),
        like_input(ln_b),
        like_input(ln_c),
        str(dominant) if np.ndim(dominant) == 0 else dominant,
        like_input(np.maximum(order, 1.0)),
        _flag(order < 1.0),
        _flag(gamma < W),
    )


def _flag(values: Any) -> Any:
    return bool(values) if np.ndim(values) == 0 else np.asarray(values)


# -- shapes of the bath ----------------------------------------------------------------------------


class BathOptimum(NamedTuple):
    """The order at which a bath relaxes the l-bits fastest.

    Attributes
    ----------
    order : m (Gaussian) or n (Lorentzian), continuous unless integers were asked for
    ln_rate : natural logarithm of the rate at this order
    regime : "collective", "cutoff", "lowest-order" (Lorentzian); "interior", "boundary" (Gaussian)
    """

    order: FloatOrArray
    ln_rate: FloatOrArray
    regime: Any


def _gaussian_length(Xi: Floats, s: Floats, convention: str) -> Floats:
    one_of("convention", convention, ("per_free_lbit", "per_site"))
    return Xi if convention == "per_free_lbit" else s * Xi


def gaussian_bath_rate(
    m: ArrayLike,
    gamma: ArrayLike,
    W: ArrayLike,
    Delta: ArrayLike,
    Xi: ArrayLike,
    s: ArrayLike,
    convention: str = "per_free_lbit",
) -> FloatOrArray:
    """ln of the rate at order m on a bath of density exp(-E^2/W^2)/W (A eq A1).

    ln(gamma^2/W) - 2 s m/Xi - (Delta/W)^2 exp(-2 s m).

    Parameters
    ----------
    m : array_like, >= 0
        Number of l-bits that rearrange.
    convention : {"per_free_lbit", "per_site"}
        Matrix elements decay as exp(-s m/Xi) (A eq 7), or as exp(-m/Xi) (A appendix A).

    Raises
    ------
    InvalidInput
        For what is not positive, or s outside (0, 1].

    Examples
    --------
    >>> best = gaussian_bath_optimum(1e-4, 1e-3, 1.0, Xi=0.5, s=0.8)
    >>> rate = gaussian_bath_rate(best.order, 1e-4, 1e-3, 1.0, Xi=0.5, s=0.8)
    >>> bool(np.isclose(rate, best.ln_rate, rtol=1e-12))
    True
    """
    m = require_nonnegative("m", m, "it counts l-bits")
    gamma = _energy("gamma", gamma)
    W = _energy("W", W)
    Delta = _energy("Delta", Delta)
    Xi = _length("Xi", Xi)
    s = require_entropy(s)
    length = _gaussian_length(Xi, s, convention)
    golden = 2 * np.log(gamma) - np.log(W)
    return like_input(golden - 2 * s * m / length - (Delta / W * np.exp(-s * m)) ** 2)


def gaussian_bath_optimum(
    gamma: ArrayLike,
    W: ArrayLike,
    Delta: ArrayLike,
    Xi: ArrayLike,
    s: ArrayLike,
    convention: str = "per_free_lbit",
) -> BathOptimum:
    """The fastest order on a Gaussian bath: m = ln(Xi Delta^2/W^2)/(2 s), from A eq A1.

    The rate there is (gamma^2/W) (e Xi)^(-1/Xi) (W/Delta)^(2/Xi), the power of W of A eq 7. A
    eq A2 has s Xi/2 in its logarithm, which does not follow from A eq A1. Where Xi Delta^2/W^2 <= 1
    the optimum is m = 0, the "boundary".

    Raises
    ------
    InvalidInput
        As for `gaussian_bath_rate`.

    Examples
    --------
    >>> best = gaussian_bath_optimum(1e-4, 1e-3, 1.0, Xi=0.5, s=0.8)
    >>> round(best.order, 6), best.regime
    (8.201477, 'interior')
    """
    gamma = _energy("gamma", gamma)
    W = _energy("W", W)
    Delta = _energy("Delta", Delta)
    Xi = _length("Xi", Xi)
    s = require_entropy(s)
    length = _gaussian_length(Xi, s, convention)
    depth = np.log(length) + 2 * np.log(Delta / W)
    order = np.maximum(depth, 0.0) / (2 * s)
    rate = gaussian_bath_rate(order, gamma, W, Delta, Xi, s, convention)
    return BathOptimum(like_input(order), rate, _words(depth > 0, "interior", "boundary"))


def _words(mask: Any, yes: Any, no: Any) -> Any:
    found = np.where(mask, yes, no)
    return str(found) if found.ndim == 0 else found


def lorentzian_bath_rate(
    n: ArrayLike,
    gamma: ArrayLike,
    W: ArrayLike,
    Delta: ArrayLike,
    Xi: ArrayLike,
    K: ArrayLike,
) -> FloatOrArray:
    """ln of the rate at order n on a bath of density W/(E^2 + W^2), on a Cayley tree (A eq A3).

    ln(gamma^2/W) - 2 n/Xi - ln[(Delta/W)^2 K^(-2n) + 1].

    Raises
    ------
    InvalidInput
        For negative n, what is not positive, or K <= 1.

    Examples
    --------
    >>> best = lorentzian_bath_optimum(1e-4, 1e-3, 1.0, Xi=1.5, K=3.0)
    >>> rates = lorentzian_bath_rate([5.0, best.order, 7.0], 1e-4, 1e-3, 1.0, Xi=1.5, K=3.0)
    >>> bool(np.argmax(rates) == 1)
    True
    """
    n = require_nonnegative("n", n, "it is an order of perturbation theory")
    gamma = _energy("gamma", gamma)
    W = _energy("W", W)
    Delta = _energy("Delta", Delta)
    Xi = _length("Xi", Xi)
    K = require_branching(K)
    detuning = 2 * (np.log(Delta / W) - n * np.log(K))
    return like_input(2 * np.log(gamma) - np.log(W) - 2 * n / Xi - np.logaddexp(0.0, detuning))


def lorentzian_bath_optimum(
    gamma: ArrayLike,
    W: ArrayLike,
    Delta: ArrayLike,
    Xi: ArrayLike,
    K: ArrayLike,
    cutoff: ArrayLike | None = None,
    integer: bool = False,
) -> BathOptimum:
    """The order that dominates on a Lorentzian bath, in both regimes (A eqs A4, A5).

    Xi ln K > 1, "collective": n = [ln(Delta/W) + ln(Xi ln K - 1)/2]/ln K. Otherwise the rate falls
    with n, and the wings of the bath decide: n = 1 ("lowest-order"), or the first order
    n0 = ln(Delta/cutoff)/ln K that wings cut at `cutoff` still reach ("cutoff").

    Parameters
    ----------
    cutoff : array_like, optional
        Energy in [W, Delta] beyond which the bath has no weight.
    integer : bool
        Take the best whole order instead.

    Raises
    ------
    InvalidInput
        For what is not positive, K <= 1, or a cutoff outside [W, Delta].

    Examples
    --------
    >>> lorentzian_bath_optimum(1e-4, 1e-3, 1.0, Xi=0.5, K=3.0, cutoff=0.05).regime
    'cutoff'
    >>> lorentzian_bath_optimum(1e-4, 1e-3, 1.0, Xi=1.5, K=3.0, integer=True).order
    6.0
    """
    gamma = _energy("gamma", gamma)
    W = _energy("W", W)
    Delta = _energy("Delta", Delta)
    Xi = _length("Xi", Xi)
    K = require_branching(K)
    log_k = np.log(K)
    reach = np.zeros(())
    if cutoff is not None:
        edge = _energy("cutoff", cutoff)
        if ((edge < W) | (edge > Delta)).any():
            raise InvalidInput("the cutoff must lie between W and Delta: its wings end there")
        reach = np.log(Delta / edge) / log_k
    # A whole order that rounding has lifted is itself.
    lowest = np.maximum(np.ceil(reach * (1 - 1e-12)) if integer else reach, 1.0)
    strength = Xi * log_k
    with np.errstate(invalid="ignore", divide="ignore"):
        peak = (np.log(Delta / W) + np.log(strength - 1) / 2) / log_k
    peak = np.where(strength > 1, peak, -np.inf)

    def rate(order: Floats) -> Floats:
        return np.asarray(lorentzian_bath_rate(order, gamma, W, Delta, Xi, K))

    order = np.maximum(peak, lowest)
    if integer:
        below, above = (np.maximum(whole(order), lowest) for whole in (np.floor, np.ceil))
        order = np.where(rate(below) >= rate(above), below, above)
    edge_regime = np.where(reach > 1, "cutoff", "lowest-order")
    regime = _words(peak > lowest, "collective", edge_regime)
    return BathOptimum(like_input(order), like_input(rate(order)), regime)


# -- echo and line ---------------------------------------------------------------------------------


def _echo_inputs(
    J: ArrayLike, Gamma0: ArrayLike, A: ArrayLike, d: int
) -> tuple[Floats, Floats, Floats, int]:
    J = _energy("J", J)
    Gamma0 = _energy("Gamma0", Gamma0)
    A = require_positive("A", A, "it is s xi^d (external bath) or s N (dots)")
    return J, Gamma0, A, space_dimension(d)


def n_fast(
    t: ArrayLike, J: ArrayLike, Gamma0: ArrayLike, A: ArrayLike, d: int, clip: bool = True
) -> FloatOrArray:
    """Neighbours whose flips are resolved at time t (A eqs 11, 20).

    max(1, A [ln(J min(t, 1/Gamma0))]_+^d), and 1 where Gamma0 >= J or t <= 0.

    Parameters
    ----------
    t : array_like
        Times, inf included.
    J, Gamma0 : array_like, > 0
        Interaction of neighbours; rate at which one l-bit flips.
    A : array_like, > 0
        s xi^d on an external bath, s N in an array of dots.
    clip : bool
        False for the form that A prints, which drops to zero at t = 1/J.

    Raises
    ------
    InvalidInput
        For J, Gamma0 or A that are not positive.

    Examples
    --------
    >>> n_fast([1e-4, 0.02, np.inf], J=1000.0, Gamma0=1.0, A=4.0, d=1).round(8).tolist()
    [1.0, 11.98292909, 27.63102112]
    """
    J, Gamma0, A, d = _echo_inputs(J, Gamma0, A, d)
    t = np.asarray(t, dtype=np.float64)
    if np.isnan(t).any():
        raise InvalidInput("t is not a number: give times, inf for the longest")
    resolved = J * np.minimum(np.maximum(t, 0.0), 1 / Gamma0)
    many = A * np.log(np.maximum(resolved, 1.0)) ** d
    counted = np.maximum(many, 1.0) if clip else np.where(resolved > 1, many, 1.0)
    return like_input(np.where(Gamma0 >= J, 1.0, counted))


def echo(
    t: ArrayLike, J: ArrayLike, Gamma0: ArrayLike, A: ArrayLike, d: int, clip: bool = True
) -> FloatOrArray:
    """Spin echo psi(t) = exp(-Gamma0 n_fast(t) t) (A eqs 9, 10); psi(0) = 1, falling.

    Raises
    ------
    InvalidInput
        For negative t, or as `n_fast`.

    Examples
    --------
    >>> echo([0.0, 0.02], J=1000.0, Gamma0=1.0, A=4.0, d=1).round(6).tolist()
    [1.0, 0.786896]
    """
    t = require_nonnegative("t", t, "the echo begins at t = 0")
    with np.errstate(invalid="ignore"):
        exponent = np.asarray(Gamma0) * n_fast(t, J, Gamma0, A, d, clip) * t
    return like_input(np.exp(-exponent))


def lineshape(
    w: ArrayLike,
    J: ArrayLike,
    Gamma0: ArrayLike,
    A: ArrayLike,
    d: int,
    variant: str = "printed",
) -> FloatOrArray:
    """Line S(w) = x/(w^2 + x^2) with x = Gamma0 n_fast(1/|w|) (A eqs 12, 17); even in w.

    It approximates `lineshape_exact`, whose integral over all w is pi. "printed" has a dip at
    w -> 0, where n_fast is taken at times at which the echo has long gone; "pinned" takes it at
    1/max(|w|, linewidth).

    Raises
    ------
    InvalidInput
        As for `n_fast`, or for another variant.

    Examples
    --------
    >>> round(lineshape(20.0, J=1000.0, Gamma0=1.0, A=4.0, d=1), 10)
    0.02426577
    """
    one_of("variant", variant, ("printed", "pinned"))
    w = abs(require_finite("w", w, "it is a frequency"))
    slow = np.maximum(w, linewidth(J, Gamma0, A, d)) if variant == "pinned" else w
    with np.errstate(divide="ignore"):
        x = np.asarray(Gamma0) * n_fast(1 / slow, J, Gamma0, A, d)
    return like_input(x / (w**2 + x**2))


def lineshape_exact(
    w: ArrayLike, J: float, Gamma0: float, A: float, d: int, accuracy: float = 1e-10
) -> FloatOrArray:
    """int_0^inf cos(w t) psi(t) dt, the line that belongs to the echo; its integral is pi.

    By quadrature with the weight cos on geometric panels between the kinks of n_fast; what lies
    before the first and after the last kink is closed. Above w ~ J it oscillates and may be
    negative, as the kinks of the clipped n_fast make it.

    Parameters
    ----------
    w : array_like
        Frequencies; one quadrature each.
    J, Gamma0, A, d : numbers, as for `n_fast`
    accuracy : float
        Absolute, in units of the largest value.

    Raises
    ------
    InvalidInput
        As for `n_fast`.

    Examples
    --------
    >>> round(lineshape_exact(20.0, J=1000.0, Gamma0=1.0, A=4.0, d=1), 8)
    0.02931853
    """
    if np.ndim(J) or np.ndim(Gamma0) or np.ndim(A):
        raise InvalidInput("J, Gamma0 and A must be single numbers: only w may be an array")
    J, Gamma0, A = (float(value) for value in _echo_inputs(J, Gamma0, A, d)[:3])
    w = abs(require_finite("w", w, "it is a frequency"))
    # n_fast is 1 before `first` and constant after `last`.
    first, last = float(np.exp(A ** (-1 / d)) / J), float(1 / Gamma0)
    if first >= last:
        return like_input(Gamma0 / (w**2 + Gamma0**2))
    panels = np.geomspace(first, last, 2 + int(np.log(last / first) / np.log(_PANEL)))
    late = float(Gamma0 * n_fast(np.inf, J, Gamma0, A, d))

    def one(frequency: float) -> float:
        total = _exponential(frequency, float(Gamma0), 0.0, first)
        total += _exponential(frequency, late, last, np.inf)
        for low, high in pairwise(panels):
            if Gamma0 * n_fast(low, J, Gamma0, A, d) * low > _NOTHING:
                break
            total += quad(
                lambda t: echo(t, J, Gamma0, A, d),
                *(low, high),
                weight="cos",
                wvar=frequency,
                epsabs=accuracy / late / len(panels),
            )[0]
        return total

    return like_input(np.array([one(f) for f in w.ravel()]).reshape(w.shape))


def _exponential(w: float, x: float, start: float, stop: float) -> float:
    """int_start^stop cos(w t) exp(-x t) dt."""

    def antiderivative(t: float) -> float:
        if np.isinf(t):
            return 0.0
        return float(np.exp(-x * t) * (w * np.sin(w * t) - x * np.cos(w * t)) / (x**2 + w**2))

    return antiderivative(stop) - antiderivative(start)


def linewidth(J: ArrayLike, Gamma0: ArrayLike, A: ArrayLike, d: int) -> FloatOrArray:
    """Gamma = Gamma0 n_fast(1/Gamma) in closed form (A eq 13).

    J exp(-y) with y = d W_L[(1/d) (J/(Gamma0 A))^(1/d)], but Gamma0 at least.

    Raises
    ------
    InvalidInput
        As for `n_fast`.

    Examples
    --------
    >>> round(linewidth(1000.0, 1.0, 4.0, d=1), 6), linewidth(1.0, 2.0, 4.0, d=1)
    (16.433688, 2.0)
    """
    J, Gamma0, A, d = _echo_inputs(J, Gamma0, A, d)
    # Wright's omega is Lambert's function of an exponential that need not fit into a float.
    y = d * wrightomega((np.log(J / Gamma0) - np.log(A)) / d - np.log(d))
    return like_input(np.where(Gamma0 < J, np.maximum(Gamma0, J * np.exp(-y)), Gamma0))


def linewidth_asymptote(
    J: ArrayLike, Gamma0: ArrayLike, A: ArrayLike, d: int, form: str = "leading"
) -> FloatOrArray:
    """Gamma0 A ln^d(J/Gamma0), towards which `linewidth` goes with the logarithm only.

    "improved" is one step further, Gamma0 A ln^d(J/(Gamma0 A)).

    Raises
    ------
    InvalidInput
        As for `n_fast`, or for another form.

    Examples
    --------
    >>> round(linewidth_asymptote(1000.0, 1.0, 4.0, d=1), 3)
    27.631
    """
    J, Gamma0, A, d = _echo_inputs(J, Gamma0, A, d)
    one_of("form", form, ("leading", "improved"))
    ratio = J / Gamma0 if form == "leading" else J / (Gamma0 * A)
    return like_input(Gamma0 * A * np.log(np.maximum(ratio, 1.0)) ** d)


class DetunedTunnelling(NamedTuple):
    """Rate of a tip that is detuned from the spin's line, and the density of states it sees.

    `perturbative` is false for |dw| < Gamma or |dw| <= gamma, where the formula does not hold.
    """

    rate: FloatOrArray
    density_of_states: FloatOrArray
    perturbative: Any


def detuned_tunnelling(
    t_tip: ArrayLike, gamma: ArrayLike, dw: ArrayLike, W: ArrayLike, Gamma: ArrayLike = 0.0
) -> DetunedTunnelling:
    """Tunnelling off resonance through a diagonal bath coupling (A section III).

    rate = t_tip^2 gamma^2/(dw^2 W), density of states gamma^2/(dw^2 W), both 0 for |dw| > W.

    Parameters
    ----------
    t_tip, gamma, W : array_like, > 0
        Matrix element of the tip, coupling to the bath, its bandwidth.
    dw : array_like, not 0
        Detuning.
    Gamma : array_like, >= 0
        Linewidth.

    Raises
    ------
    InvalidInput
        For what is not positive, or dw = 0.

    Examples
    --------
    >>> detuned_tunnelling(1e-3, 0.25, 0.5, 1.0).density_of_states
    0.25
    """
    t_tip = _energy("t_tip", t_tip)
    gamma = _energy("gamma", gamma)
    W = _energy("W", W)
    Gamma = require_nonnegative("Gamma", Gamma, "it is a linewidth")
    dw = abs(require_finite("dw", dw, "it is a detuning"))
    if (dw == 0).any():
        raise InvalidInput("dw=0 is on resonance: this is the rate off it; give a detuning")
    density = np.where(dw > W, 0.0, (gamma / dw) ** 2 / W)
    fits = (dw >= Gamma) & (dw > gamma)
    return DetunedTunnelling(like_input(t_tip**2 * density), like_input(density), _flag(fits))


def frozen_core_radius(gamma: ArrayLike, W: ArrayLike) -> FloatOrArray:
    """Distance up to which bath spins lock to the central one, max(0, ln(gamma/W)).

    In units of the decay length of the coupling; beyond it gamma exp(-r) <= W (A section I, W <<
    gamma << Delta).

    Raises
    ------
    InvalidInput
        For what is not positive.

    Examples
    --------
    >>> frozen_core_radius([0.1, 1e-5], 1e-3).round(4).tolist()
    [4.6052, 0.0]
    """
    gamma = _energy("gamma", gamma)
    W = _energy("W", W)
    return like_input(np.maximum(np.log(gamma / W), 0.0))
