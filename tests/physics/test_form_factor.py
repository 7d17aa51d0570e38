"""Spectral form factor and Thouless time: exact limits, direct sums, the reference table."""

import cmath

import numpy as np
import pytest
from scipy.optimize import brentq

import mbltn as mb
from mbltn import observables as ob

# Far enough apart that K at one says nothing of the next: the filter's width is 0.1 of 160 levels.
APART = np.arange(0.1, 2.05, 0.1)


def goe_levels(rng, samples, n):
    matrices = (rng.standard_normal((n, n)) for _ in range(samples))
    return np.array([np.linalg.eigvalsh(a + a.T) for a in matrices])


@pytest.fixture(scope="module")
def goe():
    return goe_levels(np.random.default_rng(11), 400, 200)


@pytest.fixture(scope="module")
def poisson():
    rng = np.random.default_rng(12)
    return [np.sort(rng.uniform(size=n)) for n in rng.integers(150, 250, size=600)]


def deviations(K, expected, samples):
    """In standard errors: a sum of many phases is a complex Gaussian, so |.|^2 has its mean as
    standard deviation."""
    return (K / expected - 1) * np.sqrt(samples)


def assert_within_errors(z):
    """Chi square, mean and largest of independent deviations."""
    assert abs((z**2).mean() - 1) < 3 * np.sqrt(2 / len(z))
    assert abs(z.mean()) < 3 / np.sqrt(len(z))
    assert abs(z).max() < 4


def test_row_6_raw_form_factor():
    found = ob.raw_form_factor([0.0, 1.0, 2.5, 3.1], [0.1, 0.4])
    np.testing.assert_allclose(found, [8.414288134072, 4.086747690575], atol=1e-10)
    assert ob.raw_form_factor([0.3, 1.0, 7.0], [0.0])[0] == pytest.approx(9.0, abs=1e-14)


def test_row_12_orthogonal_ensemble():
    found = ob.goe_form_factor([0.1, 1.0, 2.0])
    np.testing.assert_allclose(found, [0.181767844, 0.901387711, 0.978348753], atol=1e-8)


def test_the_curve_starts_and_ends_where_it_must():
    """2 tau - 2 tau^2 and 1 - 1/(12 tau^2), by expanding the logarithms."""
    small, large = np.array([1e-5, 1e-4]), np.array([1e2, 1e3])
    np.testing.assert_allclose(ob.goe_form_factor(small), 2 * small - 2 * small**2, rtol=1e-7)
    np.testing.assert_allclose(1 - ob.goe_form_factor(large), 1 / (12 * large**2), rtol=1e-3)
    below, above = ob.goe_form_factor([1 - 1e-12, 1 + 1e-12])
    assert below == pytest.approx(above, abs=1e-11)


def test_direct_sum(rng):
    """The definition word by word, for samples of several lengths."""
    samples = [np.sort(rng.normal(size=n)) for n in (60, 75, 90)]
    tau = np.concatenate([[0.0, 0.013], np.geomspace(0.02, 3, 900)])
    found = ob.form_factor(samples, tau, degree=5, eta_f=0.4)
    amplitudes, norms, spacings = [], [], []
    for levels, first, kept in zip(samples, (6, 8, 9), (48, 60, 72), strict=True):
        inner = levels[first : first + kept]
        x = inner - inner.mean()
        eps = np.polyval(np.polyfit(x, np.arange(kept), 5), x)
        eps = eps - np.mean(eps)
        f = [np.exp(-(e**2) / (2 * (0.4 * np.std(eps)) ** 2)) for e in eps]
        amplitudes.append(
            [
                sum(a * cmath.exp(-2j * cmath.pi * e * t) for a, e in zip(f, eps, strict=True))
                for t in tau[:40]
            ]
        )
        norms.append(sum(a * a for a in f))
    for first, count, levels in zip((22, 28, 34), (15, 18, 22), samples, strict=True):
        middle = levels[first : first + count]
        spacings.append((middle[-1] - middle[0]) / (count - 1))
    Z = np.mean(norms)
    K = np.abs(amplitudes) ** 2 / Z
    assert found.normalisation == pytest.approx(Z, rel=1e-10)
    assert found.levels.tolist() == [48, 60, 72]
    np.testing.assert_allclose(found.values[:40], K.mean(axis=0), rtol=1e-8)
    connected = K.mean(axis=0) - np.abs(np.mean(amplitudes, axis=0)) ** 2 / Z
    np.testing.assert_allclose(found.connected[:40], connected, rtol=1e-7, atol=1e-10)
    np.testing.assert_allclose(found.error[:40], K.std(axis=0, ddof=1) / np.sqrt(3), rtol=1e-7)
    assert found.spacing == pytest.approx(np.mean(spacings), rel=1e-12)
    assert found.heisenberg_time == pytest.approx(2 * np.pi / np.mean(spacings), rel=1e-12)
    # Beyond the first block of taus
    alone = ob.form_factor(samples, tau[-7:], degree=5, eta_f=0.4)
    np.testing.assert_allclose(found.values[-7:], alone.values, rtol=1e-10)


