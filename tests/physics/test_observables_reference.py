"""Reference values of the specification for observables; row numbers are those of its table."""

import numpy as np
import pytest
import quimb

import mbltn as mb
from mbltn import observables as ob
from mbltn.models import CentralGrain, CosineGrain, GOEGrain
from mbltn.operators import SIGMA_PLUS, embed
from mbltn.streams import Streams


def test_row_1_gap_ratios():
    ratios = ob.gap_ratio(np.array([0.0, 1.0, 3.0, 4.5, 4.6]))
    np.testing.assert_allclose(ratios, [0.5, 0.75, 1 / 15], atol=1e-9)


def test_row_2_number_of_middle_states():
    assert (ob.paper_c_count(2**14), ob.paper_c_count(2**9)) == (1170, 56)


def test_row_3_two_level_entropy():
    vector = np.sqrt([0.7, 0, 0, 0.3])
    space = mb.operators.HilbertSpace((2, 2), lbits=(0, 1))
    state = ob.reduced_states(vector[:, None], space, space.lbits)
    entropy = ob.two_level_entropy(state.up, state.down, state.coherence)
    np.testing.assert_allclose(entropy, 0.6108643020549, atol=1e-12)
    np.testing.assert_allclose(state.sigma_z, 0.4, atol=1e-12)
    assert ob.entropy(vector, [2, 2], [1]) == pytest.approx(0.6108643020549, abs=1e-12)


def test_row_8_goe_gap_ratio():
    """D = 1000, middle half; 3 standard errors of 40 matrices."""
    means = []
    for realization in range(40):
        a = Streams(1, realization)("goe").standard_normal((1000, 1000))
        levels = np.linalg.eigvalsh(a + a.T)[ob.middle_by_rank(1000, 500)]
        means.append(ob.gap_ratio(levels).mean())
    error = np.std(means, ddof=1) / np.sqrt(len(means))
    assert abs(np.mean(means) - 0.5307) < 3 * error
    assert error < 0.003


def test_row_9_poisson_gap_ratio(rng):
    ratios = ob.gap_ratio(np.sort(rng.uniform(size=400_000)))
    assert abs(ratios.mean() - 0.386294361120) < 4 * ratios.std() / np.sqrt(len(ratios) / 3)


def test_row_11_reduced_coupling():
    grain = CosineGrain(1.5, "rms").matrix(3)
    found = ob.reduced_coupling(grain, embed(SIGMA_PLUS, 1, 3), coupling=0.41, splitting=2.0)
    assert found.pairs == 56
    assert found.g == pytest.approx(0.0998857053, abs=1e-8)
    assert found.density == pytest.approx(1.2670713592, abs=1e-8)


def test_row_13_page_entropy():
    assert ob.page_entropy(2, 4) == pytest.approx(0.509523809524, abs=1e-11)
    assert ob.page_entropy(4, 2) == ob.page_entropy(2, 4)
    assert ob.page_entropy(1, 8) == pytest.approx(0.0, abs=1e-15)


def test_page_entropy_is_the_mean_over_random_states(rng):
    states = rng.standard_normal((4000, 8)) + 1j * rng.standard_normal((4000, 8))
    states /= np.linalg.norm(states, axis=1)[:, None]
    spectra = np.linalg.svd(states.reshape(-1, 2, 4), compute_uv=False) ** 2
    entropies = -(spectra * np.log(spectra)).sum(axis=1)
    error = entropies.std() / np.sqrt(len(entropies))
    assert abs(entropies.mean() - ob.page_entropy(2, 4)) < 4 * error


def test_row_14_decoupled_lbit():
    model = CentralGrain(3, 3, alpha=0.6)
    sample = model.sample(couplings=[0.4, 0.2, 0.0], seed=2)
    pairs = mb.eigenpairs(model.operator(sample), mb.Target.all())
    measured = mb.measure(pairs, ["entropy_lbits", "memory_lbits", "sigma_z_lbits"])
    np.testing.assert_allclose(measured["entropy_lbits"][:, 2], 0.0, atol=1e-12)
    np.testing.assert_allclose(measured["memory_lbits"][:, 2], 1.0, atol=1e-12)
    np.testing.assert_allclose(abs(measured["sigma_z_lbits"][:, 2]), 1.0, atol=1e-12)


