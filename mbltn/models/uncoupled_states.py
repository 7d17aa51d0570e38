"""Eigenstates of a grain and its l-bits without coupling: products of a grain level and spins."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..comm import agreed, together
from ..errors import InvalidInput
from ..rows import Rows
from ..streams import Streams
from .base import GrainModel, Sample


def product_energies(levels: np.ndarray, fields: np.ndarray) -> np.ndarray:
    """``E(b, s) = E_b + sum_i h_i s_i`` of the uncoupled problem, s_i = 1 (up), -1 (down).

    Parameters
    ----------
    levels : (d,)
    fields : (M,)
        h_i, factors of the Pauli matrix sigma^z.

    Returns
    -------
    (d, 2^M), columns in `numpy.kron` order, all spins up first

    Examples
    --------
    >>> product_energies(np.array([0.0, 10.0]), np.array([2.0, 1.0]))
    array([[ 3., 1., -1., -3.],
           [13., 11., 9., 7.]])
    """
    of_spins = np.zeros(1)
    for field in np.asarray(fields, dtype=float).ravel():
        of_spins = np.add.outer(of_spins, [field, -field]).ravel()
    return np.add.outer(np.asarray(levels, dtype=float), of_spins)


@dataclass(frozen=True, eq=False)
class UncoupledStates:
    """Some products of a grain eigenstate and an l-bit configuration.

    Attributes
    ----------
    energies : (k,) E_b + sum_n h_n s_n, without the coupling
    levels : (k,) of int, numbers b of the grain's levels, ascending in energy from 0
    configurations : (k, n_lbits) s_n, 1 up and -1 down
    grain_vectors : (d_g, k) eigenstates |b> of the grain
    """

    energies: np.ndarray
    levels: np.ndarray
    configurations: np.ndarray
    grain_vectors: np.ndarray

    def __len__(self) -> int:
        return len(self.energies)

    def vectors(self, rows: Rows | None = None) -> np.ndarray:
        """(n_rows, k) |b> (x) |s> in kron order, this rank's rows; all of them by default."""
        d, n_lbits = len(self.grain_vectors), self.configurations.shape[1]
        rows = rows if rows is not None else Rows(d * 2**n_lbits)
        if rows.dimension != d * 2**n_lbits:
            raise agreed(
                InvalidInput(
                    f"rows of vectors of {rows.dimension} numbers were asked of states of "
                    f"D={d * 2**n_lbits}"
                )
            )
        bits = (self.configurations < 0).astype(np.int64)
        place = bits @ (2 ** np.arange(n_lbits)[::-1])
        grain, lbits = np.divmod(np.arange(rows.start, rows.stop), 2**n_lbits)
        return np.where(lbits[:, None] == place, self.grain_vectors[grain], 0.0)


def uncoupled_states(
    model: GrainModel,
    sample: Sample,
    count: int,
    energy: float | None = None,
    window: float | None = None,
    streams: Streams | None = None,
    rows: Rows | None = None,
) -> UncoupledStates:
    """Products of a grain eigenstate and an l-bit configuration whose energy is near `energy`.

    ``H_0 = H_g + sum_n h_n sigma^z_n`` has them as eigenstates, ``E = E_b + sum_n h_n s_n`` with
    2 h_n the splitting of l-bit n; the couplings of these models flip l-bits, so that
    ``<b,s|H|b,s> = E``. Memory: the energies of all D products, on every rank.

    Parameters
    ----------
    model : CentralGrain, QuantumSun or GrainChain
    sample : Sample
    count : int, > 0
    energy : by default tr H/D, where the entropy is largest
    window : float, optional
        Draw the states at random from those with ``|E - energy| <= window``, rather than take the
        nearest ones, which are ordered by their distance.
    streams : Streams
        Of that draw; ``Streams(0, 0)`` by default.
    rows : whose ranks must agree; nothing else depends on them

    Raises
    ------
    InvalidInput
        For a model without a grain, or if fewer than `count` states are there.

    Examples
    --------
    >>> import mbltn as mb
    >>> model = mb.models.CentralGrain(n_grain=3, n_lbits=4, alpha=0.6)
    >>> starts = uncoupled_states(model, model.draw(seed=1, realization=0), count=3, energy=0.5)
    >>> starts.configurations.shape, starts.vectors().shape
    ((3, 4), (128, 3))
    >>> bool(abs(starts.energies - 0.5).max() < 0.1)
    True
    """
    comm = (rows if rows is not None else Rows(1)).comm
    return together(comm, lambda: _chosen(model, sample, count, energy, window, streams))


def _chosen(
    model: GrainModel,
    sample: Sample,
    count: int,
    energy: float | None,
    window: float | None,
    streams: Streams | None,
) -> UncoupledStates:
    if not isinstance(model, GrainModel):
        raise InvalidInput(
            f"{type(model).__name__} has no grain with l-bits, of which product states are made; "
            "CentralGrain, QuantumSun and GrainChain have"
        )
    model.check(sample)
    if not isinstance(count, int | np.integer) or isinstance(count, bool) or count < 1:
        raise InvalidInput(f"count={count!r} must be a positive integer")
    levels, vectors = np.linalg.eigh(sample.grain)
    energies = product_energies(levels, 0.5 * model.splittings(sample)).ravel()
    centre = float(energies.mean()) if energy is None else energy
    if not np.isfinite(centre) or (window is not None and not window > 0):
        raise InvalidInput(
            f"energy={energy} must be a finite number and window={window} a positive one"
        )
    distance = abs(energies - centre)
    near = np.arange(len(energies)) if window is None else np.flatnonzero(distance <= window)
    if len(near) < count:
        where = "in all" if window is None else f"within {window} of E={centre:.6g}"
        raise InvalidInput(
            f"count={count} product states were asked and {len(near)} are there {where}: ask for "
            "fewer" + ("" if window is None else ", or widen the window")
        )
    if window is None:
        chosen = np.argsort(distance, kind="stable")[:count]
    else:
        stream = (streams if streams is not None else Streams(0, 0))("product states")
        chosen = np.sort(stream.choice(near, count, replace=False))
    grain, place = np.divmod(chosen, 2**model.n_lbits)
    bits = (place[:, None] >> np.arange(model.n_lbits)[::-1]) & 1
    return UncoupledStates(energies[chosen], grain, 1 - 2 * bits, vectors[:, grain])
