"""Paper C, tables of its Figs 3 to 5 and S1 to S4: exact numbers beside theory."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, cast

import numpy as np
import pandas as pd
from scipy.special import digamma

from ...observables import absorbed_spins
from ...observables.entanglement import LOG2
from ...observables.spectral import SpectralFunction
from ...study import Study
from ...study.record import Record
from ...theory import golden_rule
from ...theory.random_matrix import lorentzian
from ..campaigns import Stored, mean_curves, rows_of
from .mean_field import end_entropy
from .studies import AT_ZERO, FEW_STATES, FIELDS, LEVELS_IN_A_BIN, PARTNERS, WIDTH

THEORY, PRINTED = ", theory", ", C eqs 6, 7"
_KEYS = ("geometry", "xi", "n_lbits")
CROSSING = "exp1d, near xi_c = 2/log 2 = 2.885"
_SAMPLES = 100
_MOST_POINTS = 600


@lru_cache(maxsize=64)
def _fields(n_lbits: int) -> np.ndarray:
    return np.random.default_rng(4).uniform(*FIELDS, (_SAMPLES, n_lbits))


def _couplings(geometry: str, xi: float, n_lbits: int, first: float = 1.0) -> np.ndarray:
    M = np.arange(1, n_lbits + 1)
    return first * np.exp(np.asarray(golden_rule.ln_coupling(geometry, M, xi)))


def _ratio_by_golden_rule(geometry: str, xi: float, M: int, N: int, first: float) -> float:
    V = _couplings(geometry, xi, M, first)[-1]
    return float(np.mean(golden_rule.golden_rule_ratio(_fields(M), V, N, WIDTH)))


def line_widths(*stored: Stored) -> pd.DataFrame:
    """C Fig 4: gamma/delta_E of the last l-bit against the number of l-bits, and its inset.

    Columns `panel` (geometry), `curve`, `M`, `value`, `error`; theory is the golden rule, and C
    eqs 6, 7 from the measured first l-bit where there is one.
    """
    rows: list[Any] = []
    for each in stored:
        first = float(each.study.model["first_coupling"])
        N = int(each.study.model["n_grain"])
        for (geometry, xi), part in _by_curve(each.means(), "line_ratio"):
            panel = geometry if first == 1.0 else f"{geometry}, V_1 = {first:g}"
            curve = f"xi = {xi:g}"
            numbers, means = part["n_lbits"].tolist(), part["mean"].tolist()
            for M, value, error in zip(numbers, means, part["error"], strict=True):
                rule = _ratio_by_golden_rule(geometry, xi, M, N, first)
                rows.append((panel, curve, M, value, error))
                rows.append((panel, curve + THEORY, M, rule, None))
                if numbers[0] == 1:
                    printed = golden_rule.paper_ratio(M, xi, means[0], N, geometry)
                    rows.append((panel, curve + PRINTED, M, float(printed), None))
    return _table(rows, "M")


BY_WINDOWS = "gamma by windows, of that by all partners of the same 20 states"
CAPTURED = "captured weight"
# Panel, unit, and whether a ratio or a difference is shown.
OF_FEW_STATES = {
    "line_ratio_raw": ("gamma of few states, of that of all C's states", 1.0, True),
    "entropy_lbits": ("[S_M]/log 2 of few states, less that of all", LOG2, False),
    "memory_lbits": ("C_M of few states, less that of all", 1.0, False),
    "gap_ratio": ("r of few states, less that of all", 1.0, False),
}


def window_bias(stored: Stored) -> pd.DataFrame:
    """What states at E = 0 and windows of partners measure, beside all states of the same samples.

    Two steps apart: fewer states (column `states`), all their partners known; and windows of
    `partners` in place of all, for the same 20 states. Columns `panel`, `curve`, `value`, `error`
    (of paired samples) besides.
    """
    every = stored.realizations()
    rows: list[Any] = []
    for (M, xi), sample in every.groupby(["n_lbits", "xi"]):
        curve = f"M = {M}, xi = {xi:g}"
        for name, (panel, unit, relative) in OF_FEW_STATES.items():
            all_states = _last_of(sample, name, "paper_c", 0)
            for count in FEW_STATES:
                few = _last_of(sample, name, count, 0)
                change = few / all_states if relative else (few - all_states) / unit
                rows.append((panel, curve, count, np.nan, change.mean(), change.sem()))
        whole = _last_of(sample, "line_ratio_raw", AT_ZERO, 0)
        for partners in PARTNERS:
            ratio = _last_of(sample, "line_ratio_raw", AT_ZERO, partners) / whole
            weight = _last_of(sample, "line_captured", AT_ZERO, partners)
            for panel, values in ((BY_WINDOWS, ratio), (CAPTURED, weight)):
                rows.append((panel, curve, AT_ZERO, partners, values.mean(), values.sem()))
    return pd.DataFrame(rows, columns=["panel", "curve", "states", "partners", "value", "error"])


def _last_of(sample: pd.DataFrame, name: str, states: int | str, partners: int) -> pd.Series:
    """The observable's last component in each realization; 0 partners: the whole spectrum."""
    rows = sample[
        (sample["observable"] == name)
        & (sample["states"] == states)
        & (sample["partners"].fillna(0) == partners)
    ]
    rows = rows[rows["index"] == rows["index"].max()]
    return rows.set_index("realization")["value"]


