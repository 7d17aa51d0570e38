"""The Hubbard bubble of C section IV: imaginary frequencies, roots, samples beside the grid."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ....theory import hubbard_bubble as theory
from ....theory.hubbard_bubble.self_energy import second_order
from ...direct import hubbard_bubble as direct
from ...evidence import AtOnce
from ..case import Case
from ..check import Check

_BUBBLE: dict[str, Any] = {
    "squared_couplings": direct.SQUARED,
    "energies": direct.LEVELS,
    "N": direct.N,
    "t": direct.HOPPING,
}
# eta_0 and half of it, at equal eta_0/dw
_GRIDS = (theory.FrequencyGrid(2**12, 20.0, 0.02), theory.FrequencyGrid(2**13, 20.0, 0.01))
_LINES = 4  # of width eta_0 in Sigma, three in G_0^3 and that of z


def _numbers(table: pd.DataFrame) -> np.ndarray:
    return np.asarray(table["re"] + 1j * table["im"])


def _compared(name: str, exact: Any, found: Any, band: Any, **about: Any) -> list[Check]:
    return [
        Check(f"{part} {name}", getattr(exact, of), getattr(found, of), band=band, **about)
        for part, of in (("Re", "real"), ("Im", "imag"))
    ]


def _without_broadening(bubble: theory.Bubble, z: np.ndarray, of: str) -> np.ndarray:
    """int rho/(z - w) dw, what is linear in eta_0 taken out by two grids."""
    values = []
    for grid in _GRIDS:
        found = theory.solve(bubble, grid).require_converged()
        density = getattr(found, of)
        values.append((density / (z[:, None] - found.w)).sum(axis=1) * grid.dw)
    return np.asarray(2 * values[1] - values[0])


def _second_in_eta(values: np.ndarray, y: Any) -> np.ndarray:
    return np.asarray(abs(values) * (_LINES * _GRIDS[0].eta_0 / y) ** 2)


def _imaginary_axis(table: pd.DataFrame) -> list[Check]:
    bubble = theory.Bubble(U=direct.REPULSION, T=direct.TEMPERATURE, **_BUBBLE)
    checks = []
    for quantity, of in (("G", "rho"), ("Sigma", "rho_S")):
        rows = table[table["quantity"] == quantity]
        omega, exact = rows["omega"].to_numpy(), _numbers(rows)
        found = _without_broadening(bubble, 1j * omega, of)
        name = f"{quantity}(i w)"
        band = _second_in_eta(exact, omega)
        checks += _compared(name, exact, found, band, x=omega, x_label="omega")
    (electrons,) = table[table["quantity"] == "electrons"]["re"]
    solution = theory.solve(bubble, _GRIDS[1])
    # the density on the grid is broadened by eta_0 on its way to n
    band = _LINES * _GRIDS[1].eta_0 / direct.TEMPERATURE * abs(electrons - 0.5)
    checks.append(Check("n - 1/2", electrons - 0.5, solution.electrons[0] - 0.5, band=band))
    for check in (*solution.checks, *theory.refinement(solution)):
        if check.name != "Im G < 0":
            checks.append(Check(check.name, 0.0, max(check.value, 0.0), band=check.bound))
    return checks


def _real_time(table: pd.DataFrame) -> list[Check]:
    t, U, T = (direct.SEMICIRCLE[name] for name in ("t", "U", "T"))
    grid = _GRIDS[1]
    A_0 = np.sqrt(np.maximum(4 * t**2 - grid.w**2, 0.0)) / (2 * np.pi * t**2)
    Sigma = second_order(A_0, U, T, grid).Sigma
    w, exact = table["w"].to_numpy(), _numbers(table)
    found = np.interp(w, grid.w, Sigma.real) + 1j * np.interp(w, grid.w, Sigma.imag)
    # square roots at the ends of three semicircles
    band = U**2 * 3 * grid.dw**1.5
    return _compared("Sigma(w)", exact, found, band, x=w, x_label="w")


def _roots(table: pd.DataFrame) -> list[Check]:
    w, exact = table["w"].to_numpy(), _numbers(table)
    bubble = theory.Bubble(U=0.0, T=1.0, **_BUBBLE)
    newton = theory.algebraic_green(bubble, w, direct.ROOT_HEIGHT)
    grid = theory.FrequencyGrid(2**12, 20.48, direct.ROOT_HEIGHT)
    iterated = theory.solve(bubble, grid, tolerance=1e-10).require_converged().G
    nearest = np.rint(w / grid.dw).astype(int) + grid.n // 2
    at = grid.w[nearest]
    alone = theory.semicircle_green(at + 1j * direct.ROOT_HEIGHT, direct.HOPPING)
    z = at + 1j * direct.ROOT_HEIGHT
    free = (z - np.sqrt(z - 2) * np.sqrt(z + 2)) / 2
    about = {"x": w, "x_label": "w"}
    return [
        *_compared("G, Newton's method", exact, newton, 1e-9, **about),
        *_compared("G, iterated", exact, iterated[nearest], 1e-7, **about),
        *_compared("G without l-bits", free, alone, 1e-12, **about),
    ]


def _atom(table: pd.DataFrame) -> list[Check]:
    z = np.asarray(table["x"] + 1j * table["y"])
    exact = _numbers(table)
    bubble = theory.Bubble(1, 0.0, direct.ATOM["U"], direct.ATOM["T"])
    found = _without_broadening(bubble, z, "rho")
    # next to a pole at U/2 the distance from it counts
    near = np.minimum(abs(z - direct.ATOM["U"] / 2), abs(z))
    return _compared("G(z)", exact, found, _second_in_eta(exact, near), x=z.real, x_label="Re z")


def modules(*names: str) -> tuple[str, ...]:
    return tuple(f"hubbard_bubble/{name}" for name in names)


CASES = (
    Case(
        "C-bubble-imaginary-axis",
        "eqs 14 to 19",
        "iterated perturbation theory for the Green function of the bubble",
        "real frequencies on a grid are what imaginary time gives, without C's U/2",
        f"({_LINES} eta_0/w)^2: what is linear in eta_0 is taken out by two grids; of n it is not",
        modules("solve", "equations", "self_energy", "lbits", "solution", "checks", "refinement"),
        AtOnce(direct.imaginary_axis),
        _imaginary_axis,
    ),
    Case(
        "C-bubble-self-energy",
        "eq 19",
        "Sigma of second order",
        "sums over the grid are the integral over real time",
        "U^2 dw^(3/2) for each of three semicircles that end on the grid",
        modules("self_energy", "grid"),
        AtOnce(direct.real_time),
        _real_time,
    ),
    Case(
        "C-bubble-roots",
        "eqs 14, 16b",
        "Green functions of bubble and l-bits at U = 0",
        "the one root of a polynomial below the axis; G_a has z - eps_a",
        "1e-9 of Newton's method; 1e-7 for an iteration that ends at changes of 1e-10",
        modules("without_interaction", "lbits", "lbit_kernel", "mixing", "solve"),
        AtOnce(direct.polynomial_roots),
        _roots,
    ),
    Case(
        "C-bubble-atom",
        "section IV, above eq 17",
        "works very well at weak and strong coupling",
        "a site without hopping is exact",
        f"({_LINES} eta_0/|z - U/2|)^2: what is linear in eta_0 is taken out by two grids",
        modules("self_energy", "equations"),
        AtOnce(direct.atom),
        _atom,
    ),
)
