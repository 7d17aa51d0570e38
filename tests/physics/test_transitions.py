"""Matrix elements between eigenstates, and what is made of them, against loops."""

from dataclasses import replace

import numpy as np
import oracle
import pytest

import mbltn as mb
from mbltn import observables as ob
from mbltn.errors import InvalidInput, SolverFailure
from mbltn.models import CentralGrain, CosineGrain, GOEGrain, GrainChain, QuantumSun
from mbltn.observables import Pauli, transitions_between, transitions_within

MODEL = CentralGrain(
    3, 3, xi=2.0, first_coupling=1.0, coupling="xx", grain=CosineGrain(7.8, "bandwidth")
)
"""Row 7 of the table of models."""
FIELDS = [0.7, 1.1, 1.3]
AXES = {"x": oracle.X, "z": oracle.Z}


@pytest.fixture(scope="module")
def spectrum():
    return mb.eigenpairs(MODEL.operator(MODEL.sample(fields=FIELDS)), mb.Target.all())


@pytest.fixture(scope="module")
def by_hand(spectrum):
    """|<m|O|n>| of every spin from an oracle's eigenvectors; spins 1..3 grain, 4..6 l-bits."""
    grain = CosineGrain(7.8, "bandwidth").matrix(3)
    h = oracle.central_grain(grain, FIELDS, MODEL.couplings(), "xx", spin=1)
    levels, vectors = np.linalg.eigh(h)
    np.testing.assert_allclose(levels, spectrum.energies, atol=1e-10)

    def elements(axis, spin):
        return abs(vectors.T @ oracle.on_spin(AXES[axis], spin, 6).real @ vectors)

    return elements


SPINS = [(0, 1, 1), (0, 2, 2), (0, 3, 3), (1, 1, 4), (2, 1, 5), (3, 1, 6)]


@pytest.mark.parametrize("axis", ["x", "z"])
@pytest.mark.parametrize(("site", "spin", "number"), SPINS)
def test_elements_of_every_spin(spectrum, by_hand, axis, site, spin, number):
    found = transitions_within(spectrum, Pauli(axis, site, spin), slice(10, 25))
    np.testing.assert_allclose(abs(found.elements), by_hand(axis, number)[:, 10:25], atol=1e-8)
    assert found.whole
    np.testing.assert_allclose(found.captured, 1.0, atol=1e-12)


def test_rows_9_and_10_of_model_c(spectrum, by_hand):
    """Thouless parameter and operator IPR, and the same by loops."""
    found = transitions_within(spectrum, Pauli("z", 0, 3))
    parameter = ob.thouless_parameter(found.energies, found.elements)
    assert parameter.values.mean() == pytest.approx(-0.3610014821, abs=1e-6)
    assert parameter.dropped == 0
    assert ob.log_operator_ipr(found).mean() == pytest.approx(2.5319216993, abs=1e-6)
    weights = by_hand("z", 3) ** 2
    expected = [-np.log(sum(weight**2 for weight in column)) for column in weights.T]
    np.testing.assert_allclose(ob.log_operator_ipr(found), expected, atol=1e-8)


def test_row_13_of_model_e():
    model = CentralGrain(
        3, 3, alpha=0.75, first_coupling=0.2, coupling="xx", coupled_spin=-1,
        grain=CosineGrain(2.1, "bandwidth"),
    )  # fmt: skip
    pairs = mb.eigenpairs(model.operator(model.sample(fields=[1.2, 0.8, 1.05])), mb.Target.all())
    assert pairs.energies[0] == pytest.approx(-4.1184785425348, abs=1e-8)
    found = mb.measure(pairs, ["log_ipr_probe", "entropy_lbits"], model)
    assert found["log_ipr_probe"].mean() == pytest.approx(1.8364852386, abs=1e-6)
    assert found["entropy_lbits"][:, 2].mean() == pytest.approx(0.2010216980318, abs=1e-8)


def test_row_4_thouless_parameter_of_three_levels():
    elements = np.array([[0.3, 0.2, 0.1], [0.2, -0.4, 0.05], [0.1, 0.05, 0.2]])
    values = ob.thouless_parameter(np.array([0.0, 1.0, 2.5]), elements).values
    np.testing.assert_allclose(values, [-0.405465108108, -3.737669618283], atol=1e-10)


