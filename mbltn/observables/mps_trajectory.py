"""Spins, entanglement and memory of matrix product states in time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..dynamics import Tdvp, evolve_mps
from ..errors import InvalidInput
from ..operators import HilbertSpace, Operator
from ..solvers.dmrgx import ProductState
from ..solvers.dmrgx.starts import site_bases
from .memory_in_time import MemoryInTime
from .mps import mps_cut_entropies, mps_lbit_entropies, mps_reduced_states
from .trajectory import Trajectory, checked_quantities


def _sigma_z_lbits(mps: Any, space: HilbertSpace) -> np.ndarray:
    return mps_reduced_states(mps, space.lbits).sigma_z[0]


def _entropy_lbits(mps: Any, space: HilbertSpace) -> np.ndarray:
    return mps_lbit_entropies(mps, space.lbits)


def _entropy_cuts(mps: Any, space: HilbertSpace) -> np.ndarray:
    return mps_cut_entropies(mps)


QUANTITIES: dict[str, Callable[[Any, HilbertSpace], np.ndarray]] = {
    "sigma_z_lbits": _sigma_z_lbits,
    "entropy_lbits": _entropy_lbits,
    "entropy_cuts": _entropy_cuts,
}


@dataclass(frozen=True, eq=False)
class MpsTrajectory(Trajectory):
    """Observables of one state against time: `Trajectory` with k = 1, and the state's losses.

    `errors` are estimates here (docs/solvers.md, T4).

    Attributes
    ----------
    discarded : (n_t,) weight that was cut off up to then
    bonds : (n_t, n_sites - 1)
    limited_since : time from which `max_bond` has cut; None if it never did
    """

    discarded: np.ndarray
    bonds: np.ndarray
    limited_since: float | None


def mps_trajectory(
    op: Operator,
    start: ProductState | Any,
    times: Sequence[float] | np.ndarray,
    quantities: Sequence[str] = ("sigma_z_lbits", "entropy_lbits"),
    method: Tdvp | None = None,
) -> MpsTrajectory:
    """Evolve a matrix product state (docs/solvers.md, T1 to T5) and measure it at every time.

    The names are those of `trajectory`: ``sigma_z_lbits`` <sigma^z_n>(t), ``entropy_lbits`` entropy
    of every l-bit with all the rest, ``entropy_cuts`` of every cut between sites; nats.

    Parameters
    ----------
    op : Operator
    start : as of `mbltn.dynamics.evolve_mps`
    times : (n_t,)
    quantities : names
    method : Tdvp, optional

    Raises
    ------
    MissingLibrary, InvalidInput
        As `mbltn.dynamics.evolve_mps`; for other names, or without l-bits.

    Examples
    --------
    >>> import mbltn as mb
    >>> model = mb.models.CentralGrain(n_grain=2, n_lbits=20, alpha=0.3)
    >>> op = model.operator(model.draw(seed=7, realization=0))
    >>> (start,) = mb.solvers.product_states(op, mb.Target.energy(0.0, 1))
    >>> found = mps_trajectory(op, start, [0.0, 4.0], ["entropy_cuts"])
    >>> entropies = found.values["entropy_cuts"]
    >>> entropies.shape, bool(entropies[0].max() < 1e-12 < 0.01 < entropies[1].max())
    ((2, 1, 20), True)
    """
    quantities = checked_quantities(quantities, QUANTITIES, op.space)
    times = np.asarray(times, dtype=float)
    found: dict[str, list[np.ndarray]] = {name: [] for name in quantities}
    facts, bonds, limited_since = [], [], None
    for now in evolve_mps(op, start, times, method):
        for name in quantities:
            found[name].append(QUANTITIES[name](now.mps, op.space)[None])
        facts.append((now.norm_drift, now.energy_drift, now.error, now.discarded))
        bonds.append(now.bonds)
        limited_since = now.limited_since
    norms, energies, errors, discarded = np.array(facts).reshape(-1, 4).T
    return MpsTrajectory(
        times=times,
        values={
            name: np.reshape(of_times, (len(times), 1, _components(name, op.space)))
            for name, of_times in found.items()
        },
        norm_drifts=norms[:, None],
        energy_drifts=energies[:, None],
        errors=errors,
        discarded=discarded,
        bonds=np.array(bonds),
        limited_since=limited_since,
    )


def _components(name: str, space: HilbertSpace) -> int:
    return len(space.lbits) if name.endswith("_lbits") else len(space.dims) - 1


@dataclass(frozen=True, eq=False)
class MpsMemoryInTime(MemoryInTime):
    """Memory of l-bits from product states: `MemoryInTime`, and what the states have lost.

    `error` is an estimate here, the largest of all samples (docs/solvers.md, T4).

    Attributes
    ----------
    discarded : (n_t, k) weight that was cut off up to then
    limited_since : (k,) time from which `max_bond` has cut; NaN where it never did
    """

    discarded: np.ndarray
    limited_since: np.ndarray


def mps_product_memory(
    op: Operator,
    starts: Sequence[ProductState],
    times: Sequence[float] | np.ndarray,
    method: Tdvp | None = None,
) -> MpsMemoryInTime:
    """``s_n <sigma^z_n(t)>`` from product states, as matrix product states (docs/physics.md, O29).

    `product_memory` for l-bits far beyond exact sizes. Every state is evolved by itself.

    Parameters
    ----------
    op : Operator
        Whose l-bits have diagonal Hamiltonians of their own.
    starts : k of `mbltn.solvers.product_states`
    times : (n_t,)
    method : Tdvp, optional

    Returns
    -------
    MpsMemoryInTime
        samples (n_t, k, n_lbits)

    Raises
    ------
    MissingLibrary, InvalidInput
        As `mbltn.dynamics.evolve_mps`, or without starts or l-bits with spins up and down.

    Examples
    --------
    >>> import mbltn as mb
    >>> model = mb.models.CentralGrain(n_grain=2, n_lbits=20, alpha=0.3)
    >>> op = model.operator(model.draw(seed=7, realization=0))
    >>> starts = mb.solvers.product_states(op, mb.Target.energy(0.0, 2))
    >>> found = mps_product_memory(op, starts, [0.0, 2.0])
    >>> found.samples.shape, bool(found.values[1, 0] < 0.99 < found.values[1, 5:].min())
    ((2, 2, 20), True)
    """
    if not starts:
        raise InvalidInput("starts are empty: give at least one product state")
    bases = site_bases(op)
    turned = [n for n in op.space.lbits if not np.array_equal(bases[n].vectors, np.eye(2))]
    if turned:
        raise InvalidInput(
            f"l-bits {turned} have levels that are not spins up and down: s_n has no meaning there"
        )
    found = [mps_trajectory(op, start, times, ("sigma_z_lbits",), method) for start in starts]
    signs = [[1 - 2 * start.levels[n] for n in op.space.lbits] for start in starts]
    sigma_z = np.concatenate([one.values["sigma_z_lbits"] for one in found], axis=1)
    since = [np.nan if one.limited_since is None else one.limited_since for one in found]
    return MpsMemoryInTime(
        times=found[0].times,
        samples=sigma_z * np.array(signs),
        norm_drift=max(one.norm_drift for one in found),
        energy_drift=max(one.energy_drift for one in found),
        error=2 * max(float(one.errors.max(initial=0.0)) for one in found),
        discarded=np.array([one.discarded for one in found]).T,
        limited_since=np.array(since),
    )
