"""Independent oracle: Hamiltonians from numpy.kron and the formulas of the papers, nothing else.

It shares no code with the package: spins one by one, no grain site, no terms, no strides.
"""

import numpy as np

X = np.array([[0, 1], [1, 0]], dtype=complex)
Y = np.array([[0, -1j], [1j, 0]])
Z = np.diag([1, -1]).astype(complex)
UP = (X + 1j * Y) / 2
DOWN = (X - 1j * Y) / 2


def on_spin(matrix, spin, n_spins):
    """`matrix` on spin 1..n_spins, identity on the others."""
    result = np.eye(1)
    for other in range(1, n_spins + 1):
        result = np.kron(result, matrix if other == spin else np.eye(2))
    return result


def on_grain(grain, n_spins):
    return np.kron(grain, np.eye(2**n_spins // len(grain)))


def real(matrix):
    assert np.abs(matrix.imag).max() == 0
    return matrix.real


def central_grain(grain, fields, couplings, kind, spin, field_factor=1.0):
    n_grain = int(np.log2(len(grain)))
    n = n_grain + len(fields)
    h = on_grain(grain, n).astype(complex)
    for a, (field, j) in enumerate(zip(fields, couplings, strict=True), start=n_grain + 1):
        h += field_factor * field * on_spin(Z, a, n)
        if kind == "xx":
            h += j * on_spin(X, spin, n) @ on_spin(X, a, n)
        if kind == "xxyy":
            h += j * (
                on_spin(X, spin, n) @ on_spin(X, a, n) + on_spin(Y, spin, n) @ on_spin(Y, a, n)
            )
        if kind == "pm":
            h += j * (on_spin(UP, spin, n) @ on_spin(DOWN, a, n))
            h += j * (on_spin(DOWN, spin, n) @ on_spin(UP, a, n))
    return real(h)


def quantum_sun(dot, fields, couplings, spins):
    n_dot = int(np.log2(len(dot)))
    n = n_dot + len(fields)
    h = on_grain(dot, n).astype(complex)
    for j in range(len(fields)):
        outer = n_dot + 1 + j
        h += couplings[j] * on_spin(X / 2, int(spins[j]), n) @ on_spin(X / 2, outer, n)
        h += fields[j] * on_spin(Z / 2, outer, n)
    return real(h)


def grain_chain(grain, fields, couplings):
    n_grain = int(np.log2(len(grain)))
    n = n_grain + len(fields)
    h = on_grain(grain, n).astype(complex)
    for i, (field, g) in enumerate(zip(fields, couplings, strict=True), start=n_grain + 1):
        h += field * on_spin(Z, i, n) + g * on_spin(X, i - 1, n) @ on_spin(X, i, n)
    return real(h)
