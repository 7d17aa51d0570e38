"""Paper C on exact eigenstates: the studies behind its Figs 3 to 5 and S1 to S4."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...study import Study, parse_study
from ...theory.golden_rule import density_of_states

WIDTH = 2.6  # bandwidth of the grain, per spin
FIELDS = (0.5, 1.5)
GRAIN = {"small": 6, "paper": 8, "beyond": 6}
LENGTHS: dict[str, tuple[float, ...]] = {
    "exp1d": (0.4, 2.0, 2.885, 4.0),
    "stretch1d": (0.4, 0.6, 1.0, 2.0),
    "layers2d": (0.4, 1.0, 2.0, 4.0),
}
REALIZATIONS = {
    "small": (150, 100, 60, 40, 24, 12),
    "paper": (5000, 4000, 3000, 2000, 1000, 1000, 200),
}
# Of C's own bins, one level spacing wide, a quarter is empty in any state of a thermal system: the
# typical function is 1e-6 there whatever the l-bits do.
LEVELS_IN_A_BIN = 4
CURVES = ("spectral_contact", "spectral_last_lbit")
INSET = "stretch1d"
AT_ZERO = 20
FEW_STATES = (10, AT_ZERO, 60)
PARTNERS = (30, 60, 120, 240)
OF_EITHER = ("line_ratio_raw", "entropy_lbits", "gap_ratio", "memory_lbits")
_BY_BOTH_ROUTES = ((4, 2.885, 400), (4, 4.0, 400), (5, 2.885, 100), (5, 4.0, 100), (6, 2.885, 20))
CROSSING = ("entropy_lbits", "gap_ratio")
OF_WINDOWS = ("line_ratio", "line_ratio_raw", "line_captured", "thouless", "entropy_lbits")


def expected_spacing(n_grain: int, n_lbits: int, samples: int = 200) -> float:
    """delta_E at E = 0 of grain and l-bits, averaged over fields, to two digits: C's bin width."""
    fields = np.random.default_rng(1).uniform(*FIELDS, (samples, n_lbits))
    density = np.mean(density_of_states(0.0, fields, 0.5 * WIDTH * n_grain))
    return float(f"{2.0 ** -(n_grain + n_lbits) / density:.2g}")


def _model(size: str) -> dict[str, Any]:
    n_grain = GRAIN[size]
    return {
        "kind": "CentralGrain",
        "n_grain": n_grain,
        "first_coupling": 1.0,
        "coupling": "xx",
        "field_range": list(FIELDS),
        # Rescaled to a bandwidth of exactly w N, a finite matrix would be wider than the semicircle
        # of the theory, by 4 % for N = 6.
        "grain": {"kind": "goe", "scale": round(0.5 * WIDTH * n_grain, 9), "normalise": "radius"},
    }


def growth_studies(size: str) -> tuple[Study]:
    """l-bits added one by one, three geometries: C Figs 3, 4, 5, S1, S2, S3."""
    if size == "beyond":
        return (_growth_by_windows(),)
    realizations = REALIZATIONS[size]
    ensembles = [
        _ensemble(size, geometry, lengths, M, count, LEVELS_IN_A_BIN)
        for geometry, lengths in LENGTHS.items()
        for M, count in enumerate(realizations)
    ]
    # One sample with C's own bins, for lines that are no wider than a few levels.
    ensembles += [
        _ensemble(size, geometry, (lengths[0], lengths[-1]), len(realizations) - 1, 1, 1)
        for geometry, lengths in LENGTHS.items()
    ]
    content = {
        "name": f"C-growth-{size}",
        "seed": 1,
        "observables": [*OF_WINDOWS, "thouless_dropped", *CURVES],
        "model": _model(size),
        "ensemble": ensembles,
    }
    return (parse_study(content),)


