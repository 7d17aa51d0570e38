"""Error targets: which realizations are computed, counted by hand, on any number of ranks."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from mpirun import MBLTN, mpirun, needs_mpi, run

from mbltn.errors import StudyError
from mbltn.study import Store, load_study, run_study
from mbltn.study.plan import plan_points
from mbltn.study.precision import needed

STUDY = Path(__file__).with_name("targets.toml")
AIM, LEAST = 0.02, 5
WITHOUT = "ensemble.0={grid={n_lbits=[3], alpha=[0.4, 0.7, 0.9]}, realizations=100, "
WITHOUT += "states='middle_quarter'}"


@pytest.fixture(scope="module")
def every(tmp_path_factory):
    """The entropies of the last l-bit of all hundred realizations, by alpha."""
    folder = tmp_path_factory.mktemp("every")
    run_study(load_study(STUDY, [WITHOUT, 'observables=["gap_ratio", "entropy_lbits"]']), folder)
    found = {}
    for record in Store(folder).records():
        if record.task["parameters"]["n_lbits"] == 3:
            values = found.setdefault(record.task["parameters"]["alpha"], {})
            values[record.task["realization"]] = record.arrays["entropy_lbits"][:, 2].mean()
    return {alpha: np.array([v[i] for i in range(100)]) for alpha, v in found.items()}


def counts_by_hand(every, aim=AIM):
    """The first of 5, 10, 20, 40, 80 at which the error is small enough, or 100."""
    counts = {}
    for alpha, values in every.items():
        errors = {n: (values[:n].var(ddof=1) / n) ** 0.5 for n in (5, 10, 20, 40, 80)}
        counts[alpha] = min([n for n, error in errors.items() if error <= aim], default=100)
    return counts


def realizations(folder):
    rows = pd.read_csv(folder / "realizations.csv")
    rows = rows[(rows["observable"] == "gap_ratio") & (rows["n_lbits"] == 3)]
    return {alpha: sorted(group["realization"]) for alpha, group in rows.groupby("alpha")}


def test_each_point_has_as_many_as_its_error_asks_for(tmp_path, every):
    counts = counts_by_hand(every)
    assert len(set(counts.values())) > 1
    assert max(counts.values()) < 100
    outcome = run_study(load_study(STUDY), tmp_path)
    total = sum(counts.values()) + 3
    assert (outcome.total, outcome.computed, outcome.spared) == (total, total, 303 - total)
    assert realizations(tmp_path) == {alpha: list(range(n)) for alpha, n in counts.items()}
    again = run_study(load_study(STUDY), tmp_path)
    assert (again.total, again.found, again.computed) == (total, total, 0)


def test_the_maximum_ends_what_is_never_precise(tmp_path, every):
    study = load_study(STUDY, ["ensemble.0.target.error=1e-9", "ensemble.0.realizations=12"])
    assert run_study(study, tmp_path).total == 3 * 12 + 3


def test_a_smaller_error_goes_on_in_the_same_folder(tmp_path, every):
    run_study(load_study(STUDY), tmp_path)
    smaller = load_study(STUDY, ["ensemble.0.target.error=0.013"])
    run_study(smaller, tmp_path)
    counts = counts_by_hand(every, 0.013)
    assert counts != counts_by_hand(every)
    assert realizations(tmp_path) == {alpha: list(range(n)) for alpha, n in counts.items()}


@needs_mpi
def test_the_same_realizations_on_three_ranks(tmp_path):
    one, many = tmp_path / "one", tmp_path / "many"
    run_study(load_study(STUDY), one)
    job = run(mpirun(3, *MBLTN, "run", STUDY, "--out", many, "--progress", "none"))
    assert job.returncode == 0, job.stderr
    assert "more were not needed: the errors of their points are reached" in job.stderr
    for name in ("realizations.csv", "table.csv"):
        assert (one / name).read_bytes() == (many / name).read_bytes()


def test_realizations_without_a_value_do_not_count():
    """Neither those that failed nor those whose lines have no width: 5 must have one."""
    point = plan_points(load_study(STUDY))[0]
    keys = [(task.id, "entropy_lbits", None) for task in point.tasks]
    settled = {task.id for task in point.tasks}
    equal = dict.fromkeys(keys, 0.5)
    assert needed(point, equal, settled) == 5
    assert needed(point, equal, settled - {point.tasks[4].id}) == 5
    assert needed(point, equal | {keys[0]: math.nan}, settled) == 10
    failed = {key: value for key, value in equal.items() if key not in keys[:6]}
    assert needed(point, failed, settled) == 20
    assert needed(point, {}, settled) == 100


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("{observable='entropy_lbit', error=0.1}", "did you mean 'entropy_lbits'"),
        ("{observable='memory_lbits', error=0.1}", "(valid: gap_ratio, entropy_lbits)"),
        ("{observable='gap_ratio', error=0.0}", "target.error=0.0"),
        ("{observable='gap_ratio', error=0.1, least=1}", "target.least=1"),
        (
            "{observable='gap_ratio', error=1.0, leats=9}",
            "target.leats is unknown; did you mean 'least'?",
        ),
    ],
)
def test_targets_that_cannot_be_are_refused(target, message):
    with pytest.raises(StudyError) as caught:
        load_study(STUDY, [f"ensemble.0.target={target}"])
    assert message in str(caught.value)


def test_a_component_that_there_is_not_is_refused_at_the_first_realization(tmp_path):
    study = load_study(STUDY, ["ensemble.0.target.index=4"])
    with pytest.raises(StudyError, match=r"target.index=4: .* has the components 1 to 3"):
        run_study(study, tmp_path)
