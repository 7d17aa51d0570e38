"""exp(-iHt) on exact vectors, matrix-free, over ranks and threads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..comm import Serial, agreed, together
from ..errors import InvalidInput, SolverFailure
from ..operators import Operator
from ..operators.chebyshev import BlockOperator
from ..rows import Rows
from ..solvers.spectrum import enclosing_energies
from ..solvers.threads import threads_of_rank
from ..solvers.watch import Watch
from ..streams import Streams
from .series import evolution_coefficients

# Longest step in units of the inverse half bandwidth: its end costs a tenth more, and the next
# step of this length needs no new coefficients.
_LONGEST = 1000.0
# Rounding in the norm of the state: this times |E| t, E the energy farthest from 0.
_EPS = float(np.finfo(float).eps)
_ROUNDING = 4 * _EPS


@dataclass(frozen=True, eq=False)
class Evolved:
    """States at one time, and how well they are conserved (docs/physics.md, O28).

    Attributes
    ----------
    time : float
    vectors : (n_rows, k) complex, this rank's rows, as the states were given
    norm_drift : (k,) ||psi(t)||/||psi(0)|| - 1; the sums of D squares are good to eps sqrt(D)
    energy_drift : (k,) <H>(t) - <H>(0), of psi(t) and psi(0) divided by their norms
    error : bound of ||psi - exact psi||/||psi(0)||: what the series have neglected up to now, and
        an estimate of the rounding
    applications : of H to each of the states by the series, up to now; the energy takes one more
        at every time
    """

    time: float
    vectors: np.ndarray
    norm_drift: np.ndarray
    energy_drift: np.ndarray
    error: float
    applications: int


class Propagator:
    """``exp(-iHt)`` of one H, whose bounds are found once; use it in a ``with`` block.

    Memory: H, and for every complex state about 150 bytes an amplitude, over all ranks: four blocks
    of the series, and the state as it is given, moved and handed out.

    Parameters
    ----------
    op : Operator
        Real symmetric.
    comm : mpi4py communicator, optional

    Raises
    ------
    InvalidInput
        If the operator is not symmetric.

    Examples
    --------
    >>> from mbltn.operators import SIGMA_X, HilbertSpace, Term
    >>> spin = Operator(HilbertSpace((2,)), (Term(1.0, ((0, SIGMA_X),)),))
    >>> with Propagator(spin) as propagator:
    ...     for now in propagator.evolve(np.array([[1.0], [0.0]]), [np.pi / 4, np.pi / 2]):
    ...         print((abs(now.vectors) ** 2).ravel().round(12))
    [0.5 0.5]
    [0. 1.]
    """

    def __init__(self, op: Operator, comm: Any = None) -> None:
        self.op = op
        self.comm = comm if comm is not None else Serial()
        self.rows = Rows(op.dimension, self.comm)

        def check() -> None:
            if not op.is_symmetric():
                raise InvalidInput(
                    "exp(-iHt) needs a symmetric H, this operator is not; is a term's transpose "
                    "missing?"
                )

        together(self.comm, check)
        self._entered = False
        self._resources = ExitStack()

    def __enter__(self) -> Propagator:
        self._resources.enter_context(threads_of_rank(None, self.comm))
        self.h = self._resources.enter_context(BlockOperator(self.op, self.comm))
        low, high = enclosing_energies(self.h, Streams(0, 0))
        self.centre, self.half = 0.5 * (low + high), 0.5 * (high - low)
        self.farthest = max(abs(low), abs(high))
        self._entered = True
        return self

    def __exit__(self, *error: Any) -> None:
        self._entered = False
        self._resources.__exit__(*error)

    def evolve(
        self, states: np.ndarray, times: Sequence[float] | np.ndarray, tolerance: float = 1e-10
    ) -> Iterator[Evolved]:
        """States at each of the times, one after the other; see `evolve`."""
        if not self._entered:
            raise agreed(
                InvalidInput("a Propagator evolves inside of `with Propagator(op) as propagator:`")
            )
        times = np.asarray(times, dtype=float)
        together(self.comm, lambda: self._check(states, times, tolerance))
        return self._evolve(states, times, tolerance)

    def _check(self, states: np.ndarray, times: np.ndarray, tolerance: float) -> None:
        require_states(states, self.rows)
        if times.ndim != 1 or not np.isfinite(times).all():
            raise InvalidInput(f"times={times} must be a list of finite numbers")
        if not 0 < tolerance < 1:
            raise InvalidInput(
                f"tolerance={tolerance} must lie between 0 and 1: it is the largest error of a "
                "normalised state"
            )
        path = float(abs(np.diff(times, prepend=0.0)).sum())
        rounding = self._rounding(path, len(times))
        if rounding > 0.5 * tolerance:
            raise InvalidInput(
                f"tolerance={tolerance} cannot be had: rounding alone adds up to {rounding:.1g} "
                f"over t={path:.4g} with energies up to {self.farthest:.4g} from 0; ask for "
                f"{2.1 * rounding:.1e}, or for shorter times"
            )

    def _evolve(self, states: np.ndarray, times: np.ndarray, tolerance: float) -> Iterator[Evolved]:
        states = np.asarray(states)
        block = self.h.deal.from_public(np.hstack([states.real, states.imag]).astype(float))
        norms, energies = self._norms_and_energies(block)
        if not (norms > 0).all():
            raise agreed(
                InvalidInput(f"state {int(np.argmin(norms))} is zero: there is nothing to evolve")
            )
        first_norms, first_energies = norms, energies
        steps = np.diff(times, prepend=0.0)
        share = 0.5 * tolerance / max(1, len(times))
        watch, total = Watch(self.comm, None, "evolution"), self.half * abs(steps).sum()
        neglected, applications, path = 0.0, 0, 0.0
        for number, (time, dt) in enumerate(zip(times, steps, strict=True), start=1):
            parts = int(np.ceil(abs(dt) * self.half / _LONGEST))
            if parts:
                coefficients, bounds = evolution_coefficients(
                    np.array([self.half * dt / parts]), share / parts
                )
            for _ in range(parts):
                block = self._step(block, float(dt) / parts, coefficients[:, 0])
                neglected += float(bounds[0])
                applications += len(coefficients) - 1
                path += abs(float(dt)) / parts
                watch.step(self.half * path, total, "phase")
            norms, energies = self._norms_and_energies(block)
            error = neglected + self._rounding(path, number)
            drift = norms / first_norms - 1
            # Sums of D squares are good to eps sqrt(D), whatever the states are.
            if not abs(drift).max() <= error + _EPS * np.sqrt(self.op.dimension):
                raise agreed(
                    SolverFailure(
                        f"norms have changed by {abs(drift).max():.3g}, more than the error "
                        f"{error:.3g} that the series has: a level lies outside of the energies "
                        f"{self.centre - self.half:.6g} .. {self.centre + self.half:.6g} that were "
                        "found by Lanczos"
                    )
                )
            vectors = self._whole(block)
            energy_drift = energies - first_energies
            yield Evolved(float(time), vectors, drift, energy_drift, error, applications)
            del vectors

    def _whole(self, block: np.ndarray) -> np.ndarray:
        """Complex columns in kron order."""
        k = block.shape[1] // 2
        rows = self.h.deal.to_public(block)
        return np.asarray(rows[:, :k] + 1j * rows[:, k:])

    def _step(self, block: np.ndarray, dt: float, coefficients: np.ndarray) -> np.ndarray:
        """exp(-iH dt) on columns [Re psi, Im psi]."""
        k = block.shape[1] // 2
        odd = np.hstack([block[:, k:], -block[:, :k]])  # -i psi
        block = self.h.series(block, coefficients, self.centre, self.half, odd)
        real, imaginary = block[:, :k], block[:, k:]
        cos, sin = np.cos(self.centre * dt), np.sin(self.centre * dt)
        return np.hstack([cos * real + sin * imaginary, cos * imaginary - sin * real])

    def _norms_and_energies(self, block: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """||psi|| and <psi|H|psi>/<psi|psi>."""
        sums = np.array(
            [np.einsum("ij,ij->j", block, other) for other in (block, self.h.apply(block))]
        )
        squares, elements = self.h.sum(sums).reshape(2, 2, -1).sum(axis=1)
        with np.errstate(invalid="ignore"):
            return np.sqrt(squares), elements / squares

    def _rounding(self, path: float, n_times: int) -> float:
        return _ROUNDING * (self.farthest * path + 10 * n_times)


def require_states(states: np.ndarray, rows: Rows) -> None:
    """Raise `InvalidInput` unless these are finite columns of this rank's rows."""
    n_rows = rows.stop - rows.start
    if np.ndim(states) != 2 or len(states) != n_rows or not np.shape(states)[1]:
        raise InvalidInput(
            f"states have shape {np.shape(states)}; they must be columns of {n_rows} numbers, "
            f"this rank's rows of D={rows.dimension}: a single vector is v[:, None]"
        )
    if not np.isfinite(states).all():
        raise InvalidInput("the states contain NaN or infinity: every amplitude must be finite")


