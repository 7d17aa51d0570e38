"""The disordered continuum: exact numbers beside theory (notes on the continuum, 6 and 7)."""

import numpy as np
import pytest
import scipy.sparse as sp
from conftest import needs_slepc
from scipy.linalg import eigh_tridiagonal
from scipy.sparse.linalg import splu

import mbltn as mb
from mbltn.errors import InvalidInput
from mbltn.models import ContinuumGrid
from mbltn.observables import (
    lyapunov_grid,
    lyapunov_strip,
    participation_volume,
    s_omega_numeric,
)
from mbltn.streams import Streams
from mbltn.theory import continuum


def lyapunov(eps, dx, correlations="white", d=0.0, samples=300, lengths=40):
    correlator = continuum.Correlator(correlations, 1.0, d)
    length = lengths * continuum.xi_1d(eps, correlator)
    grid = ContinuumGrid(shape=(int(length / dx),), dx=dx, w=1.0, correlations=correlations, d=d)
    return lyapunov_grid(grid.potentials(Streams(2, 0), samples), eps, dx)


@pytest.mark.parametrize(("eps", "dx"), [(2.0, 0.1), (5.0, 0.06)])
def test_white_noise_against_the_exact_exponent(eps, dx):
    """Within 3 % and five standard errors of Airy's, after the grid's own excess (k dx)^2/4."""
    found = lyapunov(eps, dx)
    corrected = found.exponent * (1 - 2 * eps * dx**2 / 4)
    exact = continuum.lyapunov_airy(eps)
    assert corrected == pytest.approx(exact, rel=0.03)
    assert abs(corrected - exact) < 5 * found.error
    assert found.error < 0.015 * exact


@pytest.mark.parametrize(("correlations", "d"), [("exponential", 0.15), ("lorentzian", 0.15)])
def test_correlated_noise_against_the_mean_free_path(correlations, d):
    """Born, 2 xi Lyap = 1 within 12 % at eps = 5: the excess is of higher order in U/eps."""
    found = lyapunov(5.0, 0.06, correlations, d, samples=200, lengths=30)
    xi = continuum.xi_1d(5.0, continuum.Correlator(correlations, 1.0, d))
    assert 1.0 < 2 * xi * found.exponent < 1.12


def test_evanescent_waves_of_a_clean_wire():
    found = lyapunov_grid(np.zeros((2, 2000)), eps=-0.5, dx=0.01)
    assert found.exponent == pytest.approx(1.0, rel=1e-4)
    with pytest.raises(InvalidInput, match="not the bottom"):
        lyapunov_grid(np.zeros((2, 200)), eps=0.0, dx=0.1)


def test_a_strip_that_is_the_same_across_is_a_wire():
    """The slowest wave is the uniform one: the exponent is that of the wire, up to its ends."""
    U = ContinuumGrid(shape=(20_000,), dx=0.1, w=1.0).potentials(Streams(3, 0), 1)
    wire = lyapunov_grid(np.repeat(U, 2, axis=0), eps=1.0, dx=0.1)
    strip = lyapunov_strip(np.repeat(U[0][:, None], 5, axis=1), eps=1.0, dx=0.1)
    assert strip.exponent == pytest.approx(wire.exponent, rel=0.01)


def test_clean_strips():
    """Below the band sqrt(2 m |eps|), corrected for the grid: cosh(gamma dx) = 1 + m dx^2 |eps|."""
    found = lyapunov_strip(np.zeros((1000, 3)), eps=-0.5, dx=0.5, m=2.0)
    assert found.exponent == pytest.approx(np.arccosh(1.25) / 0.5, rel=1e-9)
    with pytest.raises(InvalidInput, match="at least 1000 grid points of 3 rows"):
        lyapunov_strip(np.zeros((1000, 2)), eps=1.0, dx=0.1)


