"""Observables of evolving states: spins and entanglement in time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..comm import agreed, together
from ..dynamics import evolve
from ..dynamics.propagator import require_states
from ..errors import InvalidInput
from ..operators import HilbertSpace, Operator
from ..rows import Rows
from .entanglement import entropy_cut, import_quimb, require_fit, two_level_entropy
from .entanglement_probes import largest_of_cuts
from .local_spins import reduced_states


def _sigma_z_lbits(vectors: np.ndarray, space: HilbertSpace, rows: Rows) -> np.ndarray:
    return reduced_states(vectors, space, space.lbits, rows).sigma_z


def _entropy_lbits(vectors: np.ndarray, space: HilbertSpace, rows: Rows) -> np.ndarray:
    state = reduced_states(vectors, space, space.lbits, rows)
    return two_level_entropy(state.up, state.down, state.coherence)


def _entropy_cuts(vectors: np.ndarray, space: HilbertSpace, rows: Rows) -> np.ndarray:
    """Whole states, dealt to the ranks."""
    cuts = range(1, len(space.dims))
    columns, whole = rows.whole_columns(vectors)
    found = np.zeros((vectors.shape[1], len(cuts)))
    for column, vector in zip(columns, whole.T, strict=True):
        found[column] = [entropy_cut(vector, space.dims, cut) for cut in cuts]
    return rows.sum(found)


QUANTITIES: dict[str, Callable[[np.ndarray, HilbertSpace, Rows], np.ndarray]] = {
    "sigma_z_lbits": _sigma_z_lbits,
    "entropy_lbits": _entropy_lbits,
    "entropy_cuts": _entropy_cuts,
}


@dataclass(frozen=True, eq=False)
class Trajectory:
    """Observables of states against time, and how well the evolution conserves.

    Attributes
    ----------
    times : (n_t,)
    values : by name, (n_t, k, m): m l-bits, or cuts after site 1, 2, ...; entropies in nats
    norm_drifts : (n_t, k) ||psi(t)||/||psi(0)|| - 1
    energy_drifts : (n_t, k) <H>(t) - <H>(0)
    errors : (n_t,) bound of the error of every state; of an expectation value of a Pauli matrix
        twice that
    """

    times: np.ndarray
    values: Mapping[str, np.ndarray]
    norm_drifts: np.ndarray
    energy_drifts: np.ndarray
    errors: np.ndarray

    @property
    def norm_drift(self) -> float:
        """The largest."""
        return float(abs(self.norm_drifts).max(initial=0.0))

    @property
    def energy_drift(self) -> float:
        """The largest."""
        return float(abs(self.energy_drifts).max(initial=0.0))


def trajectory(
    op: Operator,
    states: np.ndarray,
    times: Sequence[float] | np.ndarray,
    quantities: Sequence[str] = ("sigma_z_lbits", "entropy_lbits"),
    tolerance: float = 1e-8,
    rows: Rows | None = None,
) -> Trajectory:
    """Evolve states (docs/physics.md, O28) and measure them at every time.

    ``sigma_z_lbits`` <sigma^z_n>(t), ``entropy_lbits`` entropy of every l-bit with all the rest,
    ``entropy_cuts`` of every cut between sites (O3), as the observables of these names are of
    eigenstates. L-bits exchange single rows; cuts take whole states, each on one rank.

    Parameters
    ----------
    op : Operator
    states : (n_rows, k) normalised columns, this rank's rows
    times : (n_t,)
    quantities : names
    tolerance : of the evolution; entropies of d levels are good to about
        ``2 tolerance log(d/tolerance)``
    rows : which rows these are; all of them by default

    Raises
    ------
    InvalidInput
        As `mbltn.dynamics.evolve`; for other names, without l-bits or cuts, or for states that are
        not normalised.

    Examples
    --------
    >>> import mbltn as mb
    >>> model = mb.models.CentralGrain(n_grain=3, n_lbits=4, alpha=0.6)
    >>> sample = model.draw(seed=1, realization=0)
    >>> starts = mb.models.uncoupled_states(model, sample, count=2)
    >>> found = trajectory(model.operator(sample), starts.vectors(), [0.0, 50.0])
    >>> entropies = found.values["entropy_lbits"]
    >>> entropies.shape, bool(entropies[0].max() < 1e-12 < 0.1 < entropies[1].max())
    ((2, 2, 4), True)
    """
    rows = rows if rows is not None else Rows(op.dimension)
    quantities = together(rows.comm, lambda: _checked(states, op.space, quantities, rows))
    times = np.asarray(times, dtype=float)
    found: dict[str, list[np.ndarray]] = {name: [] for name in quantities}
    norms, energies, errors = [], [], []
    squares = rows.sum(np.einsum("ij,ij->j", np.conj(states), states).real)
    if not abs(squares - 1).max(initial=0.0) < 1e-8:
        raise agreed(InvalidInput(f"norms^2 are {squares}; normalise the states first"))
    for now in evolve(op, states, times, tolerance, rows):
        # Entropies are those of a normalised state.
        vectors = now.vectors / ((1 + now.norm_drift) * np.sqrt(squares))
        for name in quantities:
            found[name].append(QUANTITIES[name](vectors, op.space, rows))
        norms.append(now.norm_drift)
        energies.append(now.energy_drift)
        errors.append(now.error)
    values = {name: np.array(of_times) for name, of_times in found.items()}
    return Trajectory(times, values, np.array(norms), np.array(energies), np.array(errors))


def checked_quantities(
    quantities: Sequence[str] | str, valid: Iterable[str], space: HilbertSpace
) -> list[str]:
    """The names as a list, or an `InvalidInput` if one is unknown, or of what there is not."""
    names = [quantities] if isinstance(quantities, str) else list(quantities)
    valid = list(valid)
    for name in names:
        if name not in valid:
            raise InvalidInput(f"{name!r} is not one of {', '.join(valid)}")
        if name.endswith("_lbits") and not space.lbits:
            raise InvalidInput(f"{name} needs l-bits, and the operator has none")
    return names


def _checked(
    states: np.ndarray, space: HilbertSpace, quantities: Sequence[str] | str, rows: Rows
) -> list[str]:
    require_states(states, rows)
    names = checked_quantities(quantities, QUANTITIES, space)
    if "entropy_cuts" in names:
        import_quimb()
        if len(space.dims) < 2:
            raise InvalidInput("entropy_cuts needs several sites, and the operator has one")
        require_fit(largest_of_cuts(space), "entropy_cuts")
    return names
