"""Density matrices of blocks from rows on 1 to 4 ranks, and what is made of them."""

import numpy as np
import pytest
from mpi.worker import BLOCK_DIMS, BLOCKS, small_grain_of

from mbltn.comm import Serial


def test_block_states_on_every_rank(job):
    """Against einsum on the whole vectors."""
    real, imaginary = np.random.default_rng(5).standard_normal((2, np.prod(BLOCK_DIMS), 3))
    whole = (real + 1j * imaginary).reshape(*BLOCK_DIMS, 3)
    n = len(BLOCK_DIMS)
    for number, block in enumerate(BLOCKS):
        bra = [n + 1 + site if site in block else site for site in range(n)]
        out = [n, *block, *(n + 1 + site for site in block)]
        expected = np.einsum(whole, [*range(n), n], whole.conj(), [*bra, n], out)
        d = np.prod([BLOCK_DIMS[site] for site in block], dtype=int)
        for result in job.results:
            found = result["block_states"][number]
            np.testing.assert_allclose(found, expected.reshape(3, d, d), rtol=0, atol=1e-12)


@pytest.fixture(scope="module")
def serial():
    return small_grain_of(Serial())


@pytest.mark.parametrize("name", ["mutual_information_lbits", "negativity_lbits"])
def test_grain_and_lbits_on_every_rank(job, serial, name):
    assert serial[name].max() > 0.01
    for result in job.results:
        found = result["small_grain"][name]
        np.testing.assert_allclose(found, serial[name], rtol=0, atol=1e-12)
        np.testing.assert_array_equal(found, job.results[0]["small_grain"][name])
