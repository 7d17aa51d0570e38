"""How far work is, in lines for a log and not at all where nobody asks."""

import io

import pytest

from mbltn.study import progress
from mbltn.study.progress import Progress, counted


@pytest.fixture
def clock(monkeypatch):
    """Seconds that pass when the test says so."""
    now = [0.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    return now


def test_lines_of_counted_work_are_few_and_say_what_is_left(clock):
    log = io.StringIO()
    with counted("sums", "auto", log) as tick:
        for done in range(1, 11):
            clock[0] += 3.0
            tick(done, 10)
    lines = log.getvalue().splitlines()
    assert lines[0] == "sums: 2/10 points, 0:06 elapsed, 0:24 left"
    assert len(lines) == 5
    assert lines[-1] == "sums: 10/10 points, 0:30 elapsed, 0:00 left"


def test_nobody_is_told_unasked(clock):
    log = io.StringIO()
    with counted("sums", "none", log) as tick:
        clock[0] += 100.0
        tick(1, 2)
    assert log.getvalue() == ""


def test_nothing_to_do_leaves_no_time(clock):
    whole = Progress("study", {"a": 1.0}, lambda: {"a"}, "lines", io.StringIO())
    assert whole.line().endswith("1/1 realizations, 100 % of the work, 0:00 elapsed, 0:00 left")
    begun = Progress("study", {"a": 1.0, "b": 1.0}, lambda: {"a"}, "lines", io.StringIO())
    assert begun.line().endswith("0:00 elapsed, unknown left")
