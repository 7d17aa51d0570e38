"""Reference values of the specification for models (tables of an independent implementation).

Row numbers are those of the specification's table for grain models. `all` means an average over
all eigenstates.
"""

import numpy as np
import pytest

import mbltn as mb
from mbltn.models import (
    CentralGrain,
    CosineGrain,
    GOEGrain,
    GrainChain,
    LocalChainGrain,
    QuantumSun,
)
from mbltn.models.geometry import relative_couplings
from mbltn.operators import to_dense

EXACT = ["gap_ratio", "entropy_lbits", "memory_lbits"]


def cosine(n_spins, scale, normalise):
    return CosineGrain(scale, normalise).matrix(n_spins)


def solve(model, **sample):
    op = model.operator(model.sample(**sample))
    return mb.eigenpairs(op, mb.Target.all(), "dense"), to_dense(op)


def test_row_1_and_2_cosine_grain():
    grain = cosine(2, 1.0, "rms")
    first_row = [-0.073573785308, -0.697229990201, -0.460346858117, 0.199777052321]
    levels = [-1.259684979909, -0.598910317770, 0.524753496499, 1.333841801179]
    np.testing.assert_allclose(grain[0], first_row, rtol=0, atol=1e-11)
    np.testing.assert_allclose(np.linalg.eigvalsh(grain), levels, rtol=0, atol=1e-11)


def test_row_3_exp1d():
    assert relative_couplings("exp1d", 4, 2.0)[3] == pytest.approx(0.223130160148, abs=1e-12)


def test_row_4_stretch1d():
    expected = [0.188875602838, 0.094701768523, 0.055757054086, 0.035673993347, 0.024070218188]
    np.testing.assert_allclose(relative_couplings("stretch1d", 6, 0.6)[1:], expected, atol=1e-11)


def test_row_4_alternative_agrees_at_unit_length_only():
    text, printed = (relative_couplings(g, 6, 1.0) for g in ("stretch1d", "stretch1d_alt"))
    np.testing.assert_allclose(text, printed, rtol=1e-14)
    alternative = relative_couplings("stretch1d_alt", 6, 0.6)
    np.testing.assert_allclose(alternative, np.exp(-np.sqrt(np.arange(6) / 0.6)), rtol=1e-14)


def test_row_5_layers2d():
    expected = [1, 0.367879441171, 0.367879441171] + 3 * [0.135335283237]
    np.testing.assert_allclose(relative_couplings("layers2d", 6, 1.0), expected, atol=1e-11)


def test_row_6_paper_e_couplings():
    assert CentralGrain.from_paper("E", n_lbits=6).couplings()[5] == 0.0474609375


@pytest.fixture(scope="module")
def model_c():
    model = CentralGrain(3, 3, xi=2.0, first_coupling=1.0, coupling="xx")
    return solve(model, grain=cosine(3, 7.8, "bandwidth"), fields=(0.7, 1.1, 1.3))


def test_row_7_model_c_spectrum(model_c):
    pairs, _ = model_c
    assert pairs.energies[0] == pytest.approx(-7.3432948235120, abs=1e-9)
    assert pairs.energies[-1] == pytest.approx(7.4790859893159, abs=1e-9)


def test_row_8_model_c_gap_ratio(model_c):
    pairs, _ = model_c
    assert pairs.energies[32] == pytest.approx(-0.0523588933619, abs=1e-9)
    ratio = mb.measure(pairs, ["gap_ratio"])["gap_ratio"]
    assert ratio.mean() == pytest.approx(0.4911017978374, abs=1e-9)


def test_row_9_model_c_entropy_and_memory(model_c):
    measured = mb.measure(model_c[0], EXACT)
    entropy, memory = measured["entropy_lbits"].mean(axis=0), measured["memory_lbits"].mean(axis=0)
    assert entropy[2] == pytest.approx(0.3543570924651, abs=1e-8)
    assert entropy[0] == pytest.approx(0.4994074551370, abs=1e-8)
    assert memory[2] == pytest.approx(0.5437416984981, abs=1e-8)


@pytest.fixture(scope="module")
def model_d():
    model = CentralGrain(3, 3, alpha=0.6)
    return solve(model, grain=cosine(3, 1.5, "rms"), fields=(1.0, 0.95, 1.07))


