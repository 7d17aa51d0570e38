"""Rates of l-bits on a narrow bath: all orders looked through, or added up (A sections I, IV).

Prefactors are 1, as in A. gamma = 1e-4 and Delta = 1 throughout.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..tables import Tick, long_table, nothing
from .search import first_true

GAMMA, DELTA = 1e-4, 1.0
BANDWIDTHS = np.array([0.3, 0.1, 1e-2, 1e-3, 1e-6])
XI, FOCK, ENTROPY = 1.3, 0.6, 0.7
STEP = 2e-4  # of orders that are looked through
RANDOM = (1e-7, 20)  # bandwidth, and orders by which a second one is narrower


def channels(tick: Tick = nothing) -> pd.DataFrame:
    """ln of the fastest rate that is on shell, in each of three ways (A eqs 6-8).

    Curves "a, d", "b, d" for d = 1, 2, 3 and "c", against the bandwidth W. A hop over R finds a
    level within Delta R^-d, a block of n^d l-bits one within Delta exp(-s n^d), and m quanta make
    up m W.
    """
    golden = np.log(GAMMA**2 / BANDWIDTHS)
    curves = {}
    for d in (1, 2, 3):
        hops = np.array([_hop(W, d) for W in BANDWIDTHS])
        blocks = np.array([_block(W, d) for W in BANDWIDTHS])
        curves[f"a, d = {d}"] = (BANDWIDTHS, golden - 2 * hops / XI)
        matrix_element = -blocks / XI - ENTROPY * blocks**d / FOCK
        curves[f"b, d = {d}"] = (BANDWIDTHS, golden + 2 * matrix_element)
    orders = np.array([_quanta(W) for W in BANDWIDTHS])
    virtual = np.log(DELTA**2 / BANDWIDTHS) + 2 * orders * np.log(GAMMA / DELTA)
    curves["c"] = (BANDWIDTHS, virtual)
    return long_table("W", curves)


def _hop(W: float, d: int) -> float:
    return first_true(lambda R: DELTA * R ** (-d) <= W, 1.0, 1e9)


def _block(W: float, d: int) -> float:
    return first_true(lambda n: DELTA * np.exp(-ENTROPY * n**d) <= W, 0.0, 100.0)


def _quanta(W: float) -> float:
    return first_true(lambda m: DELTA * np.exp(-ENTROPY * m) <= m * W, 1.0, 1e3)


def random_levels(tick: Tick = nothing) -> pd.DataFrame:
    """Typical ln rate of a block in one dimension, its levels independent and uniform in energy.

    m l-bits have exp(s m) levels in [-Delta, Delta], and the first m with a level within W/2
    decides. The mean over all levels is a sum of probabilities of Poisson; against W.
    """
    first, steps = RANDOM
    bandwidths = first * np.exp(-ENTROPY * np.array([0, steps]))
    m = np.arange(400)
    rates = []
    for W in bandwidths:
        expected = np.exp(ENTROPY * m[1:]) * W / (2 * DELTA)
        none_yet = np.exp(-np.concatenate([[0.0], np.cumsum(expected)]))
        at = -np.diff(none_yet)
        matrix_element = -m[1:] * (1 / XI + ENTROPY / FOCK)
        rates.append(np.log(GAMMA**2 / W) + 2 * (at @ matrix_element) / at.sum())
    return long_table("W", {"typical": (bandwidths, np.array(rates))})


def bath_spectra(tick: Tick = nothing) -> pd.DataFrame:
    """The fastest order, its ln rate, and ln of the sum over whole orders, by the bath's spectrum.

    Gaussian: matrix elements exp(-s m/Xi) and exp(-m/Xi) ("per site"). Lorentzian on a tree of
    branching 3: Xi = 1.5, and 0.5 with and without wings cut at 0.05.
    """
    m = np.arange(0.0, 40.0, STEP)
    curves: dict[str, tuple[np.ndarray, np.ndarray]] = {}
    for name, decay in (("Gaussian", ENTROPY / FOCK), ("Gaussian, per site", 1 / FOCK)):
        rates = np.array([_gaussian(m, W, decay) for W in BANDWIDTHS])
        curves |= _fastest(name, m, rates)
        narrow = BANDWIDTHS[:, None] * np.exp(-ENTROPY * np.array([0, 10]))
        sums = [[_ln_sum(_gaussian(np.arange(200.0), W, decay)) for W in pair] for pair in narrow]
        curves[f"{name}, sum"] = (BANDWIDTHS, np.diff(sums, axis=1)[:, 0])
    for name, xi, edge in (
        ("Lorentzian, collective", 1.5, np.inf),
        ("Lorentzian, localized", 0.5, np.inf),
        ("Lorentzian, cut", 0.5, 0.05),
    ):
        n = m[m >= 1]
        reached = DELTA * 3.0**-n <= edge
        rates = np.array([_lorentzian(n, W, xi) for W in BANDWIDTHS])
        curves |= _fastest(name, n, np.where(reached, rates, -np.inf))
        whole = np.arange(1.0, 40.0)
        wholes = np.array([_lorentzian(whole, W, xi) for W in BANDWIDTHS])
        wholes = np.where(DELTA * 3.0**-whole <= edge, wholes, -np.inf)
        curves[f"{name}, whole order"] = (BANDWIDTHS, whole[wholes.argmax(axis=1)])
    return long_table("W", curves)


def _fastest(
    name: str, orders: np.ndarray, rates: np.ndarray
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    at = rates.argmax(axis=1)
    return {
        f"{name}, order": (BANDWIDTHS, orders[at]),
        f"{name}, rate": (BANDWIDTHS, rates.max(axis=1)),
    }


def _gaussian(m: np.ndarray, W: float, decay: float) -> np.ndarray:
    """ln[gamma^2 exp(-2 decay m) density(detuning)], the density exp(-E^2/W^2)/W."""
    detuning = DELTA * np.exp(-ENTROPY * m)
    return np.asarray(np.log(GAMMA**2 / W) - 2 * decay * m - (detuning / W) ** 2)


def _lorentzian(n: np.ndarray, W: float, xi: float) -> np.ndarray:
    """The same with the density W/(E^2 + W^2)."""
    detuning = DELTA * 3.0**-n
    return np.asarray(2 * np.log(GAMMA) - 2 * n / xi + np.log(W / (detuning**2 + W**2)))


def _ln_sum(logarithms: np.ndarray) -> float:
    top = logarithms.max()
    return float(top + np.log(np.exp(logarithms - top).sum()))


def one_dot(tick: Tick = nothing) -> pd.DataFrame:
    """ln of the golden rule's sum over the orders of a tree that are on shell (A eq 16).

    Order n has K^n states, distances delta_m K^-n and matrix elements gamma exp(-n/Xi): gamma^2
    (K^n/delta_m) exp(-2 n/Xi) from the first order with delta_m K^-n <= W on. K = 3, delta_m = 1,
    gamma = 1e-5; against W = K^-k, curves by Xi.
    """
    K, gamma = 3.0, 1e-5
    first = np.arange(1, 12)
    n = np.arange(2000)
    curves = {}
    for xi in (0.3, 0.8, 1.4):
        ln_terms = n * np.log(K) - 2 * n / xi
        rates = [np.log(gamma**2) + _ln_sum(ln_terms[k:]) for k in first]
        curves[f"Xi = {xi}"] = (K ** -first.astype(float), np.array(rates))
    sizes = np.array([5.0, 10.0])
    curves["discrete below"] = (sizes, np.array([_least_bandwidth(N, K) for N in sizes]))
    return long_table("W", curves)


def _least_bandwidth(N: float, K: float) -> float:
    """At which one of K^N levels is as near as W, in units of delta_m; A has N of them to a dot."""
    return first_true(lambda W: W * K**N >= N, 0.0, 1.0)
