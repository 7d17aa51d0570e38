"""States that H leads to, taken into the bases before they are needed (docs/solvers.md, T3)."""

from __future__ import annotations

import numpy as np

from ...operators.blocks import in_basis, with_site_left
from ...operators.mps import cut, new_states
from .chain import Chain, Losses, right_orthonormal

# Bonds may grow so far beyond max_bond until the next division.
_SPARE = 0.25
# What the terms of the series lack is this much smaller than what is looked for in them.
_ACCURACY = 0.1
# Weights that are rounding.
_ROUNDING = 1e-30


def enrich(
    chain: Chain, time: float, order: int, reach: float, max_bond: int, losses: Losses
) -> None:
    """Bases of the chain with the states that the Taylor series of ``exp(-iHt)`` leads to.

    Terms ``phi_k = (t^k/k!) (H - E)^k psi``, k up to `order`. The basis of every bond takes in the
    largest parts of them that it lacks, those of singular values above `reach` (Yang and White,
    Phys. Rev. B 102, 094315, 2020, who take (1 - iHt)^k psi). The state stays as it is; the centre
    ends on the last site, from which the chain is seen then. What is left out counts as error.
    """
    terms = taylor_terms(chain, time, order, reach)
    images = [term[0] for term in terms]
    most = int(max_bond * (1 + _SPARE))
    for i in range(len(chain.tensors) - 1):
        a, b = chain.tensors[i], chain.tensors[i + 1]
        norm = np.linalg.norm(a)
        part = cut(a.reshape(-1, a.shape[2]) / norm, a.shape[2], _ROUNDING)
        lacking = np.hstack([image.reshape(len(part.basis), -1) for image in images])
        new = new_states(part.basis, lacking, reach, most - part.basis.shape[1])
        losses.error += new.left_out
        basis = np.hstack([part.basis, new.states])
        rest = norm * part.weights[:, None] * part.others
        rest = np.vstack([rest, np.zeros((new.states.shape[1], rest.shape[1]))])
        chain.left[i + 1] = in_basis(with_site_left(chain.left[i], chain.mpo[i]), basis)
        chain.tensors[i] = basis.reshape(*a.shape[:2], -1)
        chain.tensors[i + 1] = np.tensordot(rest, b, (1, 0))
        images = [
            np.tensordot(basis.conj().T @ image.reshape(len(basis), -1), term[i + 1], (1, 0))
            for image, term in zip(images, terms, strict=True)
        ]
    chain.turn()


def taylor_terms(chain: Chain, time: float, order: int, reach: float) -> list[list[np.ndarray]]:
    """``(t^k/k!) (H - E)^k psi`` for k = 1 .. order: tensors, orthonormal to the right.

    With order 1 E is left out: E psi is in all bases of psi.
    """
    term, terms, energy = chain.tensors, [], chain.energy()
    for k in range(1, order + 1):
        image = [_applied(w, a) for w, a in zip(chain.mpo, term, strict=True)]
        if order > 1:
            image = _sum(image, [-energy * term[0], *term[1:]])
        image[0] = image[0] * (abs(time) / k)
        term = right_orthonormal(image)
        if k < order:
            term = _compressed(term, _ACCURACY * reach)
        terms.append(term)
    return terms


def _applied(w: np.ndarray, a: np.ndarray) -> np.ndarray:
    """(D, D', d, d) on (l, d, r): (D l, d, D' r)."""
    image = np.tensordot(w, a, (3, 1)).transpose(0, 3, 2, 1, 4)
    return np.asarray(image.reshape(w.shape[0] * a.shape[0], a.shape[1], -1))


def _sum(first: list[np.ndarray], second: list[np.ndarray]) -> list[np.ndarray]:
    """Tensors of the sum of two states."""
    found = []
    last = len(first) - 1
    for i, (a, b) in enumerate(zip(first, second, strict=True)):
        left = (0, 0) if i == 0 else (0, a.shape[0])
        right = (0, 0) if i == last else (0, a.shape[2])
        both = np.zeros((left[1] + b.shape[0], a.shape[1], right[1] + b.shape[2]), dtype=complex)
        both[: a.shape[0], :, : a.shape[2]] += a
        both[left[1] :, :, right[1] :] += b
        found.append(both)
    return found


def _compressed(tensors: list[np.ndarray], distance: float) -> list[np.ndarray]:
    """Orthonormal to the right before and after; every bond cuts off `distance` at most."""
    tensors = list(tensors)
    for i in range(len(tensors) - 1):
        left, d, right = tensors[i].shape
        norm = np.linalg.norm(tensors[i])
        if norm <= distance:
            break
        part = cut(tensors[i].reshape(-1, right) / norm, right, float((distance / norm) ** 2))
        tensors[i] = part.basis.reshape(left, d, -1)
        rest = norm * part.weights[:, None] * part.others
        tensors[i + 1] = np.tensordot(rest, tensors[i + 1], (1, 0))
    return right_orthonormal(tensors)
