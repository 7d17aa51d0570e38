"""Levels and matrix elements of a grain that takes up l-bits: its G, counted (E section III A)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ...models import CentralGrain, GOEGrain
from ...observables import around_energy, operator_elements
from ...observables.structure_factor import level_density
from ...operators import SIGMA_X, embed, to_dense
from ..tables import Tick, nothing

# A band so wide that splittings, 2, and couplings do not bend it: sum g^2 << R^2, as E asks.
SPINS, RADIUS, FIRST, ALPHA = 7, 40.0, 2.0, 0.75
SAMPLES = (1500, 150, 60, 25)
# Of E's G: elements of flips 2h = 2, to 1.
_FLIP, _REACH = 2, 1.0
# By which G comes out too small: density of a fifth of a semicircle, 128 levels, root of a mean.
OF_AVERAGE = 0.009


def counted_couplings(tick: Tick = nothing, seed: int = 31) -> pd.DataFrame:
    """G of the next l-bit once n have joined, from all levels of grain and l-bits.

    Columns `n`, `sample`, `G`, `mean_element`. From the D/4 middle levels: G = g_(n+1) rho sqrt(M),
    M the mean square of the grain's contact operator between them and those a flip away; and the
    mean modulus of g_(n+1) V there, in units of the level spacing.
    """
    rows = []
    for n, samples in enumerate(SAMPLES):
        model = CentralGrain(
            n_grain=SPINS,
            n_lbits=n + 1,
            alpha=ALPHA,
            first_coupling=FIRST,
            coupling="xx",
            field_range=(0.5, 1.5),
            grain=GOEGrain(RADIUS, "radius"),
            last_coupling=0.0,
        )
        contact = np.kron(embed(SIGMA_X, model.contact_spin, SPINS), np.eye(2**n))
        coupling = FIRST * ALPHA**n
        for sample in range(samples):
            drawn = model.draw(seed, sample)
            H = to_dense(model.operator(drawn)).reshape(2 ** (SPINS + n), 2, 2 ** (SPINS + n), 2)
            H = H[:, 0, :, 0] - drawn.fields[-1] * np.eye(2 ** (SPINS + n))
            levels, vectors = np.linalg.eigh(H)
            chosen = around_energy(levels, len(levels) // 4)
            elements = operator_elements(vectors, contact, chosen)
            flips = abs(abs(levels[:, None] - levels[chosen]) - _FLIP) < _REACH
            rho = float(level_density(levels, np.zeros(1), len(levels) // 5)[0])
            G = coupling * rho * np.sqrt((elements[flips] ** 2).mean())
            rows.append((n, sample, G, coupling * rho * abs(elements[flips]).mean()))
        tick(n + 1, len(SAMPLES))
    return pd.DataFrame(rows, columns=["n", "sample", "G", "mean_element"])