def absorption(stored: Stored) -> pd.DataFrame:
    """C Fig 5: spins that the M-th l-bit adds to the bath, by the Thouless parameter (C eq 9).

    Beside it the distribution of G for a short and a long decay length (insets).
    """
    tidy = stored.means()
    rows: list[Any] = []
    for (geometry, xi), part in _by_curve(tidy, "thouless"):
        M, G = part["n_lbits"].to_numpy(), part["mean"].to_numpy()
        error = 2 / LOG2 * np.hypot(part["error"].to_numpy()[1:], part["error"].to_numpy()[:-1])
        for values in zip(M[1:], absorbed_spins(G), error, strict=True):
            rows.append((geometry, f"xi = {xi:g}", *values))
    for geometry in dict.fromkeys(row[0] for row in rows):
        last = max(row[2] for row in rows)
        rows += [(geometry, "wholly absorbed", M, 1.0, np.nan) for M in (1, last)]
    table = _table(rows, "M")
    return pd.concat([table, _thouless_histograms(stored)], ignore_index=True)


_HISTOGRAM = 0.25
SHORT, LONG = "p(G), exp1d, xi = 0.4", "p(G), exp1d, xi = 4"


def _thouless_histograms(stored: Stored) -> pd.DataFrame:
    """p(G) of all states; a realization that is there with two grids of curves counts once."""
    found: dict[tuple[float, int], dict[int, np.ndarray]] = {}
    for record in stored.store.records():
        parameters = record.task["parameters"]
        if parameters.get("geometry") == "exp1d" and parameters["xi"] in (0.4, 4.0):
            of = found.setdefault((parameters["xi"], parameters["n_lbits"]), {})
            of[record.task["realization"]] = record.arrays["thouless"]
    parts = []
    for (xi, M), each in sorted(found.items()):
        bins = np.floor(np.concatenate(list(each.values())) / _HISTOGRAM).astype(int)
        numbers = np.arange(bins.min(), bins.max() + 1)
        density = np.bincount(bins - bins.min()) / len(bins)
        parts.append(
            pd.DataFrame(
                {
                    "panel": SHORT if xi == 0.4 else LONG,
                    "curve": f"M = {M}",
                    "G": _HISTOGRAM * (numbers + 0.5),
                    "value": density / _HISTOGRAM,
                }
            )
        )
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def last_entropy_by_number(stored: Stored) -> pd.DataFrame:
    """C Fig S3: entropy of the last l-bit against their number; theory is paper D's mean field."""
    return _last_entropy(stored, x="M", of="xi")


def last_entropy_by_length(stored: Stored) -> pd.DataFrame:
    """C Fig S4: entropy of the last l-bit against xi, for several numbers of l-bits.

    With a panel of the crossing (inset of C Fig S4).
    """
    table = _last_entropy(stored, x="xi", of="M")
    of_chains = table[table["panel"] == "exp1d"]
    near = of_chains[of_chains["xi"].between(2.4, 3.4)]
    if len(near) == len(of_chains):
        return table
    return pd.concat([table, near.assign(panel=CROSSING)], ignore_index=True)


