"""`mbltn validate`: words, exit codes, pictures."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from matplotlib.image import imread

from mbltn.cli import app
from mbltn.comm import Serial
from mbltn.errors import SolverFailure
from mbltn.plotting.checks import draw_checks, draw_numbers
from mbltn.report.validation import list_text, summary_text, verdict_text
from mbltn.validation.cases import CASES, Case, Check, listed, run_case
from mbltn.validation.evidence import AtOnce

CASE = "D-three-tenths"


def three_tenths(theory):
    return Case(
        *(CASE, "eq 0", "it is 0.3", "it is", "statistics"),
        ("resonance",),
        AtOnce(lambda tick: pd.DataFrame({"value": [0.29, 0.31]})),
        lambda table: [
            Check("both", table["value"], theory, 0.01, independent=True),
            Check("mean", table["value"].mean(), theory, 0.007),
        ],
    )


@pytest.fixture
def validate(monkeypatch, tmp_path):
    def run(*arguments, theory=0.3, **changes):
        monkeypatch.setitem(CASES, CASE, replace(three_tenths(theory), **changes))
        out = str(tmp_path / "out")
        return CliRunner().invoke(app, ["validate", *arguments, "--out", out], obj=Serial())

    return run


def test_the_exit_code_says_whether_theory_agrees(validate, tmp_path):
    good = validate(CASE)
    assert good.exit_code == 0 and f"{CASE} (small): passed" in good.output
    assert "0.3 +- 0.007, theory 0.3" in good.output
    bad = validate(CASE, theory=0.34)
    assert bad.exit_code == 1 and "FAILED" in bad.output
    assert f"0 of 1 cases passed, 2 checks; outside of their bands: {CASE}" in bad.output
    pixels = imread(tmp_path / "out" / f"{CASE}-small.png")[..., :3]
    assert ((pixels.max(axis=2) - pixels.min(axis=2)) > 0.3).any()


def test_json_is_all_of_stdout(validate):
    result = validate(CASE, "--json", theory=0.34)
    (found,) = json.loads(result.stdout)
    assert found["case"] == CASE and found["passed"] is False
    assert [check["passed"] for check in found["checks"]] == [False, False]
    assert found["checks"][0]["chi_squared"] == pytest.approx(34)
    assert found["checks"][1]["chi_squared"] is None


def test_a_refusal_is_told_and_fails(validate):
    def refuses(table):
        raise SolverFailure("stalled after 500 rounds")

    result = validate(CASE, checks=refuses)
    assert result.exit_code == 1
    assert "  failed: stalled after 500 rounds" in result.stdout


def test_unknown_cases_and_sizes_are_refused(validate):
    for arguments in (["D-three-tent"], [CASE, "--size", "paper"]):
        result = validate(*arguments)
        assert isinstance(result.exception, ValueError) and CASE in str(result.exception)


def test_a_limit_that_leaves_nothing_is_refused(validate):
    result = validate(CASE, "--time-limit", "3", "--grace", "30")
    assert result.exit_code == 2 and "leaves nothing beside the grace" in result.output


def test_the_list_names_papers_claims_and_cases(validate, tmp_path):
    rows = json.loads(validate("--list", "--json").stdout)
    assert rows == listed(tmp_path / "out") and len(rows) == len({str(row) for row in rows})
    text = validate("--list").stdout
    for row in rows:
        assert f"paper {row['paper']}" in text
        assert row["case"] is None or f"      {row['case']}  [small" in text
    few = json.loads(validate("--list", "--json", "C", "D-admixtures").stdout)
    assert few == [row for row in rows if row["paper"] == "C" or row["case"] == "D-admixtures"]


def test_a_case_in_words(tmp_path):
    verdict = run_case(three_tenths(0.34), "small", tmp_path)
    text = verdict_text(verdict)
    assert "OUT both" in text and "-5.0 sigma, the nearest to failing of 2 points, chi^2 34" in text
    assert summary_text([verdict, run_case(three_tenths(0.3), "small", tmp_path)]).startswith(
        "1 of 2"
    )
    row = {"paper": "A", "place": "Fig 3", "claim": "a sketch", "case": None}
    assert list_text([{**row, "sizes": [], "status": {}, "reason": "no numbers"}]).splitlines() == [
        "paper A, Gopalakrishnan, Nandkishore: nearly many-body localized metals (2014)",
        "  Fig 3: a sketch",
        "      no case: no numbers",
        "1 figures and claims, 1 of them without a case; 0 cases",
    ]


@pytest.mark.parametrize(("n_curves", "n_numbers"), [(0, 3), (1, 0), (1, 3), (4, 0), (4, 3)])
def test_pictures_of_any_number_of_checks(tmp_path, n_curves, n_numbers):
    x = np.arange(1.0, 6.0)
    curve = Check("S(n)", 1 / x, 1.01 / x, 0.02 / x, x=x, x_label="n")
    number = Check("g", 1.0, 1.2, band=0.1)
    checks = [curve] * n_curves + [number] * n_numbers
    draw_checks(checks, tmp_path / "a.png", "title")
    pixels = imread(tmp_path / "a.png")[..., :3]
    red = (pixels[..., 0] - pixels[..., 2] > 0.4).any()
    blue = (pixels[..., 2] - pixels[..., 0] > 0.4).any()
    assert (bool(red), bool(blue)) == (n_numbers > 0, n_curves > 0)


def test_a_picture_shades_where_exact_values_must_lie():
    """One-sided claims without a band, too: any difference of the right sign is enough."""
    drawn = Figure().add_subplot()
    relations = ("agrees", "above", "below", "differs")
    numbers = [Check("g", 1.0, 1.0, relation="agrees")]
    numbers += [Check("g", value, 1.0, relation=r) for r in relations[1:] for value in (0.5, 1.5)]
    draw_numbers(drawn, numbers)
    dots = [line for line in drawn.lines if line.get_marker() in ("o", "<", ">")]
    shades = [shade for shade in drawn.collections if isinstance(shade, PolyCollection)]
    for at, (check, dot, shade) in enumerate(zip(numbers, dots, shades, strict=True)):
        boxes = [path.get_extents() for path in shade.get_paths()]
        inside = any(box.contains(float(dot.get_xdata()[0]), at) for box in boxes)
        assert inside == check.passed, check
