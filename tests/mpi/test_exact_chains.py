"""The table of long and short chains on 1 to 4 ranks is that of one."""

import numpy as np
from mpi.worker import exact_chains_of

from mbltn.comm import Serial


def test_the_table_is_that_of_one_rank(job):
    expected = exact_chains_of(Serial())
    assert np.isfinite(expected["numbers"]).any(axis=0).all()
    for result in job.results:
        found = result["exact_chains"]
        assert found["curves"] == expected["curves"]
        np.testing.assert_allclose(found["numbers"], expected["numbers"], rtol=0, atol=1e-9)
