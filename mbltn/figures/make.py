"""Figures by name: computed, stored and drawn."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from ..comm import Serial, by_rank_zero
from ..errors import InvalidInput, StudyError
from ..plotting.curves import draw_curves
from ..plotting.lattice import draw_site_maps
from ..study import Stop, Study
from ..validation.evidence import FromStudies, check_size, gather
from ..validation.papers import PAPERS
from . import bubble, continuum, failed_avalanches, interface, nearly_mbl_metal, scaling
from .figure import PaperFigure

FIGURES: dict[str, PaperFigure] = {
    **nearly_mbl_metal.FIGURES,
    **continuum.FIGURES,
    **bubble.FIGURES,
    **failed_avalanches.FIGURES,
    **interface.FIGURES,
    **scaling.FIGURES,
}


def figure_names(asked: Sequence[str]) -> list[str]:
    """Names in `FIGURES`; "all" is every one.

    Raises
    ------
    InvalidInput
        For an unknown name, with the nearest one.

    Examples
    --------
    >>> figure_names(["A8", "B1"])
    ['A8', 'B1']
    """
    if list(asked) == ["all"]:
        return list(FIGURES)
    for name in asked:
        if name not in FIGURES:
            near = difflib.get_close_matches(name, FIGURES, n=1, cutoff=0.4)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise InvalidInput(f"{name!r} is not a figure ({', '.join(FIGURES)}, all){hint}")
    return list(dict.fromkeys(asked))


def listing() -> str:
    """The papers, and one line for every figure, with the sizes of those that have several."""
    width = max(map(len, FIGURES))
    lines = [f"{letter}: {paper}" for letter, paper in PAPERS.items()]
    for name, figure in FIGURES.items():
        sizes = ", ".join(figure.evidence.sizes)
        lines.append(f"{name:<{width}}  {figure.title}{sizes and f' [{sizes}]'}")
    return "\n".join(lines)


def studies_of(name: str, size: str) -> Sequence[Study]:
    """The studies that a figure is drawn from; none if its table is computed at once.

    Raises
    ------
    InvalidInput
        For a size that the figure does not have.
    """
    evidence = FIGURES[name].evidence
    check_size(name, evidence.sizes, size)
    return evidence.studies(size) if isinstance(evidence, FromStudies) else ()


def make(
    name: str,
    folder: Path,
    size: str = "small",
    comm: Any = None,
    progress: str = "none",
    caution: Callable[[Sequence[str]], None] = lambda texts: None,
    stop: Stop | None = None,
) -> Path:
    """Compute FOLDER/NAME.csv and draw FOLDER/NAME.png from it; the picture's path.

    Figures that have sizes carry theirs in the names of both files. Studies keep their records in
    FOLDER/studies: what is there is not computed again. The ranks of `comm` share the work of
    figures that have sizes. `caution` is told what a reader must know of the tables behind the
    figure, see `study.cautions`.

    Raises
    ------
    InvalidInput
        For a size that the figure does not have.
    StudyError
        If a realization of the study failed; what is stored is drawn first.
    RunStopped
        If `stop` says so before all is there; what studies finished is stored.
    """
    comm = comm if comm is not None else Serial()
    evidence = FIGURES[name].evidence
    found = gather(name, evidence, size, folder / "studies", comm, progress, stop)
    path = folder / f"{name}{f'-{size}' if evidence.sizes else ''}.png"
    by_rank_zero(comm, lambda: draw(name, found.table, path))
    if found.failures:
        raise StudyError(
            f"{len(found.failures)} realizations of {name} failed, the first one with: "
            f"{found.failures[0].reason}. {path} shows the others; run the command again to try "
            "once more"
        )
    caution(found.cautions)
    return path


def draw(name: str, table: pd.DataFrame, path: Path) -> None:
    """The picture of a figure's table, and the table beside it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    table.to_csv(path.with_suffix(".csv"), index=False)
    figure = FIGURES[name]
    if figure.map_label:
        draw_site_maps(table, path, figure.map_label, figure.title)
    else:
        draw_curves(table, path, figure.panels, figure.title)
