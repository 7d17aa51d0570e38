"""The list of planted errors names code that is there: a stale entry would spoil nothing."""

import tomllib
from pathlib import Path

from mbltn.validation.cases import CASES

ROOT = Path(__file__).parents[1]
SLIPS = tomllib.loads((ROOT / "tools" / "planted_errors.toml").read_text())["slip"]


def test_every_planted_error_has_its_place():
    assert len(SLIPS) > 150
    for slip in SLIPS:
        text = (ROOT / "mbltn" / slip["file"]).read_text()
        assert slip["right"] in text, slip["name"]
        assert slip["right"] != slip["wrong"], slip["name"]


def test_every_planted_error_has_a_name_of_its_own():
    names = [slip["name"] for slip in SLIPS]
    assert len(set(names)) == len(names)


def test_every_spoilt_constant_has_its_place():
    errors = tomllib.loads((ROOT / "tools" / "theory_errors.toml").read_text())["error"]
    assert len(errors) > 100
    for error in errors:
        assert error["before"] in (ROOT / "mbltn" / error["file"]).read_text(), error["why"]
        assert error["before"] != error["after"], error["why"]
        assert error["case"] in CASES, error["why"]
