"""A matrix product state, the Hamiltonian of its blocks, and sweeps over its sites."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...operators.blocks import in_basis, with_site_left, with_site_right
from .local import LocalHamiltonian
from .split import Division, Limits, divided

# Norm of the start in a local basis below which it is no guide any more.
_LOST = 1e-3


@dataclass(frozen=True)
class SweepOptions:
    """Of one sweep.

    Attributes
    ----------
    sites : sites optimised together, 1 or 2
    limits : of the divisions; new states are taken in on the way out
    tol, max_applies : accuracy of the local eigenvectors, and applications for each at most
    to_start : follow the product state that the chain began with, not the state as it is
    """

    sites: int
    limits: Limits
    tol: float
    max_applies: int
    to_start: bool = False


@dataclass
class SweepReport:
    """What a sweep did: the largest weight cut off, also by max_bond alone, the smallest local
    overlap^2, applications of local Hamiltonians."""

    discarded: float = 0.0
    limited: bool = False
    overlap: float = 1.0
    applies: int = 0


class Chain:
    """Tensors (left, d, right) around a centre, orthonormal towards it.

    Blocks are (D, chi, chi): what H has left of a bond, or right of it, in the basis of the bond,
    for each of the D indices of the operator there. Shadows (chi,) are the same for the overlap
    with the product state that the chain began with.
    """

    def __init__(self, mpo: list[np.ndarray], product: list[np.ndarray]) -> None:
        """`product`: the normalised vector of every site, (d,)."""
        self._mpo, self._product = mpo, product
        self.tensors = [vector.reshape(1, -1, 1) for vector in product]
        end, n = np.ones((1, 1, 1)), len(product)
        self._left, self._right = [end] * n, [end] * n
        self._left_shadow, self._right_shadow = [np.ones(1)] * n, [np.ones(1)] * n
        for i in range(n - 1, 0, -1):
            block = with_site_right(self._right[i], mpo[i])
            self._right[i - 1] = in_basis(block, product[i][:, None])

    @property
    def bonds(self) -> tuple[int, ...]:
        return tuple(tensor.shape[2] for tensor in self.tensors[:-1])

    def energy(self) -> float:
        """<H>, with the centre on the first site."""
        x = self.tensors[0].reshape(-1, self.tensors[0].shape[2])
        left = with_site_left(self._left[0], self._mpo[0])
        return float(np.einsum("ij,wik,wjl,kl->", x, left, self._right[0], x, optimize=True))

    def sweep(self, options: SweepOptions) -> SweepReport:
        """Outwards and back to the first site."""
        report = SweepReport()
        sites = range(len(self.tensors) - 1)
        for i in sites:
            self._outwards(i, options, report)
        for i in reversed(sites):
            self._inwards(i, options, report)
        return report

    def _outwards(self, i: int, options: SweepOptions, report: SweepReport) -> None:
        """Sites i (and i + 1) optimised; the centre goes from i to i + 1."""
        a, b = self.tensors[i], self.tensors[i + 1]
        left, right = with_site_left(self._left[i], self._mpo[i]), self._right[i]
        left_shadow, right_shadow = self._shadow_to(i), self._right_shadow[i]
        x = a.reshape(-1, a.shape[2])
        if options.sites == 2:
            right = with_site_right(self._right[i + 1], self._mpo[i + 1])
            right_shadow = self._shadow_from(i + 1)
            x = x @ b.reshape(b.shape[0], -1)
        shadow = np.outer(left_shadow, right_shadow) if options.to_start else None
        x = _followed(LocalHamiltonian(left, right), x, shadow, options, report)
        part = _noted(divided(x, left, right, options.limits), report)
        rest = part.rest if options.sites == 2 else part.rest @ b.reshape(b.shape[0], -1)
        self.tensors[i] = part.basis.reshape(*a.shape[:2], -1)
        self.tensors[i + 1] = rest.reshape(-1, *b.shape[1:])
        self._left[i + 1] = in_basis(left, part.basis)
        self._left_shadow[i + 1] = left_shadow @ part.basis

    def _inwards(self, i: int, options: SweepOptions, report: SweepReport) -> None:
        """Sites i + 1 (and i) optimised; the centre goes from i + 1 to i."""
        a, b = self.tensors[i], self.tensors[i + 1]
        left, right = self._left[i + 1], with_site_right(self._right[i + 1], self._mpo[i + 1])
        left_shadow, right_shadow = self._left_shadow[i + 1], self._shadow_from(i + 1)
        x = b.reshape(b.shape[0], -1)
        if options.sites == 2:
            left = with_site_left(self._left[i], self._mpo[i])
            left_shadow = self._shadow_to(i)
            x = a.reshape(-1, a.shape[2]) @ x
        shadow = np.outer(left_shadow, right_shadow) if options.to_start else None
        x = _followed(LocalHamiltonian(left, right), x, shadow, options, report)
        limits = Limits(options.limits.max_bond, options.limits.cutoff)
        part = _noted(divided(x.T, right, left, limits), report)
        rest = part.rest.T if options.sites == 2 else a.reshape(-1, a.shape[2]) @ part.rest.T
        self.tensors[i] = rest.reshape(*a.shape[:2], -1)
        self.tensors[i + 1] = part.basis.T.reshape(-1, *b.shape[1:])
        self._right[i] = in_basis(right, part.basis)
        self._right_shadow[i] = right_shadow @ part.basis

    def _shadow_to(self, i: int) -> np.ndarray:
        """Of the sites up to i, site i in its own basis."""
        return np.outer(self._left_shadow[i], self._product[i]).ravel()

    def _shadow_from(self, i: int) -> np.ndarray:
        return np.outer(self._product[i], self._right_shadow[i]).ravel()


def _followed(
    h: LocalHamiltonian,
    x: np.ndarray,
    shadow: np.ndarray | None,
    options: SweepOptions,
    report: SweepReport,
) -> np.ndarray:
    if shadow is not None and np.linalg.norm(shadow) < _LOST:
        shadow = None
    found = h.follow(x, shadow, options.tol, options.max_applies)
    report.overlap = min(report.overlap, found.overlap)
    report.applies += found.applies
    return found.vector


def _noted(part: Division, report: SweepReport) -> Division:
    report.discarded = max(report.discarded, part.discarded)
    report.limited |= part.limited
    return part
