"""Bare couplings of models without a fit: what changes them, and by how much."""

from dataclasses import replace

import numpy as np
import pytest

from mbltn.errors import InvalidInput
from mbltn.models import CentralGrain, GOEGrain
from mbltn.validation.failed_avalanches.unfitted_field import bare_couplings_of


def test_by_counting_pairs_of_the_grain_that_is_solved():
    """D eq 3: |J_1 <a|sigma^+|b>| of pairs e_b = e_a + 2h within a window, over levels a."""
    model = CentralGrain(n_grain=5, n_lbits=1, alpha=0.5)
    raising, half, total, samples = np.kron([[0, 1], [0, 0]], np.eye(16)), 0.2, 0.0, 150
    for realization in range(samples):
        sample = model.draw(3, realization)
        levels, states = np.linalg.eigh(sample.grain)
        distance = levels[None, :] - levels[:, None] - 2 * sample.fields[0]
        elements = abs(0.41 * states.T @ raising @ states)[abs(distance) < half]
        total += elements.sum() / (2 * half * 32 * samples)
    assert bare_couplings_of(model)[0] == pytest.approx(total, rel=0.025)


def test_bare_couplings_of_other_models():
    """xx has twice the mean square of pm; a radius is not an RMS; fields are averaged over."""
    model = CentralGrain(n_grain=3, n_lbits=3, alpha=0.5)
    pm = bare_couplings_of(model)
    assert pm[1:] / pm[0] == pytest.approx([0.5, 0.25])
    assert bare_couplings_of(replace(model, coupling="xx")) == pytest.approx(np.sqrt(2) * pm)
    radius = replace(model, grain=GOEGrain(scale=3.0, normalise="radius"))
    assert bare_couplings_of(radius) == pytest.approx(pm)
    ends = [bare_couplings_of(replace(model, field_range=(h, h + 1e-9))) for h in (0.9, 1.1)]
    assert ends[0][0] > pm[0] > ends[1][0]
    assert np.mean(ends, axis=0) == pytest.approx(pm, rel=1e-3)
    half = replace(model, field_half=True, field_range=(1.8, 2.2))
    assert bare_couplings_of(half) == pytest.approx(pm)
    for wrong in ({"grain": "cosine"}, {"coupling": "xxyy"}):
        with pytest.raises(InvalidInput):
            bare_couplings_of(replace(model, **wrong))
