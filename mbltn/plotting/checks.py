"""Checks of a case: exact numbers with their errors, theory with its band."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..validation.cases import Check
from ..validation.cases.check import SIGMAS

_COLUMNS = 3
_FAR = 4.0
_EXACT, _THEORY, _FAILED = "#1f77b4", "#444444", "#d62728"
_RELATIONS = {"agrees": "", "differs": " (must differ)", "above": " (above)", "below": " (below)"}


def draw_checks(checks: Sequence[Check], path: Path, title: str = "") -> None:
    """Write the figure: a panel for each curve, and one for all that are single numbers.

    Below a curve, and for numbers alone, is the difference from theory in units of what is allowed.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    curves = [check for check in checks if check.n_points > 1]
    numbers = [check for check in checks if check.n_points == 1]
    n = len(curves) + bool(numbers)
    columns = min(n, _COLUMNS)
    lines = -(-n // columns)
    height = 3.8 if curves else 1.6 + 0.3 * len(numbers)
    figure = Figure(figsize=(1.0 + 4.6 * columns, height * lines), layout="constrained")
    FigureCanvasAgg(figure)
    grid = figure.add_gridspec(lines, columns)
    for at, check in enumerate(curves):
        place = grid[divmod(at, columns)]
        both = place.subgridspec(2, 1, height_ratios=(3, 1), hspace=0.05)
        upper = figure.add_subplot(both[0])
        _draw_curve(upper, figure.add_subplot(both[1], sharex=upper), check)
    if numbers:
        _draw_numbers(figure.add_subplot(grid[divmod(n - 1, columns)]), numbers)
    if title:
        figure.suptitle(title, fontsize=10)
    figure.savefig(path, dpi=150)


def _draw_curve(upper: Any, lower: Any, check: Check) -> None:
    x = check.x if check.x.size else np.arange(1, check.n_points + 1)
    order = np.argsort(x, kind="stable")
    x, theory, band = x[order], check.theory[order], check.band[order]
    exact, error = check.exact[order], check.error[order]
    upper.fill_between(x, theory - band, theory + band, color=_THEORY, alpha=0.15, lw=0)
    upper.plot(x, theory, color=_THEORY, lw=1.2, label="theory and its band")
    colour = _EXACT if check.passed else _FAILED
    points: dict[str, Any] = {"ls": "none", "marker": "o", "ms": 4, "capsize": 2, "color": colour}
    upper.errorbar(x, exact, error, label="exact", **points)
    unit = _unit(band + SIGMAS * error)
    lower.axhspan(-1, 1, color=_THEORY, alpha=0.15, lw=0)
    lower.axhline(0, color=_THEORY, lw=1)
    lower.errorbar(x, np.clip((exact - theory) / unit, -_FAR, _FAR), error / unit, **points)
    lower.set_ylabel("exact - theory,\nof what is allowed", fontsize=7)
    if (x > 0).all() and x.max() > 30 * x.min():
        upper.set_xscale("log")
    both = np.concatenate([exact, theory])
    if (both > 0).all() and both.max() > 30 * both.min():
        upper.set_yscale("log")
    lower.set_xlabel(check.x_label)
    upper.set_title(check.quantity + _RELATIONS[check.relation], fontsize=9)
    upper.legend(frameon=False, fontsize=8)
    upper.tick_params(labelbottom=False)
    _plain(upper)
    _plain(lower)


def _unit(allowed: np.ndarray) -> np.ndarray:
    """What is allowed; 1 where nothing is."""
    return np.where(allowed > 0, allowed, 1.0)


def _draw_numbers(drawn: Any, checks: Sequence[Check]) -> None:
    for at, check in enumerate(checks):
        unit = float(_unit(check.band + SIGMAS * check.error)[0])
        place = float(check.exact[0] - check.theory[0]) / unit
        error = float(check.error[0]) / unit
        shown = float(np.clip(place, -_FAR, _FAR))
        marker = "o" if shown == place else (">" if place > 0 else "<")
        colour = _EXACT if check.passed else _FAILED
        drawn.errorbar(shown, at, xerr=error, marker=marker, ms=5, capsize=2, color=colour)
    drawn.axvspan(-1, 1, color=_THEORY, alpha=0.15, lw=0)
    drawn.axvline(0, color=_THEORY, lw=1)
    drawn.set_yticks(
        range(len(checks)), [check.quantity + _RELATIONS[check.relation] for check in checks]
    )
    drawn.tick_params(axis="y", labelsize=8)
    drawn.set_ylim(len(checks) - 0.4, -0.6)
    drawn.set_xlim(-1.08 * _FAR, 1.08 * _FAR)
    drawn.set_xlabel(f"(exact - theory)/(band + {SIGMAS:g} errors)")
    _plain(drawn)


def _plain(drawn: Any) -> None:
    drawn.grid(color="0.92", lw=0.6)
    drawn.set_axisbelow(True)
    drawn.spines[["top", "right"]].set_visible(False)
