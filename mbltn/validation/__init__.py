"""Exact numbers beside theory: the one place where both are imported."""

from ..study.schema import CentralGrainTheory, Study
from ..study.statistics import stored_table
from ..study.store import Store
from .failed_avalanches import comparison, lattice
from .failed_avalanches.comparison import Comparison, compare
from .failed_avalanches.lattice import (
    LatticeAvalanche,
    LatticeEnsemble,
    lattice_avalanche,
    lattice_ensemble,
)
from .failed_avalanches.unfitted_field import bare_couplings_of, mean_field_of

__all__ = [
    "Comparison",
    "LatticeAvalanche",
    "LatticeEnsemble",
    "bare_couplings_of",
    "check_comparable",
    "compare",
    "compare_stored",
    "lattice_avalanche",
    "lattice_ensemble",
    "mean_field_of",
]


def check_comparable(study: Study) -> None:
    """Raise `StudyError` if the study's numbers could not be joined with its theory.

    Asked before anything is computed.
    """
    if study.theory is None or isinstance(study.theory, CentralGrainTheory):
        comparison.check_comparable(study)
    else:
        lattice.check_lattice_study(study)


def compare_stored(study: Study, store: Store) -> Comparison | LatticeEnsemble:
    """The study's stored numbers joined with its theory.

    Raises
    ------
    StudyError
        If the study names no theory, or nothing that it needs is finished.
    """
    if study.theory is None or isinstance(study.theory, CentralGrainTheory):
        return compare(stored_table(store), study)
    return lattice.lattice_ensemble(store.records(), study)