def test_thouless_pairs_without_element_or_gap_are_dropped():
    found = ob.thouless_parameter(np.array([0.0, 1.0, 2.0, 2.0]), np.zeros((4, 4)))
    assert (len(found.values), found.dropped) == (0, 3)
    crossing = np.array([[1.5, 0.2], [0.2, 0.0]])  # the states change places
    assert ob.thouless_parameter(np.array([0.0, 1.0]), crossing).values == pytest.approx(
        np.log(0.2 / 0.5)
    )


def test_row_5_operator_ipr_of_two_columns():
    columns = np.array([[0.5, 0.0], [0.5, 1.0], [0.5, 0.0], [0.5, 0.0]])
    given = ob.Transitions(
        np.zeros(2), np.arange(4.0), columns, np.array([0, 1]), np.diagonal(columns), True
    )
    np.testing.assert_allclose(ob.log_operator_ipr(given), [1.386294361120, 0.0], atol=1e-12)


def test_row_7_width_of_a_lorentzian():
    half = 0.05
    w = np.linspace(-200, 200, 4_000_001)
    found = ob.quartile_width(w, half / np.pi / (w**2 + half**2))
    assert found == pytest.approx(0.099975, rel=2e-4)


def test_row_10_width_of_the_line(spectrum):
    levels = ob.middle_by_rank(64, 10)
    found = mb.measure(
        spectrum,
        ["line_ratio", "line_ratio_raw", "line_captured"],
        MODEL,
        sample=MODEL.sample(fields=FIELDS),
        levels=levels,
    )
    assert found["line_ratio_raw"][0] == pytest.approx(0.29484, rel=0.02)
    assert found["line_ratio"][0] == 2.0
    assert 0.4 < found["line_captured"][0] < 0.5


def test_quartiles_of_few_weights_by_hand():
    """Weights 1, 2, 1 at 1, 2, 4: cumulative 1/8, 1/2, 7/8 at the points."""
    expected = (2 + 2 * 2 / 3) - (1 + 1 / 3)
    assert ob.quartile_width([4.0, 1.0, 2.0], [1.0, 1.0, 2.0]) == pytest.approx(expected)
    assert ob.quartile_width([3.0], [2.0]) == 0.0
    assert np.isnan(ob.quartile_width([3.0, 4.0], [1.0, 1.0], outside=2.5))


@pytest.mark.parametrize("reach", [2.0, 5.0, 20.0])
def test_weight_outside_is_made_up_for(reach):
    """Of a Lorentzian cut off anywhere beyond its quartiles the width is that of all of it."""
    w = np.linspace(-reach, reach, 200_001)
    weights = 1 / np.pi / (w**2 + 1) * (w[1] - w[0])
    outside = 1 - 2 / np.pi * np.arctan(reach)
    assert ob.quartile_width(w, weights, outside) == pytest.approx(2.0, rel=1e-3)
    cut = 2 * np.tan(0.5 * np.arctan(reach))
    assert ob.quartile_width(w, weights) == pytest.approx(cut, rel=1e-3)


def test_half_maximum_width_of_a_triangle():
    w = 0.1 * (np.arange(-40, 40) + 0.5)
    thermal = np.maximum(0.0, 1 - abs(abs(w) - 2.05) / 0.8)
    rho = ob.SpectralFunction(0.1, thermal, np.log(thermal + 1e-20), np.pi, np.pi)
    assert ob.half_maximum_width(rho, 2.0) == pytest.approx(0.8, abs=1e-12)
    nothing = ob.SpectralFunction(0.1, 0 * thermal, thermal, np.pi, np.pi)
    assert np.isnan(ob.half_maximum_width(nothing, 2.0))


def test_a_spectral_function_by_loops(spectrum, by_hand):
    dw, reach, levels = 0.4, 20.0, slice(28, 36)
    found = ob.spectral_function(transitions_within(spectrum, Pauli("x", 0, 1), levels), dw, reach)
    weights, E = by_hand("x", 1) ** 2, spectrum.energies
    n = int(np.ceil(reach / dw))
    rho = np.zeros((8, 2 * n))
    for row, state in enumerate(range(28, 36)):
        for m in range(64):
            if m != state:
                rho[row, int(np.floor((E[m] - E[state]) / dw)) + n] += (
                    np.pi * weights[m, state] / dw
                )
    np.testing.assert_allclose(found.thermal, rho.mean(axis=0), atol=1e-8)
    typical = np.prod(rho + 1e-20, axis=0) ** (1 / 8)
    np.testing.assert_allclose(found.typical, typical, rtol=1e-6, atol=1e-12)
    assert found.integral == pytest.approx(typical.sum() * dw / np.pi, rel=1e-6)
    assert found.captured == pytest.approx(1.0, abs=1e-12)
    assert (found.typical <= (found.thermal + 1e-20) * (1 + 1e-12)).all()


