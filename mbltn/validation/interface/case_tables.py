"""Paper E on exact eigenstates: tables of its cases, from the studies of its figures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ...observables.energy_histogram import EnergyHistogram
from ...study import Study
from ..campaigns import Stored
from ..tables import mean_and_error
from .figure_tables import growth_and_coupling, structure_of_flips
from .studies import universal_studies, width_studies

# Random matrices of up to 8 spins at small size; samples in a block of which k is averaged.
_LARGEST, _BLOCK = 8, 20
# Parts of E's camel: the middle, and what lies from it to the golden rule's half width.
MIDDLE, SHOULDER = 0.1, 0.3


def single_baths(size: str) -> tuple[Study, ...]:
    """Of the universal curve: a local chain and a random matrix, without l-bits."""
    return universal_studies(size)[1:3]


def few_widths(size: str) -> Sequence[Study]:
    studies = width_studies(size)
    if size == "paper":
        return studies
    return [study for study in studies if study.model["n_grain"] <= _LARGEST]


def growths(chain: Stored, matrix: Stored) -> pd.DataFrame:
    """Columns `bath`, `g`, `G`, `G_error`, `value`, `error`, of the growth of D(O_B)."""
    rows = [
        (bath, *values)
        for bath, stored in (("chain", chain), ("matrix", matrix))
        for values in growth_and_coupling(stored)
    ]
    return pd.DataFrame(rows, columns=["bath", "g", "G", "G_error", "value", "error"])


def decay(stored: Stored) -> pd.DataFrame:
    """D(sigma^x_i) of all l-bits, of the most of them; columns `realization`, `i`, `D`."""
    each = stored.realizations()
    each = each[
        (each["n_lbits"] == each["n_lbits"].max()) & (each["observable"] == "log_ipr_lbits")
    ]
    rows = each[["realization", "index", "value"]]
    return rows.set_axis(["realization", "i", "D"], axis=1).reset_index(drop=True)


def half_widths(*stored: Stored) -> pd.DataFrame:
    """Half width of k beside random matrices; columns `spins`, `radius`, `value`, `error`."""
    rows = []
    for each in stored:
        options = each.study.measurement
        assert options.bin_width is not None
        curves = [record.arrays["hybridization"][0] for record in each.store.records()]
        found = []
        for start in range(0, len(curves) - _BLOCK + 1, _BLOCK):
            weights = np.mean(curves[start : start + _BLOCK], axis=0) * options.bin_width
            beyond = np.full(2, (1 - weights.sum()) / 2)
            found.append(EnergyHistogram(options.bin_width, weights, beyond).hwhm)
        model = each.study.model
        place = (model["n_grain"], float(model["grain"]["scale"]))
        rows.append((*place, *mean_and_error(np.array(found))))
    return pd.DataFrame(rows, columns=["spins", "radius", "value", "error"])


def camel_parts(stored: Stored) -> pd.DataFrame:
    """Mean k of each sample left of, in, and right of its middle; `v`, of the bare chain."""
    rows, v = [], structure_of_flips(stored)
    width = stored.study.measurement.bin_width
    assert width is not None
    for record in stored.store.records():
        k = record.arrays["hybridization"][0]
        w = width * (np.arange(len(k)) - len(k) / 2 + 0.5)
        middle = abs(w) < MIDDLE
        side = (abs(w) > MIDDLE) & (abs(w) < SHOULDER)
        rows.append((k[side & (w < 0)].mean(), k[middle].mean(), k[side & (w > 0)].mean()))
    return pd.DataFrame(rows, columns=["left", "middle", "right"]).assign(v=v)