def _last_entropy(stored: Stored, x: str, of: str) -> pd.DataFrame:
    N = int(stored.study.model["n_grain"])
    rows: list[Any] = []
    for row in rows_of(stored.means(), "entropy_lbits").to_dict(orient="records"):
        geometry, at = row["geometry"], {"xi": row["xi"], "M": row["n_lbits"]}
        curve = f"{of} = {at[of]:g}"
        couplings = _couplings(geometry, at["xi"], at["M"])
        theory = end_entropy(couplings, _fields(at["M"])[:20], N)
        rows.append((geometry, curve, at[x], row["mean"] / LOG2, row["error"] / LOG2))
        rows.append((geometry, curve + THEORY, at[x], theory, np.nan))
    return _table(rows, x)


def line_shapes(stored: Stored) -> pd.DataFrame:
    """C Fig 3: thermal spectral function of the last l-bit in one sample, narrow and wide.

    Theory: Lorentzians of the golden rule's width at +-2 eps.
    """
    parts = []
    for record, panel in _one_sample(stored, "exp1d"):
        w, thermal = _thermal(record, "spectral_last_lbit")
        eps = record.arrays["sample/fields"]
        parts.append(_curve(panel, "exact", w, thermal, abs(w) < 5))
        parts.append(_curve(panel, "golden rule", w, _lines(w, eps, record), abs(w) < 5))
    return pd.concat(parts, ignore_index=True)


def _one_sample(stored: Stored, geometry: str) -> Iterator[tuple[Record, str]]:
    """The first realization at the largest M in its finest bins, at the ends of xi."""
    found: dict[float, Record] = {}
    for record in stored.store.records():
        at = record.task["parameters"]
        if at["geometry"] != geometry or record.task["realization"]:
            continue
        if "spectral_last_lbit" not in record.arrays:
            continue
        held = found.get(at["xi"])
        if held is None or _fineness(record) > _fineness(held):
            found[at["xi"]] = record
    for xi in sorted(found)[:1] + sorted(found)[1:][-1:]:
        M = found[xi].task["parameters"]["n_lbits"]
        yield found[xi], f"one sample, last of M = {M}, xi = {xi:g}"


def _fineness(record: Record) -> tuple[int, float]:
    """Most l-bits, then the finest bins."""
    return record.task["parameters"]["n_lbits"], -record.task["measurement"]["bin_width"]


def _lines(w: np.ndarray, eps: np.ndarray, record: Record) -> np.ndarray:
    at = record.task["parameters"]
    N = int(at["n_grain"])
    V = _couplings(at["geometry"], at["xi"], len(eps))[-1]
    ratio = float(golden_rule.golden_rule_ratio(eps, V, N, WIDTH, floor=0.0))
    p = float(golden_rule.density_of_states(0.0, eps, 0.5 * WIDTH * N))
    half = 0.5 * ratio / (2.0 ** (N + len(eps)) * p)
    peaks = [np.asarray(lorentzian(w + sign * 2 * eps[-1], half)) for sign in (1, -1)]
    return np.asarray(0.5 * np.pi * (peaks[0] + peaks[1]))


def spectral_functions(stored: Stored) -> pd.DataFrame:
    """C Fig S1 (two dimensions): typical and thermal spectral functions.

    Of the spin that the l-bits touch, and the typical one of the last l-bit, averaged over
    samples; of the last l-bit also the thermal one of one sample. The largest M has the theory of
    a bath that keeps its structure: pi times the density of grain and l-bits.
    """
    lengths = sorted({float(xi) for xi in _lengths(stored.study, "layers2d")})
    shown = (lengths[0], lengths[-1])
    N = int(stored.study.model["n_grain"])
    parts = []
    for name, of, kinds in (
        ("spectral_contact", "bath spin", ("typical", "thermal")),
        ("spectral_last_lbit", "last l-bit", ("typical",)),
    ):
        averaged = {
            key: rho for key, rho in _averaged(stored, name).items() if key[0] == "layers2d"
        }
        for kind in kinds:
            for (_, xi, M), rho in averaged.items():
                if xi in shown:
                    w, value = rho.frequencies, getattr(rho, kind)
                    panel = f"{kind}, {of}, xi = {xi:g}"
                    parts.append(_curve(panel, f"M = {M}", w, value, (abs(w) < 8) & (value > 1e-6)))
    M = max(key[2] for key in averaged)
    for xi in shown:
        w = np.linspace(-8, 8, 161)
        p = np.asarray(golden_rule.density_of_states(w, _fields(M)[0], 0.5 * WIDTH * N))
        parts.append(_curve(f"thermal, bath spin, xi = {xi:g}", "density", w, np.pi * p))
    for record, panel in _one_sample(stored, "layers2d"):
        w, thermal = _thermal(record, "spectral_last_lbit")
        parts.append(_curve(panel, "exact", w, thermal, abs(w) < 5))
        eps = record.arrays["sample/fields"]
        parts.append(_curve(panel, "golden rule", w, _lines(w, eps, record), abs(w) < 5))
    return pd.concat(parts, ignore_index=True)


