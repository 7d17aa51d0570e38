"""Matrix product operators of quimb: exact, with as few bonds as the terms allow."""

from __future__ import annotations

import math
from typing import Any, NamedTuple, overload

import numpy as np

from ..errors import InvalidInput, MissingLibrary
from ..machine import available_bytes, size
from .automaton import Automaton, automaton
from .operator import Operator
from .truncate import truncate


class CompressedMPO(NamedTuple):
    """A `quimb.tensor.MatrixProductOperator`, and a bound of its error.

    Attributes
    ----------
    mpo : quimb.tensor.MatrixProductOperator
    error : bound of sqrt(tr (H - H')^T (H - H') / D), in the unit of the energies
    """

    mpo: Any
    error: float


@overload
def to_mpo(op: Operator) -> Any: ...
@overload
def to_mpo(op: Operator, *, compress: None) -> Any: ...
@overload
def to_mpo(op: Operator, *, compress: float) -> CompressedMPO: ...
def to_mpo(op: Operator, *, compress: float | None = None) -> Any:
    """Matrix product operator of `op`, one tensor a site (docs/solvers.md, N1 to N3).

    Every product of the terms is kept, however small: the tensors hold coefficients and matrices
    of the terms, and no singular value is ever compared with another. For M l-bits around a
    grain the bond dimension is 3 (`xx`) or 4 (`pm`, `xxyy`) for any M and any decay, and for
    nearest neighbours 2 + the number of products on a bond. These are the ranks of H at the cuts.
    For other operators it is the smallest if the coefficients have no relations (proportional
    ones, as equal or exponential couplings, are found); `compress` finds any other.

    Parameters
    ----------
    op : Operator
    compress : float, optional
        Allowed error in the normalised Hilbert-Schmidt norm ``||A||^2 = tr A^T A / D``, in the
        unit of the energies; 0 is rounding. **Terms smaller than this may be lost.**

    Returns
    -------
    quimb.tensor.MatrixProductOperator
        Site 0 is the first and most significant factor of `to_dense`. Index ``k`` of a site is
        the row and ``b`` the column, so that ``mpo.apply(mps)`` is H psi. Exact up to rounding:
        an entry of H is off by less than 4e-15 (16 eps) of the sum of |its terms| for every site.
    CompressedMPO
        With `compress`: the operator and a bound of its error in that norm. The largest error
        of an energy may be sqrt(D) times as large.

    Memory is 8 bytes for each of left x right x d^2 numbers of every site; the matrices become
    dense.

    Raises
    ------
    MissingLibrary
        Without quimb.
    InvalidInput
        If `compress` is negative, or the tensors are larger than the free memory.

    Examples
    --------
    >>> from mbltn.models import CentralGrain
    >>> model = CentralGrain(n_grain=3, n_lbits=50, alpha=0.2, coupling="xx")
    >>> mpo = to_mpo(model.operator(model.draw(seed=7, realization=0)))
    >>> mpo.L, mpo.max_bond(), mpo.phys_dim(0), mpo.phys_dim(1)
    (51, 3, 8, 2)
    """
    if compress is not None and not (math.isfinite(compress) and compress >= 0):
        raise InvalidInput(
            f"compress={compress} must be zero or a positive error in the unit of the energies"
        )
    import_quimb()
    states = automaton(op)
    _check_memory(op, states)
    tensors = [_tensor(op, states, site) for site in range(len(op.space.dims))]
    if compress is None:
        return _assemble(tensors)
    tensors, error = truncate(tensors, compress)
    return CompressedMPO(_assemble(tensors), error)


def import_quimb() -> Any:
    """quimb, or a `MissingLibrary` that says how to get it."""
    try:
        import quimb
    except ImportError:
        raise MissingLibrary(
            "matrix product operators and entanglement of blocks of sites need quimb: "
            "pip install quimb"
        ) from None
    return quimb


def _shapes(op: Operator, states: Automaton) -> list[tuple[int, int, int, int]]:
    left, right = (1, *states.bonds), (*states.bonds, 1)
    return [(a, b, d, d) for a, b, d in zip(left, right, op.space.dims, strict=True)]


def _check_memory(op: Operator, states: Automaton) -> None:
    needed, free = 8 * sum(math.prod(shape) for shape in _shapes(op, states)), available_bytes()
    if needed > free:
        raise InvalidInput(
            f"the tensors on sites of dimensions up to {max(op.space.dims)} with bonds up to "
            f"{max((1, *states.bonds))} take {size(needed, up=True)} and {size(free)} are free: "
            "they are dense; use to_linear_operator or to_csr, or smaller sites"
        )


def _tensor(op: Operator, states: Automaton, site: int) -> np.ndarray:
    """(left, right, d, d), row before column."""
    shape = _shapes(op, states)[site]
    tensor = np.zeros((*shape[:2], shape[2] * shape[3]))
    for step in states.steps[site]:
        place, values = states.matrices[site][step.matrix]
        tensor[step.left, step.right, place] += step.coefficient * values
    return tensor.reshape(shape)


def _assemble(tensors: list[np.ndarray]) -> Any:
    from quimb.tensor import MatrixProductOperator

    first, *others = tensors
    if not others:
        return MatrixProductOperator([first[0, 0]], shape="ud")
    *middle, last = others
    return MatrixProductOperator([first[0], *middle, last[:, 0]], shape="lrud")