def test_the_sum_rule_has_pi_and_not_two_pi(spectrum):
    """int rho_n dw = pi (1 - <O>^2), state by state."""
    found = transitions_within(spectrum, Pauli("x", 0, 2))
    for state in (5, 31, 50):
        one = transitions_within(spectrum, Pauli("x", 0, 2), [state])
        rho = ob.spectral_function(one, 0.1, 20.0)
        expected = np.pi * (1 - found.expectation[state] ** 2)
        assert rho.thermal.sum() * rho.dw == pytest.approx(expected, rel=1e-10)
        assert rho.bound == pytest.approx(expected, rel=1e-10)


def test_averages_over_samples_are_of_the_function_and_of_its_logarithm():
    parts = [
        ob.SpectralFunction(0.5, np.array([1.0, a]), np.log([1.0, a]), np.pi, 2.0)
        for a in (1.0, 4.0)
    ]
    mean = ob.average_spectral(parts)
    np.testing.assert_allclose(mean.thermal, [1.0, 2.5])
    np.testing.assert_allclose(mean.typical, [1.0, 2.0])
    with pytest.raises(InvalidInput, match="cannot be averaged"):
        ob.average_spectral([parts[0], replace(parts[1], dw=0.6)])
    with pytest.raises(InvalidInput, match="no spectral function"):
        ob.average_spectral([])


def test_a_decoupled_lbit_has_no_width_and_no_spread():
    model = CentralGrain(3, 3, alpha=0.6, coupling="xx")
    sample = model.sample(couplings=[0.4, 0.2, 0.0], seed=2)
    pairs = mb.eigenpairs(model.operator(sample), mb.Target.all())
    found = mb.measure(
        pairs, ["line_ratio_raw", "line_ratio", "log_ipr_lbits"], model, sample=sample
    )
    assert found["line_ratio_raw"][0] == pytest.approx(0.0, abs=1e-10)
    assert found["line_ratio"][0] == 2.0
    np.testing.assert_allclose(found["log_ipr_lbits"][:, 2], 0.0, atol=1e-10)
    assert found["log_ipr_lbits"][:, 0].mean() > 0.1


NAMES = (
    "line_ratio_raw",
    "thouless",
    "log_ipr_probe",
    "spectral_contact",
    "spectral_last_lbit",
    "entropy_lbits",
)


def _measured(fields, couplings, operator_sign=1.0):
    model = CentralGrain(3, 4, alpha=0.9, first_coupling=0.8, coupling="xx")
    sample = model.sample(fields=fields, couplings=couplings, seed=3)
    op = model.operator(sample)
    pairs = mb.eigenpairs(op, mb.Target.all())
    options = ob.Measurement(bin_width=0.5, reach=20.0)
    return mb.measure(pairs, NAMES, model, sample=sample, levels=slice(50, 78), options=options)


def test_lbits_of_equal_coupling_can_change_places():
    before = _measured([0.7, 1.1, 1.3, 0.9], [0.5] * 4)
    after = _measured([1.3, 0.7, 1.1, 0.9], [0.5] * 4)
    np.testing.assert_allclose(
        after["entropy_lbits"][:, [1, 2, 0, 3]], before["entropy_lbits"], atol=1e-9
    )
    for name in NAMES[:-1]:
        np.testing.assert_allclose(after[name], before[name], rtol=1e-6, atol=1e-7)


