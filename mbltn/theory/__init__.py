"""Closed forms and mean-field theory, derived without a look at the exact solvers.

Nothing here knows the rest of the package but its error types, so that agreement with exact
diagonalisation, drawn up in ``mbltn.validation``, is evidence. Modules are imported when they are
used: ``mbltn.theory.metal.solve_gamma(...)``.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from . import (
        avalanche_extent,
        bubble,
        central_grain,
        continuum,
        golden_rule,
        grain_coupling,
        hubbard_bubble,
        metal,
        metal_temperature,
        random_matrix,
        resonance,
        slow_bath,
        symmetric_grain,
    )

__all__ = [
    "avalanche_extent",
    "bubble",
    "central_grain",
    "continuum",
    "golden_rule",
    "grain_coupling",
    "hubbard_bubble",
    "metal",
    "metal_temperature",
    "random_matrix",
    "resonance",
    "slow_bath",
    "symmetric_grain",
]


def __getattr__(name: str) -> Any:
    if name in __all__:
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
