"""Studies that need more than the measured states: their partners, their options, their curves."""

import hashlib
import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import mbltn as mb
from mbltn import observables as ob
from mbltn.cli import app
from mbltn.comm import Serial
from mbltn.errors import StudyError
from mbltn.machine import Machine
from mbltn.observables import OBSERVABLES
from mbltn.study import (
    Store,
    cautions,
    load_study,
    parse_study,
    per_realization,
    plan,
    run_study,
    table,
)
from mbltn.study.run import _require_memory
from mbltn.validation.bubble import studies as bubble_studies

CONTENT = {
    "name": "probes",
    "seed": 4,
    "observables": ["line_ratio_raw", "line_captured", "thouless", "entropy_lbits"],
    "model": {
        "kind": "CentralGrain",
        "n_grain": 4,
        "xi": 2.885,
        "first_coupling": 1.0,
        "coupling": "xx",
        "field_range": [0.5, 1.5],
        "grain": {"kind": "goe", "scale": 5.2, "normalise": "radius"},
    },
    "ensemble": [{"grid": {"n_lbits": [2, 3]}, "realizations": 2, "states": "paper_c"}],
}


def study(**changes):
    return parse_study({**CONTENT, **changes})


def the_sample(n_lbits, realization):
    grain = mb.models.GOEGrain(5.2, "radius")
    model = mb.models.CentralGrain(
        4, n_lbits, xi=2.885, first_coupling=1.0, coupling="xx", field_range=(0.5, 1.5),
        grain=grain,
    )  # fmt: skip
    sample = model.draw(4, realization)
    return model, sample, mb.eigenpairs(model.operator(sample), mb.Target.all(), "dense")


