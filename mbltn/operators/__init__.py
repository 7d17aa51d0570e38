"""Operators on tensor products of sites, and their representations."""

from .apply import to_linear_operator
from .factors import by_factors
from .mpo import to_mpo
from .operator import Operator, Term
from .petsc import to_petsc
from .space import HilbertSpace
from .sparse import to_csr, to_dense
from .spins import SIGMA_MINUS, SIGMA_PLUS, SIGMA_X, SIGMA_Z, embed

__all__ = [
    "SIGMA_MINUS",
    "SIGMA_PLUS",
    "SIGMA_X",
    "SIGMA_Z",
    "HilbertSpace",
    "Operator",
    "Term",
    "by_factors",
    "embed",
    "to_csr",
    "to_dense",
    "to_linear_operator",
    "to_mpo",
    "to_petsc",
]
