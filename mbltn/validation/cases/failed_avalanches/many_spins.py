"""The mean field of many l-bits, solved another way (paper D)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ....observables.entanglement import LOG2
from ....theory import central_grain, resonance
from ...direct import mean_field_scan, resonance_sums
from ...evidence import AtOnce
from ...tables import Tick, nothing
from ..case import Case
from ..check import Check

_SPLINE = "1e-7 relative: splines through direct sums of eta are good to 1e-8"
_RELATIVE = 1e-7
# First coupling, alpha, number of l-bits: failed, near alpha_c, run away.
_CHAINS = ((0.5, 0.6, 10), (0.1, 0.45, 5), (0.5, 2**-0.5 - 0.07, 50), (0.5, 0.69, 400))
_RUNAWAY = (0.5, 0.75, 50)
_EQUAL = (100, 1e-4)
_FITTED = (0.1, 0.6, 5)


def chains_by_scan(tick: Tick = nothing) -> pd.DataFrame:
    """One row an l-bit: `first`, `alpha`, `n_lbits`, `n`, `log_g`, `entropy`, `size` (nats)."""
    parts = []
    for number, (first, alpha, n_lbits) in enumerate((*_CHAINS, _RUNAWAY, _FITTED)):
        bare = first * alpha ** np.arange(n_lbits)
        size = float(mean_field_scan.sizes(bare)[0])
        log_g = mean_field_scan.log_couplings(bare, size)
        parts.append(
            pd.DataFrame(
                {
                    "first": first,
                    "alpha": alpha,
                    "n_lbits": n_lbits,
                    "n": np.arange(1, n_lbits + 1),
                    "log_g": log_g,
                    "entropy": [resonance_sums.mean_entropy(float(g)) for g in np.exp(log_g)],
                    "size": size,
                }
            )
        )
        tick(number + 1, len(_CHAINS) + 2)
    return pd.concat(parts, ignore_index=True)


def _chain(table: pd.DataFrame, first: float, alpha: float, n_lbits: int) -> pd.DataFrame:
    chosen = (table["first"] == first) & (table["alpha"] == alpha) & (table["n_lbits"] == n_lbits)
    return table[chosen]


def _equations(table: pd.DataFrame) -> list[Check]:
    checks = []
    for first, alpha, n_lbits in (*_CHAINS, _RUNAWAY):
        part = _chain(table, first, alpha, n_lbits)
        field = central_grain.solve(central_grain.bare_couplings(first, alpha, n_lbits))
        label = f"g_10 = {first}, alpha = {alpha:.4f}, N = {n_lbits}"
        size, entropies = field.total, field.mean_entropies
        exact = float(part["size"].iloc[0])
        checks.append(Check(f"eta_tot, {label}", exact, size, band=_RELATIVE * size))
        checks.append(
            Check(
                f"[S_n], {label}",
                *(part["entropy"], entropies),
                band=_RELATIVE * np.maximum(1.0, abs(part["log_g"])) * entropies,
                x=part["n"],
                x_label="n",
            )
        )
    return checks


def _fit(table: pd.DataFrame) -> list[Check]:
    first, alpha, n_lbits = _FITTED
    end = float(_chain(table, *_FITTED)["entropy"].iloc[-1])
    fitted = central_grain.fit_first_coupling(end, alpha ** np.arange(float(n_lbits)))
    return [Check("g_10 from [S_end]", first, fitted, band=10 * _RELATIVE * first)]


def _profile(table: pd.DataFrame) -> list[Check]:
    first, alpha, n_lbits = _CHAINS[2]
    part = _chain(table, first, alpha, n_lbits)
    field = central_grain.solve(central_grain.bare_couplings(first, alpha, n_lbits))
    thermal = int((part["entropy"] > LOG2 / 2).sum())
    slope = float(np.diff(np.log(part["entropy"].to_numpy()))[-5:].mean())
    last = float(np.exp(part["log_g"].iloc[-5]))
    size = float(part["size"].iloc[0])
    return [
        Check("l-bits with [S_n] > log(2)/2", thermal, 30, band=1.0),
        Check("the same", thermal, (field.mean_entropies > LOG2 / 2).sum()),
        Check("eta_tot/log 2", size / LOG2, field.total / LOG2, band=1e-5),
        # [S] = 2 pi g up to order g log g, and eta(g_n)/2 that l-bit n does not give itself
        Check(
            "d log [S_n]/dn at the end", slope, np.log(alpha), band=-30 * last * float(np.log(last))
        ),
    ]


def long_chains(tick: Tick = nothing) -> pd.DataFrame:
    """Columns `distance` = alpha_c - alpha, `size`: of an infinite chain, by Euler and Maclaurin.

    And `by_scan`: of 1900 l-bits, as many as floats hold.
    """
    distances = (0.14, 0.07, 0.04, 0.03, 0.02, 0.0175, 0.015, 0.00875)
    rows = []
    for number, distance in enumerate(distances):
        alpha = 2**-0.5 - distance
        bare = 0.5 * alpha ** np.arange(1900.0)
        rows.append(
            {
                "distance": distance,
                "size": mean_field_scan.long_chain_size(0.5, alpha),
                "by_scan": float(mean_field_scan.sizes(bare)[0]),
            }
        )
        tick(number + 1, len(distances))
    limit = {"distance": 1e-9, "size": mean_field_scan.long_chain_size(0.5, 2**-0.5 - 1e-9)}
    return pd.DataFrame([*rows, limit])


def _exponent(table: pd.DataFrame) -> list[Check]:
    amplitude = float((table["distance"] * table["size"]).iloc[-1])
    rows = table.dropna()
    distance = rows["distance"].to_numpy()
    fields = [
        central_grain.solve(
            central_grain.bare_couplings(0.5, central_grain.CRITICAL_ALPHA - one, 1900)
        )
        for one in distance
    ]
    theory = np.array([field.total for field in fields])
    # Divergence at alpha_c: 1/size vanishes there. A cubic through four points leaves the product
    # of their distances times a coefficient of the order of (1/size)/distance^4.
    near = rows[rows["distance"].isin((0.04, 0.03, 0.02, 0.015))]
    inverse, alphas = 1 / near["by_scan"].to_numpy(), 2**-0.5 - near["distance"].to_numpy()
    critical = float(np.polyval(np.polyfit(inverse, alphas, 3), 0.0))
    near_zero = distance < 0.02
    scanned = np.log(rows["by_scan"].to_numpy()[near_zero])
    slope = float(np.polyfit(np.log(distance[near_zero]), scanned, 1)[0])
    return [
        Check("eta_tot", rows["size"], theory, band=1e-6 * theory, x=distance, x_label="distance"),
        Check("the same by scan", rows["by_scan"], theory, band=_RELATIVE * theory),
        Check(
            "|alpha - alpha_c| eta_tot/log 2 -> 0",
            amplitude / LOG2,
            distance[-1] * theory[-1] / LOG2,
            band=distance[-1] * amplitude,  # next order: distance times a number of order 1
        ),
        Check("alpha at which eta_tot diverges", critical, central_grain.CRITICAL_ALPHA, band=1e-5),
        Check("nu, by scan", -slope, 1.0, band=0.02),  # the same next order, at 0.0175
    ]


def special_fields(tick: Tick = nothing) -> pd.DataFrame:
    """Columns `what`, `value`: roots for equal couplings, and the second of two l-bits."""
    n_lbits, coupling = _EQUAL
    roots = mean_field_scan.sizes(np.full(n_lbits, coupling))
    rows = [{"what": f"root {k}", "value": root} for k, root in enumerate(roots)]
    for g_1 in (1e-4, 0.01, 0.1, 0.5, 50.0):
        bare = np.array([g_1, 1e-9])
        log_g = mean_field_scan.log_couplings(bare, float(mean_field_scan.sizes(bare)[0]))
        rows.append({"what": f"weak beside {g_1}", "value": float(np.exp(log_g[1]) / 1e-9)})
    bare = np.array([0.1, 0.05])
    log_g = mean_field_scan.log_couplings(bare, float(mean_field_scan.sizes(bare)[0]))
    rows += [{"what": f"g_{k + 1}", "value": value} for k, value in enumerate(np.exp(log_g))]
    return pd.DataFrame(rows)


def _two_spins(table: pd.DataFrame) -> list[Check]:
    values = table.set_index("what")["value"]
    checks = []
    for g_1 in (1e-4, 0.01, 0.1, 0.5, 50.0):
        exact = float(values[f"weak beside {g_1}"])
        theory = float(central_grain.solve([g_1, 1e-9]).couplings[1] / 1e-9)
        checks += [
            Check(f"g_2/g_20, g_1 = {g_1}", exact, theory, band=1e-6),
            Check("the same, exp(eta/2)", exact, np.exp(resonance.eta(g_1) / 2), band=1e-6),
        ]
    strong = float(values["weak beside 50.0"])
    checks.append(Check("g_2/g_20, g_1 strong: eq 8b", strong, np.sqrt(2.0), band=1e-6))
    g = central_grain.solve([0.1, 0.05]).couplings
    checks += [Check(f"g_{k + 1}", values[f"g_{k + 1}"], g[k], band=1e-6 * g[k]) for k in (0, 1)]
    alone = 0.05 * float(np.exp(resonance_sums.enhancement(0.1) / 2))
    checks.append(Check("g_2, first not helped back", values["g_2"], alone, relation="above"))
    return checks


def _bistable(table: pd.DataFrame) -> list[Check]:
    n_lbits, coupling = _EQUAL
    roots = table.loc[table["what"].str.startswith("root"), "value"].to_numpy()
    found = central_grain.bistable(np.full(n_lbits, coupling))
    return [
        Check("number of solutions", len(roots), 3 if found.bistable else 1),
        Check("smallest eta_tot", roots[0], found.smallest.total, band=_RELATIVE * roots[0]),
        Check("largest eta_tot", roots[-1], found.largest.total, band=_RELATIVE * roots[-1]),
    ]


_MANY = ("central_grain", "_quadrature")

CASES = (
    Case(
        "D-equations",
        "eqs 11 to 14",
        "the mean field is the limit of its iteration from the bare couplings",
        "iterates end at the smallest root of one equation for eta_tot",
        _SPLINE,
        _MANY,
        AtOnce(chains_by_scan),
        _equations,
    ),
    Case(
        "D-fit",
        "text below eq 13",
        "g_10 is fitted to one end entropy",
        "the fit returns the coupling that the entropy was made with",
        "ten times the splines' 1e-7: a coupling for an entropy, five l-bits on",
        _MANY,
        AtOnce(chains_by_scan),
        _fit,
    ),
    Case(
        "D-failed-chain",
        "Fig 3a",
        "alpha_c - 0.07, 50 l-bits, g_10 = 1/2: the first 30 thermal, then exponential decay",
        "29 have [S_n] > log(2)/2, eta_tot = 32.83 log 2, then [S_n] falls as alpha^n",
        "one l-bit: D says '30'; slopes: order g log g of the last l-bits",
        _MANY,
        AtOnce(chains_by_scan),
        _profile,
    ),
    Case(
        "D-exponent",
        "Fig 3b, text below eq 12",
        "avalanches run away from alpha_c = 1/sqrt2 on and grow as 1/|alpha - alpha_c|: nu = 1",
        "so they do; the amplitude is 2.384 for g_10 = 1/2",
        "next orders in alpha_c - alpha, of relative order one; Euler-Maclaurin 1e-6",
        _MANY,
        AtOnce(long_chains),
        _exponent,
    ),
    Case(
        "D-two-spins",
        "eqs 8a, 8b, 8c, 9",
        "two l-bits help each other; beside a strong one the other's coupling grows by sqrt 2",
        "so it does, and more than by the first l-bit's bare coupling",
        "1e-6: splines, and the help by the weak one",
        _MANY,
        AtOnce(special_fields),
        _two_spins,
    ),
    Case(
        "D-bistable",
        "eqs 11, 21",
        "equal couplings have a localised and a thermal solution",
        "100 equal couplings of 1e-4 have three solutions, of which the iteration finds the ends",
        _SPLINE,
        _MANY,
        AtOnce(special_fields),
        _bistable,
    ),
)