def test_row_15_single_lbit_on_a_goe_grain():
    """[S]/g = 5.39 and (1-[C])/g = 5.98 within 5 per cent, at g = 0.03."""
    g, h, radius, d = 0.03, 0.4, 5.0, 256
    semicircle = 2 / (np.pi * radius**2) * np.sqrt(radius**2 - h**2)
    coupling = g / (d * semicircle * np.sqrt(2 / (np.pi * d)))
    model = CentralGrain(
        8,
        1,
        alpha=1.0,
        first_coupling=coupling,
        coupling="xx",
        field_range=(h, h),
        grain=GOEGrain(radius, "radius"),
    )
    entropies, losses = [], []
    for realization in range(150):
        pairs = mb.eigenpairs(model.operator(model.draw(9, realization)), mb.Target.all())
        pairs = pairs.select(ob.middle_quarter(2 * d))
        measured = mb.measure(pairs, ["entropy_lbits", "memory_lbits"])
        entropies.append(measured["entropy_lbits"].mean())
        losses.append(1 - measured["memory_lbits"].mean())
    assert np.mean(entropies) / g == pytest.approx(5.39, rel=0.05)
    assert np.mean(losses) / g == pytest.approx(5.98, rel=0.05)


THERMAL = CentralGrain(3, 5, alpha=0.85, first_coupling=1.0)


@pytest.fixture(scope="module")
def thermal_pairs():
    return mb.eigenpairs(THERMAL.operator(THERMAL.draw(4, 0)), mb.Target.middle(12))


def test_lbit_entropies_are_quimbs(thermal_pairs):
    """quimb counts in bits."""
    found = mb.measure(thermal_pairs, ["entropy_lbits"])["entropy_lbits"]
    for state, row in zip(thermal_pairs.vectors.T, found, strict=True):
        density = [quimb.ptr(state, [8, 2, 2, 2, 2, 2], keep=n) for n in range(1, 6)]
        expected = [quimb.entropy(rho) * np.log(2) for rho in density]
        np.testing.assert_allclose(row, expected, atol=1e-12)


def test_cut_entropies_are_those_of_the_singular_values(thermal_pairs):
    found = mb.measure(thermal_pairs, ["entropy_cuts"])["entropy_cuts"]
    for state, row in zip(thermal_pairs.vectors.T, found, strict=True):
        for cut, value in enumerate(row, start=1):
            weights = np.linalg.svd(state.reshape(8 * 2 ** (cut - 1), -1), compute_uv=False) ** 2
            weights = weights[weights > 1e-300]
            assert value == pytest.approx(-(weights * np.log(weights)).sum(), abs=1e-10)
    lbits = mb.measure(thermal_pairs, ["entropy_lbits"])["entropy_lbits"]
    np.testing.assert_allclose(found[:, -1], lbits[:, -1], atol=1e-10)


def test_nothing_depends_on_the_phase_of_a_vector(rng):
    from dataclasses import replace

    sample = THERMAL.draw(4, 0)
    spectrum = mb.eigenpairs(THERMAL.operator(sample), mb.Target.all())
    signs = rng.choice([-1.0, 1.0], size=len(spectrum))
    flipped = replace(spectrum, vectors=spectrum.vectors * signs)
    of_other_models = {"fock_decay", "grain_amplitude", "orbital_site", "bare_coupling"}
    names = [name for name in ob.OBSERVABLES if name not in of_other_models]
    options = ob.Measurement(bin_width=0.05, reach=4.0, resolution=0.2)
    given = {"sample": sample, "options": options, "levels": slice(122, 134)}
    before, after = (mb.measure(p, names, THERMAL, **given) for p in (spectrum, flipped))
    for name in names:
        np.testing.assert_allclose(after[name], before[name], rtol=1e-12, atol=1e-14)


