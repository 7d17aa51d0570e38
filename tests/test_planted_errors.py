"""The list of planted errors names code that is there: a stale entry would spoil nothing."""

import tomllib
from pathlib import Path

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
