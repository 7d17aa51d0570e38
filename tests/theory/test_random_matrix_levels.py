"""Random-matrix theory (E) beside random matrices: a spin on a GOE bath, all levels.

E's appendix A with a bath of 320 levels, written here from H = H_B + h sigma^z + g V sigma^x alone.
Widths are half the distance of the quartiles of weights around E = 0, the half width of a
Lorentzian; tolerances are four standard errors over the samples.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pytest

from mbltn.theory import random_matrix as rmt

LEVELS, R, SAMPLES, STATES = 320, 5.0, 16, 40


def semicircle(e):
    return 2 / (np.pi * R**2) * np.sqrt(np.maximum(R**2 - np.square(e), 0))


def quartile_half_width(w, weights):
    order = np.argsort(w, axis=None)
    w, weights = w.ravel()[order], weights.ravel()[order]
    cumulative = (np.cumsum(weights) - weights / 2) / weights.sum()
    return (np.interp(0.75, cumulative, w) - np.interp(0.25, cumulative, w)) / 2


@dataclass(frozen=True)
class Measured:
    """One number a sample: half widths, mean log IPR of sigma^x, bath weight within 2w of +-2h."""

    of_states: np.ndarray
    of_line: np.ndarray
    log_ipr: np.ndarray
    near_peaks: np.ndarray


@lru_cache
def measured(g, h):
    rng = np.random.default_rng(11)
    window = 2 * np.pi * g**2 * semicircle(h)
    rows = []
    for _ in range(SAMPLES):
        A = rng.normal(size=(LEVELS, LEVELS))
        E, U = np.linalg.eigh(R / (2 * np.sqrt(LEVELS)) * (A + A.T) / np.sqrt(2))
        V = U.T @ np.roll(U, LEVELS // 2, axis=0)  # sigma^x of the first bath spin
        H = np.block([[np.diag(E + h), g * V], [g * V, np.diag(E - h)]])
        bare = np.concatenate([E + h, E - h])
        e, psi = np.linalg.eigh(H)
        near = np.argsort(abs(e))[:STATES]
        flipped = np.square(psi.T @ np.roll(psi, LEVELS, axis=0)[:, near])
        in_bath = np.kron(np.eye(2), V) @ psi[:, near]
        gap = e[:, None] - e[near]
        upper = (gap > 0) & (gap < 4 * h)
        at_peaks = abs(abs(gap) - 2 * h) < window
        rows.append(
            (
                quartile_half_width(bare[:, None] - e[near], np.square(psi[:, near])),
                quartile_half_width(gap[upper], flipped[upper]),
                -np.log(np.square(flipped).sum(axis=0)).mean(),
                np.square(psi.T @ in_bath)[at_peaks].sum() / STATES,
            )
        )
    return Measured(*np.array(rows).T)


def mean_and_error(values):
    return values.mean(), values.std(ddof=1) / np.sqrt(len(values))


@pytest.mark.parametrize("g", [0.4, 0.8])
def test_the_half_width_of_the_golden_rule(g):
    """v is the density of bath levels where the flip ends, +-h, and the pi is there."""
    h = 1.0
    mean, error = mean_and_error(measured(g, h).of_states)
    assert error < 0.03 * mean
    expected = rmt.half_width(g, semicircle(h))
    # the next order of the rule is (g/R)^2: 0.6 and 2.6 %
    assert mean == pytest.approx(expected, abs=4 * error + (g / R) ** 2 * expected)
    assert abs(mean - rmt.half_width(g, semicircle(h), pi_factor=False)) > 20 * error
    if g == 0.4:  # at 2h from the centre of the band it would be 7 % less
        assert abs(mean - rmt.half_width(g, semicircle(2 * h))) > 4 * error


def test_the_line_of_the_spin_is_twice_as_wide():
    mean, error = mean_and_error(measured(0.4, 1.0).of_line)
    assert error < 0.03 * mean
    assert mean == pytest.approx(2 * rmt.half_width(0.4, semicircle(1.0)), abs=4 * error)


def test_the_ipr_of_the_spin():
    """With the density where the lines end, 2h away; E's constant one is 10 % larger."""
    mean, error = mean_and_error(measured(0.4, 1.0).log_ipr)
    rho = LEVELS * (semicircle(1.0) + semicircle(3.0))
    theory = rmt.ipr_lorentzian(rho, rmt.half_width(0.4, semicircle(1.0)), 1.0, gaussian=True)
    assert 4 * error < 0.1
    # ln of a sum over some 45 levels that fluctuate lies below the ln of its mean
    assert mean == pytest.approx(np.log(theory), abs=0.1)


def test_the_bare_operator_spreads_over_a_third_of_the_levels():
    """E's rho/int v^2 with the density of the centre is 3 pi/8 times as large as it should be."""
    rng = np.random.default_rng(4)
    A = rng.normal(size=(LEVELS, LEVELS))
    U = np.linalg.eigh(A + A.T)[1]
    V = U.T @ np.roll(U, LEVELS // 2, axis=0)
    ipr = np.exp(-np.log((V**4).sum(axis=0)).mean())
    assert ipr == pytest.approx(LEVELS / 3, rel=0.05)
    theory = rmt.ipr_of_line(rmt.sampled(semicircle, 6.0, 1e-3), LEVELS * semicircle(0), True)
    assert theory / ipr == pytest.approx(3 * np.pi / 8, rel=0.05)


def test_no_peaks_in_the_operator_that_couples():
    """E eq 14 adds 2 W around +-2h. Measured at 2h = 4: weight goes away there instead."""
    g, h = 0.8, 2.0
    mean, error = mean_and_error(measured(g, h).near_peaks)
    w_h = rmt.half_width(g, semicircle(h))
    # a state at total energy 0 has the bath at -+h
    bare = rmt.sampled(lambda w: (semicircle(w + h) + semicircle(w - h)) / 2, 60.0, 0.01)
    window = abs(abs(bare.frequencies) - 2 * h) < 2 * w_h
    before, spiked = (
        v.values[window].sum() * v.step for v in (bare, rmt.back_reaction(bare, w_h, g, R, h))
    )
    assert spiked > before + 0.03
    assert mean + 4 * error < before - 0.02
