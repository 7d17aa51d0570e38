"""From slices to `Eigenpairs`: which levels are wanted, whether one is missing, orthonormality."""

from __future__ import annotations

import numpy as np

from ...comm import agreed
from ...operators.operator import norm_bound
from ..base import Eigenpairs, Target, empty_window
from ..certify import Certificate
from ..krylov_basis import rotate_columns
from ..verify import MAX_RELATIVE_RESIDUAL, orthonormality, residuals
from .count import CERTIFICATE_NOTE, LevelCount, levels_below
from .near import Near
from .slices import Slices, wanted_levels


def gathered_pairs(slices: Slices, target: Target) -> Eigenpairs:
    """The wanted levels of all pieces, certified if the solver was asked to."""
    frame, watch, op = slices.frame, slices.watch, slices.frame.op
    rows = frame.reduction
    certificate = None
    if slices.solver.certify and slices.covers(target):
        with watch.phase("certificate"):
            certificate = _certificate(slices)
    with watch.phase("vectors"):
        energies, norms, vectors = _joined(slices)
        wanted = np.flatnonzero(
            wanted_levels(energies, target, op) & (norms <= MAX_RELATIVE_RESIDUAL * norm_bound(op))
        )
        kept = slice(int(wanted[0]), int(wanted[-1]) + 1) if len(wanted) else slice(0, 0)
        energies, norms = energies[kept], norms[kept]
        vectors = vectors[:, kept]
        if len(slices.pieces) > 1:
            _orthonormalise(vectors, slices)
        if not rows.distributed:
            norms = residuals(op, energies, vectors)
    if not len(energies) and target.interval is not None and not slices.reason:
        raise agreed(empty_window(target.interval, slices.pieces[0].energies))
    lacking = certificate.missing if certificate else 0
    if target.interval is None:
        lacking = max(lacking, target.count(op.dimension) - len(energies))
    elif not slices.covers(target):
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
        reason=(slices.reason or _NOT_FOUND) if lacking else "",
        stats={
            **slices.stats(),
            "target": target.energy_for(op),
            "seconds": watch.phases(),
            "orthonormality": orthonormality(vectors, rows),
        },
    )


_NOT_FOUND = (
    "the levels counted in the window are more than those found, also with a wider buffer: raise "
    "omega or buffer, or use another solver"
)


def _joined(slices: Slices) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Energies, residuals and vectors of all kept levels; pieces are freed one by one."""
    pieces = slices.pieces
    energies = np.concatenate([p.energies[p.first : p.last] for p in pieces])
    norms = np.concatenate([p.residuals[p.first : p.last] for p in pieces])
    if len(pieces) == 1:
        return energies, norms, pieces[0].rows
    vectors = np.empty((len(pieces[0].rows), len(energies)), order="F")
    start = 0
    for number, piece in enumerate(pieces):
        width = piece.last - piece.first
        vectors[:, start : start + width] = piece.rows
        start += width
        pieces[number] = piece.without_rows()
    return energies, norms, vectors


def _orthonormalise(vectors: np.ndarray, slices: Slices) -> None:
    """``V (V^T V)^(-1/2)`` in place: pieces are orthogonal only to residual over level distance."""
    gram = slices.frame.sum(vectors.T @ vectors)
    values, directions = np.linalg.eigh(0.5 * (gram + gram.T))
    root = (directions / np.sqrt(values)) @ directions.T
    rotate_columns(vectors, root)


def _certificate(slices: Slices) -> Certificate | None:
    """Inertia at two ends in gaps around all that was found; None where nothing is proven."""
    first, last = slices.pieces[0], slices.pieces[-1]
    energies = np.concatenate(
        [
            first.energies[: first.first],
            *(p.energies[p.first : p.last] for p in slices.pieces),
            last.energies[last.last :],
        ]
    )
    below = _proven(slices, first.low_ends)
    above = _proven(slices, last.high_ends) if below else None
    if below is None or above is None:
        return None
    return Certificate(
        method="inertia (Haynsworth)",
        low=below.energy,
        high=above.energy,
        counted=above.below - below.below,
        found=int(((energies > below.energy) & (energies < above.energy)).sum()),
        note=CERTIFICATE_NOTE,
    )


def _proven(slices: Slices, ends: list[float]) -> LevelCount | None:
    """The first count that is certain at one of these ends."""
    for end in ends:
        near = Near.around(slices.frame, end, slices.setting.omega)
        if near.far_sign_margin(end) > slices.frame.tail.tail_norm:
            count = levels_below(near, end)
            if count.proven:
                return count
    return None
