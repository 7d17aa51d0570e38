"""Tasks: what their ids depend on, that none is lost, and how they are dealt to ranks."""

import pytest

from mbltn.errors import StudyError
from mbltn.machine import Machine
from mbltn.study import parse_study, plan, run_study
from mbltn.study.plan import deal, is_shared


def ids(study):
    return {task.id for task in plan(study)}


def reordered(value):
    """The same content with every table's keys in the opposite order."""
    if isinstance(value, dict):
        return {key: reordered(value[key]) for key in reversed(value)}
    return [reordered(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize(
    "override",
    [
        "resources={shared_from=16, ranks_per_problem=2}",
        'observables=["memory_lbits", "sigma_z_lbits", "entropy_lbits", "gap_ratio"]',
        "name=other",
        "theory.fit_alpha=0.6",
    ],
)
def test_ids_do_not_depend_on_what_leaves_the_answer_alone(tiny, override):
    assert ids(tiny(override)) == ids(tiny())


def test_ids_do_not_depend_on_the_order_of_keys(tiny):
    turned = parse_study(reordered(tiny("model.grain={kind='goe', scale=2.0}").model_dump()))
    assert list(turned.model) != list(tiny().model)
    assert ids(turned) == ids(tiny("model.grain={kind='goe', scale=2.0}"))


@pytest.mark.parametrize(
    "override",
    [
        "seed=6",
        "model.first_coupling=1.3",
        "model.grain={kind='goe', scale=2.0}",
        "ensemble.0.grid.alpha=[0.41, 0.61]",
        "ensemble.0.states=4",
        "ensemble.0.states=all",
        "ensemble.0.solver=dense",
        'observables=["gap_ratio"]',
    ],
)
def test_ids_change_with_what_changes_the_answer(tiny, override):
    changed = {task.id for task in plan(tiny(override)) if task.dimension < 64}
    assert len(changed) == 4 * 3
    assert not changed & ids(tiny())


def test_the_energy_belongs_to_the_answer(tiny):
    moved = {task.id for task in plan(tiny("ensemble.1.energy=0.5")) if task.dimension == 64}
    assert len(moved) == 2
    assert not moved & ids(tiny())


def test_realizations_have_ids_of_their_own(tiny):
    assert len(ids(tiny())) == 4 * 3 + 2
    assert ids(tiny()) < ids(tiny("ensemble.0.realizations=4"))


def test_overlapping_ensembles_give_each_task_once(tiny):
    same = "ensemble.1={grid={alpha=[0.6, 0.8], n_lbits=[2]}, realizations=5, "
    tasks = plan(tiny(same + "states='middle_quarter'}"))
    assert len(tasks) == len({task.id for task in tasks}) == 4 * 3 + 2 + 5


@pytest.mark.parametrize("hands", [1, 2, 3, 5, 40])
def test_deal_hands_out_every_task_once_and_evenly(tiny, hands):
    tasks = plan(tiny("ensemble.0.grid.n_lbits=[2, 5, 8]"))
    dealt = deal(tasks, hands)
    assert len(dealt) == hands
    assert sorted(t.id for hand in dealt for t in hand) == sorted(t.id for t in tasks)
    seconds = [task.cost.seconds for task in tasks]
    # Graham's bound for handing each task to the least loaded.
    longest = max(sum(task.cost.seconds for task in hand) for hand in dealt)
    assert longest <= sum(seconds) / hands + max(seconds)


def test_deal_does_not_depend_on_the_order_of_tasks(tiny):
    tasks = plan(tiny())
    assert deal(tasks, 3) == deal(tasks[::-1], 3)


def test_large_problems_are_shared_from_the_given_dimension(tiny):
    by_slepc = ["ensemble.0.states=4", "ensemble.0.solver=slepc", "ensemble.1.solver=slepc"]
    study = tiny("resources.shared_from=32", *by_slepc)
    assert {task.dimension: is_shared(task, study) for task in plan(study)} == {
        16: False,
        32: True,
        64: True,
    }
    assert not any(is_shared(task, tiny(*by_slepc)) for task in plan(tiny(*by_slepc)))


def test_ranks_share_only_what_a_method_can_share(tiny):
    study = tiny("resources.shared_from=1", "ensemble.1.solver=shift_invert")
    assert not any(is_shared(task, study) for task in plan(study))


def test_levels_are_counted_by_rank_only_in_the_full_spectrum(tiny):
    with pytest.raises(StudyError, match=r"middle_quarter.*full spectrum"):
        plan(tiny("ensemble.0.solver=shift_invert"))


SUN = {
    "name": "sun",
    "seed": 2,
    "observables": ["gap_ratio"],
    "model": {"kind": "QuantumSun", "n_grain": 3},
    "ensemble": [
        {"grid": {"n_lbits": [7, 9], "alpha": [0.6, 0.9]}, "realizations": 4, "states": 20}
    ],
}
LARGE = ("ensemble.1.grid.n_lbits=[15]", "ensemble.1.states=50")


def test_all_realizations_of_a_point_are_solved_by_one_method():
    """The couplings of a sun differ between realizations, and with them what each would cost."""
    costs = {}
    for task in plan(parse_study(SUN)):
        costs.setdefault(str(task.parameters), set()).add(task.cost)
    assert len(costs) == 4
    assert all(len(found) == 1 for found in costs.values())


def test_a_study_names_its_solver(tiny):
    for task in plan(tiny("ensemble.0.solver=dense", "ensemble.1.solver=shift_invert")):
        assert task.solver_name == task.method.name == task.solver


@pytest.mark.parametrize(("shared_from", "memory"), [(2**20, 1e9), (2**10, 4e9)])
def test_the_method_keeps_to_what_its_ranks_have(tiny, shared_from, memory):
    study = tiny(*LARGE, f"resources.shared_from={shared_from}")
    tasks = plan(study, Machine(ranks=4, memory=4e9))
    large = [task for task in tasks if task.dimension == 2**17]
    assert {is_shared(task, study) for task in large} == {memory == 4e9}
    (method,) = {task.method for task in large}
    assert (method.name, method.max_memory) == ("windowed", memory)


def test_what_does_not_fit_is_planned(tiny):
    tasks = plan(tiny(*LARGE), Machine(memory=1e8))
    refused = [task for task in tasks if task.choice.refusal]
    assert {task.dimension for task in refused} == {2**17}
    assert all(task.cost.memory > 1e8 for task in refused)


def test_what_does_not_fit_is_refused_before_a_folder_is_made(tiny, tmp_path):
    huge = tiny("ensemble.1.grid.n_lbits=[44]", "ensemble.1.states=50")
    with pytest.raises(StudyError, match=r"D=70368744177664 .* does not fit .* sites fewer"):
        run_study(huge, tmp_path / "out")
    assert not (tmp_path / "out").exists()
