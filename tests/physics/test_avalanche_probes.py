"""Papers C and E at small sizes: independent tables of exact numbers, and theory beside them.

The tables were made with other samples; `within` asks for agreement within three standard errors of
both together.
"""

from itertools import product

import numpy as np
import pytest

import mbltn as mb
from mbltn import observables as ob
from mbltn.models import CentralGrain, GOEGrain
from mbltn.theory import golden_rule


def of_samples(model, names, count, states, seed=11, options=None):
    """Mean over states of every sample, (count, ...) for each name; states of paper C or E."""
    rows = []
    for realization in range(count):
        sample = model.draw(seed, realization)
        spectrum = mb.eigenpairs(model.operator(sample), mb.Target.all(), "dense")
        D = len(spectrum)
        levels = (
            ob.middle_by_rank(D, int(D // np.log2(D)))
            if states == "C"
            else ob.around_energy(spectrum.energies, max(2, D // 20))
        )
        found = mb.measure(spectrum, names, model, sample=sample, levels=levels, options=options)
        rows.append([found[name].mean(axis=0) for name in names])
    return [np.array(column) for column in zip(*rows, strict=True)]


def within(values, expected, error=0.0):
    """Whether the mean over samples is `expected` within three errors of both."""
    own = values.std(axis=0, ddof=1) / np.sqrt(len(values))
    distance = abs(values.mean(axis=0) - np.asarray(expected))
    return bool(np.all(distance < 3 * np.hypot(own, error)))


def bubble(n_lbits, geometry, xi):
    """Paper C with a grain of six spins, w = 2.6."""
    return CentralGrain(
        6, n_lbits, xi=xi, geometry=geometry, first_coupling=1.0, coupling="xx",
        field_range=(0.5, 1.5), grain=GOEGrain(7.8, "radius"),
    )  # fmt: skip


# gamma/delta_E for M = 2, 3, 4; errors of the tables are a few units of the last digit
WIDTHS = {
    ("exp1d", 2.0): (7.7, 5.5, 3.6),
    ("exp1d", 2.885): (10.5, 10.3, 9.3),
    ("exp1d", 4.0): (12.6, 15.2, 17.1),
    ("stretch1d", 1.0): (2.7, 2.3, 2.3),
}
COUNTS = (80, 40, 20)


@pytest.mark.parametrize(("geometry", "xi"), WIDTHS)
def test_widths_of_lines(geometry, xi):
    """Beside the table, and beside the golden rule, to which no number is fitted."""
    for M, count, expected in zip((2, 3, 4), COUNTS, WIDTHS[geometry, xi], strict=True):
        model = bubble(M, geometry, xi)
        (ratios, captured) = of_samples(model, ["line_ratio", "line_captured"], count, "C")
        assert within(ratios, expected, error=0.1 + 0.01 * expected)
        assert 0.4 < captured.mean() < 0.55
        fields = np.random.default_rng(1).uniform(0.5, 1.5, (200, M))
        rule = np.mean(golden_rule.golden_rule_ratio(fields, model.couplings()[-1], 6, 2.6))
        assert within(ratios, rule, error=0.08 * rule / 3)


def test_a_line_that_is_not_resolved():
    """xi = 0.4: the floor of 2 while the raw width goes to nothing (0.14 ... 0.00)."""
    ratio, raw = of_samples(bubble(3, "exp1d", 0.4), ["line_ratio", "line_ratio_raw"], 10, "C")
    assert (ratio == 2.0).all()
    assert raw.max() < 0.2


def test_a_single_lbit():
    """M = 1 gives 9.8 +- 0.2."""
    (ratios,) = of_samples(bubble(1, "exp1d", 2.0), ["line_ratio"], 200, "C")
    assert within(ratios, 9.8, error=0.2)


def test_entropies_cross_at_the_critical_length():
    """[S] of the last l-bit from M = 2 to 4: falls at xi = 2.5, rises at 3.3, the same disorder."""
    slopes = {}
    for xi in (2.5, 3.3):
        two, four = (
            of_samples(bubble(M, "exp1d", xi), ["entropy_lbits"], 16, "C")[0][:, -1] for M in (2, 4)
        )
        slopes[xi] = four - two
    difference = slopes[3.3] - slopes[2.5]
    assert slopes[2.5].mean() < 0
    assert difference.mean() > 3 * difference.std(ddof=1) / np.sqrt(len(difference))


def test_every_absorbed_lbit_adds_a_spin_to_the_bath():
    """(2/log 2) times the growth of the Thouless parameter: 1 an l-bit at xi = 4, less at 0.4."""
    absorbed = {}
    for xi in (0.4, 4.0):
        first, last = (of_samples(bubble(M, "exp1d", xi), ["thouless"], 60, "C")[0] for M in (0, 3))
        absorbed[xi] = ob.absorbed_spins([first.mean(), last.mean()])[0] / 3
        error = 2 / np.log(2) / 3 * np.hypot(first.std(), last.std()) / np.sqrt(60)
    assert abs(absorbed[4.0] - 1) < 3 * error < 0.2
    assert absorbed[0.4] < 0.7


def bath(n_lbits, n_grain=6):
    """Paper E: a random matrix, g_1 = 0.2, alpha = 3/4."""
    grain = GOEGrain(2.1, "radius") if n_grain > 1 else GOEGrain(2.25, "bandwidth")
    return CentralGrain.from_paper("E", n_lbits=n_lbits, n_grain=n_grain, grain=grain)


# D(O_B) for n = 0 .. 3 and its errors; the last digits of the first two are not rounded
STRENGTHENING = ((3.085, 0.015), (3.715, 0.015), (4.08, 0.03), (4.76, 0.02))


def test_a_bath_that_strengthens():
    found = [
        of_samples(bath(n), ["log_ipr_probe"], count, "E")[0]
        for n, count in enumerate((120, 120, 80, 50))
    ]
    for values, (expected, error) in zip(found, STRENGTHENING, strict=True):
        assert within(values, expected, error)


def test_a_single_spin_does_not_strengthen():
    expected = (0.31, 0.53, 0.74, 0.93, 1.04)
    found = [of_samples(bath(n, 1), ["log_ipr_probe"], 600, "E")[0] for n in range(5)]
    for values, table in zip(found, expected, strict=True):
        assert within(values, table, error=0.02)
    slopes = np.diff([values.mean() for values in found])
    assert (slopes < 0.5 * np.log(2)).all()


def test_the_crossover_region():
    """D(sigma^x_i) of a bath spin and of five l-bits; slope -0.48 a spin."""
    names = ["log_ipr_probe", "log_ipr_lbits"]
    probe, lbits = of_samples(bath(5), names, 12, "E")
    assert within(probe, 5.98, error=0.05)
    assert within(lbits, (3.36, 2.92, 2.37, 1.86, 1.48), error=0.06)
    slopes = [np.polyfit(np.arange(1, 6), row, 1)[0] for row in lbits]
    assert within(np.array(slopes), -0.48, error=0.03)


def test_growth_of_the_spread_against_the_bare_coupling():
    """E Fig 5 on a small local chain: little at G << 1, about log 2 at G = 1."""
    grown, G = [], []
    for g in (0.0, 0.02, 1.0):
        model = CentralGrain(
            6, 1, alpha=1.0, first_coupling=g, coupling="xx", coupled_spin=-1,
            field_range=(0.5, 1.5), grain="local_chain",
        )  # fmt: skip
        D, coupling = of_samples(
            model, ["log_ipr_probe", "bare_coupling"], 60, "E", options=ob.Measurement(probe_spin=3)
        )
        grown.append(D.mean())
        G.append(coupling.mean())
    assert G[0] == 0 and G[2] == pytest.approx(50 * G[1]) == pytest.approx(1.0, abs=0.1)
    assert grown[1] - grown[0] < 0.2
    assert grown[2] - grown[0] == pytest.approx(np.log(2), abs=0.2)


def beside_uncoupled_lbits(realization, g, n_grain):
    """A spin next to a local chain, and next to it with three l-bits that nothing couples."""
    chain = {
        "alpha": 0.75, "coupling": "xx", "coupled_spin": -1, "field_range": (0.5, 1.5),
        "grain": "local_chain",
    }  # fmt: skip
    more = CentralGrain(n_grain, 4, first_coupling=0.0, last_coupling=g, **chain)
    sample = more.draw(2, realization)
    alone = CentralGrain(n_grain, 1, first_coupling=g, **chain)
    return (alone, alone.sample(grain=sample.grain, fields=sample.fields[3:])), (more, sample)


def test_uncoupled_lbits_leave_the_spread_of_every_state():
    """States are products: E = E_psi + sum s_i h_i, and ln IPR of a chain's operator is psi's."""
    for g in (0.0, 0.3):
        spread, energies = [], []
        for model, sample in beside_uncoupled_lbits(0, g, n_grain=4):
            pairs = mb.eigenpairs(model.operator(sample), mb.Target.all(), "dense")
            found = mb.measure(
                pairs, ["log_ipr_probe"], model, sample=sample, options=ob.Measurement(probe_spin=2)
            )
            spread.append(found["log_ipr_probe"])
            energies.append(pairs.energies)
        h = sample.fields[:3]
        products = np.add.outer(energies[0], np.array(list(product((1, -1), repeat=3))) @ h)
        order = products.argsort(axis=None)
        assert energies[1] == pytest.approx(products.ravel()[order], abs=1e-11)
        assert spread[1] == pytest.approx(np.repeat(spread[0], 8)[order], abs=1e-7)
        assert np.ptp(spread[0]) > 0.5


def coupling_by_levels_of_the_chain(grain, fields, h):
    """G/g of (O19) from the chain's own levels e and elements V.

    Uncoupled l-bits shift levels by sum s_i h_i and keep their s_i when the chain absorbs 2h.
    """
    e, vectors = np.linalg.eigh(grain)
    V = vectors.T @ np.kron(np.eye(len(e) // 2), [[0, 1], [1, 0]]) @ vectors
    shifts = [np.dot(signs, fields) for signs in product((1, -1), repeat=len(fields))]
    levels = np.add.outer(e, shifts)
    ordered, half = np.sort(levels, axis=None), min(levels.size // 16, 50)
    low, *_, high = ordered[(ordered < 0).sum() - half :][: 2 * half]
    rho = (2 * half - 1) / (high - low)
    b, s, spin = np.unravel_index(
        abs(np.add.outer(levels, [h, -h])).argmin(), (*levels.shape, 2)
    )  # fmt: skip
    final = levels[b, s] + (2 * h, -2 * h)[spin]
    M = (V[abs(levels[:, s] - final) <= 1, b] ** 2).sum() / (abs(levels - final) <= 1).sum()
    return rho * np.sqrt(M)


def test_uncoupled_lbits_raise_the_bare_coupling():
    """Next to a chain, by the elements and levels of the chain alone, exactly."""
    for realization in range(4):
        both = beside_uncoupled_lbits(realization, 0.3, n_grain=6)
        for (model, sample), n_uncoupled in zip(both, (0, 3), strict=True):
            pairs = mb.eigenpairs(model.operator(sample), mb.Target.middle(2), "dense")
            found = mb.measure(pairs, ["bare_coupling"], model, sample=sample)["bare_coupling"]
            *fields, h = sample.fields
            assert len(fields) == n_uncoupled
            G = coupling_by_levels_of_the_chain(sample.grain, fields, h)
            assert found == pytest.approx([0.3 * G], rel=1e-9)


def test_uncoupled_lbits_raise_the_bare_coupling_by_less_than_sqrt_8():
    """G goes as the root of the density of levels: 2^3 of them, spread over the fields of l-bits.

    Gaussian densities give 2.67, and levels further out have weaker elements: 2.4 to 2.6 in an
    independent calculation.
    """
    alone, more = [], []
    for realization in range(400):
        _, (_, sample) = beside_uncoupled_lbits(realization, 1.0, n_grain=6)
        *fields, h = sample.fields
        alone.append(coupling_by_levels_of_the_chain(sample.grain, [], h))
        more.append(coupling_by_levels_of_the_chain(sample.grain, fields, h))
    factor = np.mean(more) / np.mean(alone)
    error = (np.array(more) - factor * np.array(alone)).std() / (20 * np.mean(alone))
    h_squared, chain = 1 + 1 / 12, 6 * (1.03 + 0.5**2) + 5
    assert error < 0.04
    assert factor + 3 * error < np.sqrt(8) * (1 + 3 * h_squared / chain) ** -0.25
    assert abs(factor - 2.5) < 0.1
