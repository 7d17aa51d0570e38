"""Observables from numpy alone, spin by spin, to compare records with."""

import itertools

import numpy as np
from oracle import central_grain


def hamiltonian(arrays):
    """The oracle's matrix for the disorder stored in a record of a `pm` central grain."""
    disorder = [arrays[f"sample/{name}"] for name in ("grain", "fields", "couplings")]
    return central_grain(*disorder, "pm", 1)


def selected(h, states):
    """Energies and vectors of the "middle_quarter", or of so many levels nearest to tr H / D."""
    energies, vectors = np.linalg.eigh(h)
    d = len(h)
    if states == "middle_quarter":
        low = round(d / 2 - (d // 4) / 2)
        levels = np.arange(low, low + d // 4)
    else:
        levels = np.sort(np.argsort(abs(energies - np.trace(h) / d))[:states])
    return energies[levels], vectors[:, levels]


def block_density(vector, spins):
    """Reduced density matrix of these spins (0, 1, ...)."""
    n = int(np.log2(vector.size))
    matrix = np.moveaxis(vector.reshape([2] * n), spins, range(len(spins)))
    matrix = matrix.reshape(2 ** len(spins), -1)
    return matrix @ matrix.T


def block_entropy(vector, spins):
    """Von Neumann entropy in nats of these spins, from the reduced density matrix."""
    weights = np.linalg.eigvalsh(block_density(vector, spins))
    weights = weights[weights > 0]
    return -float(weights @ np.log(weights))


def gap_of_block(vector, spins):
    weights = np.linalg.eigvalsh(block_density(vector, spins))
    return float(weights[-1] - weights[-2])


def mutual_information(vector, spins, spin):
    """Of these spins and one more."""
    alone = block_entropy(vector, spins) + block_entropy(vector, [spin])
    return alone - block_entropy(vector, [*spins, spin])


def log_negativity(vector, spins, spin):
    density = block_density(vector, [*spins, spin]).reshape([2 ** len(spins), 2] * 2)
    transposed = density.swapaxes(1, 3).reshape([2 ** (len(spins) + 1)] * 2)
    return float(np.log(abs(np.linalg.eigvalsh(transposed)).sum()))


def sigma_z(vector, spin):
    up, down = np.moveaxis(vector.reshape([2] * int(np.log2(vector.size))), spin, 0)
    return float((up**2).sum() - (down**2).sum())


def gap_ratios(energies):
    return np.array([min(gaps) / max(gaps) for gaps in itertools.pairwise(np.diff(energies))])


def observables(energies, vectors, n_lbits):
    """Every observable of the package by name, for levels that are not degenerate."""
    n = int(np.log2(len(vectors)))
    lbits = range(n - n_lbits, n)
    z = np.array([[sigma_z(v, spin) for spin in lbits] for v in vectors.T])
    single = [[block_entropy(v, [spin]) for spin in lbits] for v in vectors.T]
    cuts = [[block_entropy(v, list(range(spin))) for spin in lbits] for v in vectors.T]
    grain = list(range(n - n_lbits))
    return {
        "gap_ratio": gap_ratios(energies),
        "entropy_lbits": np.array(single),
        "entropy_cuts": np.array(cuts),
        "sigma_z_lbits": z,
        "memory_lbits": z**2,
        "participation": 1 / (vectors**4).sum(axis=0),
        "schmidt_gap_cuts": np.array(
            [[gap_of_block(v, list(range(spin))) for spin in lbits] for v in vectors.T]
        ),
        "mutual_information_lbits": np.array(
            [[mutual_information(v, grain, spin) for spin in lbits] for v in vectors.T]
        ),
        "negativity_lbits": np.array(
            [[log_negativity(v, grain, spin) for spin in lbits] for v in vectors.T]
        ),
    }


def check_record(record, atol=1e-9):
    """Energies and observables of a record are those that numpy finds for its disorder."""
    n_lbits = record.task["parameters"]["n_lbits"]
    energies, vectors = selected(hamiltonian(record.arrays), record.task["states"])
    np.testing.assert_allclose(record.arrays["energies"], energies, rtol=0, atol=atol)
    assert record.arrays["residuals"].max() < 1e-9
    expected = observables(energies, vectors, n_lbits)
    for name in record.task["observables"]:
        np.testing.assert_allclose(
            record.arrays[name], expected[name], rtol=0, atol=atol, err_msg=name
        )
