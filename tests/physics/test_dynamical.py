"""Dynamical moments, and what follows from them, against sums over whole spectra."""

from functools import reduce
from types import SimpleNamespace

import numpy as np
import pytest
from numpy.polynomial.chebyshev import chebvander
from scipy.fft import dct
from scipy.integrate import quad
from scipy.special import voigt_profile

import mbltn as mb
from mbltn import observables as ob
from mbltn.errors import InvalidInput
from mbltn.models import CentralGrain, GOEGrain
from mbltn.observables.dynamical import DynamicalMoments
from mbltn.operators import to_dense
from mbltn.solvers.filtered.delta_filter import Scale

SPINS = [ob.Pauli("x", 0, 1), ob.Pauli("z", 0, 3), ob.Pauli("x", 2), ob.Pauli("z", 4)]


@pytest.fixture(scope="module")
def small():
    """128 levels, of which the states are 20 near the middle."""
    model = CentralGrain(n_grain=3, n_lbits=4, alpha=0.7)
    op = model.operator(model.draw(seed=5, realization=0))
    h = to_dense(op)
    levels, vectors = np.linalg.eigh(h)
    states = mb.eigenpairs(op, mb.Target.all(), "dense").select(slice(54, 74))
    return SimpleNamespace(h=h, levels=levels, vectors=vectors, states=states)


def weights_of(small, pauli):
    """|<m|O|n>|^2 with the matrix of O, 0 for m = n; its spins are grain 1..3, l-bits 1..4."""
    place = pauli.spin - 1 if pauli.site == 0 else 2 + pauli.site
    one = np.array([[0, 1], [1, 0]]) if pauli.axis == "x" else np.diag([1, -1])
    matrix = reduce(np.kron, [one if i == place else np.eye(2) for i in range(7)])
    elements = small.vectors.T @ matrix @ small.vectors[:, 54:74]
    expectation = elements[np.arange(54, 74), np.arange(20)]
    weights = elements**2
    weights[np.arange(54, 74), np.arange(20)] = 0.0
    return weights, expectation


def jackson_kernel(angles, other, n):
    """Its coefficients as Jackson had them: the autocorrelation of half a period of a sine."""
    a = np.sin(np.pi * np.arange(1, n + 1) / (n + 1))
    g = np.array([a[: n - k] @ a[k:] for k in range(n)]) / (a @ a)
    k = np.arange(1, n)
    both = np.cos(np.multiply.outer(angles, k))[..., None, :] * np.cos(np.multiply.outer(other, k))
    return (1 + 2 * both @ g[1:]) / np.pi


@pytest.mark.parametrize("pauli", SPINS, ids=str)
def test_moments_are_those_of_the_whole_spectrum(small, pauli):
    found = ob.dynamical_moments(small.states, pauli, resolution=0.1)
    weights, expectation = weights_of(small, pauli)
    x = (small.levels - found.scale.centre) / found.scale.half
    exact = chebvander(x, len(found.moments) - 1).T @ weights
    assert len(found.moments) == np.ceil(np.pi * found.scale.half / 0.1)
    np.testing.assert_allclose(found.moments, exact, rtol=0, atol=1e-11)
    np.testing.assert_allclose(found.expectation, expectation, rtol=0, atol=1e-12)
    np.testing.assert_allclose(found.available, 1 - expectation**2, rtol=0, atol=1e-12)


def test_density_is_the_kernel_on_every_level(small):
    found = ob.dynamical_moments(small.states, SPINS[0], resolution=0.15)
    weights, _ = weights_of(small, SPINS[0])
    w = np.array([-1.3, -0.2, 0.0, 0.7, 2.1])
    angle = found.scale.angle(found.energies[3] + w)
    kernel = jackson_kernel(angle, found.scale.angle(small.levels), len(found.moments))
    exact = kernel @ weights[:, 3] / (found.scale.half * np.sin(angle))
    np.testing.assert_allclose(found.density(w)[3], exact, rtol=1e-9)
    assert not found.density(np.array([-30.0, 30.0])).any()


def test_bins_hold_the_integral_of_the_density(small):
    found = ob.dynamical_moments(small.states, SPINS[2], resolution=0.15)
    rho = found.spectral_function(dw=0.3, reach=1.5, prefactor=2.0)
    exact = [
        quad(lambda w: found.density(np.array([w]))[:, 0].mean(), low, low + 0.3, epsabs=1e-9)[0]
        for low in 0.3 * np.arange(-5, 5)
    ]
    np.testing.assert_allclose(rho.thermal * 0.3 / 2.0, exact, rtol=0, atol=1e-8)
    ends = found.cumulative(np.array([-30.0, 30.0]))
    np.testing.assert_allclose(ends.T, [np.zeros(20), found.available], rtol=0, atol=1e-12)
    assert (rho.typical <= rho.thermal + 1e-20).all()


