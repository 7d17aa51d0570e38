"""The command line: what goes where, exit codes, JSON, progress, figure.

Runs, bars and one error are real processes; the other commands call the same `main` in here.
"""

import fcntl
import json
import os
import platform
import pty
import re
import shutil
import struct
import sys
import termios
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from command_line import mbltn
from conftest import has
from matplotlib.image import imread
from mpirun import MBLTN, finish, mpirun, needs_mpi, run, start

TINY = Path(__file__).parent / "study" / "tiny.toml"
COMMANDS = ("run", "status", "collect", "compare", "plot", "bench", "doctor", "submit")

ONE_POINT = "ensemble=[{grid={n_lbits=[3], alpha=[0.4]}, realizations=1, states='middle_quarter'}]"
# Shift-invert cannot return all 16 levels of D = 16, nor all 64 of D = 64.
IMPOSSIBLE_16 = "ensemble.0={grid={n_lbits=[2], alpha=[0.4]}, realizations=2, states=16, "
IMPOSSIBLE_16 += "solver='shift_invert'}"
IMPOSSIBLE_64 = "ensemble.1={grid={n_lbits=[4], alpha=[0.4]}, realizations=2, states=64, "
IMPOSSIBLE_64 += "solver='shift_invert'}"


def run_study(folder, *overrides):
    changes = [part for override in overrides for part in ("-o", override)]
    return mbltn("run", TINY, "--out", folder, "--progress", "none", *changes)


