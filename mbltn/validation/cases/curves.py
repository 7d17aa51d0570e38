"""Checks along the curves of a table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from ..tables import curve
from .check import Check


def finite(values: Any) -> np.ndarray:
    """Logarithms with 1e9 in place of what is infinite or not there, so that they fail checks."""
    return np.nan_to_num(np.asarray(values, dtype=float), nan=1e9, posinf=1e9, neginf=-1e9)


def agrees_along(
    table: pd.DataFrame,
    name: str,
    theory: Callable[[np.ndarray], Any],
    relative: float = 1e-9,
    band: float = 0.0,
) -> Check:
    """A curve without statistical errors beside a function of its abscissae.

    Parameters
    ----------
    relative : half width of the band over the exact value;  band : is added to it

    Examples
    --------
    >>> table = pd.DataFrame({"curve": "square", "x": [1.0, 2.0], "value": [1.0, 4.0]})
    >>> agrees_along(table, "square", lambda x: x**2).passed
    True
    """
    x, exact = curve(table, name)
    (x_label,) = (column for column in table.columns if column not in ("curve", "value"))
    allowed = relative * abs(exact) + band
    return Check(name, exact, finite(theory(x)), band=allowed, x=x, x_label=x_label)
