"""Tiny studies of quantum dots, of levels on a bath and of the disordered continuum."""

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from mbltn.errors import InvalidInput, StudyError
from mbltn.machine import Machine
from mbltn.models import ContinuumGrid, QuantumDot
from mbltn.observables import measure
from mbltn.report import draw, plan_text
from mbltn.solvers import Target, eigenpairs
from mbltn.study import Store, load_study, parse_study, plan, run_study

STUDIES = Path(__file__).parents[2] / "mpi_jobs" / "studies"


def tiny(kind, observables, model, grid, **ensemble):
    points = {"grid": grid, "realizations": 2, "states": "all", **ensemble}
    return {
        "name": f"tiny_{kind}",
        "seed": 3,
        "observables": observables,
        "model": {"kind": kind, **model},
        "ensemble": [points],
    }


DOT = tiny(
    "QuantumDot", ["participation", "fock_decay"], {"n_levels": 4}, {"lam": [0.02, 0.1, 0.5]}
)
WIRE = tiny(
    "ContinuumGrid",
    ["gap_ratio", "participation"],
    {"shape": [60], "dx": 0.2},
    {"w": [0.5, 2.0]},
    states=5,
    energy=1.0,
)
PAIR = tiny(
    "SpinOnBath",
    ["entropy_lbits", "memory_lbits"],
    {"n_bath": 10, "splitting": 0.13},
    {"gamma": [0.0, 0.02]},
)
BATH = tiny(
    "DotOnBath",
    ["participation", "entropy_cuts"],
    {"n_levels": 3, "n_electrons": 1, "lam": 0.2, "n_bath": 8, "bandwidth": 1.0},
    {"gamma": [0.0, 0.1]},
)


def computed(content, folder):
    """Records by the value of the axis, after a run without failures."""
    study = parse_study(content)
    outcome = run_study(study, folder)
    assert (outcome.failures, outcome.computed) == ((), len(plan(study)))
    [axis] = study.axes
    found = {}
    for record in Store(folder).records():
        found.setdefault(record.task["parameters"][axis], []).append(record)
    return found


def dot_by_hand(arrays, lam):
    """Levels and states of a dot of 4 levels and 2 electrons, in the order of its pairs.

    With two electrons the basis is the pairs themselves, and V its own matrix.
    """
    pairs = list(combinations(range(4), 2))
    own = [arrays["sample/levels"][a] + arrays["sample/levels"][b] for a, b in pairs]
    return pairs, np.linalg.eigh(np.diag(own) + lam / 4 * arrays["sample/interactions"])


def test_a_dot(tmp_path):
    for lam, records in computed(DOT, tmp_path / "dot").items():
        for record in records:
            pairs, (energies, states) = dot_by_hand(record.arrays, lam)
            assert record.arrays["energies"] == pytest.approx(energies, abs=1e-12)
            volume = 1 / (states**4).sum(axis=0)
            assert record.arrays["participation"] == pytest.approx(volume, rel=1e-10)
            for k, psi in enumerate(states.T):
                centre = abs(psi).argmax()
                others = [abs(psi[i]) for i in range(len(pairs)) if i != centre]
                step = np.log(abs(psi[centre])) - np.mean(np.log(others))
                assert record.arrays["fock_decay"][k] == pytest.approx([step], rel=1e-6)
    assert draw(tmp_path / "dot").read_bytes().startswith(b"\x89PNG")


def test_a_wire(tmp_path):
    for w, records in computed(WIRE, tmp_path / "wire").items():
        for record in records:
            hop = 1 / (2 * 0.2**2)
            h = np.diag(2 * hop + record.arrays["sample/potential"])
            h -= hop * (np.eye(60, k=1) + np.eye(60, k=-1))
            energies, states = np.linalg.eigh(h)
            chosen = np.sort(np.argsort(abs(energies - 1.0))[:5])
            assert record.arrays["energies"] == pytest.approx(energies[chosen], abs=1e-9)
            length = 0.2 / (states[:, chosen] ** 4).sum(axis=0)
            assert record.arrays["participation"] == pytest.approx(length, rel=1e-8), w


def test_a_pair_on_a_bath(tmp_path):
    found = computed(PAIR, tmp_path / "pair")
    for record in found[0.0]:  # nothing joins the levels
        assert record.arrays["memory_lbits"] == pytest.approx(np.ones((20, 1)))
        assert record.arrays["entropy_lbits"] == pytest.approx(np.zeros((20, 1)), abs=1e-12)
    for record in found[0.02]:
        assert 0 < record.arrays["memory_lbits"].mean() < 1
        assert 0 < record.arrays["entropy_lbits"].mean() < np.log(2)


def test_a_dot_on_a_bath(tmp_path):
    found = computed(BATH, tmp_path / "bath")
    for record in found[0.0]:  # one electron has no interactions: every state is one of the basis
        assert record.arrays["participation"] == pytest.approx(np.ones(24))
        assert record.arrays["entropy_cuts"] == pytest.approx(np.zeros((24, 1)), abs=1e-9)
    assert all(record.arrays["entropy_cuts"].max() > 0.1 for record in found[0.1])


@pytest.mark.parametrize(
    ("content", "name", "message"),
    [
        (DOT, "entropy_lbits", "'entropy_lbits' is of l-bits, not of QuantumDot: use gap_ratio"),
        (DOT, "entropy_cuts", "'entropy_cuts' is of several sites, not of QuantumDot"),
        (WIRE, "fock_decay", "'fock_decay' is of the electrons of a QuantumDot"),
    ],
)
def test_what_a_model_does_not_have_is_refused_early(content, name, message):
    with pytest.raises(StudyError, match=message):
        plan(parse_study({**content, "observables": [name]}))


def test_without_its_model_a_dot_is_any_operator():
    dot = QuantumDot(n_levels=4, lam=0.1)
    pairs = eigenpairs(dot.operator(dot.draw(1, 0)), Target.all())
    with pytest.raises(InvalidInput, match="given as the model, not of this operator"):
        measure(pairs, ["fock_decay"])
    assert measure(pairs, ["fock_decay"], dot)["fock_decay"].shape == (6, 1)


def test_lengths_are_those_of_the_grid():
    grid = ContinuumGrid(shape=(4, 5), dx=0.5, w=0.0, periodic=True)
    pairs = eigenpairs(grid.operator(grid.draw(1, 0)), Target.all())
    uniform = measure(pairs, ["participation"], grid)["participation"][0]  # the lowest state
    assert uniform == pytest.approx(20 * 0.25)
    assert measure(pairs, ["participation"])["participation"][0] == pytest.approx(20)


@pytest.mark.parametrize("path", sorted(STUDIES.glob("*.toml")), ids=lambda path: path.stem)
def test_every_study_of_the_package_can_be_planned(path):
    few = []
    for number, ensemble in enumerate(load_study(path).ensemble):
        few.append(f"ensemble.{number}.realizations=1")
        few += [f"ensemble.{number}.grid.{axis}={v[:1]}" for axis, v in ensemble.grid.items()]
    text = plan_text(load_study(path, few), Machine(memory=8e9))
    assert "Nothing was computed" in text


def test_a_plan_names_the_energy():
    assert "w=0.5, energy=1.0" in plan_text(parse_study(WIRE), Machine(memory=8e9))
