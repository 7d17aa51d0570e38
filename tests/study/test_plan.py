"""Tasks: what their ids depend on, that none is lost, and how they are dealt to ranks."""

from dataclasses import replace

import pytest

from mbltn.errors import StudyError
from mbltn.machine import Machine
from mbltn.study import parse_study, plan, run_study
from mbltn.study.plan import deal


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
    shared_from = "resources={shared_from=32, ranks_per_problem=3}"
    tasks = plan(tiny(shared_from, *by_slepc), Machine(ranks=8))
    assert {task.dimension: task.ranks for task in tasks} == {16: 1, 32: 3, 64: 3}
    assert not any(task.shared for task in plan(tiny(*by_slepc), Machine(ranks=8)))


@pytest.mark.parametrize(("ranks", "each"), [(1, 1), (2, 1), (5, 2), (16, 8)])
def test_ranks_that_would_be_idle_join_large_problems(tiny, ranks, each):
    """Two of D = 64 are to be shared: as many ranks for each as there are for both."""
    study = tiny("resources.shared_from=64", "ensemble.1.solver=slepc")
    tasks = plan(study, Machine(ranks=ranks))
    assert {task.dimension: task.ranks for task in tasks} == {16: 1, 32: 1, 64: each}


@pytest.mark.parametrize("memory", [16e9, 4e9, 2e9, 1e9, 5e8])
@pytest.mark.parametrize("shared_from", [None, 2**17])
def test_groups_are_as_small_as_memory_allows(tiny, memory, shared_from):
    machine = Machine(ranks=16, memory=memory)
    limit = [] if shared_from is None else [f"resources.shared_from={shared_from}"]
    many = "ensemble.1.realizations=16"
    large = [task for task in plan(tiny(*LARGE, many, *limit), machine) if task.dimension == 2**17]
    (ranks,) = {task.ranks for task in large}
    assert ranks == {16e9: 1, 4e9: 2, 2e9: 4, 1e9: 8, 5e8: 16}[memory]
    for task in large:
        assert task.cost.memory <= memory * ranks / 16
        if ranks > 1:
            half = machine.share(ranks // 2) if ranks > 2 else None
            assert "does not fit" in replace(task, group=half).refusal


def test_a_problem_that_no_rank_and_no_group_can_solve_is_nobodys(tiny):
    """LAPACK has no use for more ranks."""
    study = tiny(*LARGE, "ensemble.1.solver=dense", "resources.shared_from=1")
    (task, _) = [task for task in plan(study, Machine(ranks=4, memory=1e9)) if task.states == 50]
    assert task.ranks == 1
    assert "does not fit" in task.refusal


def test_ranks_share_only_what_a_method_can_share(tiny):
    study = tiny("resources.shared_from=1", "ensemble.1.solver=shift_invert")
    assert not any(task.shared for task in plan(study))


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


@pytest.mark.parametrize(("shared_from", "memory"), [(2**20, 1e9), (2**10, 2e9)])
def test_the_method_keeps_to_what_its_ranks_have(tiny, shared_from, memory):
    study = tiny(*LARGE, f"resources.shared_from={shared_from}")
    tasks = plan(study, Machine(ranks=4, memory=4e9))
    large = [task for task in tasks if task.dimension == 2**17]
    assert {task.shared for task in large} == {memory == 2e9}
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
