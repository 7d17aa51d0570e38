"""Checks of a case: exact numbers with their errors, theory with its band."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from textwrap import fill
from typing import Any

import numpy as np

from ..validation.cases import Check
from ..validation.cases.check import LEAST_PROBABILITY, SIGMAS

_FEW, _COLUMNS, _COLUMNS_OF_MANY = 12, 3, 5  # panels
_FAR, _EDGE = 4.0, 4.6  # of what is drawn, of the picture
_EXACT, _THEORY, _FAILED = "#1f77b4", "#444444", "#d62728"
_RELATIONS = {"agrees": "", "differs": " (must differ)", "above": " (above)", "below": " (below)"}
_ALLOWED = {
    "agrees": [(-1.0, 1.0)],
    "differs": [(-_EDGE, -1.0), (1.0, _EDGE)],
    "above": [(1.0, _EDGE)],
    "below": [(-_EDGE, -1.0)],
}
_SHADE: dict[str, Any] = {"color": _THEORY, "alpha": 0.15, "lw": 0}


def draw_checks(checks: Sequence[Check], path: Path, title: str = "") -> None:
    """Write the figure: a panel for each curve, and one for all that are single numbers.

    Below a curve, and for numbers alone, is the difference from theory in units of band and
    `SIGMAS` errors, shaded where it must lie: within 1, or beyond it where a check says that exact
    values are above, below or different.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    curves = [check for check in checks if check.n_points > 1]
    numbers = [check for check in checks if check.n_points == 1]
    columns = max(1, min(len(curves), _COLUMNS if len(curves) <= _FEW else _COLUMNS_OF_MANY))
    lines = -(-len(curves) // columns)
    heights = [3.8 * lines] if curves else []
    if numbers:
        heights.append(1.2 + sum(0.16 + 0.14 * len(_label(check).split("\n")) for check in numbers))
    figure = Figure(figsize=(max(7.0, 1.0 + 4.6 * columns), sum(heights)), layout="constrained")
    FigureCanvasAgg(figure)
    parts = list(figure.subfigures(len(heights), 1, height_ratios=heights, squeeze=False)[:, 0])
    if curves:
        _draw_curves(parts[0], curves, lines, columns)
    if numbers:
        draw_numbers(parts[-1].add_subplot(), numbers)
    if title:
        figure.suptitle(title, fontsize=10)
    figure.savefig(path, dpi=150)


def _draw_curves(part: Any, curves: Sequence[Check], lines: int, columns: int) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    grid = part.add_gridspec(lines, columns)
    for at, check in enumerate(curves):
        both = grid[divmod(at, columns)].subgridspec(2, 1, height_ratios=(3, 1), hspace=0)
        upper = part.add_subplot(both[0])
        lower = part.add_subplot(both[1], sharex=upper)
        _draw_curve(upper, lower, check)
        if at % columns == 0:
            lower.set_ylabel("difference over\nits bound", fontsize=7)
    dot: dict[str, Any] = {"marker": "o", "ms": 4, "ls": "none"}
    handles = [
        Line2D([], [], color=_THEORY, lw=1.2, label="theory"),
        Patch(**_SHADE, label="its band; below: where exact values must lie"),
        Line2D([], [], color=_EXACT, label="exact", **dot),
    ]
    if not all(check.passed for check in curves):
        handles.append(Line2D([], [], color=_FAILED, label="exact, check failed", **dot))
    part.legend(handles=handles, loc="outside lower center", ncols=4, frameon=False, fontsize=8)


def _label(check: Check) -> str:
    by_chance = check.relation == "agrees" and not check.passed
    by_chance = by_chance and check.probability < LEAST_PROBABILITY
    chi = f" (chi-squared {check.chi_squared:.3g})" if by_chance else ""
    return fill(check.quantity + _RELATIONS[check.relation] + chi, 48)


def draw_numbers(drawn: Any, checks: Sequence[Check]) -> None:
    """A row for each in given axes: difference from theory over its bound, shaded where allowed."""
    for at, check in enumerate(checks):
        place, error = _in_bounds(check.exact - check.theory, check.error, check.band)
        shown = np.clip(place, -_FAR, _FAR)
        marker = "o" if shown == place else (">" if place > 0 else "<")
        colour = _EXACT if check.passed else _FAILED
        drawn.errorbar(shown, [at], xerr=error, marker=marker, ms=5, capsize=2, color=colour)
        allowed = [(low, high - low) for low, high in _ALLOWED[check.relation]]
        drawn.broken_barh(allowed, (at - 0.4, 0.8), **_SHADE)
    drawn.axvline(0, color=_THEORY, lw=1)
    drawn.set_yticks(range(len(checks)), [_label(check) for check in checks])
    drawn.tick_params(axis="y", labelsize=8)
    drawn.set_ylim(len(checks) - 0.4, -0.6)
    drawn.set_xlim(-_EDGE, _EDGE)
    drawn.set_xlabel(f"(exact - theory)/(band + {SIGMAS:g} errors), shaded where it must lie")
    drawn.xaxis.label.set_fontsize(8)
    _plain(drawn)


def _draw_curve(upper: Any, lower: Any, check: Check) -> None:
    """Joined by lines along an abscissa, ticks beside dots for values of different parameters."""
    along = check.x.size > 0
    x = check.x if along else np.arange(1.0, check.n_points + 1)
    order = np.argsort(x, kind="stable")
    x, theory, band = x[order], check.theory[order], check.band[order]
    exact, error = check.exact[order], check.error[order]
    both = np.concatenate([exact, theory])
    # A band down to zero has no lower edge on a logarithmic scale: out of the picture with it.
    low = np.maximum(theory - band, 0.3 * both.min()) if _decades(both) else theory - band
    if along:
        upper.fill_between(x, low, theory + band, **_SHADE)
        upper.plot(x, theory, color=_THEORY, lw=1.2)
    else:
        upper.use_sticky_edges = False  # of bars: a value at the edge is one like others
        upper.bar(x, theory + band - low, 0.6, bottom=low, **_SHADE)
        upper.hlines(theory, x - 0.3, x + 0.3, color=_THEORY, lw=1.2)
    colour = _EXACT if check.passed else _FAILED
    points: dict[str, Any] = {"ls": "none", "marker": "o", "ms": 4, "capsize": 2, "color": colour}
    upper.errorbar(x, exact, error, **points)
    place, spread = _in_bounds(exact - theory, error, band)
    shown = np.clip(place, -_FAR, _FAR)
    for least, most in _ALLOWED[check.relation]:
        lower.axhspan(least, most, **_SHADE)
    lower.axhline(0, color=_THEORY, lw=1)
    inside = abs(place) <= _FAR
    lower.errorbar(x[inside], shown[inside], spread[inside], **points)
    for marker, beyond in (("^", place > _FAR), ("v", place < -_FAR)):
        lower.plot(x[beyond], shown[beyond], ls="none", marker=marker, ms=4, color=colour)
    near = check.relation == "agrees" and abs(shown).max() <= 1
    reach, ticks = (1.3, (-1, 0, 1)) if near else (_EDGE, (-_FAR, -1, 1, _FAR))
    lower.set_ylim(-reach, reach)
    lower.set_yticks(ticks, [f"{tick:g}" for tick in ticks], fontsize=8)
    _scale(upper, x, both, along)
    lower.set_xlabel(check.x_label if along else "number")
    upper.set_title(_label(check), fontsize=9)
    upper.tick_params(labelbottom=False)
    _plain(upper)
    _plain(lower)


def _decades(values: np.ndarray) -> bool:
    return bool((values > 0).all() and values.max() > 30 * values.min())


def _scale(drawn: Any, x: np.ndarray, y: np.ndarray, along: bool) -> None:
    """Logarithmic where decades are seen, few ticks elsewhere, whole ones for whole numbers."""
    from matplotlib.ticker import MaxNLocator

    whole = bool((x == np.round(x)).all())
    if along and _decades(x):
        drawn.set_xscale("log")
    else:
        drawn.xaxis.set_major_locator(MaxNLocator(6, integer=whole, min_n_ticks=1))
    if _decades(y):
        drawn.set_yscale("log")
    else:
        drawn.ticklabel_format(axis="y", useOffset=False)


def _in_bounds(
    difference: np.ndarray, error: np.ndarray, band: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Difference and error over band and errors; infinite where nothing is allowed."""
    bound = band + SIGMAS * error
    known = bound > 0
    nowhere = np.where(difference == 0, 0.0, np.copysign(np.inf, difference))
    place = np.divide(difference, bound, out=nowhere, where=known)
    return place, np.divide(error, bound, out=np.zeros_like(error), where=known)


def _plain(drawn: Any) -> None:
    drawn.grid(color="0.92", lw=0.6)
    drawn.set_axisbelow(True)
    drawn.spines[["top", "right"]].set_visible(False)