def test_the_sign_of_a_coupling_does_not_matter():
    """sigma^z of the l-bit turns sigma^x sigma^x round, and sigma^x of this l-bit."""
    before = _measured([0.7, 1.1, 1.3, 0.9], [0.5, 0.4, 0.3, 0.2])
    after = _measured([0.7, 1.1, 1.3, 0.9], [0.5, -0.4, 0.3, -0.2])
    for name in NAMES:
        np.testing.assert_allclose(after[name], before[name], rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize(
    "model",
    [
        CentralGrain(2, 2, alpha=0.5, first_coupling=0.0, coupling="xx"),
        CentralGrain(2, 2, alpha=0.5, first_coupling=0.0, field_half=True),
        GrainChain(2, 2, exchange=0.0),
        QuantumSun(2, 2, alpha=0.5, g0=0.0),
    ],
)
def test_a_free_lbit_flips_at_its_splitting(model):
    sample = model.draw(2, 0)
    pairs = mb.eigenpairs(model.operator(sample), mb.Target.all(), "dense")
    for site, splitting in enumerate(model.splittings(sample), start=1):
        found = transitions_within(pairs, Pauli("x", site))
        led_to = abs(found.frequencies()[found.weights > 0.5])
        assert len(led_to) == 16
        np.testing.assert_allclose(led_to, abs(splitting), atol=1e-10)


def test_windows_have_the_elements_of_the_whole_spectrum():
    model = CentralGrain.from_paper("E", n_lbits=3, n_grain=4)
    sample = model.draw(1, 0)
    spectrum = mb.eigenpairs(model.operator(sample), mb.Target.all())
    states = spectrum.select(slice(60, 66))
    windows = [spectrum.select(slice(90, 120)), spectrum.select(slice(10, 40))]
    found = transitions_between(states, windows, Pauli("x", 3))
    whole = transitions_within(spectrum, Pauli("x", 3), slice(60, 66))
    chosen = np.r_[10:40, 90:120]
    np.testing.assert_allclose(found.elements, whole.elements[chosen], atol=1e-14)
    np.testing.assert_allclose(found.expectation, whole.expectation, atol=1e-14)
    assert not found.whole and (found.own == -1).all()

    def around(energy):
        return spectrum.select(np.sort(np.argsort(abs(spectrum.energies - energy))[:20]))

    measured = mb.measure(
        spectrum, ["captured_lbits", "log_ipr_lbits"], model,
        sample=sample, levels=slice(60, 66), around=around,
    )  # fmt: skip
    for site, field in enumerate(sample.fields, start=1):
        at = [spectrum.energies[60:66].mean() + sign * 2 * field for sign in (1, -1)]
        kept = np.concatenate([np.argsort(abs(spectrum.energies - e))[:20] for e in at])
        weights = transitions_within(spectrum, Pauli("x", site), slice(60, 66)).weights[kept]
        np.testing.assert_allclose(measured["captured_lbits"][:, site - 1], weights.sum(axis=0))
    expected = whole.weights[chosen].sum(axis=0) / whole.available
    np.testing.assert_allclose(found.captured, expected, atol=1e-13)
    around = transitions_between(states, [spectrum.select(slice(55, 70))], Pauli("x", 3))
    np.testing.assert_array_equal(around.own, np.arange(5, 11))


@pytest.mark.parametrize(
    ("low", "high", "all_of"),
    [
        (slice(10, 40), slice(30, 70), slice(10, 70)),
        (slice(10, 40), slice(39, 70), slice(10, 70)),
        (slice(10, 40), slice(40, 70), slice(10, 70)),
        (slice(10, 60), slice(20, 50), slice(10, 60)),
        (slice(10, 60), slice(10, 60), slice(10, 60)),
    ],
)
def test_a_level_in_two_windows_is_one_partner(spectrum, low, high, all_of):
    """The windows of a small splitting overlap; rounding and signs of their solutions differ."""
    pauli = Pauli("x", 2)
    whole = transitions_within(spectrum, pauli, slice(30, 34))
    states = spectrum.select(slice(30, 34))
    again = spectrum.select(high)
    for rounding in (-1e-11, 1e-11):
        other = replace(again, energies=again.energies + rounding, vectors=-again.vectors)
        found = transitions_between(states, [other, spectrum.select(low)], pauli)
        chosen = np.arange(64)[all_of]
        np.testing.assert_allclose(found.partners, spectrum.energies[chosen], atol=1e-10)
        np.testing.assert_allclose(abs(found.elements), abs(whole.elements[chosen]), atol=1e-12)
        np.testing.assert_allclose(found.weights, whole.weights[chosen], atol=1e-12)
        np.testing.assert_array_equal(found.own, np.arange(30, 34) - all_of.start)


@pytest.mark.parametrize("cut", range(1, 12))
def test_a_multiplet_that_a_window_cuts_is_counted_once(cut):
    """Free l-bits of one field: levels of three, in two bases, one window ending anywhere."""
    model = CentralGrain(2, 3, alpha=1.0, first_coupling=0.0, coupling="xx", field_range=(0.3, 0.3))
    spectrum = mb.eigenpairs(model.operator(model.draw(1, 0)), mb.Target.all(), "dense")
    multiplets = np.split(np.arange(32), np.flatnonzero(np.diff(spectrum.energies) > 1e-9) + 1)
    assert sum(len(levels) == 3 for levels in multiplets) >= 4
    random = np.random.default_rng(cut)
    other = spectrum.vectors.copy()
    for levels in multiplets:
        turn, _ = np.linalg.qr(random.standard_normal((len(levels),) * 2))
        other[:, levels] = other[:, levels] @ turn
    first = next(levels[0] for levels in multiplets[2:] if len(levels) == 3)
    windows = [
        spectrum.select(slice(0, first + cut)),
        replace(spectrum, vectors=other).select(slice(first, 32)),
    ]
    states = spectrum.select(slice(10, 14))
    found = transitions_between(states, windows, Pauli("x", 3))
    assert len(found.partners) == 32
    np.testing.assert_allclose((found.elements**2).sum(axis=0), 1.0, atol=1e-12)
    whole = transitions_within(spectrum, Pauli("x", 3), slice(10, 14))
    for levels in multiplets:
        weight = (found.elements[levels] ** 2).sum(axis=0)
        np.testing.assert_allclose(weight, (whole.elements[levels] ** 2).sum(axis=0), atol=1e-10)


def test_line_width_from_windows_is_that_of_the_whole_spectrum():
    """Both lines, of half the levels: within 5 % of all, seven samples together."""
    model = CentralGrain(
        6, 3, xi=2.885, first_coupling=1.0, coupling="xx", field_range=(0.5, 1.5),
        grain=GOEGrain(7.8, "radius"),
    )  # fmt: skip
    ratios = []
    for realization in range(7):
        sample = model.draw(5, realization)
        spectrum = mb.eigenpairs(model.operator(sample), mb.Target.all())
        levels = ob.middle_by_rank(512, 56)

        def around(energy, spectrum=spectrum):
            return spectrum.select(ob.around_energy(spectrum.energies, 60, energy))

        whole, part = (
            mb.measure(
                spectrum, ["line_ratio_raw"], model, sample=sample, levels=levels, around=around_
            )["line_ratio_raw"][0]
            for around_ in (None, around)
        )
        ratios.append(part / whole)
    assert np.mean(ratios) == pytest.approx(1.0, abs=0.05)


def test_eigenpairs_that_are_not_all_are_noticed(spectrum):
    spoilt = replace(spectrum, vectors=np.roll(spectrum.vectors, 1, axis=0) * 0.99)
    with pytest.raises(SolverFailure, match="add up to 1 within"):
        transitions_within(spoilt, Pauli("x", 1))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Pauli("y", 0), "axis='y'"),
        (lambda: Pauli("x", 5).stride(MODEL.space()), "site=5 must be one of 0..3"),
        (lambda: Pauli("x", 0, 4).stride(MODEL.space()), "spin=4 of site 0"),
        (lambda: ob.thouless_parameter(np.zeros(2), np.zeros((3, 3))), r"\(k,\)"),
        (
            lambda: ob.line_width(
                ob.Transitions(*[np.zeros(1)] * 2, np.zeros((1, 1)), *[np.zeros(1)] * 2, True),
                centre=0.0,
                spacing=1.0,
            ),
            "centre=0.0",
        ),
    ],
)
def test_impossible_questions(call, message):
    with pytest.raises(InvalidInput, match=message):
        call()