def test_equidistant_levels():
    """Without filter the kernel of Dirichlet, of whatever unit; with it (sum f)^2/sum f^2 at 1."""
    levels = 3.0 + 0.25 * np.arange(50)
    tau = np.array([0.0, 0.011, 0.2, 0.37, 1.0])
    found = ob.form_factor([levels], tau, eta_f=np.inf, central=1.0)
    dirichlet = np.sinc(50 * tau) / np.sinc(tau)
    dirichlet[-1] = 1.0
    np.testing.assert_allclose(found.values, 50 * dirichlet**2, atol=1e-9)
    assert found.spacing == pytest.approx(0.25)
    filtered = ob.form_factor([levels], tau, eta_f=0.3, central=1.0)
    n = np.arange(50) - 24.5
    f = np.exp(-(n**2) / (2 * 0.09 * (50**2 - 1) / 12))
    assert filtered.values[-1] == pytest.approx(f.sum() ** 2 / (f**2).sum(), rel=1e-9)


def test_goe_matrices_follow_the_curve(goe):
    found = ob.form_factor(goe, APART)
    assert_within_errors(deviations(found.values, ob.goe_form_factor(APART), len(goe)))
    # The disconnected part is gone here, the connected one lacks 1/S.
    unbiased = found.connected / (1 - 1 / len(goe))
    assert_within_errors(deviations(unbiased, ob.goe_form_factor(APART), len(goe)))
    # The spread of a standard deviation of S exponential numbers is sqrt(2/S) of it.
    ratio = found.error * np.sqrt(len(goe)) / found.values
    assert abs(ratio - 1).max() < 4 * np.sqrt(2 / len(goe))
    assert not found.turned.any()


def test_thouless_time_of_goe_matrices(goe):
    """All of the ramp is there: only the disconnected Gaussian of the filtered density, of width s,
    stands above it."""
    found = ob.form_factor(goe, np.geomspace(0.5 / 200, 0.4, 500))
    met = ob.thouless_time(found.tau, found.values, found.spacing)
    s = 0.5 * 160 / np.sqrt(12)

    def excess(tau):
        gaussian = 2 * np.sqrt(np.pi) * s * np.exp(-((2 * np.pi * s * tau) ** 2))
        return gaussian / ob.goe_form_factor(tau) - (10**0.08 - 1)

    expected = brentq(excess, 1 / 200, 20 / 200)
    assert met.tau_Th == pytest.approx(expected, rel=0.04)
    # The middle quarter of a semicircle has 4/pi of the mean density, but for a percent.
    across = 2 * np.pi / np.ptp(goe, axis=1).mean()
    assert met.t_Th / across == pytest.approx(200 * expected * 4 / np.pi, rel=0.06)
    later = met.deviation[(found.tau > 2 * expected) & (found.tau < 0.38)]
    assert (later < 0.08).all()


def test_two_symmetry_sectors_side_by_side(goe):
    """Two spectra of half the density that do not see each other: K(tau) = K_GOE(2 tau)."""
    mixed = np.sort(np.hstack([goe[:200], goe[200:]]), axis=1)
    found = ob.form_factor(mixed, APART)
    assert_within_errors(deviations(found.values, ob.goe_form_factor(2 * APART), 200))


