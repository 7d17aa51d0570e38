"""Two pieces of work at once, on 1 to 4 ranks."""

SHARES = {
    1: ([0], [0]),
    2: ([0], [1]),
    3: ([0, 1], [2]),
    4: ([0, 1], [2, 3]),
}


def test_each_half_does_its_own_and_everybody_hears_of_both(job):
    first, second = SHARES[len(job.results)]
    for result in job.results:
        assert result["halves"]["results"] == [("first", first), ("second", second)]


def test_an_error_of_one_half_is_raised_on_every_rank(job):
    for result in job.results:
        message, shared = result["halves"]["caught"]
        assert f"-{len(SHARES[len(job.results)][1])}" in message  # the size of the second half
        assert shared or len(job.results) == 1
