"""Every claim has a case or a reason, verdicts are kept, what is computed is used again."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

import mbltn
from mbltn.errors import InvalidInput, RunStopped, SolverFailure
from mbltn.figures import FIGURES
from mbltn.study import Stop
from mbltn.validation.cases import (
    CASES,
    CLAIMS,
    Case,
    Check,
    chosen_cases,
    listed,
    noted,
    run_case,
    run_cases,
)
from mbltn.validation.evidence import AtOnce, FromStudies


def test_cases_and_claims_know_each_other():
    named = {name for claim in CLAIMS for name in claim.cases}
    assert named == set(CASES)
    for claim in CLAIMS:
        assert claim.paper in "ABCDE" and claim.place and claim.what
        assert all(CASES[name].paper == claim.paper for name in claim.cases)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_case_says_what_it_is(case):
    for text in (case.place, case.claim, case.finding, case.band):
        assert text == text.strip() and text
    assert case.theory
    theories = Path(mbltn.__file__).parent / "theory"
    for name in case.theory:
        path = theories / name
        assert path.is_dir() or path.with_suffix(".py").is_file(), name
    if case.figure:
        assert FIGURES[case.figure].evidence == case.evidence


def counted(calls):
    def compute(tick):
        calls.append(1)
        return pd.DataFrame({"value": [0.1 + 0.2]})

    return compute


def table():
    return pd.DataFrame({"value": [0.3]})


def a_case(calls, theory=0.3, band=1e-9):
    return Case(
        *("D-three-tenths", "eq 0", "it is 0.3", "it is", "rounding"),
        ("resonance",),
        AtOnce(counted(calls)),
        lambda table: [Check("sum", table["value"], theory, band=band)],
    )


def test_a_verdict_is_kept_and_its_evidence_reused(tmp_path):
    calls = []
    case = a_case(calls)
    assert noted(case, tmp_path) == {}
    assert run_case(case, "small", tmp_path).passed and len(calls) == 1
    assert noted(case, tmp_path) == {"small": "passed"}
    again = run_case(case, "small", tmp_path)
    assert len(calls) == 1 and again.table["value"][0] == 0.1 + 0.2
    assert not run_case(a_case(calls, theory=0.4), "small", tmp_path).passed
    assert noted(case, tmp_path) == {"small": "failed"} and len(calls) == 1
    with pytest.raises(InvalidInput, match="no size 'paper', only small"):
        run_case(case, "paper", tmp_path)


def test_cases_share_what_they_rest_on(tmp_path):
    gathered = []
    one = a_case([])
    studied = replace(one, evidence=FromStudies(lambda size: gathered.append(size) or (), table))
    cases = [studied, replace(studied, name="D-again"), one]
    verdicts = list(run_cases(cases, "small", tmp_path))
    assert [verdict.case.name for verdict in verdicts] == [case.name for case in cases]
    assert all(verdict.passed for verdict in verdicts)
    assert gathered == ["small"]


def test_where_theory_refuses_the_case_has_failed_and_others_go_on(tmp_path):
    def refuses(table):
        raise SolverFailure("stalled after 500 rounds")

    cases = [replace(a_case([]), checks=refuses), replace(a_case([]), name="D-next")]
    refused, following = run_cases(cases, "small", tmp_path)
    assert not refused.passed and refused.failures == ("stalled after 500 rounds",)
    assert noted(cases[0], tmp_path) == {"small": "failed"}
    assert following.passed


def test_a_case_without_checks_has_not_passed(tmp_path):
    case = replace(a_case([]), checks=lambda table: [])
    assert not run_case(case, "small", tmp_path).passed


def test_what_is_damaged_is_computed_anew(tmp_path):
    calls = []
    case = a_case(calls)
    run_case(case, "small", tmp_path)
    (table,) = (tmp_path / "tables").iterdir()
    table.write_text('"value\n0.3')
    verdict = tmp_path / f"{case.name}-small.json"
    verdict.write_text(verdict.read_text()[:-20])
    assert noted(case, tmp_path) == {}
    assert run_case(case, "small", tmp_path).passed and len(calls) == 2
    assert noted(case, tmp_path) == {"small": "passed"}


def test_other_code_computes_anew(tmp_path, monkeypatch):
    calls = []
    case = a_case(calls)
    run_case(case, "small", tmp_path)
    monkeypatch.setattr("mbltn.validation.cases.run.code_digest", lambda: "another")
    assert noted(case, tmp_path) == {"small": "passed, by other code"}
    run_case(case, "small", tmp_path)
    assert len(calls) == 2 and len(list((tmp_path / "tables").iterdir())) == 1
    assert noted(case, tmp_path) == {"small": "passed"}


def test_no_time_left_begins_nothing(tmp_path):
    calls = []
    with pytest.raises(RunStopped, match="the same command goes on"):
        run_case(a_case(calls), "small", tmp_path, stop=Stop(grace=5, seconds=3.0))
    assert not calls


def test_cases_are_chosen_by_name_or_paper():
    (name, *_) = CASES
    assert chosen_cases([name], "small") == [CASES[name]]
    assert {case.paper for case in chosen_cases(["D"], "small")} == {"D"}
    assert len(chosen_cases([], "small")) == len(CASES)
    with pytest.raises(InvalidInput, match="is not a case; did you mean 'D-admixtures'"):
        chosen_cases(["D-admixture"], "small")
    with pytest.raises(InvalidInput, match="A has no size 'beyond', only small"):
        chosen_cases(["A"], "beyond")


def test_the_list_has_a_row_for_every_claim_and_case(tmp_path):
    rows = listed(tmp_path)
    assert len(rows) == sum(max(1, len(claim.cases)) for claim in CLAIMS)
    assert all(bool(row["case"]) != bool(row["reason"]) for row in rows)
