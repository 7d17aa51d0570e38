"""What a solution must meet, and what it would cost on another grid."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from .._quadrature import Floats
from .bubble import Bubble
from .equations import one_round
from .grid import Complexes, FrequencyGrid
from .self_energy import empty_and_occupied
from .without_interaction import algebraic_green, semicircle_green

_FREQUENCIES = 65  # at which the algebraic equations are solved anew
_ROUNDING = 1e-12
# G is further from its limit than a round changes it: near edges of the spectrum, for example.
_FURTHER = 100


class Check(NamedTuple):
    """`passed` where `value` <= `bound`, or < for Im G."""

    name: str
    value: float
    bound: float
    passed: bool


def _check(name: str, value: float, bound: float) -> Check:
    return Check(name, float(value), float(bound), bool(value <= bound))


def cheap_checks(
    bubble: Bubble, grid: FrequencyGrid, G: Complexes, Sigma: Complexes, tolerance: float
) -> Iterator[Check]:
    """Those of docs/physics.md (H6) that apply and cost less than a round of the iteration."""
    yield from _of_green(bubble, grid, G)
    yield _check("Im Sigma <= 0", Sigma.imag.max(), _ROUNDING * np.max(np.abs(Sigma)))
    if bubble.symmetric:
        yield from _of_symmetry(grid, G, Sigma, tolerance)
    if bubble.U == 0 and not bubble.squared_couplings.any():
        off = np.max(np.abs(G - semicircle_green(grid.z, bubble.t)))
        yield _check("semicircle", off, _FURTHER * tolerance)


def costly_checks(
    bubble: Bubble,
    grid: FrequencyGrid,
    G: Complexes,
    rho_S: Floats,
    G_0: Complexes,
    tolerance: float,
) -> Iterator[Check]:
    """The others: one more round, sums without transforms, Newton's method."""
    change = np.max(np.abs(one_round(G, bubble, grid).G_new - G))
    yield _check("residual of the equations", change, tolerance)
    if bubble.U == 0:
        yield _without_interaction(bubble, grid, G, tolerance)
    else:
        yield from _of_self_energy(bubble, grid, rho_S, G_0)


def _of_green(bubble: Bubble, grid: FrequencyGrid, G: Complexes) -> Iterator[Check]:
    # beyond w_max, G = 1/(z - m/z) with the second moment m
    lbits = bubble.c_hyb / np.sqrt(bubble.N) * bubble.squared_couplings.sum()
    second = bubble.t**2 + lbits + bubble.U**2 / 4
    tail = 2 * grid.eta_0 / (np.pi * grid.w_max) * (1 + second / grid.w_max**2)
    norm = -G.imag.sum() / np.pi * grid.dw
    yield _check("int rho = 1, with its tail", abs(norm + tail - 1), 0.1 * tail + 1e-5)
    highest = float(G.imag.max())
    yield Check("Im G < 0", highest, 0.0, highest < 0)


def _of_self_energy(
    bubble: Bubble, grid: FrequencyGrid, rho_S: Floats, G_0: Complexes
) -> Iterator[Check]:
    empty, occupied = empty_and_occupied(-G_0.imag / np.pi, bubble.T, grid)
    p, q = empty.sum() * grid.dw, occupied.sum() * grid.dw
    expected = bubble.U**2 * (p**2 * q + q**2 * p)
    at_zero, beyond = bubble.U**2 * grid.dw**2 * _term_by_term(empty, occupied)
    name = "int rho_S = U^2 (nbar^2 n + n^2 nbar)"
    found = (rho_S.sum() + beyond) * grid.dw
    yield _check(name, abs(found - expected), 10 * _ROUNDING * expected)
    name = "rho_S(0) by the double sum"
    yield _check(name, abs(at_zero - rho_S[grid.n // 2]), _ROUNDING * rho_S.max())


def _term_by_term(empty: Floats, occupied: Floats) -> Floats:
    """Sums of A+_a A+_b A-_c + A-_a A-_b A+_c without transforms, a + b - c the point w.

    Over the terms at w = 0, and over those at all w that the grid does not have.
    """
    n = len(empty)
    sums = np.zeros(2)
    for twice, once in ((empty, occupied), (occupied, empty)):
        of_two = np.convolve(twice, twice)
        up_to = np.concatenate([[0.0], np.cumsum(of_two)])
        elsewhere = up_to[-1] - (up_to[n:] - up_to[:n])
        sums += of_two[n // 2 : n // 2 + n] @ once, elsewhere @ once
    return sums


def _of_symmetry(
    grid: FrequencyGrid, G: Complexes, Sigma: Complexes, tolerance: float
) -> Iterator[Check]:
    # the point -w_max has no partner
    rho = -G.imag[1:] / np.pi
    uneven = np.max(np.abs(rho - rho[::-1]))
    yield _check("rho even", uneven, _ROUNDING * rho.max())
    real = abs(Sigma[grid.n // 2].real)
    yield _check("Re Sigma(0) = 0", real, tolerance + _ROUNDING * np.max(np.abs(Sigma)))


def _without_interaction(
    bubble: Bubble, grid: FrequencyGrid, G: Complexes, tolerance: float
) -> Check:
    w = np.linspace(-1.2 * bubble.reach, 1.2 * bubble.reach, _FREQUENCIES)
    points = np.unique(np.rint(w / grid.dw).astype(int)) + grid.n // 2
    expected = algebraic_green(bubble, grid.w[points], grid.eta_0)
    off = np.max(np.abs(G[points] - expected))
    name = f"Newton's method at {len(points)} frequencies"
    return _check(name, off, _FURTHER * tolerance)