def evolve(
    op: Operator,
    states: np.ndarray,
    times: Sequence[float] | np.ndarray,
    tolerance: float = 1e-10,
    rows: Rows | None = None,
) -> Iterator[Evolved]:
    """``exp(-iHt)|psi>`` at each of the times, from time 0, matrix-free (docs/physics.md, O28).

    A Chebyshev series from one time to the next; where levels lie is found once, by Lanczos (some
    80 applications of H). A step dt takes about ``a |dt| + 8 (a |dt|)^(1/3) + 5`` applications, a
    half the bandwidth. Memory: see `Propagator`. To evolve several sets of states with one H, use
    that.

    Parameters
    ----------
    op : Operator
        Real symmetric.
    states : (n_rows, k) real or complex columns in kron order, this rank's rows; not zero
    times : (n_t,), in any order and of either sign; every step starts from the time before it
    tolerance : largest error of every state at all times, in its own norm
    rows : which rows these are, and the communicator; all of them by default

    Yields
    ------
    Evolved
        With the norm and the energy that have drifted, and the bound of the error.

    Raises
    ------
    InvalidInput
        If states do not fit the operator or are zero, times are not finite, or the tolerance is
        smaller than what rounding leaves over these times.
    SolverFailure
        If a norm changes by more than the bound of the error.

    Examples
    --------
    >>> import mbltn as mb
    >>> model = mb.models.CentralGrain(n_grain=3, n_lbits=4, alpha=0.6)
    >>> op = model.operator(model.draw(seed=1, realization=0))
    >>> start = np.eye(128)[:, [5]]
    >>> for now in evolve(op, start, [1.0, 300.0]):
    ...     print(now.error < 1e-10, abs(now.norm_drift[0]) < now.error)
    True True
    True True
    """
    comm = Serial() if rows is None else rows.comm
    with Propagator(op, comm) as propagator:
        yield from propagator.evolve(states, times, tolerance)
