"""Figures of the papers by name: tables, pictures, and what their curves must say."""

from functools import partial

import numpy as np
import pandas as pd
import pytest
from matplotlib.image import imread
from scipy.integrate import trapezoid

from mbltn.cli import main
from mbltn.errors import InvalidInput, SolverFailure
from mbltn.figures import FIGURES, figure_names, make, studies_of
from mbltn.plotting.curves import _draw, draw_curves
from mbltn.plotting.lattice import draw_site_maps
from mbltn.theory import central_grain
from mbltn.validation.bubble import (
    figure_tables as bubble_figures,
    growth,
    studies as bubble_studies,
)
from mbltn.validation.continuum import figure_tables as continuum, film
from mbltn.validation.evidence import FromStudies
from mbltn.validation.failed_avalanches import (
    exact_chains,
    figure_tables as failed_avalanche_figures,
    lattice_figures,
    lbit_memory,
)
from mbltn.validation.interface import studies as interface_studies
from mbltn.validation.nearly_mbl_metal import dot_relaxation, figure_tables as nearly_mbl_metal
from mbltn.validation.tables import nothing


def curve(table, name, x, by="curve"):
    rows = table[table[by] == name]
    return rows[x].to_numpy(), rows["value"].to_numpy()


@pytest.mark.parametrize(
    "name",
    [
        *("A2", "A5", "A6", "A7", "A8", "A-temperature", "A-echo", "B2"),
        *("C4-theory", "E-flow", "E-crossover", "D1", "D3"),
    ],
)
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


def test_a_dot_relaxes_in_a_wide_band_only(tmp_path):
    table = dot_relaxation.dot_relaxation(samples=3)
    names = dot_relaxation.EXACT
    wide, narrow = (curve(table, name, "t")[1] for name in names)
    assert wide[-1] < 0.8
    assert narrow.min() > 0.99
    draw_curves(table, tmp_path / "relaxation.png", FIGURES["A-dot-relaxation"].panels)


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


@pytest.mark.parametrize("kind", ["exponential", "lorentzian"])
def test_the_localization_length_in_correlated_disorder(kind):
    """Born within 12 % from eps = 2.5 rms U = 4.6 on, up to the error of few samples."""
    table = continuum.localization_length(samples=30)
    part = table[(table["panel"] == kind) & (table["eps"] >= 5.0)]
    eps, exact = curve(part, "exact", "eps")
    error = part[part["curve"] == "exact"]["error"].to_numpy()
    fine, born = curve(part, "mean free path", "eps")
    ratio = exact / np.interp(eps, fine, born)
    assert len(eps) == 3 and np.all(abs(ratio - 1) < 0.12 + 4 * error / exact)


def test_the_localization_length_of_a_film(tmp_path):
    """Both exact lengths grow with energy, that of strips at a rate below theory's, pi tau."""
    ticks, energies = [], (-0.75, -0.4, 0.0, 0.25)
    table = film.film_lengths(lambda *t: ticks.append(t), 6000, 80, 2, energies, (12, 24, 48))
    assert ticks[-1] == (20, 20)
    _, strips = curve(table, "strips", "eps")
    _, states = curve(table, "states", "eps")
    assert np.all(np.diff(strips) > 0) and len(states) > 1 and states[-1] > states[0]
    assert 1.5 < np.log(strips[-1] / strips[0]) < np.pi
    draw_curves(table, tmp_path / "film.png", FIGURES["B-film"].panels)
    assert (tmp_path / "film.png").read_bytes().startswith(b"\x89PNG")


def test_strips_of_one_scaling_function():
    """gamma M = f(M/xi), here x + 0.3 ln(1 + 1/x): whatever the function, the ratios of xi."""
    widths, lengths = np.array([10.0, 20.0, 40.0, 80.0]), np.array([[1.0], [2.5], [7.0], [15.0]])
    x = widths / lengths
    exponents = (x + 0.3 * np.log1p(1 / x)) / widths
    found, error = film.scaled_lengths(widths, exponents, 0.02 * exponents)
    assert np.diff(found) == pytest.approx(np.diff(np.log(lengths[:, 0])), rel=0.03)
    assert np.all(np.diff(error) > 0) and error[-1] < 0.1
    with pytest.raises(InvalidInput, match="do not overlap"):
        film.scaled_lengths(widths, exponents[[0, 3]], exponents[[0, 3]])