def lorentzian(width, kernels, expectation=0.0, line=None):
    """Moments of one line in the middle of [-1, 1] with a kernel `kernels` times narrower."""
    n = int(np.ceil(np.pi * kernels / width))
    angle = np.pi * (np.arange(40 * n) + 0.5) / (40 * n)
    x = np.cos(angle)
    line = line or (lambda x: width / (2 * np.pi) / ((x - 0.2) ** 2 + 0.25 * width**2))
    # sum_i cos(j angle_i) f(angle_i) for all j
    moments = 0.5 * dct(line(x) * np.sin(angle) * np.pi / len(x), type=2)[:n]
    expectations = np.array([expectation])
    return DynamicalMoments(
        np.array([-0.2]), moments[:, None], expectations, Scale(-1.0, 1.0), levels=None
    )


@pytest.mark.parametrize("kernels", [10, 20])
def test_a_lorentzian_is_as_wide_as_voigt_says(kernels):
    """Against its convolution with a Gaussian, which the kernel is but for its tails."""
    gamma = 0.01
    found = lorentzian(gamma, kernels).line_width(0.4)
    w = np.linspace(-0.4, 0.4, 80_001)
    sigma = found.resolution * np.sqrt(1 - 0.2**2)
    exact = ob.quartile_width(w, voigt_profile(w, sigma, 0.5 * gamma))
    assert found.width == pytest.approx(exact, rel=1e-3)


def test_a_line_narrower_than_three_kernels_is_not_measured():
    found = lorentzian(0.01, 1.5).line_width(0.4)
    assert found.smoothed < 3 * found.resolution
    assert np.isnan(found.width)


def test_ipr_of_gaussian_elements_with_a_gaussian_envelope():
    """1/IPR = 3 int rho^2/R dw + <O>^4, int rho^2 = 1/(2 sqrt(pi) s) for a Gaussian of width s."""
    s, levels = 0.05, 1e6

    def line(x):
        return np.exp(-((x - 0.2) ** 2) / (2 * s * s)) / np.sqrt(2 * np.pi * s * s)

    found = lorentzian(s, 20, expectation=0.3, line=line)
    smooth = ob.log_operator_ipr_smooth(found, levels=lambda e: np.full_like(e, levels))
    exact = -np.log(3 / (2 * np.sqrt(np.pi) * s * levels) + 0.3**4)
    assert smooth[0] == pytest.approx(exact, abs=2e-3)
    without = lorentzian(s, 20, line=line)
    smooth = ob.log_operator_ipr_smooth(without, levels=lambda e: np.full_like(e, levels))
    # The kernel alone widens it by 1/800; the levels under it are 5000.
    assert smooth[0] == pytest.approx(np.log(2 * np.sqrt(np.pi) * s * levels / 3), abs=2e-3)


def test_ipr_of_resolved_levels_is_exact(small):
    """A kernel far below the level spacing: sums of fourth powers, whatever the elements are."""
    few = slice(4, 12)
    found = ob.dynamical_moments(small.states.select(few), SPINS[0], resolution=5e-4)
    weights, expectation = weights_of(small, SPINS[0])
    exact = -np.log((weights**2).sum(axis=0) + expectation**4)[few]
    np.testing.assert_allclose(ob.log_operator_ipr_smooth(found), exact, rtol=0, atol=2e-3)


def test_lanczos_has_the_moments_of_the_whole_spectrum(small):
    w, weights = ob.lanczos_spectral(small.states, SPINS[2], level=7, steps=12)
    every, expectation = weights_of(small, SPINS[2])
    exact_w = small.levels - small.levels[61]
    assert weights.sum() == pytest.approx(1 - expectation[7] ** 2, abs=1e-12)
    for p in range(24):
        scale = (abs(exact_w) ** p) @ every[:, 7]
        assert w**p @ weights == pytest.approx(exact_w**p @ every[:, 7], abs=1e-11 * scale)
    beyond = (abs(exact_w) ** 24) @ every[:, 7]
    assert abs(w**24 @ weights - exact_w**24 @ every[:, 7]) > 1e-7 * beyond


