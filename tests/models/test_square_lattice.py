"""Orbitals on a square lattice: reference values, and an independent way to write them down.

Row numbers are those of the specification's table for grain models.
"""

from itertools import permutations

import numpy as np
import pytest
from scipy import stats
from scipy.sparse import csr_array

import mbltn as mb
from mbltn.errors import InvalidInput
from mbltn.models import SquareLattice
from mbltn.observables import amplitudes_at_origin, orbital_sites
from mbltn.operators import to_dense


def by_hand(lattice, theta):
    """H[n, m] site by site, from the definition of the potential and of neighbours."""
    n = len(lattice.sites)
    h = np.zeros((n, n))
    low = lattice.theta_min
    for i in range(n):
        falling = lattice.W * (1 - 2 * theta[i] / low)
        rising = lattice.W * (1 - 2 * (2 * np.pi - theta[i]) / (2 * np.pi - low))
        h[i, i] = falling if theta[i] < low else rising
        for j in range(n):
            if abs(lattice.sites[i] - lattice.sites[j]).sum() == 1:
                h[i, j] = lattice.hop
    return h


def hamiltonian(lattice, realization=0):
    return to_dense(lattice.operator(lattice.draw(seed=2, realization=realization)))


def test_row_19_potential():
    lattice = SquareLattice(radius=0, W=10.0)
    expected = [10, 0.291796067501, -9.998900100949, -5.121168231626, 5.469899266397]
    found = lattice.potential_of(np.array([0, 0.3, 0.618, 2, 5]))
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-10)


def test_row_20_orbitals():
    lattice = SquareLattice(radius=2, W=10.0, theta_0=0.3)
    energies, orbitals = np.linalg.eigh(hamiltonian(lattice))
    assert len(energies) == 13
    found = [energies[0], energies[-1], abs(orbitals[0]).max()]
    expected = [-6.063142050547, 6.001623959674, 0.840517738208]
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-10)


@pytest.mark.parametrize("potential", ["quasiperiodic", "random"])
@pytest.mark.parametrize(("radius", "hop"), [(0, 1.0), (1, -0.3), (4, 0.5)])
def test_hamiltonian_site_by_site(potential, radius, hop):
    lattice = SquareLattice(radius=radius, W=3.0, potential=potential, hop=hop, theta_min=2.0)
    sample = lattice.draw(seed=1, realization=4)
    found = to_dense(lattice.operator(sample))
    np.testing.assert_allclose(found, by_hand(lattice, sample.phases), rtol=0, atol=1e-13)
    if potential == "quasiperiodic":
        q = np.pi * np.array([1 + np.sqrt(5), 1 + np.sqrt(3)])
        turns = (lattice.sites @ q + sample.theta_0 - sample.phases) / (2 * np.pi)
        np.testing.assert_allclose(turns, np.round(turns), rtol=0, atol=1e-12)


def test_sites_fill_the_diamond_shell_by_shell():
    lattice = SquareLattice(radius=6, W=1.0)
    assert len(lattice.sites) == lattice.space().dimension == 2 * 36 + 12 + 1
    assert len({tuple(site) for site in lattice.sites}) == len(lattice.sites)
    assert np.bincount(lattice.shells).tolist() == [1, *(4 * np.arange(1, 7))]
    assert (np.diff(lattice.shells) >= 0).all()


@pytest.mark.parametrize("potential", ["quasiperiodic", "random"])
def test_a_larger_lattice_has_the_smaller_one_in_its_middle(potential):
    small, large = (SquareLattice(radius=r, W=5.0, potential=potential) for r in (2, 5))
    inner = hamiltonian(large)[:13, :13]
    np.testing.assert_allclose(inner, hamiltonian(small), rtol=0, atol=1e-12)
    assert abs(hamiltonian(large, realization=1)[:13, :13] - inner).max() > 0.1


def test_phases_are_uniform():
    quasiperiodic = [SquareLattice(0, 1.0).draw(3, k).theta_0 for k in range(400)]
    random = SquareLattice(12, 1.0, "random").draw(3, 0).phases
    for phases in (np.array(quasiperiodic, dtype=float), random):
        assert stats.kstest(phases / (2 * np.pi), "uniform").pvalue > 1e-3


@pytest.mark.parametrize(
    ("radius", "W", "potential"),
    [
        *((3, 1e4, "quasiperiodic"), (4, 1e6, "quasiperiodic"), (4, 20.0, "quasiperiodic")),
        *((3, 3.0, "random"), (4, 1e3, "random")),
    ],
)
def test_amplitudes_at_the_grain_with_fifty_digits(radius, W, potential):
    import mpmath

    lattice = SquareLattice(radius=radius, W=W, potential=potential)
    h = hamiltonian(lattice)
    found = amplitudes_at_origin(csr_array(h), *np.linalg.eigh(h))
    with mpmath.workdps(50):
        _, orbitals = mpmath.eigsy(mpmath.matrix(h))
        exact = np.array([float(abs(orbitals[0, a])) for a in range(len(h))])
    np.testing.assert_allclose(found, exact, rtol=1e-10, atol=0)
    if W == 1e6:
        assert exact.min() < 1e-23
        assert abs(np.linalg.eigh(h)[1][0]).min() > 2 * exact.min()  # what is mended here


