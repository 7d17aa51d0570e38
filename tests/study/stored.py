"""What two records must have in common to be the same."""

import numpy as np


def same(one, other):
    assert (one.id, one.task, one.facts) == (other.id, other.task, other.facts)
    assert one.arrays.keys() == other.arrays.keys()
    for name, values in one.arrays.items():
        assert other.arrays[name].dtype == values.dtype
        np.testing.assert_array_equal(other.arrays[name], values)
    return True