def test_lanczos_of_a_decoupled_spin_is_one_line():
    model = CentralGrain(n_grain=2, n_lbits=2, alpha=0.5, first_coupling=0.0)
    sample = model.draw(seed=1, realization=0)
    states = mb.eigenpairs(model.operator(sample), mb.Target.all(), "dense")
    w, weights = ob.lanczos_spectral(states, ob.Pauli("x", 2), level=4, steps=10)
    np.testing.assert_allclose(abs(w), 2 * sample.fields[1], atol=1e-12)
    np.testing.assert_allclose(weights, 1.0, atol=1e-12)
    assert [len(part) for part in ob.lanczos_spectral(states, ob.Pauli("z", 2), 4, 10)] == [0, 0]


def test_refusals(small):
    with pytest.raises(InvalidInput, match="half of the bandwidth"):
        ob.dynamical_moments(small.states, SPINS[0], resolution=0.0)
    with pytest.raises(InvalidInput, match="half of the bandwidth"):
        ob.dynamical_moments(small.states, SPINS[0], resolution=1e3)
    with pytest.raises(InvalidInput, match="no state"):
        ob.dynamical_moments(small.states.select(slice(0, 0)), SPINS[0], resolution=0.1)
    with pytest.raises(InvalidInput, match=r"one of the levels 0\.\.19"):
        ob.lanczos_spectral(small.states, SPINS[0], level=20, steps=3)
    found = lorentzian(0.1, 3)
    with pytest.raises(InvalidInput, match="must not be 0"):
        found.line_width(0.0)
    with pytest.raises(InvalidInput, match="a bin and a range"):
        found.spectral_function(dw=1.0, reach=0.5)


@pytest.fixture(scope="module")
def bath_c():
    grain = GOEGrain(15.6, "bandwidth")
    model = CentralGrain.from_paper("C", n_lbits=4, n_grain=6, grain=grain, xi=2.885)
    sample = model.draw(seed=3, realization=0)
    spectrum = mb.eigenpairs(model.operator(sample), mb.Target.all(), "dense")
    middle = ob.middle_by_rank(1024, ob.paper_c_count(1024))
    return sample, spectrum, np.arange(1024)[middle][::3]


def test_line_of_the_last_lbit_of_paper_c(bath_c):
    """0.134 wide, ten level spacings; ten kernels and Voigt's 2 % leave 3 % to chance."""
    sample, spectrum, levels = bath_c
    pauli, centre = ob.Pauli("x", 4), 2 * float(sample.fields[-1])
    exact = ob.line_width(ob.transitions_within(spectrum, pauli, levels), centre, spacing=1.0)
    found = ob.dynamical_moments(spectrum.select(levels), pauli, resolution=exact.width / 10)
    line = found.line_width(centre)
    assert line.width == pytest.approx(1.02 * exact.width, rel=0.03)
    assert line.captured == pytest.approx(exact.captured, abs=1e-3)


def test_thermal_function_of_a_bath_spin_of_paper_c(bath_c):
    """The sum rule, and 3 % of the weight in other bins of 0.5 than that of single levels."""
    _, spectrum, levels = bath_c
    pauli = ob.Pauli("x", 0, 1)
    exact = ob.spectral_function(ob.transitions_within(spectrum, pauli, levels), 0.5, 12.0)
    smooth = ob.dynamical_moments(spectrum.select(levels), pauli, 0.2).spectral_function(0.5, 12.0)
    assert abs(exact.thermal - smooth.thermal).sum() * 0.5 < 0.03 * np.pi
    assert smooth.bound == pytest.approx(exact.bound, abs=1e-10)
    assert exact.integral < smooth.integral < exact.integral + 0.03


def test_ipr_of_a_bath_spin_of_paper_e():
    """Too large, by 0.13 and 0.07 with kernels of 16 and 4 spacings, for what they smooth."""
    model = CentralGrain.from_paper("E", n_lbits=4)
    spectrum = mb.eigenpairs(
        model.operator(model.draw(seed=3, realization=0)), mb.Target.all(), "dense"
    )
    levels = np.arange(1024)[ob.around_energy(spectrum.energies, 51)]
    pauli = ob.Pauli("x", 0, 1)
    exact = ob.log_operator_ipr(ob.transitions_within(spectrum, pauli, levels)).mean()
    for resolution, excess in ((0.08, 0.15), (0.02, 0.08)):
        found = ob.dynamical_moments(spectrum.select(levels), pauli, resolution)
        assert 0 < ob.log_operator_ipr_smooth(found).mean() - exact < excess
