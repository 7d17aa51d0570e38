"""What the cases of paper D compute without `mbltn.theory`, against tabulated values and limits.

Tabulated values are those of tests/theory/test_resonance.py and test_central_grain.py, rows of the
theory notes.
"""

import numpy as np
import pytest

from mbltn.observables.coupling import reduced_coupling
from mbltn.operators import SIGMA_PLUS, embed
from mbltn.study.plan import plan
from mbltn.theory import resonance
from mbltn.validation.cases.failed_avalanches.end_theory import alone, helped
from mbltn.validation.direct.mean_field_scan import log_couplings, long_chain_size, sizes
from mbltn.validation.direct.resonance_sums import (
    enhancement,
    mean_correlator,
    mean_entropy,
    share_below,
)
from mbltn.validation.failed_avalanches import end_lbit, lattice_sizes, resonant_spin

LOG2 = np.log(2)


def test_direct_sums_give_the_tabulated_averages():
    g = [0.01, 0.1, 0.5, 2.0]
    entropies = [0.0597226850, 0.3894323649, 0.6522537178, 0.6901609246]
    memories = [0.9377136550, 0.5155283559, 0.0793478788, 0.0059578265]
    assert [mean_entropy(one) for one in g] == pytest.approx(entropies, abs=1e-9)
    assert [mean_correlator(one) for one in g] == pytest.approx(memories, abs=1e-9)
    g = [0.0, 1e-6, 1e-3, 0.01, 0.1, 0.5, 2.0]
    gains = [0, 9.682848839e-5, 0.04116352052, 0.2208630820]
    gains += [0.6106455625, 0.6915584862, 0.6931383060]
    assert [enhancement(one) for one in g] == pytest.approx(gains, rel=1e-9)


def test_shares_are_those_of_the_distribution_of_admixtures():
    """S < S(g x) where x' < x; P(x' < 2), P(x' < 5) are tabulated."""
    for x, share in ((2.0, 0.0992745023), (5.0, 0.5717193425)):
        p = (1 - 1 / np.sqrt(1 + 4 * (0.1 * x) ** 2)) / 2
        s = -p * np.log(p) - (1 - p) * np.log1p(-p)
        assert share_below(s, 0.1) == pytest.approx(share, abs=1e-9)
    assert share_below(1e-3, 30.0) == 0


def test_scan_finds_the_tabulated_mean_fields():
    """Which are good to 1e-6."""
    (size,) = sizes(np.array([0.1, 0.05]))
    assert size == pytest.approx(1.198163370599, rel=1e-6)
    found = np.exp(log_couplings(np.array([0.1, 0.05]), size))
    assert found == pytest.approx([0.132104762578, 0.068901614690], rel=1e-6)
    (size,) = sizes(0.5 * 0.6 ** np.arange(10.0))
    assert size == pytest.approx(6.82594156, rel=1e-6)
    # 100 equal couplings below g_c = 1.570e-4 are bistable, above it they are not
    assert len(sizes(np.full(100, 1.50e-4))) == 3 and len(sizes(np.full(100, 1.65e-4))) == 1


@pytest.mark.parametrize("distance", [0.14, 0.03])
def test_sum_over_a_long_chain(distance):
    alpha = 2**-0.5 - distance
    found = long_chain_size(0.5, alpha)
    assert found == pytest.approx(sizes(0.5 * alpha ** np.arange(900.0))[0], rel=1e-7)


def test_coupling_of_the_resonant_spin_is_that_of_one_matrix():
    """Counted by (O5) on one matrix, whose levels and elements leave 10 %."""
    model = resonant_spin.model_of(0.1)
    grain = model.draw(seed=1, realization=0).grain
    couplings = float(model.couplings()[0])
    on_grain = embed(SIGMA_PLUS, 1, resonant_spin.N_GRAIN)
    window = 0.05
    found = reduced_coupling(grain, on_grain, couplings, 2 * resonant_spin.FIELD, window)
    middle = resonant_spin.DIMENSION * resonant_spin.semicircle(np.array(resonant_spin.FIELD))
    assert found.g * float(middle) / found.density == pytest.approx(0.1, rel=0.1)
    g, shares = resonant_spin.couplings_in_window(0.1)
    assert shares.sum() == pytest.approx(1) and g.min() < 0.1 < g.max()


def test_reach_is_the_tabulated_one():
    radii = np.arange(6)
    assert lattice_sizes.reach_by_sums(10.0**-radii, radii, 3 * LOG2) == 2


@pytest.mark.parametrize("size", ["small", "paper"])
def test_studies_have_the_point_of_the_fit(size):
    (study,) = end_lbit.end_lbit_studies(size)
    points = {(task.parameters["n_lbits"], task.parameters["alpha"]) for task in plan(study)}
    assert (end_lbit.FIT_N_LBITS, end_lbit.FIT_ALPHA) in points


@pytest.mark.parametrize("coupling", [helped, alone])
def test_the_fitted_point_has_its_entropy(coupling):
    g = coupling(0.27, end_lbit.FIT_ALPHA, end_lbit.FIT_N_LBITS)
    assert resonance.mean_entropy(g) == pytest.approx(0.27 * LOG2, rel=1e-6)


def test_help_grows_with_alpha():
    """At equal [S] of the fitted point more l-bits near the grain are strong at larger alpha."""
    for alpha, more in ((0.35, False), (0.65, True)):
        assert (helped(0.27, alpha, 5) > alone(0.27, alpha, 5)) is more
