"""Equal couplings of all l-bits, and couplings to a random matrix without a fit (paper D)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.optimize import brentq, minimize_scalar

from ....models.grains import GOEGrain
from ....operators import SIGMA_PLUS, SIGMA_X, embed
from ....streams import Streams
from ....theory import grain_coupling, symmetric_grain
from ...direct import mean_field_scan
from ...evidence import AtOnce
from ...tables import Tick, mean_and_error, nothing
from ..case import Case
from ..check import Check

_NUMBERS = (11, 12, 30, 100, 1000, 10**4, 10**5, 10**8, 10**12)


def equal_couplings(tick: Tick = nothing) -> pd.DataFrame:
    """End of the localised branch by a scan over g: `n_lbits`, `g_c` (inf: none), `size` there.

    And `branch`: the smallest g for the bare coupling 0.9 g_c.
    """
    rows = []
    for number, n_lbits in enumerate(_NUMBERS):
        log_g = np.arange(-40.0, 3.0, 1e-3)
        log_bare = log_g - (n_lbits - 1) * mean_field_scan.enhancement_at(log_g) / 2
        falls = np.flatnonzero(np.diff(log_bare) < 0)
        row = {"n_lbits": n_lbits, "g_c": np.inf, "size": np.nan, "branch": np.nan}
        if falls.size:
            top = log_g[falls[0]]

            def bare(at: float, n_lbits: int = n_lbits) -> float:
                return at - (n_lbits - 1) * float(mean_field_scan.enhancement_at(np.array(at))) / 2

            found = minimize_scalar(
                lambda at, bare=bare: -bare(at), bounds=(top - 0.01, top + 0.01), method="bounded",
                options={"xatol": 1e-9},
            )  # fmt: skip
            target = bare(found.x) + np.log(0.9)
            branch = brentq(lambda at, bare=bare, to=target: bare(at) - to, -40.0, found.x)
            row["g_c"] = float(np.exp(bare(found.x)))
            row["size"] = n_lbits * float(mean_field_scan.enhancement_at(found.x))
            row["branch"] = float(np.exp(branch))
        rows.append(row)
        tick(number + 1, len(_NUMBERS))
    return pd.DataFrame(rows)


def _symmetric(table: pd.DataFrame) -> list[Check]:
    numbers, exact = table["n_lbits"].to_numpy(), table["g_c"].to_numpy()
    theory = np.array([symmetric_grain.symmetric_critical(int(n)) for n in numbers])
    ends = np.isfinite(exact) & np.isfinite(theory)
    branch = [
        symmetric_grain.symmetric_solve(0.9 * g, int(n))
        for g, n in zip(exact[ends], numbers[ends], strict=True)
    ]
    # d eta/d log g = 2/N with eta = -8 g (log g + c) for small g
    L = np.array([brentq(lambda L, n=n: 4 * n * (L - 1) - np.exp(L + 1.71166), 2, 60)
                  for n in numbers[-2:]])  # fmt: skip
    asymptote = np.exp(-1 - 1 / (L - 1)) / (4 * numbers[-2:] * (L - 1))
    return [
        Check(
            "smallest N whose branch ends",
            numbers[np.isfinite(exact)].min(),
            numbers[np.isfinite(theory)].min(),
        ),
        Check("g_c(N)", exact[ends], theory[ends], band=1e-6 * theory[ends], x=numbers[ends]),
        Check("g at 0.9 g_c", table["branch"][ends], branch, band=1e-6 * np.array(branch)),
        # next order of eta: g^2, relative to g at most 100 g
        Check("g_c, small g", exact[-2:], asymptote, band=(1e-5 + 100 * exact[-2:]) * asymptote),
    ]


def _asymptotic(table: pd.DataFrame) -> list[Check]:
    rows = table[table["n_lbits"] >= 100]
    n_lbits, exact = rows["n_lbits"].to_numpy(float), rows["g_c"].to_numpy()
    printed = 1 / (4 * n_lbits * np.log(n_lbits))
    # Corrections are of relative order log(log N)/log N, with a prefactor of order 1.
    slow = np.log(np.log(n_lbits)) / np.log(n_lbits)
    theory = np.array([symmetric_grain.symmetric_critical(int(n)) for n in n_lbits])
    return [
        Check("4 e N log N g_c", exact / printed * np.e, 1.0, band=slow, x=n_lbits, x_label="N"),
        Check("g_c(N), N >= 100", exact, theory, band=1e-6 * theory),
        Check("4 N log N g_c (eq 22)", exact / printed, 1.0, band=slow, relation="below"),
        Check("eta_tot at g_c, not extensive", rows["size"], 2.0, band=2 * slow),
    ]


# Spins of the grain, its radius, half width of the counted window, matrices.
_GRAINS = {
    "large": (7, GOEGrain(1.0, "radius"), 1.0, 0.05, 300),
    "D": (3, GOEGrain(), 3.0, 0.2, 8000),
}
_SPLITTINGS = (1 / 2, 2 / 3, 1.0)


def counted_couplings(tick: Tick = nothing) -> pd.DataFrame:
    """rho [|V_ab|] of random matrices by counting: `grain`, `operator`, `splitting`, `matrix`, `g`.

    Mean over the levels a of sum_b |V_ab|/(2 w) over levels b within w of a's energy + 2h.
    """
    rows = []
    for done, (name, (n_spins, grain, radius, width, matrices)) in enumerate(_GRAINS.items()):
        for matrix in range(matrices):
            levels, vectors = np.linalg.eigh(grain.matrix(n_spins, Streams(54, matrix)))
            steps = np.subtract.outer(levels, levels)
            for operator, on_spin in (("pm", SIGMA_PLUS), ("xx", SIGMA_X)):
                elements = abs(vectors.T @ embed(on_spin, 1, n_spins) @ vectors)
                for splitting in _SPLITTINGS:
                    near = abs(steps - splitting * radius) < width
                    g = elements[near].sum() / (2 * width * len(levels))
                    rows.append((name, operator, splitting, matrix, g))
        tick(done + 1, len(_GRAINS))
    return pd.DataFrame(rows, columns=["grain", "operator", "splitting", "matrix", "g"])


def _counted(table: pd.DataFrame) -> list[Check]:
    checks = []
    x, w = np.polynomial.legendre.leggauss(8)
    for (name, operator), part in table.groupby(["grain", "operator"]):
        n_spins, _, radius, width, _ = _GRAINS[str(name)]
        means, errors = mean_and_error(
            part.pivot(index="matrix", columns="splitting", values="g").to_numpy()
        )
        norm = {"pm": 0.5, "xx": 1.0}[str(operator)]
        theory = np.array(
            [
                w @ [grain_coupling.semicircle_coupling(
                    1.0, splitting * radius + width * one, radius, 2**n_spins, norm
                ) for one in x] / 2
                for splitting in sorted(_SPLITTINGS)
            ]
        )  # fmt: skip
        checks.append(
            Check(
                f"g/J, {name} grain, {operator}",
                *(means, theory, errors),
                band=theory / 2**n_spins,
                x=sorted(_SPLITTINGS),
                x_label="2h/R",
            )
        )
    return checks


CASES = (
    Case(
        "D-equal-couplings",
        "eq 21",
        "N equal couplings: localised only below g_c(N)",
        "the localised solution ends there for N >= 12, and goes over smoothly for N <= 11",
        "1e-6: splines; small g: order g of eta and 1e-5 of its constant",
        ("symmetric_grain", "_quadrature"),
        AtOnce(equal_couplings),
        _symmetric,
    ),
    Case(
        "D-critical-coupling",
        "eq 22",
        "g_c = 1/(4 N log N), eta_tot not extensive below",
        "g_c = 1/(4 e N log N): the printed law is too large by e; eta_tot tends to 2 at g_c",
        "limits: log(log N)/log N, the order of the first correction; g_c(N): 1e-6, splines",
        ("symmetric_grain", "_quadrature"),
        AtOnce(equal_couplings),
        _asymptotic,
    ),
    Case(
        "D-bare-coupling",
        "eqs 3, 4",
        "the reduced coupling is the mean matrix element over the level spacing",
        "of random matrices it is that of the semicircle, for D's eight levels too",
        "1/d of the whole: 1/128 and 1/8",
        ("grain_coupling",),
        AtOnce(counted_couplings),
        _counted,
    ),
)