def test_the_slowest_wave_against_the_resolvent():
    """|<first column| 1/(H - eps) |last column>| falls as exp(-length times the exponent)."""
    n, rows, dx, eps = 2000, 6, 0.5, 0.5
    grid = ContinuumGrid(shape=(n, rows), dx=dx, w=4.0)
    U = grid.potentials(Streams(7, 0), 1)[0]
    found = lyapunov_strip(U, eps, dx)
    kept = U[n // 5 :]
    ring = sp.diags_array([-1.0, 2.0, -1.0], offsets=[-1, 0, 1], shape=(rows, rows)).tolil()
    ring[0, rows - 1] = ring[rows - 1, 0] = -1.0
    along = sp.diags_array([-1.0, 2.0, -1.0], offsets=[-1, 0, 1], shape=(len(kept),) * 2)
    H = sp.kronsum(ring.tocsr(), along.tocsr()) / (2 * dx**2) + sp.diags_array(kept.ravel())
    ends = np.eye(len(kept) * rows, rows)
    corner = splu((H - eps * sp.eye_array(H.shape[0])).tocsc()).solve(ends)[-rows:]
    length = len(kept) * dx
    assert -np.log(abs(corner).max()) / length == pytest.approx(found.exponent, rel=0.01)


def test_where_the_pairs_are():
    """Section 7: sum rule, sign change; areas grow and the peak moves out as omega falls."""
    dx, n, eps = 0.25, 1280, 5.0
    cos = 1 - eps * dx**2
    v = np.sqrt(1 - cos**2) / dx
    xi, rho = v**2, 1 / (np.pi * v)
    spacing = 1 / (rho * xi)
    assert (v, xi, spacing) == pytest.approx((2.905, 8.44, 1.0815), rel=6e-4)
    edges = spacing * np.array([0.006, 0.02, 0.022, 0.05, 0.065, 0.117, 0.16, 0.294])
    wanted = [0, 2, 4, 6]  # around omega/Delta = 0.013, 0.036, 0.091, 0.227
    grid = ContinuumGrid(shape=(n,), dx=dx, w=1.0)
    total, samples = 0.0, 120
    for U in grid.potentials(Streams(5, 0), samples):
        energies, vectors = eigh_tridiagonal(
            1 / dx**2 + U, np.full(n - 1, -0.5 / dx**2), select="v", select_range=(4.05, 5.95)
        )
        found = s_omega_numeric(energies, vectors, dx, edges, (4.25, 5.75), covered=(4.05, 5.95))
        assert abs(found.S.sum(axis=1) * dx).max() < 1e-10
        total = total + found.S
    S, x = total[wanted] / samples, found.x
    areas, means, crossings = [], [], []
    for row in S:
        # Over one localization length, and not far out: noise that is cut at zero would add up.
        smooth = np.convolve(row, np.ones(33) / 33, mode="same")
        negative = np.where((smooth < 0) & (abs(x) < 20 * xi), smooth, 0.0)
        areas.append(-negative.sum() * dx / (2 * rho**2 * xi))
        means.append((abs(x) * negative).sum() / negative.sum() / xi)
        outward = smooth[x >= 0]
        crossings.append(x[x >= 0][np.argmax(outward < 0)] / xi)
    assert areas == pytest.approx([0.565, 0.483, 0.362, 0.245], rel=0.12)
    assert np.all(np.diff(areas) < 0)
    assert crossings == pytest.approx([2.7, 2.0, 1.5, 1.0], rel=0.2)
    lengths = -2 * np.log([0.013, 0.036, 0.091, 0.227])
    slope = np.polyfit(lengths, means, 1)[0]
    assert 0.6 < slope < 1.0


def test_states_that_are_missing_are_noticed():
    vectors = np.linalg.qr(np.random.default_rng(1).standard_normal((50, 20)))[0]
    energies = np.linspace(0, 1, 20)
    with pytest.raises(InvalidInput, match="take more states"):
        s_omega_numeric(energies, vectors, 0.1, np.array([0.1, 0.2]), window=(0.05, 0.9))


def test_participation_of_an_exponential_state():
    x = np.linspace(-200, 200, 40_001)
    states = np.exp(-abs(x[:, None]) / (2 * np.array([1.0, 5.0])))
    assert participation_volume(states, x[1] - x[0]) == pytest.approx([4.0, 20.0], rel=1e-4)
    with pytest.raises(InvalidInput, match="must be"):
        participation_volume(states[:, 0])


@needs_slepc
def test_states_of_a_film_are_certified_and_spread_with_energy():
    """Two dimensions: low states sit in single wells, higher ones spread."""
    grid = ContinuumGrid(shape=(60, 60), dx=0.5, w=4.0)
    op = grid.operator(grid.draw(seed=1, realization=0))
    volumes = []
    for eps in (-2.0, 1.0, 4.0):
        pairs = mb.eigenpairs(op, mb.Target.energy(eps, 12), "slepc")
        assert pairs.complete == "certified"
        volumes.append(np.median(participation_volume(pairs.vectors, 0.25)))
    assert volumes[0] < volumes[1] < volumes[2] < 60 * 60 * 0.25
    dense = np.linalg.eigvalsh(mb.operators.to_dense(op))
    nearest = np.sort(dense[np.argsort(abs(dense - 4.0))[:12]])
    np.testing.assert_allclose(pairs.energies, nearest, rtol=0, atol=1e-9)