def test_what_is_not_given_is_asked_for(spectrum):
    with pytest.raises(InvalidInput, match="depends on the disorder: give sample"):
        mb.measure(spectrum, ["line_ratio"], MODEL)
    with pytest.raises(InvalidInput, match=r"bin_width=None.*a curve needs both"):
        mb.measure(spectrum, ["spectral_contact"], MODEL)
    with pytest.raises(InvalidInput, match="the spins of a grain"):
        mb.measure(spectrum, ["thouless"])
    for levels in ([5, 4, 6], [4, 4, 5], slice(9, 4, -1)):
        with pytest.raises(InvalidInput, match="each level once, in ascending order"):
            mb.measure(spectrum, ["memory_lbits"], levels=levels)
    few = spectrum.select(slice(20, 30))
    with pytest.raises(InvalidInput, match=r"all 64 eigenstates .* 10 are given.*around="):
        mb.measure(few, ["log_ipr_lbits"], MODEL)
    with pytest.raises(InvalidInput, match=r"'log_ipr_probe' needs all 64 .* levels=\.\.\.$"):
        mb.measure(few, ["log_ipr_probe"], MODEL, sample=MODEL.draw(1, 0), around=lambda e: few)
    with pytest.raises(InvalidInput, match="whole spectrum"):
        mb.measure(spectrum, ["log_ipr_probe"], MODEL, options=ob.Measurement(partners=10))