def test_poisson_levels(poisson):
    found = ob.form_factor(poisson, APART)
    assert_within_errors(deviations(found.values, 1.0, len(poisson)))
    assert abs(found.levels - 0.8 * np.array([len(p) for p in poisson])).max() <= 0.5
    two = ob.form_factor(poisson[:2], np.linspace(0.1, 20, 800))
    assert two.connected.mean() == pytest.approx(0.5, abs=0.06)


def test_edges_where_the_polynomial_falls_are_counted(poisson):
    found = ob.form_factor(poisson, [1.0])
    expected = []
    for levels in poisson:
        n, kept = len(levels), round(0.8 * len(levels))
        lo = round(n / 2 - kept / 2)
        x = levels[lo : lo + kept] - 0.5
        expected.append((np.diff(np.polyval(np.polyfit(x, np.arange(kept), 6), x)) < 0).sum())
    assert found.turned.tolist() == expected
    assert 0 < np.count_nonzero(expected) < 0.3 * len(poisson)
    with pytest.raises(mb.errors.InvalidInput, match="not monotonic"):
        ob.unfold(poisson[int(np.argmax(expected))])


def test_a_polynomial_staircase_is_unfolded_exactly():
    """Levels where E + E^3/3 + E^5/500 is an integer multiple of 0.1."""
    n = np.arange(-60, 61)
    levels = np.array(
        [brentq(lambda e, k=k: e + e**3 / 3 + e**5 / 500 - 0.1 * k, -9, 9, xtol=1e-14) for k in n]
    )
    for share, count in ((0.8, 97), (1.0, 121)):
        np.testing.assert_allclose(ob.unfold(levels, central=share), np.arange(count), atol=1e-7)


def test_unit_and_origin_of_energy_do_not_matter(goe):
    tau = np.array([0.01, 0.3, 1.2])
    here, there = ob.form_factor(goe[:5], tau), ob.form_factor(1e-3 * goe[:5] - 7.0, tau)
    np.testing.assert_allclose(there.values, here.values, rtol=1e-8)
    assert there.spacing == pytest.approx(1e-3 * here.spacing, rel=1e-9)


def test_spacing_at_the_centre_of_a_semicircle(goe):
    """Matrices a + a^T have radius sqrt(8 n); the middle quarter lies within +-x of it."""
    x = brentq(lambda x: 2 / np.pi * (x * np.sqrt(1 - x * x) + np.arcsin(x)) - 0.25, 0, 1)
    found = ob.form_factor(goe, [1.0])
    assert found.spacing == pytest.approx(2 * x * np.sqrt(8 * 200) / 50, rel=0.002)


def test_equal_samples_have_no_connected_part(goe):
    found = ob.form_factor([goe[0]] * 3, [0.0, 0.1, 1.0])
    np.testing.assert_allclose(found.connected, 0.0, atol=1e-20)
    assert np.isnan(ob.form_factor(goe[:1], [0.1, 1.0]).error).all()


def test_exact_doublets_do_not_stop_it(goe):
    """Every level twice: eps is twice as large, K(tau) = 2 K_one(2 tau) whatever the levels."""
    tau = np.array([0.2, 0.45])
    twice = ob.form_factor(np.repeat(goe[:20], 2, axis=1), tau)
    once = ob.form_factor(goe[:20], 2 * tau)
    np.testing.assert_allclose(twice.values, 2 * once.values, rtol=1e-9)


def test_thouless_time_of_known_curves():
    tau = np.geomspace(1e-3, 3, 8001)
    K_GOE = ob.goe_form_factor(tau)
    slow = ob.thouless_time(tau, K_GOE * (1 + (0.05 / tau) ** 2), spacing=0.02)
    exact = 0.05 / np.sqrt(10**0.08 - 1)
    assert slow.tau_Th == pytest.approx(exact, rel=2e-3)
    assert slow.t_Th == pytest.approx(exact * 2 * np.pi / 0.02, rel=2e-3)
    assert ob.thouless_time(tau, 1.02 * K_GOE, 1.0).tau_Th == tau[0]
    # Poisson levels, and two sectors that were not kept apart
    exact = brentq(lambda t: ob.goe_form_factor(t) - 10**-0.08, 0.1, 1)
    assert ob.thouless_time(tau, np.ones(8001), 1.0).tau_Th == pytest.approx(exact, rel=1e-3)
    K_two = ob.goe_form_factor(2 * tau)
    exact = brentq(lambda t: np.interp(t, tau, K_two / K_GOE) - 10**0.08, 0.1, 1)
    sectors = ob.thouless_time(tau, K_two, 1.0)
    assert sectors.tau_Th == pytest.approx(exact, rel=2e-3)


