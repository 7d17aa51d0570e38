"""Slow baths and quantum dots, exact and theory: section 10 of the notes on the metal (A)."""

import mpmath
import numpy as np
import pytest
from scipy.linalg import expm

import mbltn as mb
from mbltn.errors import InvalidInput
from mbltn.models import QuantumDot, SpinOnBath
from mbltn.observables import (
    fock_decay,
    fock_profile,
    log_echo,
    mean_population,
    telegraph_echo,
)
from mbltn.theory import slow_bath

# -- echo of telegraph fluctuators -----------------------------------------------------------------


def test_one_fluctuator_by_matrix_exponentials():
    for v, k, t in (
        (20.0, 1.0, 0.5),
        (0.3, 1.0, 2.0),
        (1.0, 1.0, 0.7),
        (5.0, 0.01, 3.0),
        (2.0, 0.0, 1.0),
    ):
        halves = [
            expm(0.5 * t * np.array([[-k + s * 1j * v, k], [k, -k - s * 1j * v]])) for s in (-1, 1)
        ]
        exact = np.array([0.5, 0.5]) @ halves[0] @ halves[1] @ np.ones(2)
        assert abs(exact.imag) < 1e-14
        assert telegraph_echo(t, v, k) == pytest.approx(exact.real, rel=1e-12)
    assert telegraph_echo(0.5, 20.0, 1.0) == pytest.approx(0.5931375480, rel=1e-9)  # row 12


def test_limits_of_one_fluctuator():
    t = np.array([0.1, 1.0])
    assert telegraph_echo(t, 1e-4, 1.0) == pytest.approx([1.0, 1.0], abs=1e-8)
    assert telegraph_echo(t, 1e4, 1.0) == pytest.approx(np.exp(-t), rel=1e-3)
    assert telegraph_echo(1e4, 0.5, 1.0) == pytest.approx(0.0, abs=1e-300)  # nothing overflows
    with pytest.raises(InvalidInput, match="k must be"):
        telegraph_echo(1.0, 1.0, -1.0)


def test_the_echo_of_many_tends_to_theory():
    """Section 10.1: -ln psi over k t n_fast, towards 1."""
    J, k, xi = 1e4, 1.0, 20.0
    strengths = J * np.exp(-np.arange(1000) / xi)
    strengths = strengths[strengths >= k / 100]
    t = np.array([0.001, 0.01, 0.03, 0.1])
    ratios = log_echo(t, strengths, k) / np.log(slow_bath.echo(t, J, k, xi, d=1))
    assert ratios == pytest.approx([0.824, 0.913, 0.928, 0.938], abs=6e-4)
    assert np.all(np.diff(ratios) > 0)


def test_the_logarithm_outlives_the_echo():
    """Section 10.1: -k t + ln of what is left, far beyond where exp(-k t) underflows."""
    t = np.array([1e3, 1e5])
    for v in (20.0, 0.3, 1.0):
        exact = []
        for time in t:
            k, mu = mpmath.mpf(1), mpmath.sqrt(mpmath.mpc(1 - mpmath.mpf(v) ** 2))
            s = time / 2 if mu == 0 else mpmath.sinh(mu * time / 2) / mu
            c = mpmath.cosh(mu * time / 2)
            exact.append(float(mpmath.log(((c + k * s) ** 2 + v**2 * s**2).real) - k * time))
        assert log_echo(t, [v], 1.0) == pytest.approx(exact, rel=1e-9)


# -- golden rule -----------------------------------------------------------------------------------


def relaxation_rate(model, realization):
    """Gamma of 2 P - 1 = exp(-2 Gamma t) above 0.3, from the middle half of the band."""
    op = model.operator(model.draw(seed=4, realization=realization))
    pairs = mb.eigenpairs(op, mb.Target.all(), "dense")
    n = model.n_bath
    starts = np.flatnonzero(abs(model.bath_energies) < model.bandwidth / 4)
    counted = np.arange(2 * n) < n
    times = np.linspace(20, 100, 9)
    polarization = 2 * mean_population(pairs.energies, pairs.vectors, starts, counted, times) - 1
    kept = polarization > 0.3
    slope = np.polyfit(times[kept], np.log(polarization[kept]), 1)[0]
    return -slope / 2, polarization


