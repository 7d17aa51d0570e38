"""The outermost l-bit by the mean field, its coupling fitted to one exact entropy (paper D)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from ....observables.entanglement import LOG2
from ....theory import central_grain, resonance
from ...failed_avalanches import end_lbit

# Of a reduced coupling to a grain of eight levels (D-bare-coupling).
_FINITE = 1 / 2 ** int(end_lbit.MODEL["n_grain"])


def _of(g: float) -> dict[str, float]:
    """Theory of an l-bit whose dressed coupling is g, and half its change from 7/8 to 9/8 of g."""
    near = g * np.array([1.0, 1 - _FINITE, 1 + _FINITE])
    entropy = np.asarray(resonance.mean_entropy(near)) / LOG2
    memory = np.asarray(resonance.mean_correlator(near))
    return {
        "theory_entropy": entropy[0],
        "theory_memory": memory[0],
        "band_entropy": (entropy[2] - entropy[1]) / 2,
        "band_memory": (memory[1] - memory[2]) / 2,
    }


def helped(entropy: float, alpha: float, n_lbits: int) -> float:
    """Coupling of the outermost l-bit, g_{1,0} fitted to an `entropy` (over log 2)."""
    relative = end_lbit.FIT_ALPHA ** np.arange(float(end_lbit.FIT_N_LBITS))
    first = central_grain.fit_first_coupling(LOG2 * entropy, relative)
    field = central_grain.solve(central_grain.bare_couplings(first, alpha, n_lbits))
    return float(field.couplings[-1])


def alone(entropy: float, alpha: float, n_lbits: int) -> float:
    """The same for l-bits that do not help each other, eta = 0."""
    # Of one l-bit alone, the fitted bare coupling is the dressed one.
    fitted = central_grain.fit_first_coupling(LOG2 * entropy, [1.0])
    first = fitted / end_lbit.FIT_ALPHA ** (end_lbit.FIT_N_LBITS - 1)
    return float(first * alpha ** (n_lbits - 1))


def beside_fit(
    table: pd.DataFrame, coupling: Callable[[float, float, int], float] = helped
) -> pd.DataFrame:
    """The table with `theory_entropy`, `band_entropy`, `spread_entropy`, and so for the memory.

    The spread is the error of the fit. The fitted point is left out.
    """
    fitted = table[(table["n_lbits"] == end_lbit.FIT_N_LBITS)
                   & np.isclose(table["alpha"], end_lbit.FIT_ALPHA)].iloc[0]  # fmt: skip
    rest = table.drop(index=fitted.name)
    rows = []
    for row in rest.to_dict(orient="records"):
        middle, low, high = (
            _of(coupling(entropy, row["alpha"], int(row["n_lbits"])))
            for entropy in fitted["entropy"] + fitted["entropy_error"] * np.array([0, -1, 1])
        )
        for name in ("entropy", "memory"):
            change = high[f"theory_{name}"] - low[f"theory_{name}"]
            middle[f"spread_{name}"] = abs(change) / 2
        rows.append(row | middle)
    return pd.DataFrame(rows, index=rest.index)
