"""A matrix product state that moves: local exponentials, site by site (TDVP)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ...operators.blocks import between, in_basis, with_site_left, with_site_right
from ...operators.mps import cut, to_mps
from .exponential import exponential


@dataclass
class Losses:
    """What has happened to the state up to now.

    Attributes
    ----------
    discarded : weight cut off, added up
    error : distances that were cut off or left out, added up (docs/solvers.md, T4)
    limited : whether max_bond, and not the cutoff, has cut
    applies : of local Hamiltonians
    """

    discarded: float = 0.0
    error: float = 0.0
    limited: bool = False
    applies: int = 0


@dataclass(frozen=True)
class SweepOptions:
    """Of one sweep: sites moved together, 1 or 2; states at most, weight that a division may cut
    off (two sites only), error of a local exponential."""

    sites: int
    max_bond: int
    cutoff: float
    tol: float


class Chain:
    """Tensors (left, d, right), complex, with the centre on the first site, the others orthonormal
    towards it; seen from either end.

    Blocks are those of `mbltn.operators.blocks`.
    """

    def __init__(self, mpo: list[np.ndarray], tensors: list[np.ndarray]) -> None:
        self.mpo = mpo
        self.tensors = right_orthonormal([tensor.astype(complex) for tensor in tensors])
        end, n = np.ones((1, 1, 1)), len(tensors)
        self.left, self.right = [end] * n, [end] * n
        for i in range(n - 1, 0, -1):
            tensor = self.tensors[i]
            basis = tensor.reshape(tensor.shape[0], -1).T
            self.right[i - 1] = in_basis(with_site_right(self.right[i], mpo[i]), basis)
        self.turned = False

    @property
    def bonds(self) -> tuple[int, ...]:
        bonds = tuple(tensor.shape[2] for tensor in self.tensors[:-1])
        return bonds[::-1] if self.turned else bonds

    def turn(self) -> None:
        """Look at it from the other end: the centre, on the last site, is on the first one then."""
        self.tensors = [a.transpose(2, 1, 0) for a in reversed(self.tensors)]
        self.mpo = [w.transpose(1, 0, 2, 3) for w in reversed(self.mpo)]
        self.left, self.right = self.right[::-1], self.left[::-1]
        self.turned = not self.turned

    def norm(self) -> float:
        return float(np.linalg.norm(self.tensors[0]))

    def energy(self) -> float:
        """<H>/<1>."""
        x = self.tensors[0].reshape(-1, self.tensors[0].shape[2])
        left = with_site_left(self.left[0], self.mpo[0])
        return float(np.vdot(x, between(left, self.right[0], x)).real / np.vdot(x, x).real)

    def mps(self) -> Any:
        """quimb's, with the sites in their order."""
        if not self.turned:
            return to_mps([np.ascontiguousarray(a) for a in self.tensors])
        return to_mps([np.ascontiguousarray(a.transpose(2, 1, 0)) for a in reversed(self.tensors)])

    def sweep(self, time: float, options: SweepOptions, losses: Losses) -> None:
        """Forwards by `time`, site by site (docs/solvers.md, T1); the centre ends on the last
        site, from which the chain is seen then."""
        move = self._two_sites if options.sites == 2 else self._one_site
        for i in range(len(self.tensors) - 1):
            move(i, time, options, losses)
        if options.sites == 1:
            i = len(self.tensors) - 1
            left = with_site_left(self.left[i], self.mpo[i])
            x = self.tensors[i].reshape(-1, 1)
            x = _moved(left, self.right[i], x, time, options, losses)
            self.tensors[i] = x.reshape(self.tensors[i].shape)
        self.turn()

    def _two_sites(self, i: int, time: float, options: SweepOptions, losses: Losses) -> None:
        """Sites i and i + 1 forwards, site i + 1 backwards."""
        a, b = self.tensors[i], self.tensors[i + 1]
        left = with_site_left(self.left[i], self.mpo[i])
        right = with_site_right(self.right[i + 1], self.mpo[i + 1])
        x = a.reshape(-1, a.shape[2]) @ b.reshape(b.shape[0], -1)
        x = _moved(left, right, x, time, options, losses)
        norm = float(np.linalg.norm(x))
        part = cut(x / norm, options.max_bond, options.cutoff)
        losses.discarded += part.discarded
        losses.error += float(np.sqrt(part.discarded))
        losses.limited |= part.limited
        rest = norm * part.weights[:, None] * part.others
        self.left[i + 1] = in_basis(left, part.basis)
        if i + 2 < len(self.tensors):
            rest = _moved(self.left[i + 1], right, rest, -time, options, losses)
        self.tensors[i] = part.basis.reshape(*a.shape[:2], -1)
        self.tensors[i + 1] = rest.reshape(-1, *b.shape[1:])

    def _one_site(self, i: int, time: float, options: SweepOptions, losses: Losses) -> None:
        """Site i forwards, the bond behind it backwards."""
        a, b = self.tensors[i], self.tensors[i + 1]
        left = with_site_left(self.left[i], self.mpo[i])
        x = _moved(left, self.right[i], a.reshape(-1, a.shape[2]), time, options, losses)
        basis, rest = np.linalg.qr(x)
        self.left[i + 1] = in_basis(left, basis)
        rest = _moved(self.left[i + 1], self.right[i], rest, -time, options, losses)
        self.tensors[i] = basis.reshape(*a.shape[:2], -1)
        self.tensors[i + 1] = np.tensordot(rest, b, (1, 0))


def _moved(
    left: np.ndarray,
    right: np.ndarray,
    x: np.ndarray,
    time: float,
    options: SweepOptions,
    losses: Losses,
) -> np.ndarray:
    found = exponential(lambda y: between(left, right, y), x, time, options.tol)
    losses.applies += found.applies
    losses.error += found.error
    return found.vector


def right_orthonormal(tensors: list[np.ndarray]) -> list[np.ndarray]:
    """The same state, all tensors but the first orthonormal to the right."""
    tensors = list(tensors)
    for i in range(len(tensors) - 1, 0, -1):
        left, d, right = tensors[i].shape
        basis, rest = np.linalg.qr(tensors[i].reshape(left, d * right).T)
        tensors[i] = basis.T.reshape(-1, d, right)
        tensors[i - 1] = np.tensordot(tensors[i - 1], rest.T, (2, 0))
    return tensors