def test_states_of_paper_c_among_the_whole_spectrum(tmp_path):
    outcome = run_study(study(), tmp_path / "c")
    assert (outcome.computed, outcome.failures) == (4, ())
    for record in Store(tmp_path / "c").records():
        n_lbits, realization = (
            record.task["parameters"]["n_lbits"],
            record.task["realization"],
        )
        _, sample, spectrum = the_sample(n_lbits, realization)
        count = int(2 ** (4 + n_lbits) // (4 + n_lbits))
        levels = ob.middle_by_rank(2 ** (4 + n_lbits), count)
        np.testing.assert_allclose(record.arrays["energies"], spectrum.energies[levels])
        found = ob.transitions_within(spectrum, ob.Pauli("x", n_lbits), levels)
        spacing = ob.level_spacing(spectrum.energies[levels])
        line = ob.line_width(found, 2 * sample.fields[-1], spacing)
        np.testing.assert_allclose(record.arrays["line_ratio_raw"], [line.raw_ratio], rtol=1e-8)
        assert record.arrays["thouless"].shape == (count - 1,)


def test_states_of_paper_e(tmp_path):
    ensemble = [{"grid": {"n_lbits": [3]}, "realizations": 1, "states": "paper_e"}]
    run_study(study(ensemble=ensemble, observables=["log_ipr_probe"]), tmp_path / "e")
    (record,) = Store(tmp_path / "e").records()
    _, _, spectrum = the_sample(3, 0)
    nearest = np.sort(np.argsort(abs(spectrum.energies), kind="stable")[: 128 // 20])
    np.testing.assert_allclose(record.arrays["energies"], spectrum.energies[nearest])
    found = ob.transitions_within(spectrum, ob.Pauli("x", 0, 4), nearest)
    np.testing.assert_allclose(
        record.arrays["log_ipr_probe"], ob.log_operator_ipr(found), rtol=1e-8
    )


def test_windows_of_partners(tmp_path):
    """With windows that hold all partners there are, the rest of the line is nothing."""
    ensemble = [{"grid": {"n_lbits": [3]}, "realizations": 2, "states": 10, "energy": 0.0}]
    changes = {"ensemble": ensemble, "measurement": {"partners": 24}}
    run_study(study(**changes), tmp_path / "w")
    for record in Store(tmp_path / "w").records():
        _, sample, spectrum = the_sample(3, record.task["realization"])
        states = np.sort(np.argsort(abs(spectrum.energies))[:10])
        np.testing.assert_allclose(record.arrays["energies"], spectrum.energies[states])
        captured, centre = 0.0, spectrum.energies[states].mean()
        weights = ob.transitions_within(spectrum, ob.Pauli("x", 3), states).weights
        for sign in (1, -1):
            at = centre + sign * 2 * sample.fields[-1]
            window = np.argsort(abs(spectrum.energies - at))[:24]
            captured += weights[window].sum() / 10
        np.testing.assert_allclose(record.arrays["line_captured"], [captured], rtol=1e-6)
        assert record.task["measurement"] == {"partners": 24}


def test_windows_around_a_small_splitting_overlap(tmp_path):
    """Together they are the levels that either has; of these fields every realization is done."""
    content = {
        "observables": ["log_ipr_lbits", "captured_lbits", "line_captured"],
        "model": {
            "kind": "GrainChain",
            "n_grain": 3,
            "n_lbits": 3,
            "exchange": 0.1,
            "field_range": [-0.1, 0.1],
        },
        "ensemble": [{"realizations": 4, "states": 8, "energy": 0.0, "solver": "dense"}],
        "measurement": {"partners": 40},
    }
    outcome = run_study(study(**content), tmp_path / "g")
    assert (outcome.computed, outcome.failures) == (4, ())
    for record in Store(tmp_path / "g").records():
        model = mb.models.GrainChain(3, 3, exchange=0.1, field_range=(-0.1, 0.1))
        sample = model.draw(4, record.task["realization"])
        spectrum = mb.eigenpairs(model.operator(sample), mb.Target.all(), "dense")
        states = np.sort(np.argsort(abs(spectrum.energies))[:8])
        centre = spectrum.energies[states].mean()
        for site, splitting in enumerate(model.splittings(sample), start=1):
            at = [centre + sign * splitting for sign in (1, -1)]
            each = [set(np.argsort(abs(spectrum.energies - energy))[:40]) for energy in at]
            assert each[0] & each[1]
            weights = ob.transitions_within(spectrum, ob.Pauli("x", site), states).weights
            found = record.arrays["captured_lbits"][:, site - 1]
            expected = weights[sorted(each[0] | each[1])].sum(axis=0)
            np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_lost_lines_are_counted_and_said(tmp_path):
    """Windows of few partners: widths of the broad lines are missing, and the mean says so."""
    ensemble = [{"grid": {"n_lbits": [3]}, "realizations": 6, "states": 10, "energy": 0.0}]
    changes = {"ensemble": ensemble, "measurement": {"partners": 6}, "seed": 7}
    outcome = run_study(study(**changes), tmp_path / "few")
    widths = [r.arrays["line_ratio_raw"][0] for r in Store(tmp_path / "few").records()]
    captured = [r.arrays["line_captured"][0] for r in Store(tmp_path / "few").records()]
    lost = int(np.isnan(widths).sum())
    assert 0 < lost < 6
    tidy = table(per_realization(Store(tmp_path / "few").records()))
    row = tidy[tidy["observable"] == "line_ratio_raw"].iloc[0]
    assert (row["n_realizations"], row["n_missing"], row["partners"]) == (6 - lost, lost, 6)
    assert row["mean"] == pytest.approx(np.nanmean(widths))
    assert row["error"] == pytest.approx(np.nanstd(widths, ddof=1) / np.sqrt(6 - lost))
    cut_off = int(np.sum(np.array(captured) < 0.6))
    assert cut_off > 0
    first, second = sorted(outcome.cautions)
    assert f"line_captured: in {cut_off} of 6 realizations widths are of less than 0.6" in first
    assert f"line_ratio_raw: {lost} of 6 realizations have no value" in second
    assert "outside the windows" in second


def test_a_run_and_a_figure_say_what_is_lost(tmp_path, monkeypatch, capsys):
    path = tmp_path / "few.toml"
    path.write_text(
        'name = "few"\nseed = 7\nobservables = ["line_ratio_raw"]\n[model]\n'
        'kind = "CentralGrain"\nn_grain = 4\nn_lbits = 3\nxi = 2.885\nfirst_coupling = 1.0\n'
        'coupling = "xx"\n[measurement]\npartners = 6\n'
        "[[ensemble]]\nrealizations = 6\nstates = 10\nenergy = 0.0\n"
    )
    app(["run", str(path), "--out", str(tmp_path / "few")], standalone_mode=False, obj=Serial())
    assert "caution: line_ratio_raw: " in capsys.readouterr().err
    monkeypatch.setattr(bubble_studies, "PARTNERS", (6,))
    monkeypatch.setitem(bubble_studies.GRAIN, "small", 4)
    monkeypatch.setattr(bubble_studies, "_BY_BOTH_ROUTES", ((3, 4.0, 4),))
    figure = ["figure", "C4-windows", "--size", "paper", "--out", str(tmp_path / "figures")]
    app(figure, standalone_mode=False, obj=Serial())
    assert "caution: line_ratio_raw at " in capsys.readouterr().err


def test_lines_that_are_cut_off_are_said():
    """From the whole spectrum less than 0.4 of about 1/2; in windows less than 0.6 of about 1."""
    rows = [
        {"observable": "line_captured", "xi": xi, "partners": partners, "value": value}
        for xi, partners, values in (
            (1.0, np.nan, (0.39, 0.45)),
            (2.0, np.nan, (0.41, 0.44)),
            (3.0, 50, (0.59, 0.55, 0.7)),
        )
        for value in values
    ]
    first, second = cautions(pd.DataFrame(rows).assign(index=1, realization=0))
    assert "at xi=1: in 1 of 2 realizations widths are of less than 0.4" in first
    assert "of about 1/2" in first and "partners" not in first
    assert "at xi=3, partners=50: in 2 of 3 realizations widths are of less than 0.6" in second
    assert "more partners help" in second


def test_other_probes_and_resolutions_are_other_rows(tmp_path):
    """And the same sample on two grids of curves is one realization."""
    ensemble = {"grid": {"n_lbits": [2]}, "realizations": 3, "states": "all"}
    options = (
        {"probe_spin": 1, "bin_width": 0.5, "reach": 9.0},
        {"probe_spin": 2, "bin_width": 0.5, "reach": 9.0},
        {"probe_spin": 2, "bin_width": 0.7, "reach": 9.0},
    )
    content = {
        "observables": ["log_ipr_probe", "hybridization"],
        "ensemble": [{**ensemble, "measurement": each} for each in options],
    }
    run_study(study(**content), tmp_path / "probes")
    tidy = table(per_realization(Store(tmp_path / "probes").records()))
    assert tidy["probe_spin"].tolist() == [1, 2]
    assert tidy["n_realizations"].tolist() == [3, 3]
    for row in tidy.to_dict("records"):
        values = []
        for realization in range(3):
            _, _, spectrum = the_sample(2, realization)
            pauli = ob.Pauli("x", 0, row["probe_spin"])
            values.append(ob.log_operator_ipr(ob.transitions_within(spectrum, pauli)).mean())
        assert row["mean"] == pytest.approx(np.mean(values))


def test_values_that_cannot_be_are_no_record(tmp_path, monkeypatch):
    entropies = replace(OBSERVABLES["entropy_lbits"], measure=lambda measured: np.array([[0.7]]))
    monkeypatch.setitem(OBSERVABLES, "entropy_lbits", entropies)
    outcome = run_study(study(observables=["entropy_lbits"]), tmp_path / "s")
    assert (outcome.computed, len(outcome.failures)) == (0, 4)
    assert "0 <= S <= log 2: off by 0.0069" in outcome.failures[0].reason


def test_a_probe_spin_and_a_grid_belong_to_the_answer():
    before = {task.id for task in plan(study())}
    assert before.isdisjoint(task.id for task in plan(study(measurement={"probe_spin": 2})))
    ensemble = [{**CONTENT["ensemble"][0], "measurement": {"probe_spin": 2}}]
    of_ensemble = {task.id for task in plan(study(ensemble=ensemble))}
    assert of_ensemble == {task.id for task in plan(study(measurement={"probe_spin": 2}))}


def test_an_ensemble_adds_to_the_options_of_the_study():
    ensemble = [{**CONTENT["ensemble"][0], "measurement": {"reach": 9.0}}]
    task = plan(study(ensemble=ensemble, measurement={"bin_width": 0.1, "reach": 5.0}))[0]
    assert (task.measurement.bin_width, task.measurement.reach) == (0.1, 9.0)


def test_ids_of_studies_without_options_are_what_they_were(tiny):
    """Folders that were filled before there were options keep their realizations."""
    task = plan(tiny())[0]
    content = {
        "parameters": task.parameters,
        "seed": 5,
        "realization": task.realization,
        "states": task.states,
        "energy": None,
        "solver": "auto",
        "observables": ["entropy_lbits", "gap_ratio", "memory_lbits", "sigma_z_lbits"],
    }
    digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    assert task.id == digest[:20]


def test_curves_are_stored_and_kept_out_of_the_tables(tmp_path):
    changes = {
        "observables": ["spectral_contact", "thouless"],
        "measurement": {"bin_width": 0.25, "reach": 16.0},
        "ensemble": [{"grid": {"n_lbits": [0, 2]}, "realizations": 1, "states": "all"}],
    }
    run_study(study(**changes), tmp_path / "curves")
    records = list(Store(tmp_path / "curves").records())
    tidy = table(per_realization(records))
    assert set(tidy["observable"]) == {"thouless"}
    for record in records:
        thermal, mean_log = record.arrays["spectral_contact"]
        assert thermal.shape == (128,)
        _, _, spectrum = the_sample(record.task["parameters"]["n_lbits"], 0)
        available = ob.transitions_within(spectrum, ob.Pauli("x", 0, 1)).available.mean()
        assert thermal.sum() * 0.25 / np.pi == pytest.approx(available, rel=1e-9)
        assert (np.exp(mean_log) <= thermal * (1 + 1e-9) + 2e-20).all()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"measurement": {"probe": 2}}, "measurement.probe is unknown; did you mean 'probe_spin'"),
        ({"measurement": {"partners": 0}}, "partners=0"),
        ({"observables": ["spectral_contact"]}, "a curve needs both"),
        (
            {"observables": ["log_ipr_probe"], "measurement": {"partners": 9}},
            "leads from a state to the whole spectrum",
        ),
        ({"measurement": {"partners": 65}}, "k=65 eigenpairs .* D=64"),
        ({"measurement": {"probe_spin": 7}}, "probe_spin=7 is not one of the grain's spins 1..4"),
        ({"observables": ["bare_coupling"], "model": {**CONTENT["model"], "coupling": "pm"}}, "xx"),
        (
            {"observables": ["hybridization"], "measurement": {"bin_width": 2.0, "reach": 1.0}},
            "dw=2.0 and reach=1.0",
        ),
        (
            {"observables": ["hybridization"], "measurement": {"bin_width": 1e-300, "reach": 1.0}},
            "more than the 5e[+]06 bins",
        ),
        (
            {"observables": ["log_ipr_probe_smooth"], "measurement": {"resolution": 300.0}},
            "wider than half of the spectrum",
        ),
        (
            {"ensemble": [{"grid": {"n_lbits": [2]}, "realizations": 1, "states": 1}]},
            "'line_ratio_raw' of 1 states",
        ),
        (
            {
                "observables": ["bare_coupling"],
                "ensemble": [{"grid": {"n_lbits": [12]}, "realizations": 1, "states": 4}],
            },
            "all eigenvalues of a 32768 x 32768 matrix",
        ),
    ],
)
def test_impossible_options(changes, message):
    with pytest.raises(StudyError, match=message):
        plan(study(**changes))


