"""From slices to `Eigenpairs`: which levels are wanted, whether one is missing, orthonormality."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from ...comm import agreed, by_halves, nobody_waits
from ...errors import SolverFailure
from ...operators.operator import norm_bound
from ..base import Eigenpairs, Target, empty_window
from ..certify import Certificate
from ..krylov_basis import rotate_columns
from ..verify import MAX_RELATIVE_RESIDUAL, orthonormality, residuals
from .count import CERTIFICATE_NOTE, LevelCount, levels_below
from .near import Near
from .piece import bounds, wanted_levels
from .slices import Slices


def gathered_pairs(slices: Slices, target: Target) -> Eigenpairs:
    """The wanted levels of all pieces, certified if the solver was asked to."""
    frame, watch, op = slices.frame, slices.watch, slices.frame.op
    rows, covered = frame.reduction, slices.covers(target)
    energies, norms = _levels(slices)
    wanted = wanted_levels(energies, target, op)
    if target.interval is None and not covered:
        # Levels beyond may not be the nearest ones that there are.
        wanted &= abs(energies - target.energy_for(op)) <= slices.reach(target)
    good = norms <= MAX_RELATIVE_RESIDUAL * norm_bound(op)
    lacking = int((wanted & ~good).sum())
    reason = slices.reason or (_UNCONVERGED if lacking else "")
    certificate = None
    if slices.solver.certify and covered and not lacking and not watch.expired():
        with watch.phase("certificate"):
            certificate = _certificate(slices, target, energies[wanted])
    with watch.phase("vectors"):
        vectors = _joined(slices)
        chosen = np.flatnonzero(wanted & good)
        energies, norms = energies[chosen], norms[chosen]
        run = len(chosen) and chosen[-1] - chosen[0] + 1 == len(chosen)
        vectors = vectors[:, chosen[0] : chosen[-1] + 1] if run else vectors[:, chosen]
        if len(slices.pieces) > 1:
            _orthonormalise(vectors, slices)
        if not rows.distributed:
            norms = residuals(op, energies, vectors)
    counted = certificate is not None and certificate.missing
    if not len(energies) and target.interval is not None and not reason and not counted:
        raise agreed(empty_window(target.interval, slices.pieces[0].energies))
    if certificate is not None and certificate.missing:
        lacking, reason = certificate.missing, _NOT_FOUND
    if target.interval is None:
        lacking = max(lacking, target.count(op.dimension) - len(energies))
    elif not covered:
        lacking = max(lacking, 1)
    complete = certificate.verdict if certificate else "unknown"
    if lacking:
        complete = f"missing {lacking}"
    return Eigenpairs(
        operator=op,
        energies=energies,
        vectors=vectors,
        residuals=norms,
        complete=complete,
        solver=slices.solver.name,
        rows=rows,
        certificate=certificate,
        reason=reason if lacking else "",
        stats={
            **slices.stats(),
            "target": target.energy_for(op),
            "seconds": watch.phases(),
            "orthonormality": orthonormality(vectors, rows),
        },
    )


_UNCONVERGED = "some levels did not converge: raise omega or buffer, or use another solver"
_NOT_FOUND = (
    "the levels counted in the window are more than those found, also with a wider buffer: raise "
    "omega or buffer, or use another solver"
)


def _levels(slices: Slices) -> tuple[np.ndarray, np.ndarray]:
    """Energies and residual norms of all kept levels, ascending."""
    pieces = slices.pieces
    energies = np.concatenate([p.energies[p.kept] for p in pieces])
    return energies, np.concatenate([p.residuals[p.kept] for p in pieces])


def _joined(slices: Slices) -> np.ndarray:
    """Vectors of all kept levels; pieces are freed one by one."""
    pieces = slices.pieces
    if len(pieces) == 1:
        return pieces[0].rows
    count = sum(piece.last - piece.first for piece in pieces)
    vectors = np.empty((len(pieces[0].rows), count), order="F")
    start = 0
    for number, piece in enumerate(pieces):
        width = piece.last - piece.first
        vectors[:, start : start + width] = piece.rows
        start += width
        pieces[number] = piece.without_rows()
    return vectors


def _orthonormalise(vectors: np.ndarray, slices: Slices) -> None:
    """``V (V^T V)^(-1/2)`` in place: pieces are orthogonal only to residual over level distance."""
    gram = slices.frame.sum(vectors.T @ vectors)
    values, directions = np.linalg.eigh(0.5 * (gram + gram.T))
    root = (directions / np.sqrt(values)) @ directions.T
    rotate_columns(vectors, root)


def _certificate(slices: Slices, target: Target, wanted: np.ndarray) -> Certificate | None:
    """Inertia at two ends in gaps around all that is wanted; None where nothing is proven."""
    pieces, first, last = slices.pieces, slices.pieces[0], slices.pieces[-1]

    def known(name: str) -> np.ndarray:
        """Of the levels of all pieces, and of the outer ones' buffers."""
        kept = [getattr(p, name)[p.kept] for p in pieces]
        below, above = getattr(first, name)[: first.first], getattr(last, name)[last.last :]
        return np.concatenate([below, *kept, above])

    energies, norms = known("energies"), known("residuals")
    low, high = bounds(wanted, target, slices.frame.op)
    middle = 0.5 * (low + high)

    def clear_of(end: float) -> bool:
        """Whether the residuals on its side cannot move a level across it."""
        between = (energies - end) * (energies - middle) < 0
        return bool(np.linalg.norm(norms[between]) < abs(energies - end).min(initial=np.inf))

    lows = [e for e in first.low_ends if e <= low and clear_of(e)]
    highs = [e for e in last.high_ends if e >= high and clear_of(e)]
    below, above = by_halves(
        slices.frame.comm, [partial(_proven, slices, lows), partial(_proven, slices, highs)]
    )
    if below is None or above is None:
        return None
    inside = (energies > below.energy) & (energies < above.energy)
    # So many Ritz values within are so many levels if their residuals together do not reach out.
    clear = min(abs(energies - end.energy).min(initial=np.inf) for end in (below, above))
    if len(energies) and not np.linalg.norm(norms[inside]) < clear:
        return None
    return Certificate(
        method="inertia (Haynsworth)",
        low=below.energy,
        high=above.energy,
        counted=above.below - below.below,
        found=int(inside.sum()),
        note=CERTIFICATE_NOTE,
    )


def _proven(slices: Slices, ends: list[float], comm: Any) -> LevelCount | None:
    """The first count that is certain at one of these ends, by the ranks of `comm`."""
    frame = slices.frame.over(comm)
    for end in ends:
        near = Near.around(frame, end, slices.setting.omega)
        if not near.far_sign_margin(end) > frame.tail.tail_norm:
            continue
        try:
            count = levels_below(near, end)
        except SolverFailure as error:
            if not nobody_waits(comm, error):
                raise
            continue
        if count.proven:
            return count
    return None