def test_pairs_and_their_picture(tmp_path):
    table = continuum.mott_pairs(samples=2)
    assert table["omega"].nunique() == 4
    draw_curves(table, tmp_path / "pairs.png", FIGURES["B-pairs"].panels)
    assert (tmp_path / "pairs.png").read_bytes().startswith(b"\x89PNG")


def test_failed_chains_reach_as_far_as_paper_d_says():
    """29 of 50 l-bits are more than half thermal at alpha_c - 0.07; nu = 1 near alpha_c."""
    table = failed_avalanche_figures.failed_chains()
    n, entropies = curve(table, "alpha = alpha_c - 0.07", "n")
    assert n[entropies > 0.5].tolist() == list(range(1, 30))
    distance, sizes = curve(table, "400 l-bits", "distance")
    near = (distance > 0.0088) & (distance < 0.02)
    slope = np.polyfit(np.log(distance[near]), np.log(sizes[near]), 1)[0]
    assert slope == pytest.approx(-1, abs=0.02)
    finite, saturated = curve(table, "10 l-bits", "distance")
    assert saturated[finite.argmin()] == pytest.approx(10, rel=1e-3)


def test_maps_of_a_lattice(tmp_path):
    table = lattice_figures.site_maps(radius=6)
    fails, runs_away = (part for _, part in table.groupby("panel", sort=False))
    centre = fails[(fails["n_1"] == 0) & (fails["n_2"] == 0)]
    assert centre["value"].item() > 0.99 and fails["value"].mean() < 0.1
    assert runs_away["value"].min() > 0.99 and len(runs_away) == 85
    draw_site_maps(table, tmp_path / "maps.png", FIGURES["D4"].map_label)
    pixels = imread(tmp_path / "maps.png")[..., :3]
    dark, bright = (pixels.sum(axis=2) < 0.3), (pixels[..., 0] > 0.9) & (pixels[..., 2] < 0.75)
    assert dark.mean() > 0.1 and bright.mean() > 0.1


def test_sizes_on_a_lattice_against_strength_and_phase(tmp_path):
    ticks = []
    table = lattice_figures.enhancements(lambda *t: ticks.append(t), (4, 6), (10.0, 75.0), 6, 20)
    assert ticks[-1] == (2 * (2 * 2 * 6 + 2 * 20),) * 2
    part = table[table["panel"] == lattice_figures.PANELS[0]]
    weak, strong = curve(part, "R = 4 (41)", "W")[1]
    assert weak == pytest.approx(41, rel=1e-6) and strong < 10
    above = table[table["panel"] == lattice_figures.PANELS[2]]
    small, large = (curve(above, name, "theta_0")[1] for name in ("R = 4 (41)", "R = 6 (85)"))
    assert np.median(abs(small - large)) < 0.05 and large.max() < 15
    draw_curves(table, tmp_path / "sizes.png", FIGURES["D5"].panels)
    assert (tmp_path / "sizes.png").read_bytes().startswith(b"\x89PNG")


def test_mean_fields_that_did_not_converge_are_no_sizes(monkeypatch):
    monkeypatch.setattr(
        "mbltn.validation.failed_avalanches.lattice.solve",
        partial(central_grain.solve, max_iterations=3),
    )
    for table in (
        lambda: lattice_figures.enhancements(nothing, (4,), (30.0,), 2, 2),
        lambda: lattice_figures.site_maps(radius=4),
    ):
        with pytest.raises(SolverFailure, match="41 orbitals has not converged in 3 iterations"):
            table()


