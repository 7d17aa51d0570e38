"""The grid against plane waves, harmonic levels and the spectrum of the potential."""

import numpy as np
import pytest

import mbltn as mb
from mbltn.errors import InvalidInput
from mbltn.models import ContinuumGrid
from mbltn.streams import Streams


@pytest.mark.parametrize("shape", [(40,), (8, 5)])
@pytest.mark.parametrize("periodic", [True, False])
def test_free_levels(shape, periodic):
    """(1 - cos q dx)/(m dx^2) a direction, q by the boundary conditions."""
    grid = ContinuumGrid(shape=shape, dx=0.3, w=0.0, m=2.0, periodic=periodic)
    found = np.linalg.eigvalsh(mb.operators.to_dense(grid.operator(grid.draw(1, 0))))
    levels = np.zeros(1)
    for n in shape:
        q = 2 * np.pi * np.arange(n) / n if periodic else np.pi * np.arange(1, n + 1) / (n + 1)
        levels = (levels[:, None] + (1 - np.cos(q)) / (2.0 * 0.3**2)).ravel()
    np.testing.assert_allclose(found, np.sort(levels), rtol=0, atol=1e-10)


def test_a_harmonic_well_in_two_dimensions():
    """omega (n_x + n_y + 1), corrections of order (dx omega)^2."""
    grid = ContinuumGrid(shape=(81, 81), dx=0.2, w=0.0)
    x = 0.2 * (np.arange(81) - 40)
    well = 0.5 * (x[:, None] ** 2 + x**2)
    op = grid.operator(grid.sample(potential=well))
    pairs = mb.eigenpairs(op, mb.Target.energy(2.9, 3), "shift_invert")
    np.testing.assert_allclose(pairs.energies, [3.0] * 3, atol=0.02)


@pytest.mark.parametrize("correlations", ["white", "lorentzian", "exponential"])
def test_correlations_of_the_potential(correlations):
    """<U(x) U(0)> = w delta, w d/[pi (x^2 + d^2)], (w/2d) exp(-|x|/d), on a fine grid."""
    dx, d, w = 0.05, 0.4, 1.3
    grid = ContinuumGrid(shape=(2048,), dx=dx, w=w, correlations=correlations, d=d)
    U = grid.potentials(Streams(1, 0), 400)
    lags = np.array([0, 4, 8, 16, 32])
    found = np.array([(U * np.roll(U, lag, axis=1)).mean() for lag in lags])
    x = lags * dx
    exact = {
        "white": np.where(lags == 0, w / dx, 0.0),
        "lorentzian": w * d / np.pi / (x**2 + d**2),
        "exponential": w / (2 * d) * np.exp(-x / d),
    }[correlations]
    # The highest wave number of the grid cuts the cusp of the exponential: w dx/(pi^2 d^2) of it.
    cut = w * dx / (np.pi**2 * d**2) if correlations == "exponential" else 0.0
    assert found == pytest.approx(exact, abs=0.02 * exact[0] + cut)


def test_white_noise_in_two_dimensions():
    grid = ContinuumGrid(shape=(300, 200), dx=0.5, w=2.0)
    U = grid.draw(seed=3, realization=2).potential
    assert U.var() == pytest.approx(2.0 / 0.25, rel=0.03)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ContinuumGrid(shape=(10, 10, 10), dx=1.0, w=1.0), "must be"),
        (lambda: ContinuumGrid(shape=(10,), dx=1.0, w=-1.0), "w=-1.0 must be"),
        (
            lambda: ContinuumGrid(shape=(9, 9), dx=1.0, w=1.0, correlations="lorentzian"),
            "known in one dimension",
        ),
        (lambda: ContinuumGrid(shape=(9,), dx=1.0, w=1.0).sample(potential=[1.0]), "the grid has"),
    ],
)
def test_what_cannot_be_is_refused(call, message):
    with pytest.raises(InvalidInput, match=message):
        call()