ALIKE = "random matrix"
# exp<ln chi^2_n>/n of the weight of n Gaussian elements in a bin.
_RANDOM_MATRIX = float(np.exp(digamma(LEVELS_IN_A_BIN / 2)) * 2 / LEVELS_IN_A_BIN)


def typicality(stored: Stored) -> pd.DataFrame:
    """C Fig S2: int rho_typ/pi of the spin that the l-bits touch, against their number.

    Bins hold four levels on average. Theory: four Gaussian elements, whose typical weight is
    exp[psi(2)]/2 = 0.76 of the mean, as in a random matrix; 1 needs bins of many levels.
    """
    rows: list[Any] = []
    for (geometry, xi, M), rho in _averaged(stored, "spectral_contact").items():
        rows.append((geometry, f"xi = {xi:g}", M, rho.integral, np.nan))
    for geometry in dict.fromkeys(row[0] for row in rows):
        ends = (0, max(row[2] for row in rows))
        rows += [(geometry, ALIKE, M, _RANDOM_MATRIX, np.nan) for M in ends]
    return _table(rows, "M")


def _by_curve(tidy: pd.DataFrame, observable: str) -> Iterator[tuple[tuple[str, float], Any]]:
    """Rows of one observable for each geometry and xi, by number of l-bits."""
    for key, part in rows_of(tidy, observable).groupby(["geometry", "xi"]):
        yield cast(tuple[str, float], key), part.sort_values("n_lbits")


def _lengths(study: Study, geometry: str) -> list[float]:
    grids: list[dict[str, Any]] = [ensemble.grid for ensemble in study.ensemble]
    return [xi for grid in grids if grid["geometry"] == [geometry] for xi in grid["xi"]]


def _averaged(stored: Stored, name: str) -> dict[tuple[Any, ...], SpectralFunction]:
    """Of each (geometry, xi, M), over all samples in the wider of its bins."""
    curves = mean_curves(stored.store.records(), name, _KEYS)
    found: dict[tuple[Any, ...], SpectralFunction] = {}
    for (*key, width), (thermal, logs) in sorted(curves.items()):
        found[tuple(key)] = SpectralFunction(width, thermal, logs, np.pi, np.pi)
    return found


def _middles(bins: int, width: float) -> np.ndarray:
    return width * (np.arange(-(bins // 2), bins // 2) + 0.5)


def _thermal(record: Record, name: str) -> tuple[np.ndarray, np.ndarray]:
    values = record.arrays[name]
    width = float(record.task["measurement"]["bin_width"])
    return _middles(values.shape[1], width), values[0]


def _curve(
    panel: str, curve: str, w: np.ndarray, values: np.ndarray, shown: np.ndarray | None = None
) -> pd.DataFrame:
    """Points of a curve, bins joined so that there are a few hundred."""
    if shown is not None:
        w, values = w[shown], values[shown]
    together = max(1, len(w) // _MOST_POINTS)
    n = len(w) // together * together
    w, values = (part[:n].reshape(-1, together).mean(axis=1) for part in (w, values))
    return pd.DataFrame({"panel": panel, "curve": curve, "w": w, "value": values})


def _table(rows: list[Any], x: str) -> pd.DataFrame:
    """By geometry, number in the curve's name ("xi = 2", "M = 10, theory") and abscissa."""
    order = {"exp1d": 0, "stretch1d": 1, "layers2d": 2}

    def place(row: tuple[Any, ...]) -> tuple[Any, ...]:
        panel, curve, at, *_ = row
        number = curve.partition("= ")[2].partition(",")[0]
        return order.get(panel, len(order)), float(number or "inf"), curve, at

    ordered = sorted(rows, key=place)
    return pd.DataFrame(ordered, columns=["panel", "curve", x, "value", "error"])
