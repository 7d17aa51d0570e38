"""Paper D in two dimensions: exact orbitals of a lattice, and the mean field of a grain on them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from ...errors import SolverFailure, StudyError
from ...models import Sample, SquareLattice
from ...observables import measure
from ...observables.entanglement import LOG2
from ...solvers import Target, eigenpairs
from ...study.record import Record
from ...study.schema import SquareLatticeTheory, Study, build_model
from ...theory.avalanche_extent import StabilityRadius, grain_spacing, stability_radius
from ...theory.central_grain import MeanField, solve

OBSERVABLES = ("grain_amplitude", "orbital_site")


@dataclass(frozen=True, eq=False)
class LatticeAvalanche:
    """What a grain in the middle of one lattice does (docs/physics.md, T17).

    Attributes
    ----------
    sites : (N, 2) site of each orbital
    field : MeanField
        With the bare couplings g_0 |phi_a(0)|; `field.mean_entropies` are [S_a], for a map.
    reach : StabilityRadius
        Beyond it no l-bit is resonant in any state; not resolved in an avalanche.
    """

    sites: np.ndarray
    field: MeanField
    reach: StabilityRadius

    @property
    def thermal_lbits(self) -> float:
        """eta_tot/log 2."""
        return self.field.total / LOG2

    @property
    def runs_away(self) -> bool:
        """More than half of the entropy of all orbitals is in the bubble."""
        return 2 * self.thermal_lbits > len(self.sites)

    def require_converged(self) -> LatticeAvalanche:
        """Itself.

        Raises
        ------
        SolverFailure
            If the iteration of the mean field was ended: the bubble was still growing.
        """
        if not self.field.converged:
            raise SolverFailure(
                f"the mean field of {len(self.sites)} orbitals has not converged in "
                f"{self.field.iterations} iterations: eta_tot >= {self.thermal_lbits:.3f} log 2 "
                "is a lower bound only; `central_grain.solve` takes more as max_iterations"
            )
        return self


def avalanche_on(
    amplitudes: np.ndarray,
    sites: np.ndarray,
    theory: SquareLatticeTheory | None = None,
) -> LatticeAvalanche:
    """The mean field for orbitals with |phi_a(0)| at the grain, centred on `sites`.

    Parameters
    ----------
    amplitudes : (N,) >= 0
    sites : (N, 2) int
    theory : SquareLatticeTheory, optional
        g_0 (1), dimension of the grain (8), and how distances are measured.
    """
    options = theory if theory is not None else SquareLatticeTheory(kind="square_lattice")
    couplings = options.g_0 * amplitudes
    field = solve(couplings)
    order = 1 if options.distance == "lattice" else 2
    radii = np.linalg.norm(sites, ord=order, axis=1)
    reach = stability_radius(couplings, radii, options.grain_dimension, field.total)
    return LatticeAvalanche(sites, field, reach)


def lattice_avalanche(
    lattice: SquareLattice, sample: Sample, theory: SquareLatticeTheory | None = None
) -> LatticeAvalanche:
    """Diagonalise one lattice and let a grain in its middle try.

    Examples
    --------
    >>> lattice = SquareLattice(radius=4, W=150.0, theta_0=1.0)
    >>> failed = lattice_avalanche(lattice, lattice.draw(seed=1, realization=0))
    >>> failed.runs_away, round(failed.field.total, 6)
    (False, 2.404906)
    """
    pairs = eigenpairs(lattice.operator(sample), Target.all(), "dense")
    found = measure(pairs, OBSERVABLES, lattice)
    sites = lattice.sites[found["orbital_site"]]
    return avalanche_on(found["grain_amplitude"], sites, theory)


def check_lattice_study(study: Study) -> SquareLatticeTheory:
    """The study's theory, or a `StudyError` if the mean field has nothing to work on.

    Asked before anything is computed.
    """
    if study.model.get("kind") != "SquareLattice":
        raise StudyError("theory.kind='square_lattice' needs model.kind='SquareLattice'")
    for name in OBSERVABLES:
        if name not in study.observables:
            raise StudyError(f"the mean field on orbitals needs the observable {name!r}: add it")
    if any(ensemble.states != "all" for ensemble in study.ensemble):
        raise StudyError("the mean field needs every orbital: set states='all' in every ensemble")
    for ensemble in study.ensemble:
        if ensemble.realizations > 1 and "theta_0" in {*study.model, *ensemble.grid}:
            raise StudyError(
                f"realizations={ensemble.realizations} of a given theta_0 are one and the same and "
                "would count as many: set realizations=1, or leave theta_0 out to have it drawn"
            )
    assert isinstance(study.theory, SquareLatticeTheory)
    return study.theory


@dataclass(frozen=True, eq=False)
class LatticeEnsemble:
    """Avalanches over an ensemble of lattices.

    Attributes
    ----------
    rows : one row for each realization: parameters of the lattice (`theta_0` as drawn, NaN for a
        random potential), `n_orbitals`, `thermal_lbits` = eta_tot/log 2, `runs_away`, `reach`
        (stability radius) and whether it is `resolved`, `iterations`, `converged`
    phases : one row for each point of the grid: `fraction` of realizations that run away and its
        `error` (half of Wilson's interval of one sigma, which is not zero where all fail),
        `thermal_lbits` averaged with `thermal_error`, `largest_failed` and `smallest_full` (in
        thermal l-bits), and for grains at a finite density `spacing`, `density` (T16)
    """

    rows: pd.DataFrame
    phases: pd.DataFrame

    @property
    def agrees(self) -> bool:
        """Every mean field converged, so that every verdict counts."""
        return bool(self.rows["converged"].all())

    def tables(self) -> dict[str, pd.DataFrame]:
        return {"comparison": self.phases, "theory": self.rows}


def lattice_ensemble(records: Iterable[Record], study: Study) -> LatticeEnsemble:
    """The mean field on every stored realization.

    Raises
    ------
    StudyError
        If the study has no such theory, or nothing is finished yet.
    """
    theory = check_lattice_study(study)
    rows = [_row(record, theory) for record in records]
    if not rows:
        raise StudyError("no realization is finished yet: run the study first")
    frame = pd.DataFrame(rows)
    return LatticeEnsemble(frame, _phases(frame, theory.distance))


# Not what a point of the grid is known by; realizations are phases, however theta_0 was chosen.
_MEASURED = (
    *("realization", "theta_0", "thermal_lbits", "runs_away"),
    *("reach", "resolved", "iterations", "converged"),
)


def _row(record: Record, theory: SquareLatticeTheory) -> dict[str, Any]:
    lattice = build_model(record.task["parameters"])
    assert isinstance(lattice, SquareLattice)
    arrays = record.arrays
    result = avalanche_on(arrays["grain_amplitude"], lattice.sites[arrays["orbital_site"]], theory)
    return {
        **asdict(lattice),  # what the study leaves out, too: ensembles may differ in it
        "theta_0": float(arrays.get("sample/theta_0", np.nan)),
        "n_orbitals": len(result.sites),
        "realization": record.task["realization"],
        "thermal_lbits": result.thermal_lbits,
        "runs_away": result.runs_away,
        "reach": result.reach.radius,
        "resolved": result.reach.resolved,
        "iterations": result.field.iterations,
        "converged": result.field.converged,
    }


def _phases(rows: pd.DataFrame, distance: str) -> pd.DataFrame:
    keys = [name for name in rows.columns if name not in _MEASURED]
    found = []
    for values, part in rows.groupby(keys, sort=True, dropna=False):
        full, size = (part[name].to_numpy() for name in ("runs_away", "thermal_lbits"))
        n, fraction = len(part), float(full.mean())
        spacing = grain_spacing(part["reach"], ~full & part["resolved"], distance)
        found.append(
            {
                **dict(zip(keys, values, strict=True)),
                "n_realizations": n,
                "fraction": fraction,
                "error": float(np.sqrt(fraction * (1 - fraction) * n + 0.25) / (n + 1)),
                "thermal_lbits": float(size.mean()),
                "thermal_error": float(size.std(ddof=1) / np.sqrt(n)) if n > 1 else np.nan,
                "largest_failed": np.nan if full.all() else float(size[~full].max()),
                "smallest_full": float(size[full].min()) if full.any() else np.nan,
                "spacing": spacing.distance,
                "density": spacing.density,
            }
        )
    return pd.DataFrame(found)
