"""A tiny study of lattices: records, the mean field on them, its tables, text and picture."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mbltn.cli import main
from mbltn.errors import StudyError
from mbltn.report import comparison_of, comparison_text, draw, why_no_figure
from mbltn.study import Store, load_study, parse_study, run_study, stored_table
from mbltn.theory import central_grain
from mbltn.theory.avalanche_extent import stability_radius
from mbltn.validation import check_comparable

STUDIES = Path(__file__).parents[2] / "mpi_jobs" / "studies"
LOG2 = np.log(2)


def content(**changes):
    return {
        "name": "lattices",
        "seed": 3,
        "observables": ["grain_amplitude", "orbital_site"],
        "model": {"kind": "SquareLattice", "radius": 4, "hop": 0.5},
        "theory": {"kind": "square_lattice"},
        "ensemble": [{"grid": {"W": [20.0, 35.0, 80.0]}, "realizations": 8, "states": "all"}],
        **changes,
    }


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lattices") / "results"
    outcome = run_study(parse_study(content()), folder)
    assert (outcome.computed, outcome.failures) == (24, ())
    return folder


def by_hand(record):
    """Orbitals of the stored phases by numpy, and the mean field on them."""
    from mbltn.models import SquareLattice

    parameters = {key: value for key, value in record.task["parameters"].items() if key != "kind"}
    lattice = SquareLattice(**parameters)
    neighbours = abs(lattice.sites[:, None] - lattice.sites).sum(axis=2) == 1
    potential = lattice.potential_of(record.arrays["sample/phases"])
    orbitals = np.linalg.eigh(np.diag(potential) + 0.5 * neighbours)[1]
    return central_grain.solve(abs(orbitals[0]))


def test_every_realization_has_its_avalanche(folder):
    ensemble = comparison_of(folder)
    rows = ensemble.rows.set_index(["W", "realization"])
    assert len(rows) == 24 and ensemble.agrees
    for record in Store(folder).records():
        task = record.task
        row = rows.loc[(task["parameters"]["W"], task["realization"])]
        field = by_hand(record)
        assert row["thermal_lbits"] == pytest.approx(field.total / LOG2, rel=1e-9)
        assert row["runs_away"] == (field.total > 0.5 * 41 * LOG2)
        assert row["theta_0"] == record.arrays["sample/theta_0"]


def test_phases_summarise_the_rows(folder):
    ensemble = comparison_of(folder)
    assert list(ensemble.phases["W"]) == [20.0, 35.0, 80.0]
    for point in ensemble.phases.to_dict(orient="records"):
        rows = ensemble.rows[ensemble.rows["W"] == point["W"]]
        assert point["n_realizations"] == len(rows) == 8
        assert point["fraction"] == rows["runs_away"].mean()
        failed = rows[~rows["runs_away"]]
        if len(failed) == 8:
            assert point["spacing"] == 2 * failed["reach"].max()
            assert point["density"] == pytest.approx(0.5 / failed["reach"].max() ** 2)
        else:
            assert (point["spacing"], point["density"]) == (np.inf, 0.0)
        if len(failed):
            assert point["largest_failed"] == failed["thermal_lbits"].max()
        f, n = point["fraction"], 8
        wilson = [(f + s * np.sqrt(f * (1 - f) / n + 1 / (4 * n**2))) / (1 + 1 / n) for s in (1, 0)]
        assert point["error"] == pytest.approx(wilson[0] - wilson[1])
    fractions = list(ensemble.phases["fraction"])
    assert fractions[0] == 1 and fractions[2] == 0


def test_reach_of_a_failed_avalanche(folder):
    ensemble = comparison_of(folder)
    for record in Store(folder).records():
        task = record.task
        if task["parameters"]["W"] != 80.0:
            continue
        arrays = record.arrays
        n = 4
        along = np.arange(-n, n + 1)
        radius_of = sorted(abs(a) + abs(b) for a in along for b in along if abs(a) + abs(b) <= n)
        radii = np.array(radius_of)[arrays["orbital_site"]]
        total = central_grain.solve(arrays["grain_amplitude"]).total
        expected = stability_radius(arrays["grain_amplitude"], radii, 8, total)
        chosen = (ensemble.rows["W"] == 80.0) & (
            ensemble.rows["realization"] == task["realization"]
        )
        [row] = ensemble.rows[chosen].to_dict(orient="records")
        assert (row["reach"], row["resolved"]) == (expected.radius, expected.resolved)


def test_labels_have_no_mean(folder):
    table = pd.read_csv(folder / "table.csv")
    assert set(table["observable"]) == {"grain_amplitude"}


def test_a_study_of_labels_only_has_nothing_to_draw(tmp_path):
    study = parse_study(content(observables=["orbital_site"], theory=None))
    run_study(study, tmp_path)
    assert why_no_figure(study) == "of orbital_site there is no mean"
    with pytest.raises(StudyError, match="of orbital_site there is no mean"):
        draw(tmp_path)
    with pytest.raises(StudyError, match="none of its observables has a mean"):
        stored_table(Store(tmp_path))


def test_text_and_picture(folder, capsys, monkeypatch):
    text = comparison_text(comparison_of(folder))
    assert text.splitlines()[1].split()[:3] == ["W", "n_realizations", "fraction"]
    assert text.endswith("every mean field converged")
    assert draw(folder).read_bytes().startswith(b"\x89PNG")
    monkeypatch.setattr("sys.argv", ["mbltn", "compare", str(folder), "--json"])
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code in (0, None)
    shown = json.loads(capsys.readouterr().out, parse_constant=pytest.fail)
    assert [row["fraction"] for row in shown["rows"]][::2] == [1.0, 0.0]
    assert shown["rows"][0]["largest_failed"] is shown["rows"][0]["spacing"] is None


def test_one_point_is_drawn_against_the_phase(tmp_path):
    study = parse_study(content(ensemble=[{"realizations": 3, "states": "all"}]), ["model.W=50.0"])
    run_study(study, tmp_path / "one")
    assert draw(tmp_path / "one").exists()
    random = parse_study(
        content(ensemble=[{"realizations": 2, "states": "all"}]),
        ["model.W=50.0", "model.potential=random"],
    )
    run_study(random, tmp_path / "random")
    assert draw(tmp_path / "random").exists()


@pytest.fixture
def drawn(monkeypatch):
    """Tables and panels that were drawn."""
    calls = []
    monkeypatch.setattr(
        "mbltn.plotting.lattice.draw_curves", lambda *arguments: calls.append(arguments)
    )
    return calls


def test_lattices_of_several_sizes_are_kept_apart(tmp_path, drawn):
    grid = {"W": [20.0, 30.0, 80.0], "radius": [2, 3]}
    ensembles = [{"grid": grid, "realizations": 2, "states": "all"}]
    run_study(parse_study(content(ensemble=ensembles)), tmp_path)
    ensemble = comparison_of(tmp_path)
    assert sorted(zip(ensemble.phases["W"], ensemble.phases["radius"], strict=True)) == [
        (W, radius) for W in grid["W"] for radius in grid["radius"]
    ]
    assert set(ensemble.rows["radius"]) == {2, 3}
    text = comparison_text(ensemble).splitlines()[1].split()
    assert set(text[:2]) == {"radius", "W"} and "n_orbitals" not in text
    draw(tmp_path)
    [(table, _, panels, title)] = drawn
    assert panels[0].x == "W" and set(table["curve"]) == {"radius=2", "radius=3"}
    assert not table.duplicated(["W", "curve"]).any()
    assert "radius" not in title


def test_sizes_alone_are_one_curve(tmp_path, drawn):
    ensembles = [{"grid": {"radius": [2, 3]}, "realizations": 2, "states": "all"}]
    run_study(parse_study(content(ensemble=ensembles), ["model.W=20.0"]), tmp_path)
    draw(tmp_path)
    [(table, _, panels, _)] = drawn
    assert panels[0].x == "radius" and table["curve"].tolist() == ["all", "all"]


def test_two_potentials_are_two_curves(tmp_path, drawn):
    """A random one has no phase to be drawn against; one ensemble may leave out the other's key."""
    ensembles = [
        {"realizations": 2, "states": "all"},
        {"grid": {"potential": ["random"]}, "realizations": 2, "states": "all"},
    ]
    run_study(parse_study(content(ensemble=ensembles), ["model.W=50.0"]), tmp_path)
    draw(tmp_path)
    [(table, _, panels, _)] = drawn
    assert set(table["curve"]) == {"potential=quasiperiodic", "potential=random"}
    assert table[panels[0].x].notna().all() and len(table) == 4