def test_complex_states(rng):
    """Reduced states of (|00> + i |11>)/sqrt2 and of a random state, against quimb."""
    space = mb.operators.HilbertSpace((2, 2, 2), lbits=(0, 1, 2))
    states = rng.standard_normal((8, 2)) + 1j * rng.standard_normal((8, 2))
    states[:, 0] = [1, 0, 0, 0, 0, 0, 1j, 0]
    states /= np.linalg.norm(states, axis=0)
    found = ob.reduced_states(states, space, space.lbits)
    for k, n in np.ndindex(2, 3):
        rho = quimb.ptr(states[:, k], [2, 2, 2], keep=n)
        expected = [rho[0, 0].real, rho[1, 1].real, rho[0, 1]]
        np.testing.assert_allclose(
            [found.up[k, n], found.down[k, n], found.coherence[k, n]], expected, atol=1e-14
        )
    entropies = ob.two_level_entropy(found.up, found.down, found.coherence)
    np.testing.assert_allclose(entropies[0], [np.log(2), np.log(2), 0.0], atol=1e-12)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ob.entropy(np.ones(4) / 2, [2, 2], [5]), "sites=\\[5\\]"),
        (lambda: ob.entropy(np.ones(8), [2, 2, 2], [0]), "norm 2.82843"),
        (lambda: ob.entropy(np.ones(4) / 2, [2, 3], [0]), "do not fit"),
        (lambda: ob.page_entropy(0, 4), "d_a=0"),
        (lambda: ob.gap_ratio(np.ones((3, 3))), "one sample"),
    ],
)
def test_impossible_questions(call, message):
    with pytest.raises(mb.errors.InvalidInput, match=message):
        call()


def test_one_name_is_enough(thermal_pairs):
    assert list(mb.measure(thermal_pairs, "gap_ratio")) == ["gap_ratio"]


def test_tiny_entropies_keep_their_digits():
    """S = -q log q + q + O(q^2) far below the rounding error of the Bloch vector's length."""
    for q in (1e-10, 1e-18, 1e-40):
        assert ob.two_level_entropy(1 - q, q) == pytest.approx(q - q * np.log(q), rel=1e-9)


def test_memory_sums_over_degenerate_partners():
    """Two exactly degenerate states that mix an l-bit: alone <z>^2 = 0, together the full 1."""
    space = mb.operators.HilbertSpace((2, 2), lbits=(1,))
    vectors = np.array([[1, 1], [1, -1], [0, 0], [0, 0]]) / np.sqrt(2)
    together = ob.infinite_time_correlator(np.array([1.0, 1.0]), vectors, space, space.lbits)
    apart = ob.infinite_time_correlator(np.array([1.0, 1.1]), vectors, space, space.lbits)
    np.testing.assert_allclose(together, 1.0, atol=1e-15)
    np.testing.assert_allclose(apart, 0.0, atol=1e-15)


def test_entropy_distribution_is_normalised_and_sees_both_modes():
    edges, density = ob.entropy_distribution(np.array([[0.0, np.log(2)], [0.0, 0.3]]))
    assert len(density) == 40
    assert (density * np.diff(edges)).sum() == pytest.approx(1.0)
    assert density[0] == pytest.approx(20.0)
    assert density[-1] == pytest.approx(10.0)


def test_permuting_equal_lbits_changes_nothing():
    model = CentralGrain(3, 4, geometry="symmetric", first_coupling=0.5)
    fields = np.array([0.93, 1.02, 1.08, 0.97])
    order = np.array([2, 0, 3, 1])
    measured = []
    for arrangement in (np.arange(4), order):
        sample = model.sample(fields=fields[arrangement], seed=8)
        pairs = mb.eigenpairs(model.operator(sample), mb.Target.all())
        values = mb.measure(pairs, ["entropy_lbits", "memory_lbits"])
        measured.append((pairs.energies, *values.values()))
    np.testing.assert_allclose(measured[1][0], measured[0][0], atol=1e-11)
    np.testing.assert_allclose(measured[1][1], measured[0][1][:, order], atol=1e-7)
    np.testing.assert_allclose(measured[1][2], measured[0][2][:, order], atol=1e-7)


@pytest.mark.parametrize(
    ("dimension", "count", "expected"),
    [(64, 64, (0, 64)), (64, 16, (24, 40)), (5, 2, (2, 4)), (7, 1, (3, 4)), (3, 2, (0, 2))],
)
def test_middle_by_rank_rounds_as_specified(dimension, count, expected):
    """round(D/2 - n/2), half to even: 5/2 - 1 = 1.5 -> 2, 3/2 - 1 = 0.5 -> 0."""
    chosen = ob.middle_by_rank(dimension, count)
    assert (chosen.start, chosen.stop) == expected


def test_unknown_observable_names_the_nearest(thermal_pairs):
    with pytest.raises(mb.errors.InvalidInput, match="did you mean 'gap_ratio'"):
        mb.measure(thermal_pairs, ["gap_rato"])


def test_unsorted_levels_are_refused():
    with pytest.raises(mb.errors.InvalidInput, match="ascending"):
        ob.gap_ratio(np.array([1.0, 0.0, 2.0]))
