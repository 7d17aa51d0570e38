"""Scaling that is really run, in small; and what is read off numbers that are known."""

import pytest
from mpirun import needs_mpi

from mbltn.bench.campaign import Run, Voice
from mbltn.bench.problem import Problem
from mbltn.bench.processes import Limits
from mbltn.bench.scaling import Case, Scaling, run_scaling, scaling_table
from mbltn.cli import main
from mbltn.network import Network

STEP = {"columns": 8, "steps": 50, "repetitions": 2}


def test_ratios():
    """Two ranks take 0.6 of one rank's time; the larger problem is three times the smaller one."""
    measured = {(8, 1): 10.0, (8, 2): 6.0, (16, 1): 30.0, (16, 2): 18.0}
    ideal = {(8, 1): 10.0, (8, 2): 5.0, (16, 1): 20.0, (16, 2): 10.0}
    processor = {key: 0.9 * seconds for key, seconds in measured.items()}
    found = Scaling("work", (8, 16), 2, measured, processor, ideal, 0.3)
    assert found.strong(8, measured) == pytest.approx(1 / 0.6)
    assert found.strong(16, ideal) == 2.0
    assert found.weak(measured) == pytest.approx(1.8)
    assert found.weak(ideal) == 1.0
    assert found.growth(measured) == 3.0
    text = scaling_table([found], Network(1e-6, 5e9))
    assert "1 us, 5 GB/s; other work took up to 0.3 cores" in text
    assert "measured 1.80 (3.00), processor 1.80 (3.00), predicted 1.00 (2.00)" in text
    assert scaling_table([], Network(1e-6, 5e9)) == "scaling: nothing was measured"


@needs_mpi
def test_a_case_is_run_on_both_sizes_and_numbers_of_ranks(capsys):
    case = Case(Run("filter step", None, "kernel", STEP), Problem(n_lbits=4, n_pairs=1))
    rows, (found,), network = run_scaling(2, 1, Limits(seconds=100), Voice(), [case])
    assert [(row.D, row.ranks) for row in rows] == [(128, 1), (128, 2), (256, 1), (256, 2)]
    assert found.dimensions == (128, 256)
    assert found.measured == {(row.D, row.ranks): row.seconds for row in rows}
    # Every rank does half of it, and meets the other once in a step.
    meetings = STEP["steps"] * network.latency
    assert found.predicted[128, 2] == pytest.approx(0.5 * found.processor[128, 1] + meetings)
    assert found.processor[128, 2] > 0 and found.processor.keys() == found.measured.keys()
    assert network.latency > 0
    assert network.bandwidth > 0
    assert "2 rank(s) of 1 thread(s): done" in capsys.readouterr().err


def test_what_scaling_fixes_is_refused(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["mbltn", "bench", "--scaling", "--lbits", "3"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert "--lbits was given with --scaling" in capsys.readouterr().err
