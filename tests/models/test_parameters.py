"""Impossible parameters and samples, each refused in the user's words."""

import copy
import pickle

import numpy as np
import pytest

from mbltn.errors import InvalidInput
from mbltn.models import (
    CentralGrain,
    CosineGrain,
    GOEGrain,
    GrainChain,
    LocalChainGrain,
    QuantumSun,
)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: CentralGrain(3, 4, alpha=1.2), r"alpha=1.2 must lie in \(0, 1\]"),
        (lambda: CentralGrain(3, 4, alpha=0.0), r"alpha=0.0 must lie in \(0, 1\]"),
        (lambda: CentralGrain(3, 4, alpha=-0.5), "alpha=-0.5"),
        (lambda: CentralGrain(3, 4, alpha=float("nan")), "alpha=nan"),
        (lambda: CentralGrain(3, 4, xi=0.0), "xi=0.0"),
        (lambda: CentralGrain(3, 4), "exactly one"),
        (lambda: CentralGrain(3, 4, alpha=0.5, xi=1.0), "exactly one"),
        (lambda: CentralGrain(3, 4, alpha=0.5, geometry="symmetric"), "equal couplings"),
        (lambda: CentralGrain(3, -1, alpha=0.5), "n_lbits=-1"),
        (lambda: CentralGrain(0, 3, alpha=0.5), "n_grain=0"),
        (lambda: CentralGrain(3, 2.5, alpha=0.5), "n_lbits=2.5"),
        (lambda: CentralGrain(3, 4, alpha=0.5, geometry="exp2d"), "geometry='exp2d'"),
        (lambda: CentralGrain(3, 4, alpha=0.5, coupling="zz"), "coupling='zz'"),
        (lambda: CentralGrain(3, 4, alpha=0.5, grain="gue"), "grain='gue'"),
        (lambda: CentralGrain(3, 4, alpha=0.5, coupled_spin=4), "coupled_spin=4"),
        (lambda: CentralGrain(3, 4, alpha=0.5, first_coupling=np.inf), "first_coupling=inf"),
        (lambda: CentralGrain(3, 4, alpha=0.5, field_range=(1.1, 0.9)), "smaller one first"),
        (lambda: CentralGrain.from_paper("F", 3), "paper='F'"),
        (lambda: GOEGrain(scale=-1.0), "scale=-1.0"),
        (lambda: GOEGrain(normalise="norm"), "normalise='norm'"),
        (lambda: CosineGrain(normalise="radius"), "normalise='radius'"),
        (lambda: QuantumSun(3, 4, alpha=1.5), "alpha=1.5"),
        (lambda: QuantumSun(3, 4, alpha=0.8, gamma=0.0), "gamma=0.0"),
        (lambda: QuantumSun(3, 4, alpha=0.8, exponent_spread=-0.1), "exponent_spread=-0.1"),
        (lambda: GrainChain(3, 4, exchange=np.nan), "exchange=nan"),
        (lambda: CentralGrain(3, 4, alpha="0.5"), "alpha='0.5' must be a finite number"),
        (lambda: CentralGrain(3, 4, alpha=0.5, first_coupling="big"), "first_coupling='big'"),
        (lambda: CentralGrain(3, 4, alpha=0.5, field_range=1.0), "field_range=1.0 must be two"),
        (lambda: CentralGrain(3, 4, alpha=0.5, coupled_spin=1.5), "coupled_spin=1.5"),
        (lambda: CentralGrain(3, 4, alpha=0.5, grain=np.eye(8)), r"model\.sample\(grain=\.\.\.\)"),
        (lambda: LocalChainGrain(exchange=np.inf), "grain.exchange=inf"),
    ],
)
def test_impossible_parameters(build, message):
    with pytest.raises(InvalidInput, match=message):
        build()


MODEL = CentralGrain(2, 3, alpha=0.6)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"grain": np.arange(16.0).reshape(4, 4)}, "not symmetric"),
        ({"grain": np.eye(8)}, r"shape \(8, 8\)"),
        ({"fields": [1.0, 2.0]}, "fields has shape"),
        ({"fields": [1.0, np.nan, 1.0]}, r"fields\[1\] is nan"),
        ({"grain": np.diag([1.0, np.inf, 0, 0])}, r"grain\[1, 1\] is inf"),
        ({"couplings": ["a", "b", "c"]}, "couplings must be an array of real numbers"),
        ({"couplings": [1.0, 1.0, 1.0, 1.0]}, "couplings has shape"),
        ({"grain": np.kron([[0, -1j], [1j, 0]], np.eye(2))}, "grain is complex"),
        ({"field": [1.0, 1.0, 1.0]}, "array='field' is not one of grain, fields, couplings"),
    ],
)
def test_impossible_samples(arrays, message):
    with pytest.raises(InvalidInput, match=message):
        MODEL.sample(**arrays)


def test_contacts_outside_the_dot():
    with pytest.raises(InvalidInput, match=r"dot spins 1\.\.3"):
        QuantumSun(3, 2, alpha=0.8).sample(coupled_spins=(0, 1))


def test_a_sample_of_another_model_is_refused():
    with pytest.raises(InvalidInput, match="fields has shape"):
        MODEL.operator(CentralGrain(2, 4, alpha=0.6).draw(0, 0))
    with pytest.raises(InvalidInput, match="needs 'exponents'"):
        QuantumSun(2, 3, alpha=0.6).operator(MODEL.draw(0, 0))


def test_any_subset_can_be_given():
    drawn = MODEL.draw(seed=1, realization=2)
    fields = [1.0, 2.0, 3.0]
    mixed = MODEL.sample(fields=fields, seed=1, realization=2)
    np.testing.assert_array_equal(mixed.fields, fields)
    np.testing.assert_array_equal(mixed.grain, drawn.grain)
    np.testing.assert_array_equal(mixed.couplings, drawn.couplings)


def test_samples_are_read_only():
    sample = MODEL.draw(0, 0)
    with pytest.raises(ValueError, match="read-only"):
        sample.fields[0] = 5.0
    with pytest.raises(AttributeError, match="this sample has"):
        _ = sample.fieldz


def test_samples_travel():
    """To other ranks and processes, and into copies."""
    sample = MODEL.draw(0, 0)
    for twin in (pickle.loads(pickle.dumps(sample)), copy.copy(sample), copy.deepcopy(sample)):
        assert twin.digest() == sample.digest()