def test_phases_on_a_grid(tmp_path, drawn):
    grid = {"theta_0": [0.0, 1.0, 2.0]}
    ensembles = [{"grid": grid, "realizations": 1, "states": "all"}]
    run_study(parse_study(content(ensemble=ensembles), ["model.W=50.0"]), tmp_path)
    [point] = comparison_of(tmp_path).phases.to_dict(orient="records")
    assert point["n_realizations"] == 3
    draw(tmp_path)
    [(table, _, panels, _)] = drawn
    assert panels[0].x == "theta_0" and sorted(table["theta_0"]) == grid["theta_0"]


def test_a_picture_shows_what_a_running_job_has_stored(tmp_path, drawn):
    """Tables that were written before the job's records are not drawn."""
    small, large = (
        parse_study(content(ensemble=[{"realizations": n, "states": "all"}]), ["model.W=50.0"])
        for n in (2, 4)
    )
    run_study(small, tmp_path / "here")
    comparison_of(tmp_path / "here")
    draw(tmp_path / "here")
    run_study(large, tmp_path / "there")
    here = Store(tmp_path / "here")
    for record in Store(tmp_path / "there").records():
        if record.id not in here.done():
            here.write(record)
    draw(tmp_path / "here")
    assert [len(table) for table, *_ in drawn] == [2, 4]


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (["observables=['gap_ratio']"], "needs the observable 'grain_amplitude'"),
        (["observables=['grain_amplitude']"], "needs the observable 'orbital_site'"),
        (["ensemble.0.states=4"], "set states='all'"),
        (["model.theta_0=1.0"], "realizations=8 of a given theta_0 are one and the same"),
        (["ensemble.0.grid.theta_0=[1.0]"], "realizations=8 of a given theta_0"),
        (["theory.g_0=0"], "theory.g_0=0: Input should be greater than 0"),
        (["theory.g0=1"], "theory.g0 is unknown; did you mean 'g_0'"),
        (["theory.kind=square"], "theory.kind='square' is unknown; did you mean 'square_lattice'"),
        (["theory.distance=taxi"], "theory.distance='taxi'"),
        (["theory={g_0=1.0}"], "theory.kind is missing"),
    ],
)
def test_impossible_studies(overrides, message):
    with pytest.raises(StudyError, match=message.replace("(", r"\(")):
        check_comparable(parse_study(content(), overrides))


def test_the_theory_belongs_to_its_model():
    grain = {"kind": "CentralGrain", "n_grain": 2, "n_lbits": 2, "alpha": 0.5}
    with pytest.raises(StudyError, match=r"needs model\.kind='SquareLattice'"):
        check_comparable(
            parse_study(
                content(
                    model=grain,
                    observables=["gap_ratio"],
                    ensemble=[{"realizations": 1, "states": "all"}],
                )
            )
        )


@pytest.mark.parametrize("name", ["square_lattice", "square_lattice_phases"])
def test_shipped_studies_can_be_joined_with_theory(name):
    check_comparable(load_study(STUDIES / f"{name}.toml"))
