"""Figures of papers C and E: tables from stored studies, beside each realization by itself."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

import mbltn as mb
from mbltn import observables as ob
from mbltn.models import CentralGrain, GOEGrain
from mbltn.study import Store, run_study
from mbltn.validation.bubble import figure_tables as bubble_figures, studies as bubble_studies
from mbltn.validation.campaigns import Stored
from mbltn.validation.interface import (
    figure_tables as interface_figures,
    studies as interface_studies,
)


def stored(study, folder):
    run_study(study, folder / study.name)
    return Stored(study, Store(folder / study.name))


def measured(model, realization, name, levels, options=None):
    sample = model.draw(1, realization)
    spectrum = mb.eigenpairs(model.operator(sample), mb.Target.all(), "dense")
    chosen = levels(spectrum.energies)
    return mb.measure(spectrum, [name], model, sample=sample, levels=chosen, options=options)[name]


def test_growth_of_each_realization_beside_four_baths(monkeypatch, tmp_path):
    """E Fig 5: D with the spin less D without it, of the same disorder; mean and its error."""
    counts = (3, 4, 4, 2)
    monkeypatch.setitem(interface_studies.UNIVERSAL, "small", (4, counts))
    studies = interface_studies.universal_studies("small")
    table = interface_figures.universal(*(stored(study, tmp_path) for study in studies))
    chain = CentralGrain(
        4, 1, alpha=0.75, first_coupling=0.2, coupling="xx", coupled_spin=-1,
        field_range=(0.5, 1.5), grain="local_chain",
    )  # fmt: skip
    baths = {
        "local chain and 3 l-bits": (replace(chain, n_lbits=4), 4),
        "local chain": (chain, 4),
        "random matrix": (replace(chain, grain=GOEGrain(4.6, "radius")), 1),
        "local chain, 3 l-bits uncoupled": (replace(chain, n_lbits=4, first_coupling=0.0), 4),
    }
    assert set(table["curve"]) == {*baths, "log 2"}
    g = 0.15  # of all four

    def near_zero(energies):
        return np.sort(abs(energies).argsort()[: max(2, len(energies) // 20)])

    for (curve, (model, probe)), count in zip(baths.items(), counts, strict=True):
        (row,) = table[(table["curve"] == curve) & np.isclose(table["g"], g)].itertuples()
        options = ob.Measurement(probe_spin=probe)
        D, G = (
            np.array(
                [
                    [
                        measured(replace(model, last_coupling=at), r, name, near_zero, options)
                        for at in (0.0, g)
                    ]
                    for r in range(count)
                ]
            ).mean(axis=-1)
            for name in ("log_ipr_probe", "bare_coupling")
        )
        growth = D[:, 1] - D[:, 0]
        assert row.value == pytest.approx(growth.mean(), abs=1e-7)
        assert row.error == pytest.approx(growth.std(ddof=1) / np.sqrt(count), abs=1e-7)
        assert pytest.approx(G[:, 1].mean()) == row.G
        assert pytest.approx(G[:, 1].std(ddof=1) / np.sqrt(count)) == row.G_error


def test_distributions_of_the_thouless_parameter_count_realizations_once(monkeypatch, tmp_path):
    """Inset of C Fig 5: also the first realization, which is stored in two grids of curves."""
    monkeypatch.setitem(bubble_studies.GRAIN, "small", 3)
    monkeypatch.setitem(bubble_studies.REALIZATIONS, "small", (2, 2, 3))
    for geometry in bubble_studies.LENGTHS:
        monkeypatch.setitem(bubble_studies.LENGTHS, geometry, (0.4, 4.0))
    (study,) = bubble_studies.growth_studies("small")
    growth = stored(study, tmp_path)
    tasks = [record.task for record in growth.store.records()]
    points = [(task["parameters"], task["realization"]) for task in tasks]
    where = {"geometry": "exp1d", "xi": 0.4, "n_lbits": 2}
    assert sum(where.items() <= parameters.items() and not r for parameters, r in points) == 2

    table = bubble_figures.absorption(growth)
    for xi, panel in ((0.4, bubble_figures.SHORT), (4.0, bubble_figures.LONG)):
        rows = table[(table["panel"] == panel) & (table["curve"] == "M = 2")]
        model = CentralGrain(
            3, 2, xi=xi, first_coupling=1.0, coupling="xx", field_range=(0.5, 1.5),
            grain=GOEGrain(3.9, "radius"),
        )  # fmt: skip
        G = [
            measured(model, r, "thouless", lambda e: ob.middle_by_rank(len(e), len(e) // 5))
            for r in range(3)
        ]
        edges = np.append(rows["G"] - 0.125, rows["G"].iloc[-1] + 0.125)
        counts, _ = np.histogram(G, edges)
        assert counts.sum() == np.size(G) == 15
        assert rows["value"].to_numpy() == pytest.approx(counts / 15 / 0.25)


def test_bias_of_windows_is_of_paired_samples(monkeypatch, tmp_path):
    for module in (bubble_studies, bubble_figures):
        monkeypatch.setattr(module, "PARTNERS", (12, 40))
        monkeypatch.setattr(module, "FEW_STATES", (10, 20))
    monkeypatch.setitem(bubble_studies.GRAIN, "small", 3)
    monkeypatch.setattr(bubble_studies, "_BY_BOTH_ROUTES", ((4, 2.885, 3),))
    (study,) = bubble_studies.window_studies("paper")
    table = bubble_figures.window_bias(stored(study, tmp_path))
    model = CentralGrain(
        3, 4, xi=2.885, first_coupling=1.0, coupling="xx", field_range=(0.5, 1.5),
        grain=GOEGrain(3.9, "radius"),
    )  # fmt: skip
    names = ["line_ratio_raw", "line_captured", "entropy_lbits"]
    found = {}
    for realization in range(3):
        sample = model.draw(5, realization)
        spectrum = mb.eigenpairs(model.operator(sample), mb.Target.all(), "dense")
        nearest = abs(spectrum.energies).argsort()

        def around(energy, partners, E=spectrum.energies, spectrum=spectrum):
            return spectrum.select(np.sort(abs(E - energy).argsort()[:partners]))

        ways = {
            "all": (ob.middle_by_rank(128, 18), None),
            10: (np.sort(nearest[:10]), None),
            20: (np.sort(nearest[:20]), None),
            "12 partners": (np.sort(nearest[:20]), partial(around, partners=12)),
            "40 partners": (np.sort(nearest[:20]), partial(around, partners=40)),
        }
        for way, (levels, window) in ways.items():
            values = mb.measure(spectrum, names, model, sample=sample, levels=levels, around=window)
            last = values["entropy_lbits"][:, -1].mean() / np.log(2)
            numbers = values["line_ratio_raw"][0], values["line_captured"][0], last
            found.setdefault(way, []).append(numbers)
    width, captured, entropy = (
        {way: np.array(values)[:, column] for way, values in found.items()} for column in range(3)
    )

    def check(panel, column, at, values):
        (row,) = table[(table["panel"] == panel) & (table[column] == at)].itertuples()
        assert row.value == pytest.approx(values.mean(), rel=1e-6)
        assert row.error == pytest.approx(values.std(ddof=1) / np.sqrt(3), rel=1e-5, abs=1e-12)

    for few in (10, 20):
        panel, *_ = bubble_figures.OF_FEW_STATES["line_ratio_raw"]
        check(panel, "states", few, width[few] / width["all"])
        panel, *_ = bubble_figures.OF_FEW_STATES["entropy_lbits"]
        check(panel, "states", few, entropy[few] - entropy["all"])
    for partners in (12, 40):
        way = f"{partners} partners"
        check(bubble_figures.BY_WINDOWS, "partners", partners, width[way] / width[20])
        check(bubble_figures.CAPTURED, "partners", partners, captured[way])


def test_widths_at_two_strengths_have_their_own_theory(monkeypatch, tmp_path):
    """C Fig 4 and its inset: the golden rule of V_1 = 2 is four times that of 1 at M = 1."""
    monkeypatch.setitem(bubble_studies.GRAIN, "small", 3)
    monkeypatch.setitem(bubble_studies.REALIZATIONS, "small", (1, 2))
    studies = bubble_studies.width_studies("small")
    table = bubble_figures.line_widths(*(stored(study, tmp_path) for study in studies))
    at_one = table[table["M"] == 1].set_index(["panel", "curve"])["value"]
    theory = f"xi = 1{bubble_figures.THEORY}"
    once, twice = at_one["stretch1d", theory], at_one["stretch1d, V_1 = 2", theory]
    assert twice == pytest.approx(4 * once, rel=1e-12)
    model = CentralGrain(
        3, 1, geometry="stretch1d", xi=1.0, first_coupling=2.0, coupling="xx",
        field_range=(0.5, 1.5), grain=GOEGrain(3.9, "radius"),
    )  # fmt: skip
    sample = model.draw(4, 0)
    spectrum = mb.eigenpairs(model.operator(sample), mb.Target.all(), "dense")
    levels = ob.middle_by_rank(16, 4)
    found = mb.measure(spectrum, ["line_ratio"], model, sample=sample, levels=levels)
    assert at_one["stretch1d, V_1 = 2", "xi = 1"] == pytest.approx(found["line_ratio"][0])
