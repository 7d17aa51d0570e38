"""Lanczos on (H - sigma)^-1 with half of the configurations eliminated, on one rank."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Integral
from typing import Any, ClassVar

import numpy as np

from ...errors import InvalidInput, SolverFailure, UnfitMethod
from ...operators import Operator
from ...operators.tiles import Cut
from ...streams import Streams
from ..arpack import levels_near
from ..base import Eigenpairs, Target, empty_window
from ..certify import Certificate
from ..inertia import SingularShift, certificate, certify, count_window
from ..serial import Computed, on_rank_zero
from .elimination import Blocks, Factor

# Beyond it the dense matrices, three of 128 MB and more, are not worth their time.
LARGEST_SITE = 64
LARGEST = 2**13
# Levels beyond those asked for, in whose gaps the ends of the count are put.
EXTRA = 2
_COUNTED_BY = "inertia (Haynsworth)"
# In units of the norm of H: how near to a level a shift spoils the inverse, and the step away.
_TOO_NEAR = 3e-7
_STEP = 1e-6


@dataclass(frozen=True)
class Reduced:
    """Shift-invert for small spaces, certified; the fastest way to many samples up to D = 2^11.

    Every second configuration of the l-bits is eliminated from H - E exactly; what is left is dense
    and half as large, factorised by LAPACK. Needs sites outside the largest one, by whose
    configurations H falls into blocks.

    Parameters
    ----------
    tol : float
        Relative accuracy of the inverted eigenvalues; 0 means machine precision.
    ncv : int, optional
        Lanczos vectors; by default 3 k/2 + 20.
    max_restarts : int, optional
        When they are used up, what has converged is returned as incomplete. ARPACK's own limit by
        default.
    certify : bool
        Count the levels by inertia.

    Raises
    ------
    UnfitMethod
        If there is nothing to eliminate, D > 2^13, or nearly all levels are asked for.

    Examples
    --------
    >>> import mbltn as mb
    >>> model = mb.models.CentralGrain(n_grain=3, n_lbits=5, alpha=0.6)
    >>> op = model.operator(model.draw(seed=7, realization=0))
    >>> mb.eigenpairs(op, mb.Target.middle(10), Reduced()).complete
    'certified'
    """

    name: ClassVar[str] = "reduced"
    parallel: ClassVar[bool] = False
    tol: float = 0.0
    ncv: int | None = None
    max_restarts: int | None = None
    certify: bool = True

    def __post_init__(self) -> None:
        if not self.tol >= 0:
            raise InvalidInput(f"tol={self.tol!r} must be a number >= 0")
        for name in ("ncv", "max_restarts"):
            value = getattr(self, name)
            if value is not None and (not isinstance(value, Integral) or value < 1):
                raise InvalidInput(f"{name}={value!r} must be an integer >= 1")

    def require_library(self) -> None:
        """SciPy is always there."""

    def solve(self, op: Operator, target: Target, comm: Any) -> Eigenpairs:
        def compute() -> Computed:
            require_fit(op, 1 if target.interval else target.count(op.dimension))
            search = _Search(self, op)
            if target.interval is not None:
                return search.between(*target.interval)
            return search.nearest(target.energy_for(op), target.count(op.dimension))

        return on_rank_zero(op, comm, compute, solver=self.name)


def require_fit(op: Operator, k: int) -> None:
    """Raise `UnfitMethod` where there is nothing to eliminate, or too much to do."""
    if op.dimension > LARGEST:
        raise UnfitMethod(f"D={op.dimension} is more than {LARGEST}, up to which 'reduced' goes")
    if Cut.of(op.space).configurations < 2:
        raise UnfitMethod("the space is a single block: there are no other sites to eliminate")
    levels = Cut.of(op.space).levels
    if levels > LARGEST_SITE:
        raise UnfitMethod(
            f"the largest site has {levels} levels, and blocks of more than {LARGEST_SITE} are no "
            "faster than the whole matrix: use 'dense'"
        )
    if k + EXTRA >= op.dimension - 1:
        raise UnfitMethod(
            f"Lanczos needs k < D - {EXTRA + 1}, not k={k} of D={op.dimension}: use 'dense'"
        )


class _Search:
    """One operator: its factors, the levels found, their count."""

    def __init__(self, solver: Reduced, op: Operator) -> None:
        self._solver, self._op, self._blocks = solver, op, Blocks.of(op)
        self._factorisations = self._solves = 0
        self._reason = ""
        self._energies, self._vectors = np.empty(0), np.empty((op.dimension, 0))
        self._sigma = np.nan

    def nearest(self, centre: float, k: int) -> Computed:
        self._find(centre, k)
        verdict, counted = "unknown", None
        if len(self._energies) < k:
            verdict = f"missing {k - len(self._energies)}"
        elif self._solver.certify:
            counted = certify(
                self._count, self._energies, centre, k, self._blocks.norm, _COUNTED_BY
            )
            if counted is not None:
                counted = self._repaired(counted)
                verdict = counted.verdict
        order = np.argsort(abs(self._energies - centre), kind="stable")
        return self._computed(np.sort(order[:k]), verdict, counted)

    def between(self, low: float, high: float) -> Computed:
        wide = count_window(self._count, low, high, self._blocks.norm)
        self._find(0.5 * (low + high), max(wide[2], 2))
        if not wide[2]:
            raise empty_window((low, high), self._energies)
        counted = self._repaired(certificate(*wide, self._energies, _COUNTED_BY))
        inside = (self._energies >= counted.low) & (self._energies <= counted.high)
        return self._computed(np.flatnonzero(inside), counted.verdict, counted)

    def _computed(self, kept: np.ndarray, verdict: str, counted: Certificate | None) -> Computed:
        return Computed(
            self._energies[kept],
            self._vectors[:, kept],
            verdict,
            self._reason if verdict.startswith("missing") else "",
            {
                "target": self._sigma,
                "factorisations": self._factorisations,
                "solves": self._solves,
            },
            counted,
        )

    def _find(self, centre: float, k: int) -> None:
        """The levels nearest to `centre`; a shift that is a level is moved a little."""
        require_fit(self._op, k)
        norm = self._blocks.norm
        for sigma in (centre, centre + _STEP * norm, centre - 3 * _STEP * norm):
            try:
                factor = self._factorise(sigma)
                # A level at a distance d takes a random vector, of entries about 1, to 1/d.
                growth = np.linalg.norm(factor.solve(self._start("inverse iteration")))
                if growth * _TOO_NEAR * norm < 1:
                    break
            except SingularShift:
                continue
        else:
            raise SolverFailure(f"levels lie at E={centre:.17g} and beside it: move the target")
        self._sigma, self._factor = sigma, factor
        self._energies, self._vectors = self._lanczos(k + EXTRA, "krylov start")

    def _lanczos(self, k: int, start: str) -> tuple[np.ndarray, np.ndarray]:
        """The k levels nearest the shift that are orthogonal to those known already."""
        solver, dimension, parts = self._solver, self._op.dimension, self._factor.parts
        known = parts.from_kron(self._vectors)

        def mult(x: np.ndarray) -> np.ndarray:
            self._solves += 1
            return _without(known, self._factor.solve(_without(known, x.ravel())))

        ncv = min(dimension, max(solver.ncv or 3 * k // 2 + 20, k + 2))
        energies, vectors = levels_near(
            self._sigma,
            mult,
            k,
            _without(known, self._start(start)),
            ncv=ncv,
            tol=solver.tol,
            max_restarts=solver.max_restarts,
        )
        if len(energies) < k:
            self._reason = (
                f"{len(energies)} of {k} levels near E={self._sigma:.6g} converged: raise ncv (now "
                f"{ncv}) or max_restarts, or use 'dense'"
            )
            if not len(energies) and not known.shape[1]:
                raise SolverFailure(self._reason)
        return energies, parts.to_kron(vectors)

    def _repaired(self, counted: Certificate) -> Certificate:
        """Look for levels that were counted and not found: exact doublets, other sectors."""
        number, before = 0, -1
        while counted.missing > 0 and counted.found > before:
            before, number = counted.found, number + 1
            most = self._op.dimension - len(self._energies) - 2
            if most < 1:
                break
            more = self._lanczos(min(counted.missing + EXTRA, most), f"krylov start {number}")
            energies = np.concatenate([self._energies, more[0]])
            order = np.argsort(energies, kind="stable")
            self._energies = energies[order]
            self._vectors = np.concatenate([self._vectors, more[1]], axis=1)[:, order]
            counted = certificate(
                counted.low, counted.high, int(counted.counted), self._energies, _COUNTED_BY
            )
        if counted.missing > 0 and not self._reason:
            self._reason = (
                f"{counted.counted:g} levels lie in [{counted.low:.6g}, {counted.high:.6g}] by "
                f"inertia, {counted.found} were found: raise ncv, or use 'dense'"
            )
        return counted

    def _count(self, low: float, high: float) -> int:
        return self._factorise(high).negative - self._factorise(low).negative

    def _factorise(self, energy: float) -> Factor:
        self._factorisations += 1
        return self._blocks.factorise(energy)

    def _start(self, name: str) -> np.ndarray:
        return Streams(0, 0)(name).standard_normal(self._op.dimension)


def _without(known: np.ndarray, x: np.ndarray) -> np.ndarray:
    """x orthogonal to the known vectors."""
    return x - known @ (known.T @ x) if known.shape[1] else x