def strict_json(text):
    """Parsed, but NaN and Infinity are no JSON."""

    def refuse(constant):
        raise AssertionError(f"{constant} in JSON")

    return json.loads(text, parse_constant=refuse)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A finished run by a process: its folder and what it said."""
    folder = tmp_path_factory.mktemp("cli") / "out"
    job = run([*MBLTN, "run", TINY, "--out", folder])
    assert job.returncode == 0, job.stderr
    return folder, job


@pytest.fixture
def folder(whole):
    return whole[0]


# -- help --------------------------------------------------------------------------------------


def test_help_names_every_command():
    job = run([*MBLTN, "--help"])
    assert job.returncode == 0
    assert all(re.search(rf"^  {name} ", job.stdout, re.MULTILINE) for name in COMMANDS)


def test_the_installed_script_is_the_same_program():
    script = Path(sys.executable).with_name("mbltn")
    if not script.exists():
        pytest.skip("the package is on the path but not installed, so there is no script")
    said = [run([*program, "run", "--help"]).stdout.splitlines() for program in ([script], MBLTN)]
    assert said[0][0] == "Usage: mbltn run [OPTIONS] STUDY"
    assert said[0][1:] == said[1][1:]


# -- run ---------------------------------------------------------------------------------------


def test_run_prints_the_comparison_and_nothing_else_on_stdout(whole):
    lines = whole[1].stdout.splitlines()
    assert lines[0].startswith("[S_end]/log 2")
    assert lines[1].split() == [
        *("n_lbits", "alpha", "dimension", "solver", "n_realizations"),
        *("exact", "error", "theory", "sigmas", "verdict"),
    ]
    assert [line.split()[:3] for line in lines[2:-1]] == [
        ["2", "0.4000", "16"],
        ["2", "0.6000", "16"],
        ["3", "0.4000", "32"],
        ["3", "0.6000", "32"],
        ["4", "0.4000", "64"],
    ]
    assert lines[-1].startswith("one number fitted, the first bare coupling g_1,0 = ")


def test_run_talks_on_stderr_in_lines_when_that_is_no_terminal(whole):
    folder, job = whole
    outcome = f"14 realizations: 0 found, 14 computed, 0 failed; results in {folder}"
    assert f"mbltn: {outcome}" in job.stderr.splitlines()
    progress = [line for line in job.stderr.splitlines() if line.startswith("tiny: ")]
    assert re.fullmatch(
        r"tiny: 14/14 realizations, 100 % of the work, \d+:\d\d elapsed, 0:00 left", progress[-1]
    )
    assert "\r" not in job.stderr


def test_run_draws_a_bar_on_a_terminal(tmp_path):
    try:
        terminal, other_end = pty.openpty()
    except OSError as error:
        pytest.skip(f"this machine has no pseudo-terminal to look at the bar: {error}")
    fcntl.ioctl(other_end, termios.TIOCSWINSZ, struct.pack("4H", 24, 100, 0, 0))
    command = [*MBLTN, "run", TINY, "--out", tmp_path / "out", "-o", ONE_POINT]
    job = start(command, stderr=other_end)
    os.close(other_end)
    shown = b""
    while chunk := _read(terminal):
        shown += chunk
    assert finish(job).returncode == 0, shown.decode()
    os.close(terminal)
    assert re.search(rb"\rtiny 100%\|.*\| \d\d:\d\d<00:00, 1/1 realizations", shown)
    assert b" left" not in shown


def _read(terminal):
    try:
        return os.read(terminal, 4096)
    except OSError:  # how Linux says that the other end is closed
        return b""


def test_plan_computes_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shared = ["-o", "ensemble.1.solver=slepc", "-o", "resources.shared_from=64"]
    job = mbltn("run", TINY, "--plan", "--ranks", 4, *shared)
    assert job.returncode == 0
    assert not list(tmp_path.iterdir())
    head, *rows, total = job.stdout.splitlines()
    assert head.split()[:6] == ["problem", "D", "method", "states", "tasks", "memory"]
    columns = [re.split(r" {2,}", row) for row in rows]
    assert [[*row[0].split(", "), *row[1:5]] for row in columns] == [
        ["n_lbits=2", "alpha=0.4", "16", "dense", "middle_quarter", "3"],
        ["n_lbits=2", "alpha=0.6", "16", "dense", "middle_quarter", "3"],
        ["n_lbits=3", "alpha=0.4", "32", "dense", "middle_quarter", "3"],
        ["n_lbits=3", "alpha=0.6", "32", "dense", "middle_quarter", "3"],
        ["n_lbits=4", "alpha=0.4", "64", "slepc", "8", "2"],
    ]
    assert all(re.fullmatch(r"\d+(\.\d+)? k?B", row[5]) for row in columns)
    assert [row[7] for row in columns] == ["1", "1", "1", "1", "2"]
    assert total.startswith("14 tasks, 2 of them shared between ranks; about ")


def test_results_go_to_a_folder_named_after_the_study(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert mbltn("run", TINY, "-o", ONE_POINT, "-o", "name=mine").returncode == 0
    assert (tmp_path / "results" / "mine" / "table.csv").exists()


def test_failed_realizations_are_named_and_the_others_finished(tmp_path):
    overrides = [IMPOSSIBLE_16, "theory.fit_n_lbits=4"]
    job = run_study(tmp_path, *overrides)
    assert job.returncode == 1
    assert "4 realizations: 0 found, 2 computed, 2 failed" in job.stderr
    assert "failed: realization 1 of {" in job.stderr
    assert "cannot return k=16 of D=16 levels" in job.stderr
    assert set(pd.read_csv(tmp_path / "table.csv")["dimension"]) == {64}
    assert "4 realizations: 2 found, 0 computed, 2 failed" in run_study(tmp_path, *overrides).stderr


def test_when_all_fail_the_reasons_are_said(tmp_path):
    job = run_study(tmp_path, IMPOSSIBLE_16, IMPOSSIBLE_64, "theory.fit_n_lbits=2")
    assert job.returncode == 1
    assert "4 realizations: 0 found, 0 computed, 4 failed" in job.stderr
    assert "cannot return k=64 of D=64 levels" in job.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "absent.toml"], "there is no study file absent.toml"),
        (["run", TINY, "-o", "sed=3"], "sed is unknown; did you mean 'seed'?"),
        (["run", TINY, "-o", "ensemble.0.grid.alpha=[1.2]"], "alpha=1.2 must lie in (0, 1]"),
        (["run", TINY, "--progress", "much"], "'much' is not one of"),
        (["status", "."], "is not a results folder"),
        (["compare", "absent"], "is not a results folder"),
        (["plot", "absent"], "is not a results folder"),
        (["avalanche"], "No such command"),
    ],
)
def test_invalid_input_says_why(tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    job = mbltn(*arguments)
    assert job.returncode == 2
    assert job.stdout == ""
    assert message in job.stderr.splitlines()[-1]
    assert not list(tmp_path.iterdir())


def test_an_error_of_a_process_is_one_line_and_exit_code_2(tmp_path):
    job = run([*MBLTN, "status", tmp_path])
    assert (job.returncode, job.stdout) == (2, "")
    assert job.stderr.splitlines() == [
        f"mbltn: error: {tmp_path} is not a results folder: it has no study.json"
    ]


# -- status, compare, plot, doctor -------------------------------------------------------------


def test_status(folder):
    report = strict_json(mbltn("status", folder, "--json").stdout)
    assert (report["study"], report["done"], report["total"]) == ("tiny", 14, 14)
    assert report["share_of_work"] == 1
    assert report["dimensions"] == [
        {"dimension": 16, "total": 6, "done": 6},
        {"dimension": 32, "total": 6, "done": 6},
        {"dimension": 64, "total": 2, "done": 2},
    ]
    text = mbltn("status", folder).stdout
    assert text.splitlines()[0] == "tiny: 14 of 14 realizations, 100 % of the work"


def test_status_of_an_unfinished_study(folder, tmp_path):
    unfinished = shutil.copytree(folder, tmp_path / "grown")
    study = json.loads((unfinished / "study.json").read_text())
    study["ensemble"][1]["realizations"] = 6
    (unfinished / "study.json").write_text(json.dumps(study))
    report = strict_json(mbltn("status", unfinished, "--json").stdout)
    assert (report["done"], report["total"]) == (14, 18)
    assert 0 < report["share_of_work"] < 1


@pytest.fixture(scope="module")
def compared(whole):
    job = mbltn("compare", whole[0], "--json")
    assert job.stderr == ""
    return job.returncode, strict_json(job.stdout)


def test_the_exit_code_of_compare_is_its_verdict(compared):
    """This study is far too small for theory, so that it deviates somewhere."""
    code, report = compared
    assert "deviates" in [row["verdict"] for row in report["rows"]]
    assert report["agrees"] is False
    assert code == 1


def test_compare_leaves_a_file(folder, compared):
    stored = pd.read_csv(folder / "comparison.csv")
    rows = compared[1]["rows"]
    assert list(stored["n_lbits"]) == [row["n_lbits"] for row in rows] == [2, 2, 3, 3, 4]
    assert list(stored["theory"]) == pytest.approx([row["theory"] for row in rows], abs=1e-14)


def test_compare_takes_the_exact_numbers_from_the_table(folder, compared):
    table = pd.read_csv(folder / "table.csv")
    end = table[(table["observable"] == "entropy_lbits") & (table["index"] == table["n_lbits"])]
    for row in compared[1]["rows"]:
        point = end[(end["n_lbits"] == row["n_lbits"]) & (end["alpha"] == row["alpha"])]
        assert row["exact"] == pytest.approx(point["mean"].item() / np.log(2), abs=1e-12)
        assert row["error"] == pytest.approx(point["error"].item() / np.log(2), abs=1e-12)
        assert row["difference"] == pytest.approx(row["exact"] - row["theory"], abs=1e-12)
        assert row["sigmas"] == pytest.approx(row["difference"] / row["error"])


def test_compare_agrees_where_there_is_only_the_fitted_point(tmp_path):
    """One realization has no error: null in JSON, a dash in the table."""
    text = run_study(tmp_path, ONE_POINT).stdout
    job = mbltn("compare", tmp_path, "--json")
    report = strict_json(job.stdout)
    (row,) = report["rows"]
    assert (job.returncode, report["agrees"], row["verdict"]) == (0, True, "fit")
    assert (row["error"], row["sigmas"]) == (None, None)
    assert text.splitlines()[2].split()[-3:] == [f"{row['theory']:.4f}", "-", "fit"]


def test_plot_draws_a_figure_that_is_not_blank(folder):
    figure = folder / "figure.png"
    figure.unlink()
    job = mbltn("plot", folder)
    assert (job.returncode, job.stdout) == (0, f"{figure}\n")
    assert figure.read_bytes().startswith(b"\x89PNG\r\n\x1a\n")
    pixels = imread(figure)[..., :3]
    assert min(pixels.shape[:2]) > 500
    assert pixels.std() > 0.05
    coloured = pixels.max(axis=2) - pixels.min(axis=2) > 0.3
    upper, lower = coloured[: len(coloured) // 2], coloured[-len(coloured) // 4 :]
    assert min(upper.sum(), lower.sum()) > 100  # points and lines in both panels


NO_ALPHA = """
name = "no_alpha"
seed = 1
observables = ["gap_ratio", "entropy_lbits"]
model = { kind = "CentralGrain", n_grain = 2 }
ensemble = [{ grid = { n_lbits = [2], xi = [2.0] }, realizations = 1, states = 4 }]
"""


def test_other_axes_are_drawn_too(tmp_path):
    (tmp_path / "study.toml").write_text(NO_ALPHA)
    folder = tmp_path / "out"
    job = mbltn("run", tmp_path / "study.toml", "--out", folder, "--progress", "none")
    assert job.returncode == 0
    assert (folder / "figure.png").read_bytes().startswith(b"\x89PNG")


def test_a_study_that_cannot_be_drawn_says_so(tmp_path):
    no_axis = NO_ALPHA.replace("n_lbits = [2], xi = [2.0]", 'coupling = ["xx", "pm"]')
    no_axis = no_axis.replace("n_grain = 2", "n_grain = 2, n_lbits = 2, xi = 2.0")
    (tmp_path / "study.toml").write_text(no_axis)
    folder = tmp_path / "out"
    job = mbltn("run", tmp_path / "study.toml", "--out", folder, "--progress", "none")
    assert job.returncode == 0
    assert (folder / "table.csv").exists()
    assert "no figure: its grid varies no number" in job.stderr
    job = mbltn("plot", folder)
    assert (job.returncode, job.stdout) == (2, "")
    assert "cannot be drawn" in job.stderr


def test_a_plan_of_ensembles_that_vary_different_things(tmp_path):
    """alpha is an axis of the second ensemble and not a parameter of the first."""
    mixed = NO_ALPHA.replace("}]", "}, { grid = { alpha = [0.5], n_lbits = [3] }, ")
    (tmp_path / "study.toml").write_text(mixed.rstrip() + " realizations = 1, states = 4 }]")
    job = mbltn("run", tmp_path / "study.toml", "--plan")
    assert job.returncode == 0
    assert "n_lbits=2, xi=2.0" in job.stdout
    assert "alpha=0.5, n_lbits=3" in job.stdout


LARGE = ("-o", "ensemble.1.grid.n_lbits=[20]", "-o", "ensemble.1.states=50")


def test_a_plan_for_a_stated_machine():
    """Twice the rate is half the time; nothing else changes."""
    stated = ["--plan", "--ranks", 2, "--memory", 8, "--gflops"]
    slow, fast = (mbltn("run", TINY, *stated, rate).stdout.splitlines() for rate in (40, 80))
    assert len(slow) == len(fast) == 1 + 5 + 1
    for lines in zip(slow[1:-1], fast[1:-1], strict=True):
        (*before, first, _), (*after, second, _) = (re.split(r" {2,}", line) for line in lines)
        assert before == after
        assert float(first.split()[0]) == pytest.approx(2 * float(second.split()[0]), rel=0.1)
    assert "2 ranks of 40 GFlop/s with 8 GB together" in slow[-1]


def test_the_largest_realization_on_more_and_more_ranks():
    stated = ["--ranks", 64, "--memory", 256, "--nodes", 2, "--latency", 3, "--bandwidth", 0.5]
    job = mbltn("run", TINY, "--plan", "--scaling", *LARGE, "--gflops", 40, *stated)
    assert job.returncode == 0, job.stderr
    _, text = job.stdout.split("Nothing was computed.")
    title, head, *rows, advice, limits = text.strip().splitlines()
    assert "D=4194304, states 50" in title
    assert "ranks of one thread with 40 GFlop/s and 4 GB; messages 3 us + 0.5 GB/s" in title
    assert head.split() == [
        *("ranks", "nodes", "memory", "a", "rank", "time", "efficiency", "communication")
    ]
    columns = [re.split(r" {2,}", row.strip()) for row in rows]
    assert [int(row[0]) for row in columns] == [2**p for p in range(13)]
    assert [int(row[1]) for row in columns] == [max(1, 2**p // 32) for p in range(13)]
    assert columns[0][5] == "0%"
    assert all(("too large" in row[2]) == (in_bytes(row[2]) > 4e9) for row in columns)
    assert advice.startswith(("Sensible", "No number of these ranks"))
    assert "docs/scaling.md" in limits


def in_bytes(text):
    number, unit = text.split()[:2]
    return float(number) * {"kB": 1e3, "MB": 1e6, "GB": 1e9}[unit]


def test_a_method_of_one_rank_has_nothing_to_scale():
    dense = ["-o", "ensemble.1.solver=dense"]
    job = mbltn("run", TINY, "--plan", "--scaling", *dense)
    assert job.stdout.splitlines()[-1].startswith("scaling: dense works on one rank (D=64)")


def test_a_plan_names_what_does_not_fit_and_what_would():
    job = mbltn("run", TINY, "--plan", *LARGE, "--memory", 1, "--gflops", 50)
    assert job.returncode == 0
    (row,) = [line for line in job.stdout.splitlines() if " 4194304 " in line]
    assert "(too large)" in row
    (refusal,) = [line for line in job.stdout.splitlines() if "does not fit" in line]
    assert re.search(r"into 1 GB on 1 rank: dense needs \d+ TB; .*What would fit: ", refusal)
    assert re.search(r"ranks with 1 GB each; D=\d+, \d+ sites? fewer \(", refusal)
    assert job.stdout.splitlines()[-1].startswith("12 of 14 tasks fit, 0 of them shared")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--ranks", 3], "add --plan"),
        (["--latency", 3, "--bandwidth", 1], "--latency, --bandwidth states a machine"),
        (["--scaling"], "add --plan"),
        (["--plan", "--latency", -1], "must be a time"),
        (["--plan", "--bandwidth", 0], "must be positive"),
        (["--plan", "--memory", -1], "must be positive"),
        (["--plan", "--ranks", 0], "--ranks"),
    ],
)
def test_a_machine_that_cannot_be_planned_for(tmp_path, options, message):
    job = mbltn("run", TINY, "--out", tmp_path / "out", *options)
    assert job.returncode == 2
    assert message in job.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (["theory.fit_alpha=0.3"], "no ensemble has the point n_lbits=3, alpha=0.3"),
        (['observables=["gap_ratio"]'], "needs the observable 'entropy_lbits'"),
        (["model.first_coupling=0"], "first_coupling=0 leaves nothing to compare"),
        (["ensemble.0.grid.first_coupling=[0.2, 0.3]"], "grid axes n_lbits and alpha"),
        (["ensemble.1.grid.n_lbits=[3]"], "two ensembles with different states"),
    ],
)
def test_what_cannot_be_compared_is_refused_before_it_is_computed(tmp_path, overrides, message):
    job = run_study(tmp_path / "out", *overrides)
    assert job.returncode == 2
    assert message in job.stderr
    assert not (tmp_path / "out").exists()


def test_doctor_knows_what_is_here():
    job = mbltn("doctor", "--json")
    assert job.returncode == 0
    found = {row["part"]: row for row in strict_json(job.stdout)}
    assert found["python"]["state"].startswith(platform.python_version())
    assert found["numpy"]["state"] == np.__version__
    here = {
        "mpi": has("mpi4py") and shutil.which("mpirun") is not None,
        "petsc": has("petsc4py"),
        "slepc": has("slepc4py"),
    }
    assert {part: not found[part]["fix"] for part in here} == here
    text = mbltn("doctor").stdout
    measured_anew = {"blas", "petsc blas", "launch"}
    for row in found.values():
        assert f"{row['part']:12s}" in text and row["fix"] in text
        assert row["state"] in text or row["part"] in measured_anew


# -- under mpirun ------------------------------------------------------------------------------


@needs_mpi
def test_under_mpirun_rank_0_speaks():
    job = run(mpirun(2, *MBLTN, "doctor", "--json"))
    assert job.returncode == 0
    parts = [row["part"] for row in strict_json(job.stdout)]
    assert len(parts) == len(set(parts)) > 8


@needs_mpi
def test_under_mpirun_rank_0_alone_writes(folder, compared, tmp_path):
    """Rank 1 is shown another folder, so that its writing would be seen."""
    other = shutil.copytree(folder, tmp_path / "other")
    (other / "comparison.csv").unlink()
    ranks = [[*MBLTN, "compare", path, "--json"] for path in (folder, other)]
    job = run([*mpirun(1, *ranks[0]), ":", "-n", "1", *ranks[1]])
    assert (job.returncode, strict_json(job.stdout)) == compared
    assert not (other / "comparison.csv").exists()


# -- collect -----------------------------------------------------------------------------------


def test_collect_joins_folders_and_refuses_others(folder, tmp_path):
    job = mbltn("collect", tmp_path / "out", folder)
    assert (job.returncode, job.stdout) == (0, "")
    assert job.stderr.splitlines()[0] == (
        f"mbltn: 14 realizations added, 0 were in several folders; 14 in {tmp_path / 'out'}"
    )
    assert (tmp_path / "out" / "table.csv").read_bytes() == (folder / "table.csv").read_bytes()
    refused = mbltn("collect", tmp_path / "out", tmp_path)
    assert refused.returncode == 2
    assert "is not a results folder" in refused.stderr and "Traceback" not in refused.stderr
    assert "Missing argument" in mbltn("collect", tmp_path / "out").stderr


def test_a_folder_of_the_same_name_does_not_hide_the_package(tmp_path):
    """A clone lies in one, and notebooks beside it."""
    (tmp_path / "mbltn").mkdir()
    code = "import mbltn; print(mbltn.models.CentralGrain.__name__)"
    done = run([sys.executable, "-c", code], cwd=tmp_path)
    assert done.stdout.strip() == "CentralGrain", done.stderr
