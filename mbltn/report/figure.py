"""The figure of a results folder."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pandas as pd

from ..errors import StudyError
from ..observables import OBSERVABLES
from ..plotting import draw_failed_avalanches, draw_lattice_study, draw_study
from ..study import Store, Study, stored_table
from ..study.schema import SquareLatticeTheory
from ..study.statistics import flat_parameters
from ..study.store import write_aside
from .comparison import comparison_of
from .plan_and_status import study_of


def draw(folder: Path) -> Path:
    """FOLDER/figure.png from the tables.

    Entropy and gap ratio against alpha where the grid has n_lbits and alpha; avalanches on a
    lattice; else every observable against the axis of the grid with the most values.

    Raises
    ------
    StudyError
        If the grid varies no number, nothing that is measured has a mean, or the figure cannot be
        written.
    """
    study = study_of(folder)
    obstacle = why_no_figure(study)
    if obstacle:
        raise StudyError(f"{folder} cannot be drawn: {obstacle}")
    image = BytesIO()
    _draw(study, folder, image)
    path = folder / "figure.png"
    try:
        write_aside(path, image.getvalue())
    except OSError as error:
        raise StudyError(
            f"the figure cannot be written: {error}. Free disk space or mend the permissions of "
            f"{folder}, or draw a copy of the folder"
        ) from None
    return path


def _draw(study: Study, folder: Path, image: BytesIO) -> None:
    if isinstance(study.theory, SquareLatticeTheory):
        phases, rows = _compared(folder)
        draw_lattice_study(phases, rows, image, _number_axes(study), _title(study))
        return
    table = stored_table(Store(folder))
    if not _is_of_avalanches(study):
        draw_study(table, image, _number_axes(study), _title(study))
        return
    curves = _compared(folder)[1] if (folder / "theory.csv").exists() else None
    draw_failed_avalanches(table, image, curves=curves, title=_title(study))


def _compared(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """`comparison.csv` and `theory.csv`, drawn up anew where records came after them."""
    comparison, theory = (Store(folder).written(name) for name in ("comparison", "theory"))
    if comparison and theory:
        return pd.read_csv(comparison), pd.read_csv(theory)
    tables = comparison_of(folder).tables()
    return tables["comparison"], tables["theory"]


def why_no_figure(study: Study) -> str:
    """What keeps this study from being drawn; empty if nothing does."""
    if isinstance(study.theory, SquareLatticeTheory) or _is_of_avalanches(study):
        return ""
    if not any(OBSERVABLES[name].has_mean for name in study.observables):
        return f"of {', '.join(study.observables)} there is no mean"
    if _number_axes(study):
        return ""
    return "its grid varies no number that could be an axis"


def _is_of_avalanches(study: Study) -> bool:
    known = {"n_lbits", "alpha"}
    given = all(known <= {*study.model, *ensemble.grid} for ensemble in study.ensemble)
    return (
        study.axes <= known and given and {"entropy_lbits", "gap_ratio"} <= set(study.observables)
    )


def _number_axes(study: Study) -> list[str]:
    """Axes of the grid, and the energy, where all points have a number."""
    every = [ensemble.grid for ensemble in study.ensemble]
    found = [
        axis
        for axis in sorted(study.axes)
        if all(axis in grid for grid in every)
        and all(type(value) in (int, float) for grid in every for value in grid[axis])
    ]
    energies = {ensemble.energy for ensemble in study.ensemble}
    return found + (["energy"] if None not in energies and len(energies) > 1 else [])


def _title(study: Study) -> str:
    fixed = flat_parameters(study.model)
    hidden = {"kind", *study.axes}
    parts = ", ".join(f"{key}={value}" for key, value in fixed.items() if key not in hidden)
    return f"{study.name}: {parts}" if parts else study.name