def test_row_11_model_d_spectrum(model_d):
    pairs, h = model_d
    assert pairs.energies[0] == pytest.approx(-4.9800843088997, abs=1e-9)
    assert pairs.energies[-1] == pytest.approx(4.9986800381109, abs=1e-9)
    assert (h * h).sum() / len(h) == pytest.approx(5.42260088, abs=1e-9)


def test_row_12_model_d_entropy_and_memory(model_d):
    measured = mb.measure(model_d[0], EXACT)
    entropy, memory = measured["entropy_lbits"].mean(axis=0), measured["memory_lbits"].mean(axis=0)
    assert entropy[2] == pytest.approx(0.1625575145144, abs=1e-8)
    assert entropy[0] == pytest.approx(0.3435334376070, abs=1e-8)
    assert memory[2] == pytest.approx(0.8139950084975, abs=1e-8)


def test_row_13_model_e():
    model = CentralGrain(3, 3, alpha=0.75, first_coupling=0.2, coupling="xx", coupled_spin=-1)
    pairs, _ = solve(model, grain=cosine(3, 2.1, "bandwidth"), fields=(1.2, 0.8, 1.05))
    assert pairs.energies[0] == pytest.approx(-4.1184785425348, abs=1e-8)
    entropy = mb.measure(pairs, ["entropy_lbits"])["entropy_lbits"].mean(axis=0)
    assert entropy[2] == pytest.approx(0.2010216980318, abs=1e-8)


def test_row_14_local_bath():
    levels = np.linalg.eigvalsh(LocalChainGrain().with_fields(np.array([1.1, 0.9, 1.25, 0.8])))
    expected = [-4.946236714855, -0.197824759177, 0.160637898051, 6.078832506738]
    np.testing.assert_allclose(levels[[0, 7, 8, 15]], expected, rtol=0, atol=1e-10)


def test_row_15_chain_without_lbits():
    bath = LocalChainGrain().with_fields(np.array([1.1, 0.9]))
    pairs, h = solve(GrainChain(2, 2, exchange=0.3), grain=bath, fields=(1.5, -0.7))
    assert pairs.energies[0] == pytest.approx(-4.5650703930342, abs=1e-10)
    assert pairs.energies[-1] == pytest.approx(4.9287690110871, abs=1e-10)
    assert (h * h).sum() / len(h) == pytest.approx(6.44, abs=1e-10)


def test_row_16_quantum_sun():
    pairs, h = solve(
        QuantumSun(2, 2, alpha=0.7),
        grain=cosine(2, 1.0, "rms"),
        fields=(0.6, 1.3),
        exponents=(0.0, 1.1),
        coupled_spins=(1, 2),
    )
    assert pairs.energies[0] == pytest.approx(-2.2848211762074, abs=1e-10)
    assert pairs.energies[-1] == pytest.approx(2.3666800711099, abs=1e-10)
    assert (h * h).sum() / len(h) == pytest.approx(1.6035164661498, abs=1e-10)


def _mean_square(matrix):
    return (matrix * matrix).sum() / len(matrix)


@pytest.mark.parametrize("paper", ["C", "E"])
def test_row_22_trace_identity(paper):
    model = CentralGrain.from_paper(paper, n_lbits=3, n_grain=4)
    sample = model.draw(seed=5, realization=2)
    expected = _mean_square(sample.grain) + (sample.fields**2).sum() + (sample.couplings**2).sum()
    assert _mean_square(to_dense(model.operator(sample))) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(("coupling", "factor"), [("pm", 0.5), ("xxyy", 2.0), ("xx", 1.0)])
def test_row_23_trace_identity(coupling, factor):
    model = CentralGrain(3, 4, alpha=0.6, coupling=coupling)
    sample = model.draw(seed=5, realization=2)
    expected = _mean_square(sample.grain) + (sample.fields**2).sum()
    expected += factor * (sample.couplings**2).sum()
    assert _mean_square(to_dense(model.operator(sample))) == pytest.approx(expected, rel=1e-12)


def test_goe_bandwidth_and_rms_are_exact_for_every_sample():
    for realization in range(3):
        for normalise, size in (("rms", _rms), ("bandwidth", np.ptp)):
            model = CentralGrain(4, 1, alpha=0.5, grain=GOEGrain(1.7, normalise))
            levels = np.linalg.eigvalsh(model.draw(1, realization).grain)
            assert size(levels) == pytest.approx(1.7, rel=1e-12)


def _rms(levels):
    return np.sqrt((levels**2).mean())
