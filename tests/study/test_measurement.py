"""Studies that need more than the measured states: their partners, their options, their curves."""

import hashlib
import json

import numpy as np
import pytest

import mbltn as mb
from mbltn import observables as ob
from mbltn.errors import StudyError
from mbltn.study import Store, load_study, parse_study, per_realization, plan, run_study, table

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
    ],
)
def test_impossible_options(changes, message):
    with pytest.raises(StudyError, match=message):
        plan(study(**changes))


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