def test_a_bare_grain_has_no_lbit_to_measure():
    model = CentralGrain(3, 0, alpha=0.5, coupling="xx")
    sample = model.draw(1, 0)
    pairs = mb.eigenpairs(model.operator(sample), mb.Target.all())
    options = ob.Measurement(bin_width=0.5, reach=4.0)
    names = ["line_ratio", "log_ipr_lbits", "entropy_lbits", "spectral_last_lbit", "thouless"]
    found = mb.measure(pairs, names, model, sample=sample, options=options)
    shapes = {name: values.shape for name, values in found.items()}
    assert shapes == {
        "line_ratio": (1, 0),
        "log_ipr_lbits": (8, 0),
        "entropy_lbits": (8, 0),
        "spectral_last_lbit": (2, 0),
        "thouless": (7,),
    }


def test_self_checks_hold_and_see_what_is_wrong(spectrum):
    sample = MODEL.sample(fields=FIELDS)
    checks = ob.self_checks(spectrum, MODEL, sample, slice(20, 44))
    assert len(checks) == 13 and all(check.holds for check in checks)
    ob.require_self_checks(checks)
    moved = replace(spectrum, energies=spectrum.energies + 1e-3)
    twice = replace(spectrum, energies=np.repeat(spectrum.energies[::2], 2))
    other = replace(spectrum, operator=MODEL.operator(MODEL.sample(fields=[0.7, 1.1, 1.31])))
    for spoilt, name in ((moved, "tr H:"), (twice, r"tr H\^2"), (other, r"tr H\^2")):
        with pytest.raises(SolverFailure, match=name):
            ob.require_self_checks(ob.trace_checks(spoilt))


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"entropy_lbits": np.array([[0.1, np.log(2) + 1e-6]])}, "0 <= S <= log 2"),
        ({"entropy_lbits": np.array([[0.1, -1e-6]])}, "0 <= S <= log 2"),
        ({"spectral_contact": np.array([[0.5, 2.0], np.log([0.5, 2.1])])}, "rho_typ <= rho_th"),
        ({"hybridization": np.array([[0.5, 1.6]])}, "int k <= 1"),
        ({"line_captured": np.array([1.01])}, "weight <= 1, line_captured"),
        ({"captured_lbits": np.array([[0.9, 1.01]])}, "weight <= 1, captured_lbits"),
        ({"entropy_lbits": np.array([[0.1, np.nan]])}, "0 <= S <= log 2"),
        ({"spectral_contact": np.array([[0.5, np.nan], [-1.0, -1.0]])}, "rho_typ <= rho_th"),
        ({"hybridization": np.array([[0.5, np.nan]])}, "int k <= 1"),
        ({"line_captured": np.array([np.nan])}, "weight <= 1"),
    ],
)
def test_values_that_cannot_be_are_refused(values, name):
    with pytest.raises(SolverFailure, match=name):
        ob.require_self_checks(ob.value_checks(values, 0.5))


def test_values_at_their_limits_are_taken():
    values = {
        "entropy_lbits": np.array([[0.0, np.log(2)]]),
        "spectral_contact": np.array([[0.5, 0.0], np.log([0.5, 1e-20])]),
        "hybridization": np.array([[0.5, 1.5]]),
        "line_captured": np.array([1.0]),
        "gap_ratio": np.zeros(0),
    }
    checks = ob.value_checks(values, 0.5)
    assert len(checks) == 4
    ob.require_self_checks(checks)


def test_pairs_that_the_thouless_parameter_leaves_out_are_counted():
    """Without coupling sigma^z of a grain spin moves no l-bit: most neighbours lack an element."""
    model = CentralGrain(2, 3, alpha=0.5, first_coupling=0.0, coupling="xx")
    sample = model.draw(3, 0)
    pairs = mb.eigenpairs(model.operator(sample), mb.Target.all(), "dense")
    found = mb.measure(pairs, ["thouless", "thouless_dropped"], model, sample=sample)
    elements = transitions_within(pairs, Pauli("z", 0, 2))
    shifted = pairs.energies + elements.expectation
    order = np.argsort(shifted, kind="stable")
    neighbours = abs(elements.elements[order[:-1], order[1:]])
    lost = int((neighbours == 0).sum())
    assert found["thouless_dropped"].tolist() == [lost]
    assert len(found["thouless"]) == 31 - lost
