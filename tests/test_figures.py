"""Figures of the papers by name: tables, pictures, and what their curves must say."""

import numpy as np
import pytest
from matplotlib.image import imread

from mbltn.cli import main
from mbltn.errors import InvalidInput
from mbltn.figures import FIGURES, figure_names, make
from mbltn.plotting.curves import draw_curves
from mbltn.validation import continuum, nearly_mbl_metal


def curve(table, name, x, by="curve"):
    rows = table[table[by] == name]
    return rows[x].to_numpy(), rows["value"].to_numpy()


@pytest.mark.parametrize("name", ["A2", "A5", "A6", "A7", "A8", "A-temperature", "A-echo", "B2"])
def test_a_theory_figure_has_its_table_and_its_picture(name, tmp_path):
    path = make(name, tmp_path)
    figure = FIGURES[name]
    header = (tmp_path / f"{name}.csv").read_text().splitlines()[0].split(",")
    for axes in figure.panels:
        assert {axes.x, axes.y, axes.by} <= set(header)
    pixels = imread(path)[..., :3]
    assert ((pixels.max(axis=2) - pixels.min(axis=2)) > 0.3).mean() > 0.002  # coloured lines


def test_the_golden_rule_within_its_band():
    table = nearly_mbl_metal.golden_rule(samples=2, n_bath=200)
    exact, theory = (curve(table, name, "t")[1] for name in ("exact", "golden rule"))
    early = theory > 0.4
    assert abs(exact - theory)[early].max() < 0.06


def test_the_dot_has_slope_one_at_weak_coupling():
    ticks = []
    table = nearly_mbl_metal.fock_space(lambda *t: ticks.append(t), samples=6)
    lam, exact = curve(table, "exact", "lam")
    _, line = curve(table, "slope 1 in ln(1/lam)", "lam")
    weak = lam <= 0.03
    assert abs(exact - line)[weak].max() < 0.25
    assert ticks[-1] == (42, 42)


def test_the_localization_length_of_a_wire():
    table = continuum.localization_length(samples=30)
    white = table[table["panel"] == "white"]
    eps, exact = curve(white, "exact", "eps")
    fine, airy = curve(white, "Airy", "eps")
    error = white[white["curve"] == "exact"]["error"].to_numpy()
    assert np.all(abs(exact - np.interp(eps, fine, airy)) < 5 * error + 0.01 * exact)


def test_pairs_and_their_picture(tmp_path):
    table = continuum.mott_pairs(samples=2)
    assert table["omega"].nunique() == 4
    draw_curves(table, tmp_path / "pairs.png", FIGURES["B-pairs"].panels)
    assert (tmp_path / "pairs.png").read_bytes().startswith(b"\x89PNG")


def test_names():
    assert figure_names(["all"]) == list(FIGURES)
    with pytest.raises(InvalidInput, match="did you mean 'A8'"):
        figure_names(["A88"])


def test_the_command_lists_and_makes(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["mbltn", "figure"])
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code in (0, None)
    assert "A8" in capsys.readouterr().out
    monkeypatch.setattr("sys.argv", ["mbltn", "figure", "A5", "--out", str(tmp_path / "out")])
    with pytest.raises(SystemExit):
        main()
    assert capsys.readouterr().out.strip().endswith("A5.png")
    assert (tmp_path / "out" / "A5.csv").exists()