@pytest.mark.parametrize("name", ["D3-exact", "D-memory"])
def test_figures_in_sizes_without_a_study(monkeypatch, tmp_path, name):
    chains = exact_chains.Chains(
        alphas=(0.3, 0.4), realizations=2, states=2, n_lbits=6, short_alphas=(0.5,), short_lbits=3,
        short_realizations=2, short_states=3, theory_lbits=(3, 6),
    )  # fmt: skip
    memory = lbit_memory.Memory(
        n_lbits=3, realizations=2, n_times=5, window=(50.0, 100.0), n_window=5, shown=(1, 3)
    )
    monkeypatch.setitem(exact_chains.SIZES, "small", chains)
    monkeypatch.setitem(lbit_memory.SIZES, "small", memory)
    path = make(name, tmp_path, "small")
    assert path == tmp_path / f"{name}-small.png" and not (tmp_path / "studies").exists()
    table = pd.read_csv(tmp_path / f"{name}-small.csv")
    for axes in FIGURES[name].panels:
        part = table[table["panel"] == axes.panel]
        assert len(part) and part[axes.x].notna().all() and part["value"].notna().all()
        named = axes.points if isinstance(axes.points, tuple) else ()
        assert set(named) - {"50 l-bits", "10 l-bits"} <= set(part["curve"])
    pixels = imread(path)[..., :3]
    assert ((pixels.max(axis=2) - pixels.min(axis=2)) > 0.3).mean() > 0.002
    with pytest.raises(InvalidInput, match="has no size 'beyond', only small, paper"):
        make(name, tmp_path, "beyond")


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


def test_lines_of_lbits_by_theory():
    """Both kinds of curves begin at the same width; eq 6 loses N/(N + M - 1) at xi_c."""
    table = growth.line_widths(n_lbits=6, samples=20)
    part = table[table["panel"] == "exp1d"]
    M, rule = curve(part, "xi = 2.885", "M")
    _, paper = curve(part, f"xi = 2.885{growth.BY_PAPER}", "M")
    assert rule[0] == pytest.approx(paper[0])
    assert paper / paper[0] == pytest.approx(8 / (7 + M), rel=1e-3)
    assert np.all(abs(rule / rule[0] - 1) < 0.08)
    assert table["value"].min() == 2.0 and set(table["panel"]) == set(growth.FIG4)
    # the inset: the rule goes as V_1^2 wherever lines are resolved
    once, twice = (
        table[(table["panel"] == f"stretch1d{name}") & (table["curve"] == "xi = 1")]["value"]
        for name in ("", ", V_1 = 2")
    )
    resolved = once.to_numpy() > 3
    assert resolved[:2].all() and twice.to_numpy()[resolved] == pytest.approx(
        4 * once.to_numpy()[resolved], rel=0.01
    )


def test_G_along_the_chain_by_counting_levels():
    """E's chain: levels of grain and l-bits counted near +-h, and the pure flow beside it."""
    rng = np.random.default_rng(8)
    absorbed, samples = np.array([0, 3, 6]), 60
    counted = np.zeros(3)
    for i, n in enumerate(absorbed):
        for _ in range(samples):
            A = rng.normal(size=(64, 64))
            levels = np.linalg.eigvalsh(2.1 / 16 * (A + A.T) / np.sqrt(2))
            *fields, h = rng.uniform(0.5, 1.5, n + 1)
            for field in fields:
                levels = np.concatenate([levels - field, levels + field])
            density = (abs(abs(levels) - h) < 0.25).sum() / 1.0
            counted[i] += 0.2 * 0.75**n * density / np.sqrt(len(levels)) / samples
    assert growth.chain_hybridisation(absorbed) == pytest.approx(counted, rel=0.06)
    chain = growth.flow()
    chain = chain[chain["panel"].str.startswith("E Figs")]
    assert curve(chain, "G' = G exp(-a)", "n")[1][-1] > 0.6
    assert curve(chain, "density of grain and l-bits", "n")[1][1:].max() < 0.35


def test_dashed_curves_share_a_colour():
    from matplotlib.figure import Figure

    axes = FIGURES["C4-theory"].panels[0]
    table = growth.line_widths(n_lbits=3, samples=2)
    drawn = Figure().subplots()
    _draw(drawn, table[table["panel"] == "exp1d"], axes)
    solid, dashed = drawn.lines[::2], drawn.lines[1::2]
    assert [line.get_color() for line in solid] == [line.get_color() for line in dashed]
    assert len({line.get_color() for line in solid}) == 4
    assert {line.get_linestyle() for line in solid} == {"-"}
    assert {line.get_linestyle() for line in dashed} == {"--"}
    legend = [text.get_text() for text in drawn.get_legend().get_texts()]
    assert legend == [f"xi = {xi:g}" for xi in growth.FIG4["exp1d"].lengths]