def by_shortest_paths(lattice, potential):
    """phi_n(0) for W >> hop = 1: paths without detour, sum prod_{m on the path} 1/(V_n - V_m)."""
    number = {tuple(site): i for i, site in enumerate(lattice.sites.tolist())}
    found = np.empty(len(potential))
    for home, (x, y) in enumerate(lattice.sites.tolist()):
        ways = {(0, 0): 1.0}
        for m in range(abs(x) + 1):
            for n in range(abs(y) + 1):
                site = (m * np.sign(x), n * np.sign(y))
                before = [((m - 1) * np.sign(x), site[1]), (site[0], (n - 1) * np.sign(y))]
                sums = [ways[one] for one, step in zip(before, (m, n), strict=True) if step]
                gap = potential[home] - potential[number[site]] if number[site] != home else 1.0
                ways[site] = sum(sums, 0.0 if sums else 1.0) / gap
        found[home] = abs(ways[x, y])
    return found


def test_amplitudes_on_a_large_lattice_are_sums_over_paths():
    """Also in the corners, where noise elsewhere in the shell has many more paths."""
    lattice = SquareLattice(radius=25, W=1e8, theta_0=1.0)
    h = hamiltonian(lattice)
    energies, orbitals = np.linalg.eigh(h)
    order = np.argsort(np.diag(h))  # of levels, as long as hops are small
    found = amplitudes_at_origin(csr_array(h), energies, orbitals)
    expected = by_shortest_paths(lattice, np.diag(h))[order]
    gaps = np.diff(np.diag(h)[order])
    assert gaps.min() > 500 and found.min() < 1e-180
    np.testing.assert_allclose(found, expected, rtol=1e-8, atol=0)


@pytest.mark.parametrize("radius", [1, 2, 3, 5])
@pytest.mark.parametrize("hop", [0.0, 1.0])
def test_amplitudes_without_a_potential(radius, hop):
    """Degenerate levels: no relative accuracy, but no garbage. Orbitals are complete."""
    lattice = SquareLattice(radius=radius, W=0.0, hop=hop)
    h = hamiltonian(lattice)
    energies, orbitals = np.linalg.eigh(h)
    found = amplitudes_at_origin(csr_array(h), energies, orbitals)
    np.testing.assert_allclose(found, abs(orbitals[0]), rtol=0, atol=1e-13)
    assert found @ found == pytest.approx(1, rel=1e-12)


@pytest.mark.parametrize(("radius", "W"), [(1, 1e-9), (2, 1e-7), (3, 1e-6), (3, 1e-4)])
def test_amplitudes_of_orbitals_that_are_not_localized(radius, W):
    """Levels W apart: as good as eigenvectors can be, a last digit over the gap."""
    import mpmath

    lattice = SquareLattice(radius=radius, W=W, potential="random")
    h = hamiltonian(lattice)
    found = amplitudes_at_origin(csr_array(h), *np.linalg.eigh(h))
    with mpmath.workdps(50):
        _, orbitals = mpmath.eigsy(mpmath.matrix(h))
        exact = np.array([float(abs(orbitals[0, a])) for a in range(len(h))])
    np.testing.assert_allclose(found, exact, rtol=0, atol=1e-14 / W)


def test_sites_of_orbitals_maximise_the_product():
    rng = np.random.default_rng(5)
    for _ in range(12):
        orbitals = np.linalg.qr(rng.standard_normal((5, 5)))[0]
        every = np.array(list(permutations(range(5))))
        products = abs(orbitals[every, np.arange(5)]).prod(axis=1)
        assert orbital_sites(orbitals).tolist() == every[products.argmax()].tolist()


def test_measured_on_eigenpairs():
    lattice = SquareLattice(radius=3, W=30.0, theta_0=1.0)
    op = lattice.operator(lattice.draw(seed=1, realization=0))
    pairs = mb.eigenpairs(op, mb.Target.all(), "dense")
    found = mb.measure(pairs, ["grain_amplitude", "orbital_site"], lattice)
    assert sorted(found["orbital_site"]) == list(range(25))
    np.testing.assert_allclose(found["grain_amplitude"], abs(pairs.vectors[0]), rtol=1e-6, atol=0)
    # at W = 30 an orbital's energy is that of its site up to hops
    at_site = np.diag(to_dense(op))[found["orbital_site"]]
    assert abs(pairs.energies - at_site).max() < 2.0
    some = mb.eigenpairs(op, mb.Target.energy(0.0, 5), "dense")
    with pytest.raises(InvalidInput, match="one of 25 orbitals, not of 5: take all states"):
        mb.measure(some, ["orbital_site"], lattice)
    with pytest.raises(InvalidInput, match="orbitals of a SquareLattice, given as the model"):
        mb.measure(pairs, ["grain_amplitude"])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"radius": -1}, "radius=-1"),
        ({"W": -2.0}, "W=-2.0 must be zero or positive"),
        ({"W": np.nan}, "W=nan"),
        ({"potential": "cosine"}, "potential='cosine' is not one of quasiperiodic, random"),
        ({"hop": np.inf}, "hop=inf"),
        ({"theta_min": 7.0}, "theta_min=7.0 must lie below 2 pi"),
        ({"theta_min": 0.0}, "theta_min=0.0"),
        ({"theta_0": 1.0, "potential": "random"}, "belongs to the quasiperiodic potential"),
    ],
)
def test_impossible_parameters(options, message):
    with pytest.raises(InvalidInput, match=message):
        SquareLattice(**{"radius": 2, "W": 1.0, **options})


def test_impossible_arrays():
    lattice = SquareLattice(radius=2, W=1.0)
    with pytest.raises(InvalidInput, match=r"phases has shape \(5,\); it must have \(13,\)"):
        lattice.sample(phases=np.zeros(5))
    with pytest.raises(InvalidInput, match="must be"):
        orbital_sites(np.zeros((3, 2)))
    with pytest.raises(InvalidInput, match="one column for each energy"):
        amplitudes_at_origin(csr_array(np.eye(3)), np.ones(2), np.eye(3))
