"""A wide target in slices, each around its own centre, that meet in gaps between levels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from ...comm import agreed, by_halves, by_rank_zero, nobody_waits, together
from ...errors import SolverFailure
from ...operators.operator import norm_bound
from ..base import Target
from ..watch import Watch
from .cost import Setting
from .count import levels_below
from .frame import Frame
from .ldl import BlockLDL, block_ldl
from .near import Near, schur_complement, slope
from .pencil import DeflatedSolve, NearLevels, by_lanczos, near_levels
from .piece import (
    EDGE,
    Piece,
    at_borders,
    between,
    ends_beyond,
    ends_within,
    nearest,
    wanted_levels,
)
from .polish import Polished, Polisher
from .precondition import schur_factor
from .shift_invert import lanczos_pairs

if TYPE_CHECKING:
    from .solver import Windowed

# SQMR iterations of each correction at most; two or three corrections are enough.
_PASSES = (10, 16, 16, 16, 16, 16, 16)
# Of columns, and of omega, where there are too few.
_MORE = 1.5
_TRIALS = 3
# Near states for every column of the block, at least.
_ROOM = 2
# Levels of the first of several slices at least: its two ends must not meet.
_LEAST_LEVELS = 4 * EDGE


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
            wanted = partial(nearest, sigma=sigma, count=most)
            self.pieces = [self._piece(sigma, most, wanted, sigma, sigma)]
        while not self.covers(target) and self._may_go_on():
            try:
                self._extend(target, sigma)
            except SolverFailure as error:
                if not nobody_waits(self.frame.comm, error):
                    raise
                self.reason = str(error)
                break
        if not self.covers(target) and not self.reason:
            self.reason = self.watch.reason if self.watch.expired() else self._unconverged

    @property
    def _unconverged(self) -> str:
        return (
            f"levels at the edge did not converge: raise omega (now {self.setting.omega:.3g}) or "
            f"buffer (now {self.buffer}), or use another solver"
        )

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
        if not grows or self.reason or self.watch.expired():
            return False
        beyond = norm_bound(self.frame.op)
        return self.low > -beyond or self.high < beyond

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
            beyond = norm_bound(self.frame.op)
            low, high = max(target.interval[0], -beyond), min(target.interval[1], beyond)
            return self.low < low and self.high > high
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
        if target.interval is None:
            upwards = self.high - sigma < sigma - self.low
            spacing = self._spacing(upwards)
            reach = self.reach(target) + 0.5 * self._lacking(target) * spacing
            low, high = sigma - reach, sigma + reach
        else:
            low, high = target.interval
            upwards = self.high <= high
            spacing = self._spacing(upwards)
        missing = (high - self.high if upwards else self.low - low) / spacing
        # More than seems to lack: the density of levels fluctuates, and one more slice is dear.
        spare = max(self.buffer, 2 * EDGE)
        most = max(self.setting.slice_levels, _LEAST_LEVELS)
        count = int(min(1.1 * max(missing, 0.0) + spare, most))
        # From its centre a piece must reach back to its neighbour; narrower where it did not.
        width = min(count * spacing, self.setting.omega - self.frame.tail.tail_norm)
        for trial in range(_TRIALS):
            piece = self._beside(upwards, count, width / 2.0**trial)
            if piece.low_ends and piece.high_ends:
                break
        if not (piece.low_ends if upwards else piece.high_ends):
            self.reason = self._unconverged
        elif upwards:
            self.pieces.append(piece)
        else:
            self.pieces.insert(0, piece)

    def _spacing(self, upwards: bool) -> float:
        """Mean distance of the levels at the outer end of what was found on this side."""
        energies = self.pieces[-1 if upwards else 0].energies
        half = len(energies) // 2
        outer = energies[half:] if upwards else energies[: len(energies) - half]
        mean = 2.0 * self.setting.omega / max(1, self.setting.near)
        if len(outer) < EDGE:
            return mean
        # Not that of a multiplet.
        return max(float(outer[-1] - outer[0]) / (len(outer) - 1), 1e-3 * mean)

    def _beside(self, upwards: bool, count: int, width: float) -> Piece:
        """A piece of about `count` levels in `width` that begins where the outermost one ends."""
        low, high = (self.high, self.high + width) if upwards else (self.low - width, self.low)
        ends = {"low_border": low} if upwards else {"high_border": high}
        wanted = partial(between, low=low, high=high)
        return self._piece(0.5 * (low + high), count, wanted, low, high, **ends)

    def _piece(
        self,
        centre: float,
        count: int,
        wanted: Callable[[np.ndarray], np.ndarray],
        low: float,
        high: float,
        **ends: Any,
    ) -> Piece:
        """The wanted levels around `centre`; the block should reach beyond [low, high]."""
        columns = count + 2 * self.buffer
        with self.watch.phase("core"):
            near = self._near(centre, columns)
        if near.count == 0:
            return self._nothing(near, **ends)
        for trial in range(_TRIALS):
            columns = min(int(columns * _MORE ** (trial > 0)), near.count)
            found = self._found(near, columns, wanted)
            if (found.energies[0] < low and found.energies[-1] > high) or columns == near.count:
                break
        whole = columns == near.count and self.solver.mode == "polish"
        return self._kept(found, wanted, near, low, high, whole=whole, **ends)

    def _near(self, centre: float, columns: int) -> Near:
        """Near states around `centre`; in a wider window where the density of levels is low."""
        enough = min(_ROOM * columns, self.setting.near)
        omega, widest = self.setting.omega, 2.0 * norm_bound(self.frame.op)
        near = Near.around(self.frame, centre, omega)
        while near.count < enough and omega < widest and self.solver.omega is None:
            omega *= _MORE
            near = Near.around(self.frame, centre, omega)
        return near

    def _nothing(
        self,
        near: Near,
        around: Target | None = None,
        low_border: float | None = None,
        high_border: float | None = None,
    ) -> Piece:
        """The piece where no product state lies near: there is no level either."""
        if not self.pieces and not (around and around.interval):
            raise agreed(
                SolverFailure(
                    f"no product state lies within omega={near.omega:.4g} of E={near.centre:.6g}: "
                    "the target is outside of the spectrum, or omega is too small"
                )
            )
        none, sure = np.empty(0), near.omega - self.frame.tail.tail_norm
        known = (near.centre - sure, near.centre + sure)
        low_ends, high_ends = at_borders([known[0]], [known[1]], known, low_border, high_border)
        rows = self.frame.to_rows(np.empty((*self.frame.shape, 0)), np.arange(0))
        return Piece(none, none, rows, 0, 0, low_ends, high_ends, 0, 0)

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
        wanted: Callable[[np.ndarray], np.ndarray],
        near: Near,
        low: float,
        high: float,
        *,
        whole: bool,
        around: Target | None = None,
        low_border: float | None = None,
        high_border: float | None = None,
    ) -> Piece:
        """The piece, without the vectors of its buffer.

        Alone (`around` its target) it keeps what is wanted and ends beyond; else, or where nothing
        is known beyond, it ends in gaps between its outermost wanted levels, or at the border of
        its neighbour. `whole` says that the block has every level of the near states.
        """
        energies = found.energies
        distances = np.sort(abs(energies - near.centre))
        sure = near.omega - self.frame.tail.tail_norm
        if not whole:
            # The outermost levels of a block may have nearer ones beside them.
            sure = float(distances[-1 - min(EDGE, self.buffer, len(distances) - 1)])
        known = (near.centre - sure, near.centre + sure)
        kept = np.flatnonzero(wanted(energies))
        first = last = int(np.searchsorted(energies, near.centre))
        if len(kept):
            first, last = int(kept[0]), int(kept[-1]) + 1
        low_ends: list[float] = []
        high_ends: list[float] = []
        if around is not None:
            low_ends, high_ends = ends_beyond(found, first, last, known, around, self.frame.op)
        if not (low_ends and high_ends):
            ends = ends_within(found, first, last, known, 0.5 * (low + high))
            low_ends, high_ends = at_borders(*ends, known, low_border, high_border)
            first = int(np.searchsorted(energies, low_ends[0])) if low_ends else first
            last = int(np.searchsorted(energies, high_ends[0])) if high_ends else last
        with self.watch.phase("vectors"):
            rows = self.frame.to_rows(found.vectors, np.arange(first, last))
        return Piece(
            energies,
            found.residuals,
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
