"""`mbltn bench` from its options to its table, rows, files and exit code."""

import json

import pytest
from mpirun import MBLTN, finish, mpirun, needs_mpi, run, start

from mbltn.cli import main

# Small and short: should it not be refused, it must not start the work of full size.
SMALL_B1 = ["--yardstick", "B1", "--lbits", "2", "--pairs", "2", "--time-limit", "1"]
PINNED = {
    *("method", "D", "pairs", "seconds", "peak_mb", "max_residual", "complete"),
    "energies_digest",
}


@pytest.fixture(scope="module")
def two_sizes(tmp_path_factory):
    """Two sizes and two methods, into a folder."""
    folder = tmp_path_factory.mktemp("bench") / "out"
    options = ["--lbits", "3,4", "--pairs", "16", "--methods", "dense,quimb"]
    return folder, run([*MBLTN, "bench", *options, "--json", "--threads", "1", "--out", folder])


def test_a_row_for_each_method_and_size(two_sizes):
    job = two_sizes[1]
    assert job.returncode == 0, job.stderr
    rows = [json.loads(line) for line in job.stdout.splitlines()]
    assert all(row.keys() >= PINNED for row in rows)
    assert [(row["method"], row["D"]) for row in rows] == [
        (method, dimension) for dimension in (64, 128) for method in ("dense", "quimb")
    ]
    for of_one_size in (rows[:2], rows[2:]):
        assert {row["status"] for row in of_one_size} == {"done"}
        assert {row["pairs"] for row in of_one_size} == {16}
        assert len({row["energies_digest"] for row in of_one_size}) == 1
    assert rows[0]["energies_digest"] != rows[2]["energies_digest"]
    assert rows[0]["complete"] == "certified"
    assert max(row["max_residual"] for row in rows) < 1e-6


def test_progress_goes_to_stderr(two_sizes):
    job = two_sizes[1]
    assert "bench:   quimb, 1 rank(s) of 1 thread(s): done" in job.stderr


def test_what_is_kept(two_sizes):
    folder, job = two_sizes
    kept = json.loads((folder / "rows.json").read_text())
    assert kept == [json.loads(line) for line in job.stdout.splitlines()]
    table = (folder / "table.txt").read_text()
    assert table.startswith("command: mbltn bench --lbits 3,4")
    assert table.count("energies agree") == 2
    assert (folder / "bench.png").read_bytes().startswith(b"\x89PNG")


def test_a_yardstick_tried_out_small(tmp_path):
    options = ["--yardstick", "b6", "--lbits", "3", "--rounds", "2", "--out", tmp_path / "out"]
    job = run([*MBLTN, "bench", *options])
    assert job.returncode == 0, job.stderr
    (row,) = json.loads((tmp_path / "out" / "rows.json").read_text())
    assert row["seconds"] == min(row["more"]["rounds"])
    assert len(row["more"]["rounds"]) == 2
    assert job.stdout.splitlines()[-1].startswith("B6 rate: ")
    (verdict,) = json.loads((tmp_path / "out" / "verdicts.json").read_text())
    assert (verdict["yardstick"], verdict["must"], verdict["unit"]) == ("B6", 20, "GFlop/s")
    assert verdict["measured"] > 0
    assert "no verdict" in verdict["verdict"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--methods", "dense,scippy"], "did you mean 'scipy'?"),
        ([*SMALL_B1, "--alpha", "0.5"], "--alpha was given with --yardstick"),
        ([*SMALL_B1, "--grain-spins", "2"], "--grain-spins was given with --yardstick"),
        ([*SMALL_B1, "--methods", "dense"], "--methods was given with --yardstick"),
        (["--lbits", "nine"], "must be whole numbers"),
        (["--methods", "dense", "--rounds", "0"], "rounds=0 must be at least 1"),
        (["--methods", "dense", "--baseline", "scipy"], "'scipy' is not among the methods dense"),
    ],
)
def test_bad_input_is_exit_code_2(options, message, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["mbltn", "bench", *options])
    with pytest.raises(SystemExit) as end:
        main()
    said = capsys.readouterr()
    assert (end.value.code, said.out) == (2, "")
    assert message in said.err


@needs_mpi
def test_it_starts_ranks_and_is_not_started_by_them():
    job = finish(start(mpirun(2, *MBLTN, "bench", "--lbits", "2")))
    assert job.returncode == 2
    assert "run it without mpirun, with --ranks" in job.stderr
