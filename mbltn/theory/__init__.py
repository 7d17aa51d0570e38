"""Closed forms and mean-field theory, derived without a look at the exact solvers.

Nothing here knows the rest of the package but its error types, so that agreement with exact
diagonalisation, drawn up in ``mbltn.validation``, is evidence.
"""

from . import avalanche_extent, central_grain, resonance, symmetric_grain

__all__ = ["avalanche_extent", "central_grain", "resonance", "symmetric_grain"]
