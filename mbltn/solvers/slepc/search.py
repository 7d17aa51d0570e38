"""The levels near a target or in a window: found, judged by residuals, counted, repaired."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...comm import nobody_waits, together
from ...errors import SolverFailure
from ..base import empty_window
from ..certify import Certificate
from ..inertia import SingularShift, certificate, certify, count_window
from .inverse import Inverse
from .krylov import EXTRA, Found, Krylov

_COUNTED_BY = "inertia (MUMPS)"
# In units of the norm of H: a shift this near to a level spoils the inverse for the others
# (residuals of 1e-10 for 50 pairs).
_TOO_NEAR = 1e-9
_SPOILT = 1e-10
# The step away from it: a share of the mean spacing, and no less than this share of the norm.
_STEP_IN_SPACINGS = 1e-2
_STEP = 1e-6


class Search:
    """One search with one `Inverse`; collective.

    Attributes
    ----------
    found : pairs converged so far, ascending
    certificate : the count, once it is made
    reason : why levels lack
    """

    def __init__(self, inverse: Inverse) -> None:
        self._inverse = inverse
        self._solver = inverse.solver
        self._comm = inverse.comm
        self._sigma = 0.0
        self.found = Found.nothing(inverse.rows)
        self.certificate: Certificate | None = None
        self.reason = ""

    def nearest(self, centre: float, k: int) -> str:
        """Find the `k` levels nearest to `centre`; the word for `Eigenpairs.complete`."""
        self._inverse.require_memory(k)
        self._find(centre, k)
        verdict = self._verdict(centre, k)
        order = np.argsort(abs(self.found.energies - centre), kind="stable")
        self.found = self.found.select(np.sort(order[:k]))
        return verdict

    def between(self, low: float, high: float) -> str:
        """Find all levels in [low, high], whose number is counted first."""
        inverse, options = self._inverse, self._solver.mumps
        inverse.analyse(replace(options, factor="ldlt"), counts=True)
        inverse.require_memory(1)
        low, high, counted = count_window(inverse.count, low, high, inverse.norm)
        if counted == 0:
            self._refuse_empty(low, high)
        if options.factor != "ldlt":
            inverse.analyse(options, counts=False)
        inverse.require_memory(counted)
        self._find(0.5 * (low + high), counted)
        self.certificate = certificate(low, high, counted, self.found.energies, _COUNTED_BY)
        verdict = self._repair(self.certificate)
        inside = (self.found.energies >= low) & (self.found.energies <= high)
        self.found = self.found.select(np.flatnonzero(inside))
        return verdict

    def _find(self, centre: float, k: int) -> None:
        """Krylov-Schur near `centre`; with another shift if that one is a level of H."""
        inverse = self._inverse
        sizes = self._solver.sizes(k, inverse.rows.dimension)
        worst = np.inf
        step = max(_STEP, _STEP_IN_SPACINGS / inverse.rows.dimension) * inverse.norm
        for sigma in (centre, centre + step):
            first = sigma == centre
            try:
                inverse.factorise(sigma)
            except SingularShift:
                if not first:
                    raise
                continue
            if first and inverse.distance_to_a_level() < _TOO_NEAR * inverse.norm:
                continue
            found = inverse.krylov(sizes, "krylov start")
            worst = float(found.residuals.max(initial=0.0))
            if worst <= max(_SPOILT, 10 * self._solver.tol) * inverse.norm:
                break
        else:
            self._fail(
                SolverFailure(
                    f"slepc found pairs near E={centre:.6g} with residuals up to {worst:.2g} (norm "
                    f"of H up to {inverse.norm:.3g}): {self._remedy()}"
                )
            )
        self._sigma, self.found = sigma, found
        if not first:
            inverse.stats["shift"] = sigma
        if not len(found):
            self._fail(
                SolverFailure(f"slepc found no level near E={centre:.6g}: {inverse.stopped}")
            )

    def _remedy(self) -> str:
        if self._solver.blr is not None:
            return (
                f"block low-rank compression (blr={self._solver.blr:g}) is too coarse: make it "
                "smaller, or leave it out"
            )
        return (
            "the target is too near to a level, or too far from all of them. Move it, for example "
            "Target.energy(E + 1e-5, k), or use 'dense'"
        )

    def _verdict(self, centre: float, k: int) -> str:
        inverse = self._inverse
        if len(self.found) < k:
            self.reason = f"{len(self.found)} of {k} levels near E={centre:.6g}: {inverse.stopped}"
            return f"missing {k - len(self.found)}"
        if not (self._solver.certify and self._can_count()):
            return "unknown"
        try:
            self.certificate = certify(
                inverse.count, self.found.energies, centre, k, inverse.norm, _COUNTED_BY
            )
        except SolverFailure as error:
            if not nobody_waits(self._comm, error):
                raise
            inverse.stats["not_counted"] = str(error)
            return "unknown"
        if self.certificate is None:
            inverse.stats["not_counted"] = "the ends to count between are levels not found"
            return "unknown"
        return self._repair(self.certificate)

    def _can_count(self) -> bool:
        """Make ready a factor whose inertia can be trusted, or say why there is none."""
        inverse = self._inverse
        if self._solver.blr is not None:
            inverse.stats["not_counted"] = "the inertia of a block low-rank factor is not exact"
            return False
        if inverse.watch.expired():
            inverse.stats["not_counted"] = inverse.watch.reason
            return False
        if not inverse.factor.counts:
            inverse.analyse(replace(self._solver.mumps, factor="ldlt"), counts=True)
            try:
                inverse.require_memory(1)
            except SolverFailure as error:
                inverse.stats["not_counted"] = str(error)
                return False
        return True

    def _repair(self, counted: Certificate) -> str:
        """Look for counted levels that Krylov did not see, orthogonal to all that it did see.

        One start vector sees one level of an exact doublet, and none of a symmetry sector to which
        it is orthogonal.
        """
        inverse, dimension = self._inverse, self._inverse.rows.dimension
        limits = (self._solver.max_restarts, self._solver.tol)
        rounds, late = 0, inverse.stopped
        while counted.missing > 0 and not late:
            rounds += 1
            asked = min(counted.missing + EXTRA, dimension - len(self.found))
            sizes = Krylov.sized(asked, dimension, None, None, *limits)
            try:
                if inverse.factor.shift != self._sigma:
                    inverse.factorise(self._sigma)
                more = inverse.krylov(sizes, f"krylov start {rounds}", self.found.vectors)
            except SolverFailure as error:
                if not nobody_waits(self._comm, error):
                    raise
                late = str(error)
                break
            before = counted.found
            self.found = self.found.joined(more)
            counted = certificate(
                counted.low,
                counted.high,
                int(counted.counted),
                self.found.energies,
                _COUNTED_BY,
            )
            if counted.found == before:
                break
            late = inverse.watch.reason if inverse.watch.expired() else ""
        self.certificate = counted
        if rounds:
            inverse.stats["repairs"] = rounds
        if counted.missing < 0:
            inverse.stats["not_counted"] = (
                f"inertia counts {counted.counted:g} levels where {counted.found} were found"
            )
            return "unknown"
        if counted.missing:
            self.reason = (
                f"{counted.counted:g} levels lie in [{counted.low:.6g}, {counted.high:.6g}] by "
                f"inertia, {counted.found} were found: "
                + (late or inverse.stopped or "raise ncv, tighten tol, or use 'dense'")
            )
        return counted.verdict

    def _refuse_empty(self, low: float, high: float) -> None:
        self._find(0.5 * (low + high), min(2, self._inverse.rows.dimension))
        self._fail(empty_window((low, high), self.found.energies))

    def _fail(self, error: Exception) -> None:
        def fail() -> None:
            raise error

        together(self._comm, fail)