def width_studies(size: str) -> tuple[Study, ...]:
    """C Fig 4: the growing bubbles, and those of the inset, V_1 = 2."""
    if size == "beyond":
        return growth_studies(size)
    counts = [max(1, count // 2) for count in REALIZATIONS[size][1:]]
    ensembles = [
        {
            "grid": {"geometry": [INSET], "xi": list(LENGTHS[INSET]), "n_lbits": [M]},
            "realizations": count,
            "states": "paper_c",
        }
        for M, count in enumerate(counts, start=1)
    ]
    content = {
        "name": f"C-strong-{size}",
        "seed": 4,
        "observables": ["line_ratio", "line_ratio_raw", "line_captured"],
        "model": {**_model(size), "first_coupling": 2.0},
        "ensemble": ensembles,
    }
    return (*growth_studies(size), parse_study(content))


def window_studies(size: str) -> tuple[Study]:
    """The same samples by C's states and by fewer at E = 0; of 20 also with windows of partners."""
    points = {"small": ((4, 2.885, 20), (4, 4.0, 20), (5, 2.885, 6)), "paper": _BY_BOTH_ROUTES}
    ensembles: list[dict[str, Any]] = []
    for M, xi, count in points[size]:
        common = {
            "grid": {"geometry": ["exp1d"], "xi": [xi], "n_lbits": [M]},
            "realizations": count,
            "solver": "dense",
        }
        ensembles.append({**common, "states": "paper_c"})
        ensembles += [{**common, "states": few, "energy": 0.0} for few in FEW_STATES]
        windows = [{"measurement": {"partners": partners}} for partners in PARTNERS]
        ensembles += [{**common, "states": AT_ZERO, "energy": 0.0, **each} for each in windows]
    content = {
        "name": f"C-windows-{size}",
        "seed": 5,
        "observables": [*OF_EITHER, "line_captured"],
        "model": _model("small"),
        "ensemble": ensembles,
    }
    return (parse_study(content),)


def _ensemble(
    size: str, geometry: str, lengths: Sequence[float], M: int, realizations: int, in_a_bin: int
) -> dict[str, Any]:
    n_grain = GRAIN[size]
    return {
        "grid": {"geometry": [geometry], "xi": list(lengths), "n_lbits": [M]},
        "realizations": realizations,
        "states": "paper_c",
        "measurement": {
            "bin_width": in_a_bin * expected_spacing(n_grain, M),
            "reach": WIDTH * n_grain + 3.0 * M,
        },
    }


def crossing_studies(size: str) -> tuple[Study]:
    """The last l-bit's entropy against xi: C Fig S4."""
    if size == "beyond":
        return (_crossing_by_windows(),)
    lengths: dict[str, Sequence[float]] = {
        "exp1d": (0.4, 0.8, 1.2, 1.8, 2.5, 2.7, 2.885, 3.1, 3.3, 4.0),
        "layers2d": (0.3, 0.5, 0.8, 1.2, 2.0, 4.0),
        "stretch1d": (0.3, 0.5, 0.7, 1.0, 1.5, 2.5),
    }
    realizations = {"small": (60, 40, 30, 20, 10), "paper": REALIZATIONS["paper"][1:]}[size]
    ensembles = [
        {
            "grid": {"geometry": [geometry], "xi": list(lengths[geometry]), "n_lbits": [M]},
            "realizations": number,
            "states": "paper_c",
        }
        for geometry in lengths
        for M, number in enumerate(realizations, start=1)
    ]
    content = {
        "name": f"C-crossing-{size}",
        "seed": 2,
        "observables": list(CROSSING),
        "model": _model(size),
        "ensemble": ensembles,
    }
    return (parse_study(content),)


def _growth_by_windows() -> Study:
    """Chains of up to 12 l-bits, D = 2^18: windows of pairs at E = 0 and at E +- 2 eps of the last.

    The grain has six spins, so that more l-bits fit: seven are in the core of the window method,
    and those beyond couple the more weakly, the shorter xi is.
    """
    lengths = (2.0, 2.885, 4.0)
    plan = [(7, 8, lengths, 240), (8, 3, lengths, 240), (9, 2, lengths[:2], 240)]
    plan += [(10, 1, lengths[:2], 240), (12, 1, lengths[:2], 160)]
    ensembles = [
        {**_windows(chosen, M, count, states=60), "measurement": {"partners": partners}}
        for M, count, chosen, partners in plan
    ]
    return _by_windows("C-growth-beyond", [*OF_WINDOWS, "gap_ratio"], ensembles)


def _crossing_by_windows() -> Study:
    """The crossing for up to ten l-bits, from 200 states at E = 0; its localized side up to 14."""
    lengths = (2.0, 2.5, 2.885, 3.3)
    counts = {7: 8, 8: 4, 9: 2, 10: 1}
    ensembles = [_windows(lengths, M, count, states=200) for M, count in counts.items()]
    ensembles += [_windows(lengths[:1], M, 1, states=60) for M in (12, 14)]
    return _by_windows("C-crossing-beyond", [*CROSSING, "memory_lbits"], ensembles)


def _windows(lengths: Sequence[float], M: int, realizations: int, states: int) -> dict[str, Any]:
    return {
        "grid": {"geometry": ["exp1d"], "xi": list(lengths), "n_lbits": [M]},
        "realizations": realizations,
        "states": states,
    }


def _by_windows(name: str, observables: list[str], ensembles: list[dict[str, Any]]) -> Study:
    content = {
        "name": name,
        "seed": 3,
        "observables": observables,
        "model": _model("beyond"),
        "ensemble": ensembles,
    }
    return parse_study(content)