def test_the_golden_rule():
    """Section 10.2: 2 pi gamma^2/W within 5 %, 2 pi times what A's "~" makes of it."""
    model = SpinOnBath(n_bath=500, gamma=0.03, splitting=0.1)
    rates = [relaxation_rate(model, i)[0] for i in range(2)]
    # A bath as wide as the energy of a flip: one flip at first order.
    theory = slow_bath.channel_rates(0.03, 1.0, 1.0, xi=1.0, Xi=0.5, s=1.0, d=1)
    assert np.mean(rates) == pytest.approx(2 * np.pi * np.exp(theory.ln_b), rel=0.05)


def test_no_relaxation_without_states_on_shell():
    model = SpinOnBath(n_bath=300, gamma=0.03, splitting=2.5)
    _, polarization = relaxation_rate(model, 0)
    assert polarization.min() > 0.97


def test_population_is_the_propagator():
    model = SpinOnBath(n_bath=8, gamma=0.4, splitting=0.3)
    op = model.operator(model.draw(seed=1, realization=0))
    pairs = mb.eigenpairs(op, mb.Target.all(), "dense")
    counted = np.arange(16) < 8
    found = mean_population(pairs.energies, pairs.vectors, np.array([2, 5]), counted, [0.0, 3.0])
    propagator = expm(-3j * mb.operators.to_dense(op))
    exact = (abs(propagator[:8][:, [2, 5]]) ** 2).sum() / 2
    assert found == pytest.approx([1.0, exact], abs=1e-12)
    with pytest.raises(InvalidInput, match="whole spectrum"):
        mean_population(pairs.energies[:3], pairs.vectors[:, :3], [0], counted, [0.0])


# -- Fock-space localization of a dot --------------------------------------------------------------


def test_fock_space_localization():
    """Section 10.3: the second step of ln |psi| is 1/Xi, of slope 1 in ln(1/lam)."""
    strengths = np.array([0.1, 0.03, 0.01, 0.003])
    steps = []
    for lam in strengths:
        dot = QuantumDot(n_levels=8, lam=lam)
        profiles = []
        for realization in range(120):
            op = dot.operator(dot.draw(seed=6, realization=realization))
            pairs = mb.eigenpairs(op, mb.Target.rank(10), "dense")
            profiles.append(fock_profile(pairs.vectors, dot.occupations()).mean(axis=0))
        steps.append(fock_decay(np.mean(profiles, axis=0))[1])
    assert steps == pytest.approx([1.684, 2.798, 3.876, 5.104], rel=0.05)
    slopes = -np.diff(steps) / np.diff(np.log(strengths))
    assert slopes == pytest.approx([1.0, 1.0, 1.0], abs=0.1)


def test_strong_interactions_delocalize():
    """At lam = 0.3 the increment falls below that of perturbation theory."""
    steps = []
    for lam in (1.0, 0.1):
        dot = QuantumDot(n_levels=8, lam=lam)
        op = dot.operator(dot.draw(seed=6, realization=0))
        vectors = mb.eigenpairs(op, mb.Target.rank(10), "dense").vectors
        steps.append(fock_decay(fock_profile(vectors, dot.occupations()).mean(axis=0))[1])
    assert (steps[1] - steps[0]) / np.log(10) < 0.7


def test_profile_by_hand():
    dot = QuantumDot(n_levels=6, lam=0.2)
    occupations = dot.occupations()
    psi = np.random.default_rng(1).standard_normal((20, 2))
    profile = fock_profile(psi, occupations)
    for column in range(2):
        centre = occupations[abs(psi[:, column]).argmax()]
        by_move = {}
        for state, amplitude in zip(occupations, psi[:, column], strict=True):
            moved = int((centre & ~state).sum())
            by_move.setdefault(-(-moved // 2), []).append(np.log(abs(amplitude)))
        expected = [np.mean(by_move[m]) for m in sorted(by_move)]
        assert profile[column] == pytest.approx(expected)
    with pytest.raises(InvalidInput, match="take one sector"):
        fock_profile(psi[:2], np.array([[1, 0], [1, 1]], dtype=bool))
