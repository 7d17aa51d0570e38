"""Orbitals of a lattice whose rows are dealt to 1 to 4 ranks."""

import numpy as np

from mbltn.models import SquareLattice


def test_orbitals_are_measured_alike_on_every_rank(job):
    lattice = SquareLattice(radius=3, W=1e3, theta_0=1.0)
    phases = lattice.draw(seed=1, realization=0).phases
    neighbours = abs(lattice.sites[:, None] - lattice.sites).sum(axis=2) == 1
    potential = lattice.potential_of(phases)
    orbitals = np.linalg.eigh(np.diag(potential) + neighbours)[1]
    expected = abs(orbitals[0])
    seen = expected > 1e-10  # below, these eigenvectors have lost their digits
    for result in job.results:
        found = result["lattice"]
        np.testing.assert_allclose(found["grain_amplitude"][seen], expected[seen], rtol=1e-5)
        assert found["grain_amplitude"].min() < 1e-8
        # strongly localized: orbitals in the order of their energies are sites in that of V
        assert found["orbital_site"].tolist() == np.argsort(potential).tolist()
        first = job.results[0]["lattice"]["grain_amplitude"]
        np.testing.assert_allclose(found["grain_amplitude"], first, rtol=1e-9, atol=0)