def test_running_mean(rng):
    tau, K = np.geomspace(0.1, 1, 150), rng.exponential(size=150)
    found = ob.thouless_time(tau, K, 1.0, window=(0.9, 1.2))
    means = [K[(tau >= 0.9 * t) & (tau <= 1.2 * t)].mean() for t in tau]
    np.testing.assert_allclose(found.smoothed, means, rtol=1e-12)
    expected = abs(np.log10(means / ob.goe_form_factor(tau)))
    np.testing.assert_allclose(found.deviation, expected, rtol=1e-10)


def test_no_thouless_time():
    tau = np.geomspace(0.01, 0.1, 50)
    never = ob.thouless_time(tau, np.ones(50), 0.1)
    assert np.isnan(never.tau_Th) and np.isnan(never.t_Th)
    assert np.isinf(ob.thouless_time(tau, np.zeros(50), 0.1).deviation).all()


FINE = np.linspace(0, 1, 40)
GRID = np.array([0.1, 0.2])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ob.form_factor(FINE, GRID), "sample 0 has levels of shape \\(\\)"),
        (lambda: ob.form_factor([], GRID), "no samples"),
        (lambda: ob.form_factor([FINE, FINE[::-1]], GRID), "sample 1: .* ascending"),
        (lambda: ob.form_factor([FINE, [0.0, np.nan]], GRID), "sample 1: 1 of its levels"),
        (
            lambda: ob.form_factor([FINE, FINE[:8]], GRID),
            "sample 1: 6 different .* degree 6",
        ),
        (lambda: ob.form_factor([np.ones(40)], GRID), "1 different levels"),
        (lambda: ob.form_factor([FINE], [np.inf]), "finite numbers"),
        (lambda: ob.form_factor([FINE], 0.1), "shape \\(\\)"),
        (lambda: ob.form_factor([FINE], GRID, eta_f=0.0), "eta_f=0.0"),
        (lambda: ob.form_factor([FINE], GRID, eta_f=np.nan), "eta_f=nan"),
        (lambda: ob.form_factor([FINE], GRID, central=1.2), "central=1.2"),
        (lambda: ob.form_factor([FINE], GRID, degree=0), "degree=0"),
        (lambda: ob.form_factor([FINE], GRID, degree=2.5), "degree=2.5"),
        (lambda: ob.unfold([1.0, 0.0]), "ascending"),
        (lambda: ob.raw_form_factor([[0.0, 1.0]], GRID), "shape \\(1, 2\\)"),
        (lambda: ob.goe_form_factor([-0.1]), "zero or positive"),
        (lambda: ob.thouless_time([0.0, 0.1], [1.0, 1.0], 1.0), "positive and ascending"),
        (lambda: ob.thouless_time([0.2, 0.1], [1.0, 1.0], 1.0), "positive and ascending"),
        (lambda: ob.thouless_time(GRID, [1.0], 1.0), "one shape"),
        (lambda: ob.thouless_time(GRID, [1.0, np.nan], 1.0), "at every tau"),
        (lambda: ob.thouless_time(GRID, [1.0, -1.0], 1.0), "at every tau"),
        (lambda: ob.thouless_time(GRID, [1.0, 1.0], 0.0), "spacing=0.0"),
        (lambda: ob.thouless_time(GRID, [1.0, 1.0], 1.0, tolerance=np.nan), "tolerance=nan"),
        (lambda: ob.thouless_time(GRID, [1.0, 1.0], 1.0, window=(1.1, 1.2)), "window"),
    ],
)
def test_impossible_questions(call, message):
    with pytest.raises(mb.errors.InvalidInput, match=message):
        call()


def test_bands_far_apart_are_no_one_staircase():
    """In the gap the polynomial falls, beyond it the levels are turned round, where they weigh."""
    bands = np.concatenate([np.linspace(0, 1, 60), [9.0, 9.01], np.linspace(20, 21, 60)])
    with pytest.raises(mb.errors.InvalidInput, match=r"sample 0: .* not monotonic"):
        ob.form_factor([bands], GRID, central=1.0)
