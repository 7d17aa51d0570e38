"""A wide target in slices, each around its own centre, that meet in gaps between levels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from ...comm import agreed, by_halves, by_rank_zero, nobody_waits, together
from ...errors import SolverFailure
from ...operators import Operator
from ...operators.operator import norm_bound
from ..base import Target
from ..watch import Watch
from .cost import Setting
from .count import levels_below
from .frame import Frame
from .ldl import BlockLDL, block_ldl
from .near import Near, schur_complement, slope
from .pencil import DeflatedSolve, NearLevels, by_lanczos, near_levels
from .polish import Polished, Polisher
from .precondition import schur_factor
from .shift_invert import lanczos_pairs

if TYPE_CHECKING:
    from .solver import Windowed

# SQMR iterations of each correction at most; two or three corrections are enough.
_PASSES = (10, 16, 16, 16, 16, 16, 16)
# Gaps that a count is tried in; levels at the edge of a slice among which its border is chosen.
_ENDS = 3
_EDGE = 8
_UNCONVERGED = "levels at the edge did not converge: raise omega or buffer, or use another solver"
_MORE_COLUMNS = 1.5
# Levels of the first of several slices at least: its two ends must not meet.
_LEAST_LEVELS = 4 * _EDGE


@dataclass(frozen=True, eq=False)
class Piece:
    """Levels of one slice and of its buffer.

    Attributes
    ----------
    energies, residuals : (n,) ascending
    rows : (own rows in kron order, n), Fortran order; columns below `first` and from `last` on
        were not kept
    first, last : the kept columns
    low_ends, high_ends : energies in gaps beyond the kept levels, widest gap first
    """

    energies: np.ndarray
    residuals: np.ndarray
    rows: np.ndarray
    first: int
    last: int
    low_ends: list[float]
    high_ends: list[float]
    passes: int
    iterations: int

    @property
    def kept(self) -> slice:
        return slice(self.first, self.last)

    def without_rows(self) -> Piece:
        return replace(self, rows=self.rows[:, :0])


@dataclass
class Slices:
    """Solves slice after slice, outwards from the target, until it is covered."""

    solver: Windowed
    frame: Frame
    setting: Setting
    watch: Watch
    attempt: int
    pieces: list[Piece] = field(default_factory=list)
    reason: str = ""

    @property
    def buffer(self) -> int:
        """A wider one, and another start block of the pencil, in every attempt."""
        return self.attempt * self.solver.buffer

    def solve(self, target: Target) -> None:
        """Fill `pieces`, ascending, without a gap between them."""
        sigma = target.energy_for(self.frame.op)
        count = max(1, self._count(target))
        most = max(self.setting.slice_levels, _LEAST_LEVELS)
        if count <= most:
            wanted = partial(wanted_levels, target=target, op=self.frame.op)
            self.pieces = [self._piece(sigma, count, wanted, sigma, sigma, around=target)]
        else:
            nearest = partial(_nearest, sigma=sigma, count=most)
            self.pieces = [self._piece(sigma, most, nearest, sigma, sigma)]
            while not self.covers(target) and self._may_go_on():
                try:
                    self._extend(target, sigma)
                except SolverFailure as error:
                    if not nobody_waits(self.frame.comm, error):
                        raise
                    self.reason = str(error)
                    break
        if not self.covers(target) and not self.reason:
            self.reason = self.watch.reason if self.watch.expired() else _UNCONVERGED

    def _count(self, target: Target) -> int:
        """Levels asked for; those of a window are counted first, near enough."""
        if target.interval is None:
            return target.count(self.frame.op.dimension)

        def below(end: float, comm: Any) -> int:
            near = Near.around(self.frame.over(comm), end, self.setting.omega)
            return levels_below(near, end, prove=False).below

        with self.watch.phase("near block"):
            low, high = by_halves(self.frame.comm, [partial(below, e) for e in target.interval])
        return high - low

    def _may_go_on(self) -> bool:
        grows = self.pieces[0].low_ends and self.pieces[-1].high_ends
        return bool(grows) and not self.watch.expired()

    @property
    def low(self) -> float:
        """The gap where the first piece begins; what lies above is found."""
        return self.pieces[0].low_ends[0]

    @property
    def high(self) -> float:
        return self.pieces[-1].high_ends[0]

    def covers(self, target: Target) -> bool:
        first, last = self.pieces[0], self.pieces[-1]
        if not (first.low_ends and last.high_ends):
            return False
        if target.interval is not None:
            return self.low < target.interval[0] and self.high > target.interval[1]
        return self._lacking(target) <= 0

    def _lacking(self, target: Target) -> int:
        """Levels asked for that are farther from the target than what is covered on both sides."""
        sigma, reach = target.energy_for(self.frame.op), self.reach(target)
        inside = sum(
            int((abs(piece.energies[piece.kept] - sigma) <= reach).sum()) for piece in self.pieces
        )
        return target.count(self.frame.op.dimension) - inside

    def reach(self, target: Target) -> float:
        """Distance from the target up to which every level is among those kept."""
        sigma = target.energy_for(self.frame.op)
        first, last = self.pieces[0], self.pieces[-1]
        if first.low_ends and last.high_ends:
            return min(sigma - self.low, self.high - sigma)
        # Ends that nothing is known beyond: up to the outermost levels themselves.
        kept = np.concatenate([p.energies[p.kept] for p in self.pieces])
        low = self.low if first.low_ends else kept.min(initial=sigma)
        high = self.high if last.high_ends else kept.max(initial=sigma)
        return float(min(sigma - low, high - sigma))

    def _extend(self, target: Target, sigma: float) -> None:
        """One more piece, on the side that lacks more."""
        some = [piece.energies for piece in self.pieces if len(piece.energies) > 1]
        spacing = 2.0 * self.setting.omega / max(1, self.setting.near)
        if some:
            spacing = sum(e[-1] - e[0] for e in some) / sum(map(len, some))
        if target.interval is None:
            upwards = self.high - sigma < sigma - self.low
            reach = self.reach(target) + 0.5 * self._lacking(target) * spacing
            low, high = sigma - reach, sigma + reach
        else:
            low, high = target.interval
            upwards = self.high <= high
        missing = (high - self.high if upwards else self.low - low) / spacing
        # More than seems to lack: the density of levels fluctuates, and one more slice is dear.
        spare = max(self.buffer, 2 * _EDGE)
        count = int(min(1.1 * max(missing, 0.0) + spare, self.setting.slice_levels))
        width = count * spacing
        if upwards:
            low, high = self.high, self.high + width
            wanted = partial(_between, low=low, high=high)
            self.pieces.append(
                self._piece(low + 0.5 * width, count, wanted, low, high, low_border=low)
            )
        else:
            low, high = self.low - width, self.low
            wanted = partial(_between, low=low, high=high)
            self.pieces.insert(
                0, self._piece(low + 0.5 * width, count, wanted, low, high, high_border=high)
            )

    def _piece(
        self,
        centre: float,
        count: int,
        wanted: Callable[[np.ndarray], np.ndarray],
        low: float,
        high: float,
        **ends: Any,
    ) -> Piece:
        """The wanted levels around `centre`; the block must reach beyond [low, high]."""
        with self.watch.phase("core"):
            near = Near.around(self.frame, centre, self.setting.omega)
        if near.count == 0:
            return self._nothing(low, high, **ends)
        columns = count + 2 * self.buffer
        for _ in range(3):
            columns = min(columns, near.count)
            found = self._found(near, columns, wanted)
            if (found.energies[0] < low and found.energies[-1] > high) or columns == near.count:
                break
            columns = int(_MORE_COLUMNS * columns)
        return self._kept(found, np.flatnonzero(wanted(found.energies)), low, high, **ends)

    def _nothing(self, low: float, high: float, around: Target | None = None, **_: Any) -> Piece:
        """The piece where no product state lies near: there is no level either."""
        interval = around.interval if around is not None else None
        if interval is None and not self.pieces:
            raise agreed(
                SolverFailure(
                    f"no product state lies within omega={self.setting.omega:.4g} of E={low:.6g}: "
                    "the target is outside of the spectrum, or omega is too small"
                )
            )
        if interval is not None:
            low, high = interval
        none, beyond = np.empty(0), 1e-9 * norm_bound(self.frame.op)
        rows = self.frame.to_rows(np.empty((*self.frame.shape, 0)), np.arange(0))
        return Piece(none, none, rows, 0, 0, [low - beyond], [high + beyond], 0, 0)

    def _found(
        self, near: Near, columns: int, wanted: Callable[[np.ndarray], np.ndarray]
    ) -> Polished:
        solver = self.solver
        if solver.mode == "lanczos":
            with self.watch.phase("near block"):
                factor = schur_factor(near, near.centre)
            with self.watch.phase("lanczos"):
                return lanczos_pairs(
                    near,
                    factor,
                    near.centre,
                    columns,
                    width=min(self.setting.width, columns),
                    tol=self.tolerance,
                    go_on=self._go_on,
                )
        levels, factor = self._pencil(near, columns)
        if solver.precision == "single":
            factor = factor.single()
        with self.watch.phase("polish"):
            polisher = Polisher(
                near,
                levels,
                DeflatedSolve(near, factor, levels),
                width=self.setting.width,
                precision=factor.lower.dtype,
            )
            return polisher.refine(polisher.lifted(), wanted, self.tolerance, _PASSES, self._go_on)

    def _pencil(self, near: Near, columns: int) -> tuple[NearLevels, BlockLDL]:
        with self.watch.phase("near block"):
            schur = schur_complement(near, near.centre)
            factor = together(self.frame.comm, partial(block_ldl, schur))
            kept = None if by_lanczos(near.count, columns) else schur
            del schur
            mass = slope(near, near.centre)
        with self.watch.phase("pencil"):
            levels = by_rank_zero(
                self.frame.comm,
                lambda: near_levels(kept, mass, factor, near.centre, columns, self.attempt),
            )
        return levels, factor

    def _kept(
        self,
        found: Polished,
        wanted: np.ndarray,
        low: float,
        high: float,
        around: Target | None = None,
        low_border: float | None = None,
        high_border: float | None = None,
    ) -> Piece:
        """The piece, without the vectors of its buffer.

        Alone (`around` its target) it keeps what is wanted and ends beyond; else it ends in gaps
        between its outermost wanted levels, or at the border of its neighbour. Where no level was
        found beyond, as at the edge of the spectrum, it ends just there; a count tells.
        """
        energies, residuals = found.energies, found.residuals
        centre, beyond = 0.5 * (low + high), 1e-9 * norm_bound(self.frame.op)
        first = last = int(np.searchsorted(energies, centre))
        if len(wanted):
            first, last = int(wanted[0]), int(wanted[-1]) + 1
        if around is not None:
            low, high = _bounds(energies[wanted], around, self.frame.op)
            low_ends = _gaps(energies, residuals, 0, first, below=low)
            high_ends = _gaps(energies, residuals, max(last - 1, 0), len(energies), above=high)
            low_ends = low_ends or ([low - beyond] if energies[0] > low else [])
            high_ends = high_ends or ([high + beyond] if energies[-1] < high else [])
        else:
            reach = float(abs(energies[first:last] - centre).max(initial=0.0))
            low_ends, high_ends = [min(low, centre - reach)], [max(high, centre + reach)]
            half = (first + last) // 2
            if first > 0 and len(wanted):
                low_ends = _gaps(energies, residuals, first, min(first + _EDGE, half))
            if last < len(energies) and len(wanted):
                high_ends = _gaps(energies, residuals, max(half, last - 1 - _EDGE), last - 1)
            low_ends = low_ends if low_border is None else [low_border]
            high_ends = high_ends if high_border is None else [high_border]
            first = int(np.searchsorted(energies, low_ends[0])) if low_ends else first
            last = int(np.searchsorted(energies, high_ends[0])) if high_ends else last
        with self.watch.phase("vectors"):
            rows = self.frame.to_rows(found.vectors, np.arange(first, last))
        return Piece(
            energies,
            residuals,
            rows,
            first,
            last,
            low_ends,
            high_ends,
            found.passes,
            found.iterations,
        )

    def _go_on(self, done: int) -> bool:
        return not self.watch.expired()

    @property
    def tolerance(self) -> float:
        return self.solver.tol * norm_bound(self.frame.op)

    def stats(self) -> dict[str, Any]:
        setting = self.setting
        return {
            "n_core": setting.n_core,
            "omega": setting.omega,
            "tail_norm": setting.tail_norm,
            "near_states": setting.near,
            "slices": len(self.pieces),
            "passes": max(piece.passes for piece in self.pieces),
            "iterations": sum(piece.iterations for piece in self.pieces),
            "ranks": self.frame.comm.size,
        }


def _gaps(
    energies: np.ndarray,
    residuals: np.ndarray,
    start: int,
    stop: int,
    below: float = np.inf,
    above: float = -np.inf,
) -> list[float]:
    """Middles of the widest gaps (i, i + 1), start <= i < stop, that residuals cannot close."""
    part = slice(start, stop)
    middles = (0.5 * (energies[1:] + energies[:-1]))[part]
    spaces = np.diff(energies)[part]
    clear = spaces > 4.0 * (residuals[1:] + residuals[:-1])[part]
    clear &= (middles < below) & (middles > above)
    order = [i for i in np.argsort(-spaces, kind="stable") if clear[i]]
    return [float(middles[i]) for i in order[:_ENDS]]


def _bounds(energies: np.ndarray, target: Target, op: Operator) -> tuple[float, float]:
    """What a count must hold, so that no nearer level than these is missed."""
    if target.interval is not None:
        return target.interval
    sigma = target.energy_for(op)
    reach = float(abs(energies - sigma).max(initial=0.0))
    return sigma - reach, sigma + reach


def wanted_levels(energies: np.ndarray, target: Target, op: Operator) -> np.ndarray:
    """Mask of what the target asks for among these levels, of which there may be too few."""
    if target.interval is None:
        return _nearest(energies, target.energy_for(op), target.k or 0)
    return _between(energies, *target.interval)


def _nearest(energies: np.ndarray, sigma: float, count: int) -> np.ndarray:
    mask = np.zeros(len(energies), dtype=bool)
    mask[np.argsort(abs(energies - sigma), kind="stable")[:count]] = True
    return mask


def _between(energies: np.ndarray, low: float, high: float) -> np.ndarray:
    return np.asarray((energies >= low) & (energies <= high))