def test_dense_matrices_of_observables_belong_to_the_memory(tmp_path):
    """Of 2^10 states by windows little is needed; the bare coupling makes half of it dense."""
    ensemble = [{"grid": {"n_lbits": [10]}, "realizations": 1, "states": 4, "solver": "windowed"}]
    few, dense = (
        plan(study(ensemble=ensemble, observables=[name]), Machine(memory=5e8))[0]
        for name in ("entropy_lbits", "bare_coupling")
    )
    assert not few.refusal
    assert dense.cost.memory - few.cost.memory >= 8 * 3 * 2 ** (2 * 13)
    assert "for the dense matrices of bare_coupling" in dense.refusal
    with pytest.raises(StudyError, match="dense matrices of bare_coupling"):
        _require_memory([few, dense])


def test_overrides_reach_the_options(tmp_path):
    path = tmp_path / "probes.toml"
    path.write_text(
        'name = "p"\nseed = 1\nobservables = ["thouless"]\n[model]\nkind = "CentralGrain"\n'
        'n_grain = 3\nn_lbits = 2\nalpha = 0.5\n[[ensemble]]\nrealizations = 1\nstates = "all"\n'
    )
    task = plan(load_study(path, ["measurement.probe_spin=2"]))[0]
    assert task.measurement.probe_spin == 2


def test_partners_mean_nothing_to_what_has_none():
    dot = {
        "observables": ["gap_ratio"],
        "model": {"kind": "QuantumDot", "n_levels": 6, "lam": 0.1},
        "ensemble": [{"realizations": 1, "states": "paper_c"}],
        "measurement": {"partners": 9},
    }
    (task,) = plan(study(**dot))
    assert (task.windows, task.whole_spectrum, task.cost.seconds > 0) == (0, False, True)
    assert task.target.k == int(20 // np.log2(20))
