"""Observables by name on eigenstates that are matrix product states."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np

from ..comm import together
from ..errors import InvalidInput
from ..operators import HilbertSpace
from ..solvers import MpsStates
from .entanglement_probes import grain_sites
from .mps import mps_cut_entropies, mps_lbit_entropies, mps_reduced_states, mps_schmidt_gaps
from .mps_blocks import mps_states_with_each
from .two_blocks import log_negativity_of, mutual_information_of


def measure_mps(states: MpsStates, names: Iterable[str]) -> dict[str, np.ndarray]:
    """Observables of every state, as `measure` has them of dense vectors; equal on every rank.

    ============================ ================ ==============================================
    ``entropy_lbits``            (n, n_lbits)     entanglement entropy of each l-bit, nats
    ``sigma_z_lbits``            (n, n_lbits)     <sigma^z> of each l-bit
    ``memory_lbits``             (n, n_lbits)     share <sigma^z>^2 of C^zz (docs/physics.md, O4),
                                                  no other level being degenerate with the state's
    ``entropy_cuts``             (n, n_sites - 1) entropy of sites 0..c-1 with the rest, nats
    ``schmidt_gap_cuts``         (n, n_sites - 1) p_1 - p_2 of the Schmidt weights at the same cuts
    ``mutual_information_lbits`` (n, n_lbits)     S_g + S_n - S_gn of the grain and each l-bit, nats
    ``negativity_lbits``         (n, n_lbits)     logarithmic negativity of the same, nats
    ============================ ================ ==============================================

    Every rank measures the states that it holds. Rows of starts that failed are nan; of starts
    that led to one state all but one must be left out of an average (`MpsStates.distinct`).

    Parameters
    ----------
    states : MpsStates, of `mps_eigenstates`
    names : iterable of str

    Raises
    ------
    InvalidInput
        On all ranks, if a name is unknown or the space has no l-bits.

    Examples
    --------
    >>> import mbltn as mb
    >>> model = mb.models.CentralGrain(n_grain=2, n_lbits=20, alpha=0.3)
    >>> op = model.operator(model.draw(seed=7, realization=0))
    >>> states = mb.solvers.mps_eigenstates(op, mb.Target.energy(0.0, 3))
    >>> found = measure_mps(states, ["memory_lbits", "entropy_cuts"])
    >>> bool(found["memory_lbits"][states.distinct].mean() > 0.8), found["entropy_cuts"].shape
    (True, (3, 20))
    """
    chosen = together(states.comm, lambda: _checked(names, states.operator.space))
    own = together(states.comm, lambda: _own(states, chosen))
    found: dict[str, np.ndarray] = {}
    parts = states.comm.allgather(own)
    for name in chosen:
        rows = {number: row for part in parts for number, row in part[name].items()}
        width = _MEASURES[name].width(states.operator.space)
        empty = np.full(width, np.nan)
        found[name] = np.array([rows.get(i, empty) for i in range(len(states))])
    return found


def _checked(names: Iterable[str], space: HilbertSpace) -> list[str]:
    names = [names] if isinstance(names, str) else list(names)
    for name in names:
        if name not in _MEASURES:
            near = difflib.get_close_matches(name, _MEASURES, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise InvalidInput(
                f"{name!r} is not an observable of matrix product states ({', '.join(_MEASURES)})"
                f"{hint}"
            )
        if not _MEASURES[name].width(space):
            raise InvalidInput(f"{name!r} is of l-bits or cuts, and this operator has none")
    return names


def _own(states: MpsStates, names: list[str]) -> dict[str, dict[int, np.ndarray]]:
    space = states.operator.space
    return {
        name: {i: _MEASURES[name].of(state.mps, space) for i, state in states.own.items()}
        for name in names
    }


class _Measure(NamedTuple):
    """A function of state and space, and the number of its values."""

    of: Callable[[Any, HilbertSpace], np.ndarray]
    width: Callable[[HilbertSpace], int]


def _lbits(space: HilbertSpace) -> int:
    return len(space.lbits)


def _cuts(space: HilbertSpace) -> int:
    return len(space.dims) - 1


def _sigma_z(mps: Any, space: HilbertSpace) -> np.ndarray:
    return mps_reduced_states(mps, space.lbits).sigma_z[0]


def _with_grain(
    of: Callable[[np.ndarray, int, int], float],
) -> Callable[[Any, HilbertSpace], np.ndarray]:
    def values(mps: Any, space: HilbertSpace) -> np.ndarray:
        densities = mps_states_with_each(mps, grain_sites(space), space.lbits)
        return np.array([of(density, len(density) // 2, 2) for density in densities])

    return values


_MEASURES: dict[str, _Measure] = {
    "entropy_lbits": _Measure(lambda mps, space: mps_lbit_entropies(mps, space.lbits), _lbits),
    "sigma_z_lbits": _Measure(_sigma_z, _lbits),
    "memory_lbits": _Measure(lambda mps, space: _sigma_z(mps, space) ** 2, _lbits),
    "entropy_cuts": _Measure(lambda mps, _: mps_cut_entropies(mps), _cuts),
    "schmidt_gap_cuts": _Measure(lambda mps, _: mps_schmidt_gaps(mps), _cuts),
    "mutual_information_lbits": _Measure(_with_grain(mutual_information_of), _lbits),
    "negativity_lbits": _Measure(_with_grain(log_negativity_of), _lbits),
}