def tiny_sizes(monkeypatch):
    """Studies of a few seconds in place of minutes."""
    monkeypatch.setitem(bubble_studies.GRAIN, "small", 3)
    monkeypatch.setitem(bubble_studies.REALIZATIONS, "small", (3, 3, 3))
    for geometry in bubble_studies.LENGTHS:
        monkeypatch.setitem(bubble_studies.LENGTHS, geometry, (0.4, 4.0))
    monkeypatch.setitem(interface_studies.BATH, "small", (3, 3, 3))
    monkeypatch.setitem(interface_studies.SINGLE_SPIN, "small", (3, 3, 3))
    monkeypatch.setitem(interface_studies.UNIVERSAL, "small", (4, (2, 2, 2, 2)))
    monkeypatch.setitem(interface_studies.MATRICES, "small", {4: 3, 5: 3})
    monkeypatch.setitem(interface_studies.CHAIN, "small", (5, 3))
    monkeypatch.setitem(interface_studies.PHYSICAL_CHAIN, "small", (4, 2, 3))


def test_figures_of_one_study_share_its_records(monkeypatch, tmp_path):
    tiny_sizes(monkeypatch)
    tables = {}
    for name in ("C4", "C3", "C5", "C-S1", "C-S2", "C-S3"):
        path = make(name, tmp_path, "small")
        assert path == tmp_path / f"{name}-small.png"
        tables[name] = pd.read_csv(tmp_path / f"{name}-small.csv")
        kept = (tmp_path / "studies" / "C-growth-small" / "records.h5").stat().st_mtime_ns
        if name == "C4":
            first = kept
        assert kept == first
        pixels = imread(path)[..., :3]
        assert ((pixels.max(axis=2) - pixels.min(axis=2)) > 0.3).mean() > 0.001
    for geometry in bubble_studies.LENGTHS:
        widths = tables["C4"][tables["C4"]["panel"] == geometry]
        assert set(widths["M"]) == {1, 2} and (widths["value"] >= 2).all()
    assert set(tables["C5"]["panel"]) >= {"exp1d", bubble_figures.SHORT, bubble_figures.LONG}
    assert tables["C-S2"]["value"].between(0, 1).all()
    assert tables["C-S3"]["value"].between(0, 1).all()


@pytest.mark.parametrize("name", ["E3", "E4", "E5", "E6", "E7", "E-chain"])
def test_figures_of_paper_e(monkeypatch, tmp_path, name):
    tiny_sizes(monkeypatch)
    path = make(name, tmp_path, "small")
    table = pd.read_csv(tmp_path / f"{name}-small.csv")
    for axes in FIGURES[name].panels:
        assert {axes.x, axes.y, axes.by} <= set(table.columns)
    assert table["value"].notna().all()
    pixels = imread(path)[..., :3]
    assert ((pixels.max(axis=2) - pixels.min(axis=2)) > 0.3).mean() > 0.001
    if name in ("E6", "E7"):  # curves of weight 1, but for what lies outside of the picture
        for _, rows in table.groupby([c for c in ("panel", "curve") if c in table]):
            assert 0.7 < trapezoid(rows["value"], rows["w"]) < 1.05


def test_sizes_are_checked_and_planned(tmp_path):
    with pytest.raises(InvalidInput, match="E5 has no size 'beyond', only small, paper"):
        make("E5", tmp_path, "beyond")
    assert [study.name for study in studies_of("C4", "beyond")] == ["C-growth-beyond"]
    assert studies_of("A8", "beyond") == ()
    for name, figure in FIGURES.items():
        for size in figure.evidence.sizes if isinstance(figure.evidence, FromStudies) else ():
            assert all(study.ensemble for study in studies_of(name, size))
