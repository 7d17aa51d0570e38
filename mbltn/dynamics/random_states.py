"""Random states, whose expectation values are traces (typicality)."""

from __future__ import annotations

import numpy as np

from ..comm import agreed
from ..errors import InvalidInput
from ..operators import HilbertSpace
from ..operators.distributed import Deal
from ..rows import Rows
from ..streams import Streams


def random_states(
    space: HilbertSpace, count: int, streams: Streams, rows: Rows | None = None, first: int = 0
) -> np.ndarray:
    """Normalised complex Gaussian states, uniform in the Hilbert space.

    ``<r|A|r>`` is tr A/D on average, with the variance ``(tr A^2/D - (tr A/D)^2)/(D + 1)`` (A
    Hermitian; for real states nearly twice as much): infinite temperature from a few vectors
    (docs/physics.md, O29).

    Parameters
    ----------
    space : HilbertSpace
    count : int, > 0
    streams : Streams
        State j depends on its seed and realization and on j alone, not on the ranks.
    rows : Rows, optional
        By default all rows.
    first : number of the first state

    Returns
    -------
    (n_rows, count)

    Examples
    --------
    >>> states = random_states(HilbertSpace((8, 2)), 2, Streams(1, 0))
    >>> np.linalg.norm(states, axis=0).round(12), states.dtype
    (array([1., 1.]), dtype('complex128'))
    """
    for name, value, least in (("count", count, 1), ("first", first, 0)):
        if not isinstance(value, int | np.integer) or value < least:
            raise agreed(InvalidInput(f"{name}={value!r} must be an integer of at least {least}"))
    rows = rows if rows is not None else Rows(space.dimension)
    deal = Deal(space, rows.comm)
    parts = deal.to_public(deal.random(streams, "random state", 2 * first, 2 * count))
    states = parts[:, ::2] + 1j * parts[:, 1::2]
    squares = rows.sum(np.einsum("ij,ij->j", states.conj(), states).real)
    return np.asarray(states / np.sqrt(squares))
