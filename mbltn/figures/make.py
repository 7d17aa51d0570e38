"""Figures by name: computed, stored and drawn."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from tqdm import tqdm

from ..comm import Serial, by_rank_zero
from ..errors import InvalidInput, StudyError
from ..plotting.curves import draw_curves
from ..plotting.lattice import draw_site_maps
from ..study import Store, Study, run_study
from ..validation.campaigns import Stored
from ..validation.tables import Tick
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
    """One line for every figure, with the sizes of those that have several."""
    width = max(map(len, FIGURES))
    lines = []
    for name, figure in FIGURES.items():
        sizes = f" [{', '.join(figure.sizes)}]" if figure.has_sizes else ""
        lines.append(f"{name:<{width}}  {figure.title}{sizes}")
    return "\n".join(lines)


def studies_of(name: str, size: str) -> Sequence[Study]:
    """The studies that a figure is drawn from; none if its table is computed at once.

    Raises
    ------
    InvalidInput
        For a size that the figure does not have.
    """
    figure = FIGURES[name]
    if figure.has_sizes and size not in figure.sizes:
        raise InvalidInput(f"{name} has no size {size!r}, only {', '.join(figure.sizes)}")
    return () if figure.studies is None else figure.studies(size)


def make(
    name: str,
    folder: Path,
    size: str = "small",
    comm: Any = None,
    progress: str = "none",
    caution: Callable[[Sequence[str]], None] = lambda texts: None,
) -> Path:
    """Compute FOLDER/NAME.csv and draw FOLDER/NAME.png from it; the picture's path.

    Figures that are drawn from a study have its size in their name, and its records in
    FOLDER/studies: what is there is not computed again. The ranks of `comm` share that work, and
    that of figures which have sizes and no study. `caution` is told what a reader must know of the
    tables behind the figure, see `study.cautions`.

    Raises
    ------
    InvalidInput
        For a size that the figure does not have.
    StudyError
        If a realization of the study failed; what is stored is drawn first.
    """
    comm = comm if comm is not None else Serial()
    figure = FIGURES[name]
    stored = _stored(name, folder, size)
    if figure.by_size is not None:
        by_size = figure.by_size
        table = _watched(name, lambda tick: by_size(size, comm, tick), comm.rank > 0)
        return by_rank_zero(comm, lambda: _drawn(name, folder, table, f"-{size}"))
    if not stored:
        return by_rank_zero(comm, lambda: _drawn(name, folder, _made(figure, name)))
    outcomes = [run_study(each.study, each.store.folder, comm, progress) for each in stored]
    path = by_rank_zero(comm, lambda: _drawn(name, folder, _read(figure, stored), f"-{size}"))
    failures = [failure for outcome in outcomes for failure in outcome.failures]
    if failures:
        raise StudyError(
            f"{len(failures)} realizations of {name} failed, the first one with: "
            f"{failures[0].reason}. {path} shows the others; run the command again to try once more"
        )
    caution([text for outcome in outcomes for text in outcome.cautions])
    return path


def _stored(name: str, folder: Path, size: str) -> list[Stored]:
    return [
        Stored(study, Store(folder / "studies" / study.name)) for study in studies_of(name, size)
    ]


def _made(figure: PaperFigure, name: str) -> pd.DataFrame:
    assert figure.make_table is not None
    return _watched(name, figure.make_table)


def _watched(
    name: str, make_table: Callable[[Tick], pd.DataFrame], silent: bool = False
) -> pd.DataFrame:
    with tqdm(desc=name, unit="point", leave=False, delay=1.0, disable=silent) as bar:

        def tick(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        return make_table(tick)


def _read(figure: PaperFigure, stored: Sequence[Stored]) -> pd.DataFrame:
    assert figure.from_stored is not None
    return figure.from_stored(*stored)


def _drawn(name: str, folder: Path, table: pd.DataFrame, suffix: str = "") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    figure = FIGURES[name]
    table.to_csv(folder / f"{name}{suffix}.csv", index=False)
    path = folder / f"{name}{suffix}.png"
    if figure.map_label:
        draw_site_maps(table, path, figure.map_label, figure.title)
    else:
        draw_curves(table, path, figure.panels, figure.title)
    return path
