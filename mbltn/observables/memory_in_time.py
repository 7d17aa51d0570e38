"""What an l-bit remembers at time t: at infinite temperature, and from product states."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..comm import agreed, together
from ..dynamics import Propagator
from ..dynamics.propagator import require_states
from ..errors import InvalidInput
from ..models import UncoupledStates
from ..operators import Operator
from ..rows import Rows
from .pauli import Pauli
from .time_mean import TimeMean, time_mean
from .trajectory import trajectory

# Narrower blocks leave the vector units idle.
_STATES_AT_ONCE = 16


@dataclass(frozen=True, eq=False)
class MemoryInTime:
    """Memory of l-bits against time, and how well the evolution conserves (docs/physics.md, O29).

    Attributes
    ----------
    times : (n_t,)
    samples : (n_t, k, n_sites) of every starting vector
    norm_drift, energy_drift : largest of all vectors and times; the energy in units of H
    error : bound of what the evolution adds to any of the samples
    """

    times: np.ndarray
    samples: np.ndarray
    norm_drift: float
    energy_drift: float
    error: float

    @property
    def values(self) -> np.ndarray:
        """(n_t, n_sites) mean over the vectors."""
        return np.asarray(self.samples.mean(axis=1))

    @property
    def errors(self) -> np.ndarray:
        """(n_t, n_sites) standard error over the vectors; NaN for a single one."""
        k = self.samples.shape[1]
        if k < 2:
            return np.full(self.samples.shape[::2], np.nan)
        return np.asarray(self.samples.std(axis=1, ddof=1) / np.sqrt(k))

    def time_mean(self) -> TimeMean:
        """Over all times, which should be those of `window_times`; see `time_mean`."""
        return time_mean(self.samples)


def memory_in_time(
    op: Operator,
    states: np.ndarray,
    times: Sequence[float] | np.ndarray,
    sites: tuple[int, ...] | None = None,
    tolerance: float = 1e-8,
    rows: Rows | None = None,
) -> MemoryInTime:
    """``C_n(t) = tr[sigma^z_n(t) sigma^z_n]/D`` from random vectors (docs/physics.md, O29).

    ``Re <r(t)|sigma^z_n|(sigma^z_n r)(t)>`` for every vector: r and sigma^z_n r evolve side by
    side. With `random_states` its mean is C_n(t) and its standard deviation at most 1/sqrt(D + 1);
    with all states of a basis the mean is the trace itself. At infinite time C_n is the mean of
    `infinite_time_correlator`. Memory: that of `Propagator` for 16 states, or for the
    1 + n_sites that a vector needs.

    Parameters
    ----------
    op : Operator
    states : (n_rows, k) of `random_states`, this rank's rows
    times : (n_t,)
    sites : two-level sites; the l-bits by default
    tolerance : of the evolution of every state
    rows : which rows these are; all of them by default

    Raises
    ------
    InvalidInput
        As `mbltn.dynamics.evolve`, or if there are no l-bits.

    Examples
    --------
    >>> import mbltn as mb
    >>> from mbltn.dynamics import random_states
    >>> from mbltn.streams import Streams
    >>> model = mb.models.CentralGrain(n_grain=3, n_lbits=4, alpha=0.6)
    >>> op = model.operator(model.draw(seed=1, realization=0))
    >>> states = random_states(op.space, 4, Streams(1, 0))
    >>> found = memory_in_time(op, states, [0.0, 20.0])
    >>> found.values.shape, found.values[0].round(12)
    ((2, 4), array([1., 1., 1., 1.]))
    """
    rows = rows if rows is not None else Rows(op.dimension)
    sites = op.space.lbits if sites is None else tuple(sites)
    if not sites:
        raise agreed(InvalidInput("the operator has no l-bits, and no sites are given"))
    spins = [Pauli("z", site) for site in sites]

    def check() -> None:
        require_states(states, rows)
        for spin in spins:
            spin.stride(op.space)  # refuses what is no spin

    together(rows.comm, check)
    times = np.asarray(times, dtype=float)
    samples = np.empty((len(times), states.shape[1], len(sites)))
    norm_drift = energy_drift = error = 0.0
    group = max(1, _STATES_AT_ONCE // (1 + len(sites)))
    with Propagator(op, rows.comm) as propagator:
        for first in range(0, states.shape[1], group):
            part = slice(first, first + group)
            beside = [spin.apply(states[:, part], op.space, rows) for spin in spins]
            starts = np.hstack([states[:, part], *beside])
            for at, now in enumerate(propagator.evolve(starts, times, tolerance)):
                r, *others = np.split(now.vectors, 1 + len(spins), axis=1)
                norms = rows.sum(_overlaps(r, r))
                for n, (spin, other) in enumerate(zip(spins, others, strict=True)):
                    elements = rows.sum(_overlaps(spin.apply(r, op.space, rows), other))
                    samples[at, part, n] = elements / norms
                norm_drift = max(norm_drift, float(abs(now.norm_drift).max()))
                energy_drift = max(energy_drift, float(abs(now.energy_drift).max()))
                error = max(error, 2 * now.error)
    return MemoryInTime(times, samples, norm_drift, energy_drift, error)


def _overlaps(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Re <a|b> of this rank's rows, column by column."""
    return np.asarray(np.einsum("ij,ij->j", a.conj(), b).real)


def product_memory(
    op: Operator,
    starts: UncoupledStates,
    times: Sequence[float] | np.ndarray,
    tolerance: float = 1e-8,
    rows: Rows | None = None,
) -> MemoryInTime:
    """``s_n <sigma^z_n(t)>`` from products of a grain level and a configuration s.

    docs/physics.md (O29). 1 at time 0; at infinite time, without degeneracies, ``s_n sum_a
    |<a|b,s>|^2 <a|sigma^z_n|a>``. The mean over all product states is C_n(t) of `memory_in_time`.

    Parameters
    ----------
    op : Operator
        Of the model and the sample that the states were made of.
    starts : UncoupledStates
    times : (n_t,)
    tolerance : of the evolution of every state
    rows : the communicator's; one rank by default

    Returns
    -------
    MemoryInTime
        samples (n_t, k, n_lbits)

    Examples
    --------
    >>> import mbltn as mb
    >>> model = mb.models.CentralGrain(n_grain=3, n_lbits=4, alpha=0.6, first_coupling=0.0)
    >>> sample = model.draw(seed=1, realization=0)
    >>> starts = mb.models.uncoupled_states(model, sample, count=2)
    >>> found = product_memory(model.operator(sample), starts, [50.0])
    >>> found.values.round(12)
    array([[1., 1., 1., 1.]])
    """
    if starts.configurations.shape[1] != len(op.space.lbits):
        raise agreed(
            InvalidInput(
                f"starts have {starts.configurations.shape[1]} l-bits and the operator "
                f"{len(op.space.lbits)}: make both from the same model"
            )
        )
    rows = rows if rows is not None else Rows(op.dimension)
    found = trajectory(op, starts.vectors(rows), times, ("sigma_z_lbits",), tolerance, rows)
    samples = found.values["sigma_z_lbits"] * starts.configurations
    # <sigma^z> is quadratic in the state: twice its error.
    return MemoryInTime(
        found.times,
        samples,
        found.norm_drift,
        found.energy_drift,
        2 * float(found.errors.max(initial=0.0)),
    )
