"""Rows of distributed vectors against numpy slices, on 1 to 4 ranks."""

import numpy as np
import pytest
from mpi.worker import DIMENSIONS, OFFSETS, whole_array

pytestmark = pytest.mark.parametrize("dimension", DIMENSIONS)


def of_ranks(job, dimension, name):
    return [result["rows"][dimension][name] for result in job.results]


def test_rows_follow_each_other_and_differ_by_one_at_most(job, dimension):
    bounds = of_ranks(job, dimension, "bounds")
    assert [low for low, _ in bounds] + [dimension] == [0] + [high for _, high in bounds]
    sizes = [high - low for low, high in bounds]
    assert sizes == sorted(sizes, reverse=True)
    assert max(sizes) - min(sizes) <= 1


@pytest.mark.parametrize("offset", OFFSETS)
def test_shifted_is_a_slice_with_zeros_beyond_the_ends(job, dimension, offset):
    beyond = np.zeros((2 * dimension + abs(offset), 3))
    padded = np.concatenate([beyond, whole_array(dimension), beyond])
    shifted = [parts[offset] for parts in of_ranks(job, dimension, "shifted")]
    for (low, high), part in zip(of_ranks(job, dimension, "bounds"), shifted, strict=True):
        moved = len(beyond) + offset
        np.testing.assert_array_equal(part, padded[low + moved : high + moved])


def test_every_column_is_whole_on_one_rank(job, dimension):
    numbers = []
    for columns, values in of_ranks(job, dimension, "whole_columns"):
        np.testing.assert_array_equal(values, whole_array(dimension)[:, columns])
        numbers += list(columns)
    assert sorted(numbers) == [0, 1, 2]


def test_sum_and_gather_are_equal_on_every_rank(job, dimension):
    for total in of_ranks(job, dimension, "sum"):
        np.testing.assert_allclose(total, whole_array(dimension).sum(axis=0), rtol=0, atol=1e-14)
    for whole in of_ranks(job, dimension, "gather"):
        np.testing.assert_array_equal(whole, whole_array(dimension))


def test_scatter_gives_each_rank_its_rows(job, dimension):
    parts = of_ranks(job, dimension, "scatter")
    for (low, high), part in zip(of_ranks(job, dimension, "bounds"), parts, strict=True):
        np.testing.assert_array_equal(part, whole_array(dimension)[low:high])
